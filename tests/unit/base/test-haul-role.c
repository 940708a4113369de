/* test-haul-role.c - special folders by their names in several languages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-role.h"

static void
test_guess (void)
{
  g_assert_cmpint (haul_role_guess ("Posteingang"), ==, HAUL_ROLE_INBOX);
  g_assert_cmpint (haul_role_guess ("Входящие"), ==, HAUL_ROLE_INBOX);
  g_assert_cmpint (haul_role_guess ("SENT ITEMS"), ==, HAUL_ROLE_SENT);
  g_assert_cmpint (haul_role_guess ("Entwu\xcc\x88rfe"), ==, HAUL_ROLE_DRAFTS); /* decomposed, as HFS+ gives it */
  g_assert_cmpint (haul_role_guess ("Inbox2"), ==, HAUL_ROLE_NONE);
  g_assert_cmpint (haul_role_guess (""), ==, HAUL_ROLE_NONE);
}

/* One name of each role in each language that a program speaks. */
static void
test_languages (void)
{
  static const char *const names[][HAUL_N_ROLES] = {
    { "", "INBOX", "Outbox", "Sent Items", "Drafts", "Deleted Items", "Junk E-mail", "Archive" },
    { "", "Posteingang", "Postausgang", "Gesendete Elemente", "Entwürfe", "Gelöschte Elemente", "Junk-E-Mail",
      "Archiv" },
    { "", "Boîte de réception", "Boîte d'envoi", "Éléments envoyés", "Brouillons", "Éléments supprimés",
      "Courrier indésirable", "Archives" },
    { "", "Bandeja de entrada", "Bandeja de salida", "Elementos enviados", "Borradores", "Elementos eliminados",
      "Correo no deseado" },
    { "", "Posta in arrivo", "Posta in uscita", "Posta inviata", "Bozze", "Posta eliminata", "Posta indesiderata" },
    { "", "Caixa de Entrada", "Caixa de saída", "Itens Enviados", "Rascunhos", "Itens Excluídos", "Lixo Eletrônico" },
    { "", "A receber", "A enviar", "Enviados", "Rascunho", "Itens eliminados", "Lixo Electrónico" },
    { "", "Postvak IN", "Postvak UIT", "Verzonden items", "Concepten", "Verwijderde items", "Ongewenste e-mail" },
    { "", "Inkorgen", "Utkorgen", "Skickat", "Utkast", "Borttaget", "Skräppost", "Arkiv" },
    { "", "Indbakke", "Udbakke", "Sendt post", "Kladder", "Slettet post", "Uønsket e-mail" },
    { "", "Innboks", "Utboks", "Sendte elementer", "Utkast", "Slettede elementer", "Søppelpost" },
    { "", "Saapuneet", "Lähtevät", "Lähetetyt", "Luonnokset", "Poistetut", "Roskaposti", "Arkisto" },
    { "", "Skrzynka odbiorcza", "Skrzynka nadawcza", "Elementy wysłane", "Kopie robocze", "Elementy usunięte",
      "Wiadomości-śmieci", "Archiwum" },
    { "", "Doručená pošta", "Pošta k odeslání", "Odeslaná pošta", "Koncepty", "Odstraněná pošta", "Nevyžádaná pošta" },
    { "", "Doručená pošta", "Pošta na odoslanie", "Odoslaná pošta", "Koncepty", "Odstránená pošta",
      "Nevyžiadaná pošta" },
    { "", "Beérkezett üzenetek", "Postázandó üzenetek", "Elküldött elemek", "Piszkozatok", "Törölt elemek",
      "Levélszemét" },
    { "", "Входящие", "ИСХОДЯЩИЕ", "Отправленные", "Черновики", "Удаленные", "Нежелательная почта", "Архив" },
    { "", "Вхідні", "Вихідні", "Надіслані", "Чернетки", "Видалені", "Небажана пошта" },
    { "", "Εισερχόμενα", "Εξερχόμενα", "Απεσταλμένα", "Πρόχειρα", "Διαγραμμένα", "Ανεπιθύμητη αλληλογραφία" },
    { "", "Gelen Kutusu", "Giden Kutusu", "Gönderilmiş Öğeler", "Taslaklar", "Silinmiş Öğeler", "Önemsiz E-posta" },
    { "", "תיבת דואר נכנס", "תיבת דואר יוצא", "פריטים שנשלחו", "טיוטות", "פריטים שנמחקו", "דואר זבל" },
    { "", "受信トレイ", "送信トレイ", "送信済みアイテム", "下書き", "削除済みアイテム", "迷惑メール" },
    { "", "收件箱", "发件箱", "已发送邮件", "草稿", "已删除邮件", "垃圾邮件" },
    { "", "收件匣", "寄件匣", "寄件備份", "草稿", "刪除的郵件", "垃圾郵件" },
    { "", "받은 편지함", "보낼 편지함", "보낸 편지함", "임시 보관함", "지운 편지함", "정크 메일" },
    { "", "Mesaje primite", "De trimis", "Elemente trimise", "Schițe", "Elemente șterse", "E-mail nedorit" },
  };

  g_assert_cmpuint (G_N_ELEMENTS (names), >=, 20);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (HaulRole role = HAUL_ROLE_INBOX; role < HAUL_N_ROLES; role++)
      if (names[i][role] != NULL)
        g_assert_cmpstr (haul_role_to_string (haul_role_guess (names[i][role])), ==, haul_role_to_string (role));
}

static void
test_doubtful (void)
{
  /* Spam for some programs, trash for others. */
  g_assert_cmpint (haul_role_guess ("垃圾箱"), ==, HAUL_ROLE_NONE);
  g_assert_cmpint (haul_role_guess ("Notes"), ==, HAUL_ROLE_NONE);
  g_assert_cmpint (haul_role_guess ("\xff"), ==, HAUL_ROLE_NONE);
}

static void
test_no_mail (void)
{
  static const char *const no_mail[]
      = { "Calendar", "KONTAKTE", "Tâches", "Заметки", "連絡先", "Files", "Sync Issues" };

  for (gsize i = 0; i < G_N_ELEMENTS (no_mail); i++)
    g_assert_true (haul_role_is_no_mail (no_mail[i]));
  g_assert_false (haul_role_is_no_mail ("Work"));
  g_assert_false (haul_role_is_no_mail ("Sent Items"));
}

static void
test_words (void)
{
  for (HaulRole role = HAUL_ROLE_NONE; role < HAUL_N_ROLES; role++)
    g_assert_cmpint (haul_role_from_string (haul_role_to_string (role)), ==, role);
  g_assert_cmpint (haul_role_from_string ("nonsense"), ==, HAUL_ROLE_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/role/guess", test_guess);
  g_test_add_func ("/role/languages", test_languages);
  g_test_add_func ("/role/doubtful", test_doubtful);
  g_test_add_func ("/role/no-mail", test_no_mail);
  g_test_add_func ("/role/words", test_words);
  return g_test_run ();
}
