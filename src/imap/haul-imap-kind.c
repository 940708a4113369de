/* haul-imap-kind.c - which server this is, and what it does otherwise than the RFC says: all quirks, in this file; what
 * a server's words mean, which are understood whoever says them, is the table of haul-imap-quirks.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A quirk's comment says when it was written down, for which version, and by what it is known:
 *
 *   measured     seen by us, with that version
 *   KB Q…        Microsoft's knowledge base; [MS-…] its open specifications
 *   log          a protocol log that somebody published; reported: without one
 *   source       read in the server's published source
 *
 * Greetings can be set by administrators, capabilities change at sign-in, and ID is often withheld: so all three are
 * looked at, and `--server-kind` overrules them.
 *
 * Thread:  any; constant.
 * See:     docs/wire.md
 */
#include "imap/haul-imap-kind.h"

#include <string.h>

/* What every Exchange does. All 2026-11:
 *
 *   rewrites           5.5–Online: messages are taken apart and built anew (MS-OXCMAIL; KB Q238183)
 *   max_line           2007–SE: the 10,240 octets of MaxCommandSize count within messages, too (Set-ImapSettings; logs:
 *                      node-imap 868, MailKit 542), less a margin as isync takes it; not known to be otherwise before
 *   keeps_other_items  5.5–Online: Calendar, Contacts, Tasks beside mail (KB Q200278)
 *   forgets_flagged    2010–Online: reported by imapsync's FAQ.Exchange
 *   shows_receipts     2003–Online: reported by imapsync's FAQ.Office365
 *   wants_plain_first  5.5–Online: domain\user\mailbox needs PLAIN or LOGIN (KB Q273561)
 *   connections        16 are let in (Set-ImapSettings), 20 Online; others need some as well
 */
#define EXCHANGE                                                                                                       \
  .rewrites = TRUE, .max_line = 9900, .keeps_other_items = TRUE, .forgets_flagged = TRUE, .shows_receipts = TRUE,      \
  .wants_plain_first = TRUE, .connections = 3, .refused_letters = ""

/* Known as well, and met by what is done with every server. All 2026-11:
 *
 *   one command at a time    Exchange 5.5 SP3 resets at 100 pending (KB Q230285), Online at some 50 (source: Geary's
 *                            quirks); hMailServer 5.x writes what comes behind a literal into the message (source:
 *                            IMAPCommandAppend.cpp)
 *   no empty literal         ends imap4d 3.15 (measured); hMailServer 5.x refuses it (source)
 *   `From ` is repaired      imap4d 3.15 refuses a message that begins with it (measured)
 *   names differ by more     Exchange, 5.5–Online, takes Trash and trash for one (KB Q273561; imapsync's FAQ)
 *   than case
 */
