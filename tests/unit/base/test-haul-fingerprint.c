/* test-haul-fingerprint.c - what rewriting leaves alone, and what it does not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-fingerprint.h"

#include <string.h>

#define MAIL                                                                                                           \
  "Message-ID: <abc.1@example.org>\r\nDate: Fri, 17 Oct 2003 12:00:00 +0200\r\n"                                       \
  "From: Anna <anna@example.org>\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe_42?=\r\nX-Long: one\r\n two\r\n"
#define TEXT "\r\nHello\r\nyou\r\n"

static HaulFingerprint
scan (const char *text, gsize piece)
{
  g_autoptr (HaulFingerprintScanner) scanner = haul_fingerprint_scanner_new ();
  HaulFingerprint fingerprint;
  gsize length = strlen (text);

  for (gsize i = 0; i < length; i += piece)
    haul_fingerprint_scanner_update (scanner, (const guint8 *)text + i, MIN (piece, length - i));
  haul_fingerprint_scanner_finish (scanner, &fingerprint);
  return fingerprint;
}

static HaulFingerprint
scan_all (const char *text)
{
  return scan (text, 65536);
}

static void
test_pieces (void)
{
  HaulFingerprint whole = scan_all (MAIL TEXT);

  g_assert_cmpuint (sizeof whole, ==, 32);
  g_assert_cmpuint (whole.header, !=, 0);
  g_assert_cmpuint (whole.identity, !=, 0);
  g_assert_cmpuint (whole.bare, !=, 0);
  g_assert_cmpuint (whole.text, !=, 0);
  for (gsize piece = 1; piece < 20; piece++)
    {
      HaulFingerprint other = scan (MAIL TEXT, piece);
      g_assert_cmpmem (&whole, sizeof whole, &other, sizeof other);
    }
}

/* A scanner forgets the message before. */
static void
test_again (void)
{
  g_autoptr (HaulFingerprintScanner) scanner = haul_fingerprint_scanner_new ();
  HaulFingerprint first, second, wanted = scan_all ("Subject: x\r\n\r\n");

  haul_fingerprint_scanner_update (scanner, (const guint8 *)(MAIL TEXT), strlen (MAIL TEXT));
  haul_fingerprint_scanner_finish (scanner, &first);
  haul_fingerprint_scanner_update (scanner, (const guint8 *)"Subject: x\r\n\r\n", 14);
  haul_fingerprint_scanner_finish (scanner, &second);
  g_assert_cmpmem (&second, sizeof second, &wanted, sizeof wanted);
}

/* Courier: a final line end, no bare CR. imap4d: fields of its own. Dovecot-like mbox: Status. */
static void
test_gentle (void)
{
  HaulFingerprint sent = scan_all (MAIL "\r\nHello\rx\r\nyou");
  HaulFingerprint courier = scan_all (MAIL "\r\nHellox\r\nyou\r\n");
  HaulFingerprint imap4d = scan_all ("X-IMAPbase: 12 34\r\n" MAIL "X-UID: 7\r\nStatus: O\r\n\r\nHello\rx\r\nyou");
  HaulFingerprint folded = scan_all (MAIL "X-Two: a\r\n\tb\r\n" TEXT);
  HaulFingerprint unfolded = scan_all (MAIL "X-Two:   a b \r\n" TEXT);

  g_assert_cmpmem (&sent, sizeof sent, &courier, sizeof courier);
  g_assert_cmpmem (&sent, sizeof sent, &imap4d, sizeof imap4d);
  g_assert_cmpuint (folded.header, ==, unfolded.header);
}

/* Exchange writes the message anew: other zone, other charset, other quoting, other order, fields of its own. */
static void
test_harsh (void)
{
  HaulFingerprint sent = scan_all (MAIL TEXT);
  HaulFingerprint kept
      = scan_all ("Received: from x\r\nFrom: \"Anna\" <ANNA@example.org>\r\nSubject: =?utf-8?B?R3LDvMOfZSA0Mg==?=\r\n"
                  "Date: Fri, 17 Oct 2003 10:00:00 +0000\r\nMessage-ID: <abc.1@other.example>\r\n\r\n<p>Hello\r\n");

  g_assert_cmpuint (sent.identity, ==, kept.identity);
  g_assert_cmpuint (sent.bare, ==, kept.bare);
  g_assert_cmpuint (sent.header, !=, kept.header);
  g_assert_cmpuint (sent.text, !=, kept.text);
}

