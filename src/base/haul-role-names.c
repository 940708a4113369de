/* haul-role-names.c - what mail programs and servers call their special folders, in many languages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the names come from, in the order in which they stand in a row:
 *
 *   Outlook Express 4 to 6, in whose language the folders were made, and Outlook 97 to 2021 with Exchange 5.5 to
 * Exchange Online, whose server makes them in the mailbox's language at its first use: “Sent Items”, “Gesendete
 * Objekte” (to 2003), “Gesendete Elemente” (since 2007); Thunderbird, which makes English ones on disk and shows these:
 * “Sent”, “Gesendet”; Gmail's system labels as IMAP shows them below “[Gmail]”: “Sent Mail”, “Gesendet”; Apple Mail,
 * Pine, Yahoo and web mailers: “Sent Messages”, “sent-mail”, “Bulk Mail”.
 *
 * A name that stands for two things is none of either: nothing is guessed then.
 *
 * Thread:  any.
 * Memory:  two tables, made at first use.
 */
#include "base/haul-role-names.h"

/* Letters are compared in their composed and lower-case form; “|” separates names. */
static const struct
{
  HaulRole role;
  const char *names;
} roles[] = {
  /* English */
  { HAUL_ROLE_INBOX, "Inbox" },
  { HAUL_ROLE_OUTBOX, "Outbox|Unsent Messages|Unsent" },
  { HAUL_ROLE_SENT, "Sent Items|Sent|Sent Mail|Sent Messages|sent-mail" },
  { HAUL_ROLE_DRAFTS, "Drafts|Draft" },
  { HAUL_ROLE_TRASH, "Deleted Items|Trash|Deleted Messages" },
  { HAUL_ROLE_JUNK, "Junk E-mail|Junk Email|Junk|Spam|Junk-E-mail|Junk Mail|Bulk Mail" },
  { HAUL_ROLE_ARCHIVE, "Archive|Archives" },
  { HAUL_ROLE_TEMPLATES, "Templates" },
  /* German */
  { HAUL_ROLE_INBOX, "Posteingang" },
  { HAUL_ROLE_OUTBOX, "Postausgang" },
  { HAUL_ROLE_SENT, "Gesendete Objekte|Gesendete Elemente|Gesendet|Gesendete Nachrichten" },
  { HAUL_ROLE_DRAFTS, "Entwürfe" },
  { HAUL_ROLE_TRASH, "Gelöschte Objekte|Gelöschte Elemente|Papierkorb" },
  { HAUL_ROLE_JUNK, "Junk-E-Mail|Unerwünschte Werbung" },
  { HAUL_ROLE_ARCHIVE, "Archiv" },
  { HAUL_ROLE_TEMPLATES, "Vorlagen" },
  /* French */
  { HAUL_ROLE_INBOX, "Boîte de réception|Courrier entrant" },
  { HAUL_ROLE_OUTBOX, "Boîte d'envoi|Boîte d’envoi|Messages en attente" },
  { HAUL_ROLE_SENT, "Éléments envoyés|Envoyés|Messages envoyés|Objets envoyés" },
  { HAUL_ROLE_DRAFTS, "Brouillons|Brouillon" },
  { HAUL_ROLE_TRASH, "Éléments supprimés|Corbeille|Objets supprimés" },
  { HAUL_ROLE_JUNK, "Courrier indésirable|Indésirables|Pourriel" },
  { HAUL_ROLE_TEMPLATES, "Modèles" },
  /* Spanish */
  { HAUL_ROLE_INBOX, "Bandeja de entrada" },
  { HAUL_ROLE_OUTBOX, "Bandeja de salida" },
  { HAUL_ROLE_SENT, "Elementos enviados|Enviados|Correo enviado" },
  { HAUL_ROLE_DRAFTS, "Borrador|Borradores" },
  { HAUL_ROLE_TRASH, "Elementos eliminados|Papelera" },
  { HAUL_ROLE_JUNK, "Correo electrónico no deseado|Correo no deseado" },
  { HAUL_ROLE_TEMPLATES, "Plantillas" },
  /* Catalan */
  { HAUL_ROLE_INBOX, "Safata d'entrada|Safata d’entrada|Bústia d'entrada" },
  { HAUL_ROLE_OUTBOX, "Safata de sortida" },
  { HAUL_ROLE_SENT, "Elements enviats|Enviats" },
  { HAUL_ROLE_DRAFTS, "Esborranys" },
  { HAUL_ROLE_TRASH, "Elements suprimits|Paperera" },
  { HAUL_ROLE_JUNK, "Correu brossa" },
  /* Italian */
  { HAUL_ROLE_INBOX, "Posta in arrivo" },
  { HAUL_ROLE_OUTBOX, "Posta in uscita" },
  { HAUL_ROLE_SENT, "Posta inviata|Inviata|Inviati" },
  { HAUL_ROLE_DRAFTS, "Bozze" },
  { HAUL_ROLE_TRASH, "Posta eliminata|Cestino" },
  { HAUL_ROLE_JUNK, "Posta indesiderata|Indesiderata" },
  { HAUL_ROLE_ARCHIVE, "Archivio|Archivi" },
  { HAUL_ROLE_TEMPLATES, "Modelli" },
  /* Portuguese, of Brazil and of Portugal */
  { HAUL_ROLE_INBOX, "Caixa de entrada|A receber" },
  { HAUL_ROLE_OUTBOX, "Caixa de saída|A enviar" },
  { HAUL_ROLE_SENT, "Itens enviados|Enviados|E-mails enviados|Mensagens enviadas" },
  { HAUL_ROLE_DRAFTS, "Rascunhos|Rascunho" },
  { HAUL_ROLE_TRASH, "Itens excluídos|Itens eliminados|Lixeira|Lixo" },
  { HAUL_ROLE_JUNK, "Lixo eletrônico|Lixo Electrónico|Lixo Eletrónico|E-mail de lixo" },
  { HAUL_ROLE_TEMPLATES, "Modelos" },
  /* Dutch */
  { HAUL_ROLE_INBOX, "Postvak IN" },
  { HAUL_ROLE_OUTBOX, "Postvak UIT" },
  { HAUL_ROLE_SENT, "Verzonden items|Verzonden|Verzonden berichten" },
  { HAUL_ROLE_DRAFTS, "Concepten" },
  { HAUL_ROLE_TRASH, "Verwijderde items|Prullenbak" },
  { HAUL_ROLE_JUNK, "Ongewenste e-mail|Ongewenst" },
  { HAUL_ROLE_ARCHIVE, "Archief" },
  { HAUL_ROLE_TEMPLATES, "Sjablonen" },
  /* Swedish */
  { HAUL_ROLE_INBOX, "Inkorgen|Inkorg" },
  { HAUL_ROLE_OUTBOX, "Utkorgen|Utkorg" },
  { HAUL_ROLE_SENT, "Skickat|Skickade objekt|Skickade" },
  { HAUL_ROLE_DRAFTS, "Utkast" },
  { HAUL_ROLE_TRASH, "Borttaget|Borttagna objekt|Papperskorgen|Papperskorg" },
  { HAUL_ROLE_JUNK, "Skräppost" },
  { HAUL_ROLE_ARCHIVE, "Arkiv" },
  { HAUL_ROLE_TEMPLATES, "Mallar" },
  /* Danish */
  { HAUL_ROLE_INBOX, "Indbakke" },
  { HAUL_ROLE_OUTBOX, "Udbakke" },
  { HAUL_ROLE_SENT, "Sendt post|Sendte elementer|Sendt" },
  { HAUL_ROLE_DRAFTS, "Kladder" },
  { HAUL_ROLE_TRASH, "Slettet post|Slettede elementer|Papirkurv" },
  { HAUL_ROLE_JUNK, "Uønsket e-mail|Uønsket mail|Uønsket post" },
  { HAUL_ROLE_TEMPLATES, "Skabeloner" },
  /* Norwegian */
  { HAUL_ROLE_INBOX, "Innboks" },
  { HAUL_ROLE_OUTBOX, "Utboks" },
  { HAUL_ROLE_SENT, "Sendte elementer|Sendte|Sendt e-post" },
  { HAUL_ROLE_DRAFTS, "Utkast|Kladd" },
  { HAUL_ROLE_TRASH, "Slettede elementer|Papirkurven|Søppelkurv" },
  { HAUL_ROLE_JUNK, "Søppelpost|Uønsket e-post" },
  { HAUL_ROLE_TEMPLATES, "Maler" },
  /* Finnish */
  { HAUL_ROLE_INBOX, "Saapuneet" },
  { HAUL_ROLE_OUTBOX, "Lähtevät|Lähtevät viestit" },
  { HAUL_ROLE_SENT, "Lähetetyt|Lähetetyt viestit" },
  { HAUL_ROLE_DRAFTS, "Luonnokset" },
  { HAUL_ROLE_TRASH, "Poistetut|Poistetut viestit|Roskakori" },
  { HAUL_ROLE_JUNK, "Roskaposti" },
  { HAUL_ROLE_ARCHIVE, "Arkisto|Arkistot" },
  { HAUL_ROLE_TEMPLATES, "Mallit" },
  /* Polish */
  { HAUL_ROLE_INBOX, "Skrzynka odbiorcza|Odebrane" },
  { HAUL_ROLE_OUTBOX, "Skrzynka nadawcza" },
  { HAUL_ROLE_SENT, "Elementy wysłane|Wysłane" },
  { HAUL_ROLE_DRAFTS, "Kopie robocze|Wersje robocze|Szkice" },
  { HAUL_ROLE_TRASH, "Elementy usunięte|Kosz" },
  { HAUL_ROLE_JUNK, "Wiadomości-śmieci|Niechciane" },
  { HAUL_ROLE_ARCHIVE, "Archiwum" },
  { HAUL_ROLE_TEMPLATES, "Szablony" },
  /* Czech */
  { HAUL_ROLE_INBOX, "Doručená pošta" },
  { HAUL_ROLE_OUTBOX, "Pošta k odeslání" },
  { HAUL_ROLE_SENT, "Odeslaná pošta|Odeslané" },
  { HAUL_ROLE_DRAFTS, "Koncepty|Rozepsané" },
  { HAUL_ROLE_TRASH, "Odstraněná pošta|Koš" },
  { HAUL_ROLE_JUNK, "Nevyžádaná pošta|Nevyžádané" },
  { HAUL_ROLE_TEMPLATES, "Šablony" },
  /* Slovak */
  { HAUL_ROLE_OUTBOX, "Pošta na odoslanie" },
  { HAUL_ROLE_SENT, "Odoslaná pošta|Odoslané" },
  { HAUL_ROLE_TRASH, "Odstránená pošta|Odstránené položky|Kôš" },
  { HAUL_ROLE_JUNK, "Nevyžiadaná pošta" },
  { HAUL_ROLE_ARCHIVE, "Archív" },
  { HAUL_ROLE_TEMPLATES, "Šablóny" },
  /* Hungarian */
  { HAUL_ROLE_INBOX, "Beérkezett üzenetek|Beérkezett" },
  { HAUL_ROLE_OUTBOX, "Postázandó üzenetek" },
  { HAUL_ROLE_SENT, "Elküldött elemek|Elküldött üzenetek|Elküldött" },
  { HAUL_ROLE_DRAFTS, "Piszkozatok" },
  { HAUL_ROLE_TRASH, "Törölt elemek|Lomtár|Kuka" },
  { HAUL_ROLE_JUNK, "Levélszemét" },
  { HAUL_ROLE_ARCHIVE, "Archívum" },
  { HAUL_ROLE_TEMPLATES, "Sablonok" },
  /* Romanian; Windows had the letters with a cedilla */
  { HAUL_ROLE_INBOX, "Mesaje primite" },
  { HAUL_ROLE_OUTBOX, "De trimis" },
  { HAUL_ROLE_SENT, "Elemente trimise|Trimise|Mesaje trimise" },
  { HAUL_ROLE_DRAFTS, "Schițe|Schiţe|Ciorne" },
  { HAUL_ROLE_TRASH, "Elemente șterse|Elemente şterse|Coș de gunoi|Coş de gunoi|Gunoi" },
  { HAUL_ROLE_JUNK, "E-mail nedorit|Mesaje nedorite" },
  { HAUL_ROLE_ARCHIVE, "Arhivă" },
  /* Croatian, Slovenian */
  { HAUL_ROLE_INBOX, "Ulazna pošta|Prejeto" },
  { HAUL_ROLE_OUTBOX, "Izlazna pošta|V pošiljanju" },
  { HAUL_ROLE_SENT, "Poslane stavke|Poslano" },
  { HAUL_ROLE_DRAFTS, "Skice|Osnutki" },
  { HAUL_ROLE_TRASH, "Izbrisane stavke|Smeće|Izbrisano|Smeti" },
  { HAUL_ROLE_JUNK, "Neželjena pošta|Neželjena e-pošta|Neželena pošta|Neželena e-pošta" },
  { HAUL_ROLE_ARCHIVE, "Arhiva|Arhiv" },
  /* Estonian, Latvian, Lithuanian */
  { HAUL_ROLE_INBOX, "Sisendkaust|Saabunud kirjad|Iesūtne|Gauti laiškai|Aplankas Gauta" },
  { HAUL_ROLE_OUTBOX, "Väljundkaust|Izsūtne|Siunčiamieji" },
  { HAUL_ROLE_SENT, "Saadetud üksused|Saadetud kirjad|Saadetud|Nosūtītie vienumi|Nosūtītie|Išsiųsti laiškai|Išsiųsta" },
  { HAUL_ROLE_DRAFTS, "Mustandid|Melnraksti|Juodraščiai" },
  { HAUL_ROLE_TRASH, "Kustutatud üksused|Prügikast|Izdzēstie vienumi|Miskaste|Panaikinti elementai|Šiukšlinė" },
  { HAUL_ROLE_JUNK, "Rämpspost|Nevēlamais e-pasts|Surogātpasts|Nepageidaujamas paštas|Šlamštas" },
  { HAUL_ROLE_ARCHIVE, "Arhiiv|Arhīvs|Archyvas" },
  /* Russian */
  { HAUL_ROLE_INBOX, "Входящие" },
  { HAUL_ROLE_OUTBOX, "Исходящие" },
  { HAUL_ROLE_SENT, "Отправленные|Отправленные элементы" },
  { HAUL_ROLE_DRAFTS, "Черновики" },
  { HAUL_ROLE_TRASH, "Удаленные|Удалённые|Удаленные сообщения|Корзина" },
  { HAUL_ROLE_JUNK, "Нежелательная почта|Спам" },
  { HAUL_ROLE_ARCHIVE, "Архив|Архивы" },
  { HAUL_ROLE_TEMPLATES, "Шаблоны" },
  /* Ukrainian */
  { HAUL_ROLE_INBOX, "Вхідні" },
  { HAUL_ROLE_OUTBOX, "Вихідні" },
  { HAUL_ROLE_SENT, "Надіслані|Відправлені" },
  { HAUL_ROLE_DRAFTS, "Чернетки" },
  { HAUL_ROLE_TRASH, "Видалені|Кошик|Смітник" },
  { HAUL_ROLE_JUNK, "Небажана пошта" },
  { HAUL_ROLE_ARCHIVE, "Архів" },
  { HAUL_ROLE_TEMPLATES, "Шаблони" },
  /* Bulgarian */
  { HAUL_ROLE_INBOX, "Входящи|Входяща поща" },
  { HAUL_ROLE_OUTBOX, "Изходящи" },
  { HAUL_ROLE_SENT, "Изпратени|Изпратени елементи" },
  { HAUL_ROLE_DRAFTS, "Чернови" },
  { HAUL_ROLE_TRASH, "Изтрити|Изтрити елементи|Кошче" },
  { HAUL_ROLE_JUNK, "Нежелана поща" },
  /* Greek */
  { HAUL_ROLE_INBOX, "Εισερχόμενα" },
  { HAUL_ROLE_OUTBOX, "Εξερχόμενα" },
  { HAUL_ROLE_SENT, "Απεσταλμένα|Απεσταλμένα στοιχεία" },
  { HAUL_ROLE_DRAFTS, "Πρόχειρα" },
  { HAUL_ROLE_TRASH, "Διαγραμμένα|Διαγραμμένα στοιχεία|Απορρίμματα|Κάδος απορριμμάτων" },
  { HAUL_ROLE_JUNK, "Ανεπιθύμητη αλληλογραφία|Ανεπιθύμητα" },
  { HAUL_ROLE_ARCHIVE, "Αρχειοθέτηση" },
  { HAUL_ROLE_TEMPLATES, "Πρότυπα" },
  /* Turkish */
  { HAUL_ROLE_INBOX, "Gelen Kutusu" },
  { HAUL_ROLE_OUTBOX, "Giden Kutusu" },
  { HAUL_ROLE_SENT, "Gönderilmiş Öğeler|Gönderilmiş|Gönderilmiş Postalar|Gönderilenler" },
  { HAUL_ROLE_DRAFTS, "Taslaklar" },
  { HAUL_ROLE_TRASH, "Silinmiş Öğeler|Çöp|Çöp Kutusu" },
  { HAUL_ROLE_JUNK, "Önemsiz E-posta|Gereksiz E-posta|İstenmeyen" },
  { HAUL_ROLE_ARCHIVE, "Arşiv|Arşivler" },
  { HAUL_ROLE_TEMPLATES, "Şablonlar" },
  /* Hebrew, Arabic */
  { HAUL_ROLE_INBOX, "תיבת דואר נכנס|דואר נכנס|علبة الوارد|البريد الوارد" },
  { HAUL_ROLE_OUTBOX, "תיבת דואר יוצא|דואר יוצא|علبة الصادر|البريد الصادر" },
  { HAUL_ROLE_SENT, "פריטים שנשלחו|דואר שנשלח|דואר יוצא שנשלח|العناصر المرسلة|البريد المرسل" },
  { HAUL_ROLE_DRAFTS, "טיוטות|مسودات|المسودات" },
  { HAUL_ROLE_TRASH, "פריטים שנמחקו|אשפה|العناصر المحذوفة|المهملات" },
  { HAUL_ROLE_JUNK, "דואר זבל|זבל|البريد الإلكتروني غير الهام|البريد غير الهام" },
  { HAUL_ROLE_ARCHIVE, "ארכיון|الأرشيف|أرشيف" },
  /* Japanese */
  { HAUL_ROLE_INBOX, "受信トレイ|受信箱" },
  { HAUL_ROLE_OUTBOX, "送信トレイ" },
  { HAUL_ROLE_SENT, "送信済みアイテム|送信済みトレイ|送信済みメール|送信済み" },
  { HAUL_ROLE_DRAFTS, "下書き" },
  { HAUL_ROLE_TRASH, "削除済みアイテム|ゴミ箱|ごみ箱" },
  { HAUL_ROLE_JUNK, "迷惑メール" },
  { HAUL_ROLE_ARCHIVE, "アーカイブ" },
  { HAUL_ROLE_TEMPLATES, "テンプレート" },
  /* Chinese, simplified and traditional; “垃圾箱” is spam for some and trash for others */
  { HAUL_ROLE_INBOX, "收件箱|收件匣" },
  { HAUL_ROLE_OUTBOX, "发件箱|寄件匣" },
  { HAUL_ROLE_SENT, "已发送邮件|已发送|已发邮件|寄件備份|寄件備份匣" },
  { HAUL_ROLE_DRAFTS, "草稿|草稿箱|草稿匣" },
  { HAUL_ROLE_TRASH, "已删除邮件|已删除|回收站|垃圾箱|刪除的郵件|垃圾桶" },
  { HAUL_ROLE_JUNK, "垃圾邮件|垃圾箱|垃圾郵件" },
  { HAUL_ROLE_ARCHIVE, "存档|归档|封存" },
  { HAUL_ROLE_TEMPLATES, "模板|範本" },
  /* Korean */
  { HAUL_ROLE_INBOX, "받은 편지함|받은편지함" },
  { HAUL_ROLE_OUTBOX, "보낼 편지함|보낼편지함" },
  { HAUL_ROLE_SENT, "보낸 편지함|보낸편지함" },
  { HAUL_ROLE_DRAFTS, "임시 보관함|임시보관함" },
  { HAUL_ROLE_TRASH, "지운 편지함|지운편지함|휴지통" },
  { HAUL_ROLE_JUNK, "정크 메일|정크 전자 메일|스팸|스팸함|스팸메일함" },
  { HAUL_ROLE_TEMPLATES, "템플릿" },
  /* Thai, Vietnamese, Indonesian */
  { HAUL_ROLE_INBOX, "กล่องขาเข้า|กล่องจดหมายเข้า|Hộp thư đến|Kotak Masuk" },
  { HAUL_ROLE_OUTBOX, "กล่องขาออก|กล่องจดหมายออก|Hộp thư đi|Kotak Keluar" },
  { HAUL_ROLE_SENT, "รายการที่ถูกส่ง|จดหมายที่ส่งแล้ว|Mục đã gửi|Thư đã gửi|Item Terkirim|Terkirim" },
  { HAUL_ROLE_DRAFTS, "แบบร่าง|ร่างจดหมาย|Thư nháp|Draf" },
  { HAUL_ROLE_TRASH, "รายการที่ถูกลบ|ถังขยะ|Mục đã xóa|Thùng rác|Item Terhapus" },
  { HAUL_ROLE_JUNK, "อีเมลขยะ|จดหมายขยะ|Email rác|Thư rác|Email Sampah" },
};