static const HaulImapKind kinds[] = {
  { .word = "other", .name = "another server", .connections = 2, .refused_letters = "" },
  { .word = "exchange-5.5",
    .name = "Microsoft Exchange 5.5",
    EXCHANGE,
    /* 2026-11, before 5.5 SP3: hangs where both come in one read (KB Q239082) */
    .wants_end_alone = TRUE },
  { .word = "exchange-2000", .name = "Microsoft Exchange 2000", EXCHANGE },
  { .word = "exchange-2003",
    .name = "Microsoft Exchange 2003",
    EXCHANGE,
    /* 2026-11, 6.5 (Chinese): log, MailKit 1512 */
    .breaks_namespace = TRUE },
  { .word = "exchange-2007", .name = "Microsoft Exchange 2007", EXCHANGE },
  { .word = "exchange-2010", .name = "Microsoft Exchange 2010", EXCHANGE },
  { .word = "exchange-2013", .name = "Microsoft Exchange 2013", EXCHANGE },
  { .word = "exchange-2016", .name = "Microsoft Exchange 2016 or later", EXCHANGE },
  { .word = "exchange-online", .name = "Exchange Online", EXCHANGE },
  { .word = "gmail",
    .name = "Gmail",
    /* 2026-11: one message under several labels (developers.google.com; reported: imap-upload 22) */
    .merges = TRUE,
    /* 2026-11: 15 are let in (support.google.com) */
    .connections = 3,
    /* 2026-11: reported by imapsync's FAQ.Gmail */
    .refused_letters = "\"\\^",
    /* 2026-11: emptied by age (support.google.com) */
    .trash_days = 30,
    .junk_days = 30 },
  { .word = "dovecot",
    .name = "Dovecot",
    /* 2026-11, 2.3: mail_max_userip_connections 10 */ .connections = 3,
    .refused_letters = "" },
  { .word = "cyrus",
    .name = "Cyrus",
    /* 2026-11, 3.6: “Invalid mailbox name”, measured */
    .refused_letters = "!\"%;<>\\^`{|}",
    .connections = 3,
    /* 2026-11, 3.6: 128 user flags a mailbox (source: imap/mailbox.h) */
    .max_keywords = 100 },
  { .word = "courier",
    .name = "Courier",
    /* 2026-11, 5.0: MAXPERIP=4 (source: imapd.dist) */
    .connections = 2,
    .refused_letters = "",
    /* 2026-11, 5.0: IMAP_EMPTYTRASH=Trash:7 (source: imapd.dist) */
    .trash_days = 7 },
  { .word = "imap4d",
    .name = "GNU Mailutils imap4d",
    /* All 2026-11, 3.15, measured. Its OK to AUTHENTICATE ends with LF alone, answers to STATUS name mailboxes without
     * quotes, a “/” makes a directory, what follows a “$” is taken for a variable, {0} ends the server. */
    .breaks_authenticate = TRUE,
    .refused_letters = " $\"(){}\\/",
    .adds_fields = TRUE,
    .loses_in_selected = TRUE,
    .has_no_subfolders = TRUE,
    .connections = 1 },
  { .word = "uw",
    .name = "a server of the Washington family",
    /* 2026-11, 2007f: an mbox has one writer, and 30 keywords (source: c-client) */
    .connections = 1,
    .refused_letters = "",
    .max_keywords = 30 },
  { .word = "hmailserver", .name = "hMailServer", .connections = 2, .refused_letters = "" },
  { .word = "yahoo",
    .name = "Yahoo Mail",
    /* 2026-11: else the next command is refused (logs: imapsync 209, MailKit 251) */
    .wants_final_end = TRUE,
    .connections = 2,
    .refused_letters = "" },
  { .word = "domino",
    .name = "HCL Domino",
    /* 2026-11, 9: Message-IDs of its own (reported: imapsync's FAQ.Domino) */
    .rewrites = TRUE,
    .connections = 2,
    .refused_letters = "" },
  { .word = "zimbra",
    .name = "Zimbra",
    /* 2026-11: Contacts, Calendar and Chats share the tree (source: zm-mailbox) */
    .keeps_other_items = TRUE,
    .connections = 3,
    .refused_letters = "" },
  { .word = "kerio",
    .name = "Kerio Connect",
    /* 2026-11, 9: reported: calendars and contacts are shown among the folders */
    .keeps_other_items = TRUE,
    .connections = 2,
    .refused_letters = "" },
};

