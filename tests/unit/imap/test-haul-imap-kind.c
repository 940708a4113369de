/* test-haul-imap-kind.c - servers are known by what they say, whatever an administrator made them say
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-kind.h"

#define EXCHANGE_2010 "IMAP4 IMAP4rev1 AUTH=NTLM AUTH=GSSAPI AUTH=PLAIN CHILDREN IDLE NAMESPACE LITERAL+"
#define EXCHANGE_2016                                                                                                  \
  "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=NTLM AUTH=GSSAPI SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
#define READY "The Microsoft Exchange IMAP4 service is ready."

static const struct
{
  const char *greeting, *capabilities, *id, *kind;
} servers[] = {
  { "Microsoft Exchange IMAP4rev1 server version 5.5.2654.50 (host) ready", "IMAP4 IMAP4rev1 IDLE", NULL,
    "exchange-5.5" },
  { "Microsoft Exchange 2000 IMAP4rev1 server version 6.0.4417.0 (host) ready.", "IMAP4rev1", NULL, "exchange-2000" },
  { "Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 (host) ready.", "IMAP4 IMAP4rev1", NULL,
    "exchange-2003" },
  { "Microsoft Exchange Server 2007 IMAP4 service ready", "IMAP4", NULL, "exchange-2007" },
  { READY, EXCHANGE_2010, NULL, "exchange-2010" },
  { READY, "IMAP4 IMAP4rev1 AUTH=PLAIN UIDPLUS MOVE ID CHILDREN IDLE NAMESPACE LITERAL+", NULL, "exchange-2013" },
  { READY, EXCHANGE_2016, NULL, "exchange-2016" },
  { READY " [TQBXAEgA]",
    "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+", NULL,
    "exchange-online" },
  { "Microsoft Exchange IMAP4 service ready. 0 (tcpproxy/15.21.0406.000 BACKENDAUTHENTICATE) [AAAA]", "IMAP4", NULL,
    "exchange-online" },
  /* Set-ImapSettings -Banner */
  { "Welcome to our mail", EXCHANGE_2016, NULL, "exchange-2016" },
  { "Welcome to our mail", EXCHANGE_2010, NULL, "exchange-2010" },
  { "Welcome to our mail", "IMAP4rev1 LITERAL+", "Dovecot", "dovecot" },
  { "Gimap ready for requests from 192.0.2.1 x", "IMAP4rev1", NULL, "gmail" },
  { "Dovecot (Debian) ready.", "IMAP4rev1 LITERAL+", NULL, "dovecot" },
  { "host Cyrus IMAP 3.6.1 server ready", "IMAP4rev1", NULL, "cyrus" },
  { "Courier-IMAP ready. Copyright", "IMAP4rev1", NULL, "courier" },
  { "IMAP4rev1", "IMAP4rev1", NULL, "imap4d" },
  { "IMAP4rev1 Service Ready", "IMAP4rev1", NULL, "other" },
  { "IMAPrev1", "IMAP4", NULL, "hmailserver" },
  { "IMAP4rev1 Hello", "IMAP4rev1 XYMHIGHESTMODSEQ LITERAL+", NULL, "yahoo" },
  { "", "", NULL, "other" },
};

static void
test_found (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      const HaulImapKind *kind = haul_imap_kind_find (servers[i].greeting, servers[i].capabilities, servers[i].id);
      g_test_message ("%s", servers[i].greeting);
      g_assert_cmpstr (kind->word, ==, servers[i].kind);
      g_assert_true (haul_imap_kind_get (kind->word) == kind);
    }
}

/* What is said of them is sound: a person may choose each, and nothing is left empty that is read as text. */
static void
test_sound (void)
{
  g_autofree char *words = haul_imap_kind_dup_words ();
  g_auto (GStrv) all = g_strsplit (words, ", ", -1);

  for (gsize i = 0; all[i] != NULL; i++)
    {
      const HaulImapKind *kind = haul_imap_kind_get (all[i]);
      g_assert_nonnull (kind->name);
      g_assert_nonnull (kind->refused_letters);
      g_assert_cmpuint (kind->connections, >, 0);
      g_assert_true (kind->max_line == 0 || kind->max_line > 998);
      if (g_str_has_prefix (kind->word, "exchange-"))
        g_assert_cmpuint (kind->max_line, ==, 9900); /* else what follows in a long line is carried out */
    }
  g_assert_null (haul_imap_kind_get ("exchange"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/kind/found", test_found);
  g_test_add_func ("/imap/kind/sound", test_sound);
  return g_test_run ();
}
