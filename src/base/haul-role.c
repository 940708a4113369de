/* haul-role.c - what a folder or mailbox is for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "base/haul-role.h"

static const char *const words[HAUL_N_ROLES] = {
  [HAUL_ROLE_NONE] = "none", [HAUL_ROLE_INBOX] = "inbox",     [HAUL_ROLE_OUTBOX] = "outbox",
  [HAUL_ROLE_SENT] = "sent", [HAUL_ROLE_DRAFTS] = "drafts",   [HAUL_ROLE_TRASH] = "trash",
  [HAUL_ROLE_JUNK] = "junk", [HAUL_ROLE_ARCHIVE] = "archive",
};

/* The names Outlook Express, Outlook, Thunderbird, Exchange and Gmail give, case-folded. */
static const struct
{
  const char *name;
  HaulRole role;
} names[] = {
  { "inbox", HAUL_ROLE_INBOX },
  { "posteingang", HAUL_ROLE_INBOX },
  { "boîte de réception", HAUL_ROLE_INBOX },
  { "bandeja de entrada", HAUL_ROLE_INBOX },
  { "posta in arrivo", HAUL_ROLE_INBOX },
  { "postvak in", HAUL_ROLE_INBOX },
  { "caixa de entrada", HAUL_ROLE_INBOX },
  { "входящие", HAUL_ROLE_INBOX },
  { "skrzynka odbiorcza", HAUL_ROLE_INBOX },
  { "受信トレイ", HAUL_ROLE_INBOX },
  { "收件箱", HAUL_ROLE_INBOX },
  { "outbox", HAUL_ROLE_OUTBOX },
  { "unsent messages", HAUL_ROLE_OUTBOX },
  { "postausgang", HAUL_ROLE_OUTBOX },
  { "boîte d'envoi", HAUL_ROLE_OUTBOX },
  { "bandeja de salida", HAUL_ROLE_OUTBOX },
  { "posta in uscita", HAUL_ROLE_OUTBOX },
  { "исходящие", HAUL_ROLE_OUTBOX },
  { "送信トレイ", HAUL_ROLE_OUTBOX },
  { "sent", HAUL_ROLE_SENT },
  { "sent items", HAUL_ROLE_SENT },
  { "sent messages", HAUL_ROLE_SENT },
  { "sent mail", HAUL_ROLE_SENT },
  { "sent-mail", HAUL_ROLE_SENT },
  { "gesendete objekte", HAUL_ROLE_SENT },
  { "gesendete elemente", HAUL_ROLE_SENT },
  { "gesendet", HAUL_ROLE_SENT },
  { "éléments envoyés", HAUL_ROLE_SENT },
  { "messages envoyés", HAUL_ROLE_SENT },
  { "elementos enviados", HAUL_ROLE_SENT },
  { "posta inviata", HAUL_ROLE_SENT },
  { "verzonden items", HAUL_ROLE_SENT },
  { "itens enviados", HAUL_ROLE_SENT },
  { "отправленные", HAUL_ROLE_SENT },
  { "elementy wysłane", HAUL_ROLE_SENT },
  { "送信済みアイテム", HAUL_ROLE_SENT },
  { "已发送邮件", HAUL_ROLE_SENT },
  { "drafts", HAUL_ROLE_DRAFTS },
  { "draft", HAUL_ROLE_DRAFTS },
  { "entwürfe", HAUL_ROLE_DRAFTS },
  { "brouillons", HAUL_ROLE_DRAFTS },
  { "borrador", HAUL_ROLE_DRAFTS },
  { "borradores", HAUL_ROLE_DRAFTS },
  { "bozze", HAUL_ROLE_DRAFTS },
  { "concepten", HAUL_ROLE_DRAFTS },
  { "rascunhos", HAUL_ROLE_DRAFTS },
  { "черновики", HAUL_ROLE_DRAFTS },
  { "下書き", HAUL_ROLE_DRAFTS },
  { "草稿", HAUL_ROLE_DRAFTS },
  { "trash", HAUL_ROLE_TRASH },
  { "deleted items", HAUL_ROLE_TRASH },
  { "deleted messages", HAUL_ROLE_TRASH },
  { "gelöschte objekte", HAUL_ROLE_TRASH },
  { "gelöschte elemente", HAUL_ROLE_TRASH },
  { "papierkorb", HAUL_ROLE_TRASH },
  { "éléments supprimés", HAUL_ROLE_TRASH },
  { "corbeille", HAUL_ROLE_TRASH },
  { "elementos eliminados", HAUL_ROLE_TRASH },
  { "posta eliminata", HAUL_ROLE_TRASH },
  { "verwijderde items", HAUL_ROLE_TRASH },
  { "itens excluídos", HAUL_ROLE_TRASH },
  { "удаленные", HAUL_ROLE_TRASH },
  { "удалённые", HAUL_ROLE_TRASH },
  { "elementy usunięte", HAUL_ROLE_TRASH },
  { "削除済みアイテム", HAUL_ROLE_TRASH },
  { "已删除邮件", HAUL_ROLE_TRASH },
  { "junk", HAUL_ROLE_JUNK },
  { "spam", HAUL_ROLE_JUNK },
  { "junk e-mail", HAUL_ROLE_JUNK },
  { "junk email", HAUL_ROLE_JUNK },
  { "junk-e-mail", HAUL_ROLE_JUNK },
  { "courrier indésirable", HAUL_ROLE_JUNK },
  { "нежелательная почта", HAUL_ROLE_JUNK },
  { "archive", HAUL_ROLE_ARCHIVE },
  { "archives", HAUL_ROLE_ARCHIVE },
  { "archiv", HAUL_ROLE_ARCHIVE },
};

const char *
haul_role_to_string (HaulRole role)
{
  return words[role];
}

HaulRole
haul_role_from_string (const char *text)
{
  for (HaulRole role = HAUL_ROLE_NONE; role < HAUL_N_ROLES; role++)
    if (g_strcmp0 (text, words[role]) == 0)
      return role;
  return HAUL_ROLE_NONE;
}

/**
 * haul_role_guess:
 * @name: a top-level folder's name, UTF-8
 *
 * Guesses a role from a name; used only where neither the store nor the server tells it.
 */
HaulRole
haul_role_guess (const char *name)
{
  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  g_autofree char *folded = composed == NULL ? NULL : g_utf8_strdown (composed, -1);

  for (gsize i = 0; folded != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (folded, names[i].name))
      return names[i].role;
  return HAUL_ROLE_NONE;
}