/* What Outlook and Exchange keep beside mail, and what Exchange lets nobody make; other groupware calls them alike.
 * Mail that is put there is no use to anybody. */
static const char *const others[] = {
  "Calendar|Contacts|Tasks|Notes|Journal|Sync Issues|Conversation History|RSS Feeds|RSS Subscriptions|Files",
  "Public Folders|Other users|Suggested Contacts|Quick Step Settings|Conversation Action "
  "Settings|ExternalContacts|Yammer Root|Chats",
  "Kalender|Kontakte|Aufgaben|Notizen|Synchronisierungsprobleme|Aufgezeichnete Unterhaltungen|RSS-Feeds|Dateien",
  "Calendrier|Tâches|Problèmes de synchronisation|Historique des conversations|Flux RSS|Fichiers",
  "Calendario|Contactos|Tareas|Notas|Diario|Problemas de sincronización|Historial de conversaciones|Fuentes RSS",
  "Calendari|Contactes|Tasques|Contatti|Attività|Note|Problemi di sincronizzazione|Cronologia conversazioni|Feed RSS",
  "Calendário|Contatos|Tarefas|Anotações|Diário|Problemas de sincronização|Histórico de conversa",
  "Agenda|Contactpersonen|Taken|Notities|Logboek|Synchronisatieproblemen|Gespreksgeschiedenis",
  "Kontakter|Uppgifter|Anteckningar|Synkroniseringsproblem|Kontaktpersoner|Opgaver|Noter|Synkroniseringsproblemer",
  "Oppgaver|Notater|Logg|Kalenteri|Yhteystiedot|Tehtävät|Muistilaput|Muistiinpanot|Päiväkirja",
  "Kalendarz|Kontakty|Zadania|Notatki|Dziennik|Problemy z synchronizacją",
  "Kalendář|Úkoly|Poznámky|Deník|Problémy se synchronizací|Kalendár|Úlohy|Denník",
  "Naptár|Névjegyalbum|Névjegyek|Feladatok|Feljegyzések|Jegyzetek|Napló",
  "Persoane de contact|Activități|Activităţi|Jurnal|Kontakti|Zadaci|Bilješke|Stiki|Opravila|Koledar|Kalendar",
  "Календарь|Контакты|Задачи|Заметки|Дневник|Ошибки синхронизации",
  "Календар|Контакти|Завдання|Нотатки|Задачи|Бележки",
  "Ημερολόγιο|Επαφές|Εργασίες|Σημειώσεις",
  "Takvim|Kişiler|Görevler|Notlar|Günlük",
  "לוח שנה|אנשי קשר|משימות|פתקים|יומן|التقويم|جهات الاتصال|المهام|الملاحظات|دفتر اليومية",
  "予定表|連絡先|タスク|仕事|メモ|履歴|同期の失敗",
  "日历|联系人|任务|便笺|日记|同步问题|行事曆|連絡人|工作|記事|附註|日誌|同步處理問題",
  "일정|연락처|작업|메모|업무 일지|동기화 문제",
};