/* The first that fits. All of a row's signs must be there. */
static const struct
{
  const char *greeting; /* (nullable) a part of it; with `=` in front all of it */
  const char *words;    /* (nullable) capabilities; with `!` in front: not there */
  const char *id;       /* (nullable) a part of the name that ID tells */
  const char *kind;
} signs[] = {
  { "Microsoft Exchange IMAP4rev1 server version 5.5", NULL, NULL, "exchange-5.5" },
  { "Microsoft Exchange IMAP4rev1 Server Ready", NULL, NULL, "exchange-5.5" },
  { "Microsoft Exchange 2000 ", NULL, NULL, "exchange-2000" },
  { "IMAP4rev1, Version 6.0", NULL, NULL, "exchange-2000" },
  { "Exchange Server 2003", NULL, NULL, "exchange-2003" },
  { "version 6.5.", "IMAP4", NULL, "exchange-2003" },
  { "Exchange Server 2007", NULL, NULL, "exchange-2007" },
  { "BACKENDAUTHENTICATE", NULL, NULL, "exchange-online" },
  { "Microsoft Exchange", "AUTH=XOAUTH2", NULL, "exchange-online" },
  { NULL, "CLIENTACCESSRULES", NULL, "exchange-online" },
  { NULL, "BACKENDAUTHENTICATE", NULL, "exchange-online" },
  { "Microsoft Exchange", "MOVE SASL-IR", NULL, "exchange-2016" },
  { "Microsoft Exchange", "MOVE", NULL, "exchange-2013" },
  { "Microsoft Exchange", "STARTTLS SASL-IR", NULL, "exchange-2016" },
  { "Microsoft Exchange", NULL, NULL, "exchange-2010" },
  { NULL, NULL, "Microsoft.Exchange", "exchange-2016" },
  /* Somebody changed the greeting: what Exchange since 2010 offers, and no other. */
  { NULL, "IMAP4 IMAP4rev1 MOVE UIDPLUS CHILDREN IDLE NAMESPACE LITERAL+ !QUOTA !ENABLE !SORT", NULL, "exchange-2016" },
  { NULL, "IMAP4 IMAP4rev1 AUTH=NTLM AUTH=GSSAPI IDLE NAMESPACE LITERAL+ !UIDPLUS", NULL, "exchange-2010" },
  { "Gimap ", NULL, NULL, "gmail" },
  { NULL, "X-GM-EXT-1", NULL, "gmail" },
  { "Dovecot", NULL, NULL, "dovecot" },
  { " Cyrus IMAP ", NULL, NULL, "cyrus" },
  { "Courier-IMAP", NULL, NULL, "courier" },
  { "=IMAP4rev1", NULL, NULL, "imap4d" },
  { "IMAP4rev1 2007", NULL, NULL, "uw" },
  { "Panda IMAP", NULL, NULL, "uw" },
  { "=IMAPrev1", NULL, NULL, "hmailserver" },
  { NULL, "XYMHIGHESTMODSEQ", NULL, "yahoo" },
  { "Domino IMAP4", NULL, NULL, "domino" },
  { " Zimbra IMAP", NULL, NULL, "zimbra" },
  { "Kerio ", NULL, NULL, "kerio" },
  { NULL, NULL, "Dovecot", "dovecot" },
  { NULL, NULL, "Cyrus", "cyrus" },
  { NULL, NULL, "hMailServer", "hmailserver" },
  { NULL, NULL, "Zimbra", "zimbra" },
};

/**
 * haul_imap_kind_get:
 * @word: as typed, in any case
 *
 * Returns: (transfer none) (nullable): the kind of that name
 */
const HaulImapKind *
haul_imap_kind_get (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i].word, word) == 0)
      return &kinds[i];
  return NULL;
}

/* All words, with commas. */
char *
haul_imap_kind_dup_words (void)
{
  GString *words = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_string_append_printf (words, "%s%s", i == 0 ? "" : ", ", kinds[i].word);
  return g_string_free (words, FALSE);
}

static gboolean
has_word (char **words, const char *wanted)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], wanted) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_words (char **offered, const char *wanted)
{
  g_auto (GStrv) words = g_strsplit (wanted, " ", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] == '!' ? has_word (offered, words[i] + 1) : !has_word (offered, words[i]))
      return FALSE;
  return TRUE;
}

static gboolean
fits_greeting (const char *greeting, const char *sign)
{
  return *sign == '=' ? g_str_equal (greeting, sign + 1) : strstr (greeting, sign) != NULL;
}

/**
 * haul_imap_kind_find:
 * @greeting: the greeting's text, without its code
 * @capabilities: the words that are offered at the moment
 * @id: (nullable): the name that the server told by ID
 *
 * Finds out which server this is.
 *
 * Returns: (transfer none): the kind; `other` where nothing fits
 */
const HaulImapKind *
haul_imap_kind_find (const char *greeting, const char *capabilities, const char *id)
{
  g_auto (GStrv) offered = g_strsplit (capabilities, " ", -1);

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if ((signs[i].greeting == NULL || fits_greeting (greeting, signs[i].greeting))
        && (signs[i].words == NULL || has_words (offered, signs[i].words))
        && (signs[i].id == NULL || (id != NULL && strstr (id, signs[i].id) != NULL)))
      return haul_imap_kind_get (signs[i].kind);
  return &kinds[0];
}