/* What a person would call another message has another fingerprint. */
static void
test_differences (void)
{
  static const char *const others[] = {
    "Message-ID: <abc.2@x>\r\nDate: Fri, 17 Oct 2003 12:00:00 +0200\r\nFrom: anna@example.org\r\nSubject: 42\r\n",
    "Message-ID: <abc.1@x>\r\nDate: Fri, 17 Oct 2003 12:00:01 +0200\r\nFrom: anna@example.org\r\nSubject: 42\r\n",
    "Message-ID: <abc.1@x>\r\nDate: Fri, 17 Oct 2003 12:00:00 +0200\r\nFrom: bob@example.org\r\nSubject: 42\r\n",
    "Message-ID: <abc.1@x>\r\nDate: Fri, 17 Oct 2003 12:00:00 +0200\r\nFrom: anna@example.org\r\nSubject: 43\r\n"
  };
  const char *base
      = "Message-ID: <abc.1@x>\r\nDate: Fri, 17 Oct 2003 12:00:00 +0200\r\nFrom: anna@example.org\r\nSubject: 42\r\n";
  HaulFingerprint sent = scan_all (base);

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      HaulFingerprint other = scan_all (others[i]);
      g_assert_cmpuint (sent.identity, !=, other.identity);
      g_assert_cmpuint (sent.bare == other.bare, ==, i == 0);
    }
  g_assert_cmpuint (scan_all ("A: b\r\n\r\nx\r\n\r\ny").text, !=, scan_all ("A: b\r\n\r\nx\r\ny").text);
}

/* Nothing to go by is nothing, so that it equals nothing. */
static void
test_nothing (void)
{
  HaulFingerprint empty = scan_all ("");
  HaulFingerprint headless = scan_all ("\r\nJust text\r\n");
  HaulFingerprint undated = scan_all ("From: anna@example.org\r\n\r\n\r\n");

  g_assert_cmpuint (empty.header | empty.identity | empty.bare | empty.text, ==, 0);
  g_assert_cmpuint (headless.header | headless.identity | headless.bare, ==, 0);
  g_assert_cmpuint (headless.text, !=, 0);
  g_assert_cmpuint (undated.identity | undated.bare, ==, 0);
  g_assert_cmpuint (undated.text, ==, HAUL_FINGERPRINT_NO_TEXT);
  g_assert_cmpuint (scan_all ("From: anna@example.org\r\n").text, ==, HAUL_FINGERPRINT_NO_TEXT);
  g_assert_cmpuint (undated.header, !=, 0);
}

static void
test_dates (void)
{
  static const char *const same[]
      = { "17 Oct 2003 10:00:00 GMT", "Fri, 17 Oct 03 06:00:00 -0400 (EDT)", "Fri,  17 Oct 2003 12:00 +0200" };
  guint64 wanted = scan_all ("Date: Fri, 17 Oct 2003 12:00:00 +0200\r\n\r\n").bare;

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *text = g_strdup_printf ("Date: %s\r\n\r\n", same[i]);
      g_assert_cmpuint (scan_all (text).bare, ==, wanted);
    }
  g_assert_cmpuint (scan_all ("Date: yesterday\r\n\r\n").bare, !=, 0);
  g_assert_cmpuint (scan_all ("Date: 99 Oct 2003 99:00:00\r\n\r\n").bare, !=, 0);
}

/* Any octets, cut anywhere. */
static void
test_garbage (void)
{
  static const char *const pieces[] = { "Subject: =?", "?B?",
                                        "=?x?Q?=",     "=4",
                                        "?=",          "<",
                                        ">",           "Date: 1 Jan 1:2:3",
                                        ":",           "\r\n",
                                        " ",           "\xff\xfe",
                                        "From: ",      "Message-ID: <",
                                        "@",           "1 Jan 99999999999999999999 1:1:1 +99999999999" };

  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      for (gint i = g_test_rand_int_range (0, 20); i > 0; i--)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      HaulFingerprint whole = scan_all (text->str);
      HaulFingerprint other = scan (text->str, 1);
      g_assert_cmpmem (&whole, sizeof whole, &other, sizeof other);
    }
}

static void
test_sizes (void)
{
  g_assert_true (haul_fingerprint_is_near (1000, 5000));
  g_assert_true (haul_fingerprint_is_near (1000000, 1250000));
  g_assert_false (haul_fingerprint_is_near (1000, 9000));
  g_assert_false (haul_fingerprint_is_near (1000000, 500000));
  g_assert_false (haul_fingerprint_is_near (0, G_MAXUINT64));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fingerprint/pieces", test_pieces);
  g_test_add_func ("/fingerprint/again", test_again);
  g_test_add_func ("/fingerprint/gentle", test_gentle);
  g_test_add_func ("/fingerprint/harsh", test_harsh);
  g_test_add_func ("/fingerprint/differences", test_differences);
  g_test_add_func ("/fingerprint/nothing", test_nothing);
  g_test_add_func ("/fingerprint/dates", test_dates);
  g_test_add_func ("/fingerprint/garbage", test_garbage);
  g_test_add_func ("/fingerprint/sizes", test_sizes);
  return g_test_run ();
}