/* Its own mark, so that it is not found by a name that means two things. */
#define TWO_MEANINGS HAUL_N_ROLES

static char *
fold (const char *name)
{
  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);

  return g_utf8_strdown (composed, -1);
}

static void
add_names (GHashTable *table, const char *names, guint meaning)
{
  g_auto (GStrv) list = g_strsplit (names, "|", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      char *folded = fold (list[i]);
      gpointer before = g_hash_table_lookup (table, folded);
      gboolean is_new = before == NULL || before == GUINT_TO_POINTER (meaning);
      g_hash_table_replace (table, folded, GUINT_TO_POINTER (is_new ? meaning : TWO_MEANINGS));
    }
}

static gpointer
make_roles (gpointer data)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    add_names (table, roles[i].names, roles[i].role);
  return table;
}

static gpointer
make_others (gpointer data)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    add_names (table, others[i], 1);
  return table;
}

/**
 * haul_role_names_find:
 * @folded: a folder's name, composed and in lower case
 *
 * Returns: its role, %HAUL_ROLE_NONE where the name is none of the table's, or means two things
 */
HaulRole
haul_role_names_find (const char *folded)
{
  static GOnce once = G_ONCE_INIT;
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (g_once (&once, make_roles, NULL), folded));

  return found == TWO_MEANINGS ? HAUL_ROLE_NONE : (HaulRole)found;
}

/**
 * haul_role_names_is_other:
 * @folded: a folder's name, composed and in lower case
 *
 * Returns: whether groupware keeps something else than mail in a folder of this name
 */
gboolean
haul_role_names_is_other (const char *folded)
{
  static GOnce once = G_ONCE_INIT;

  return g_hash_table_contains (g_once (&once, make_others, NULL), folded);
}
