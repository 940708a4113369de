/* fuzz-imap-text.c - whatever goes in, what we write is one argument, and reads back as it was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "imap/haul-imap-lexer.h"
#include "imap/haul-imap-text.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_quoted (const char *text)
{
  g_autofree char *quoted = haul_imap_text_quote (text);
  if (quoted == NULL || strlen (quoted) > 60000)
    return;
  g_autoptr (HaulImapLexer) lexer = haul_imap_lexer_new ();
  HaulImapToken token;

  haul_imap_lexer_feed (lexer, "* X ", 4);
  haul_imap_lexer_feed (lexer, quoted, strlen (quoted));
  haul_imap_lexer_feed (lexer, "\r\n", 2);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (haul_imap_lexer_next (lexer, &token, NULL), ==, HAUL_IMAP_LEXER_TOKEN);
  g_assert_cmpint (token.type, ==, HAUL_IMAP_TOKEN_STRING);
  g_assert_cmpstr (token.text, ==, text);
  g_assert_cmpint (haul_imap_lexer_next (lexer, &token, NULL), ==, HAUL_IMAP_LEXER_TOKEN);
  g_assert_cmpint (token.type, ==, HAUL_IMAP_TOKEN_END);
}

static void
check_keyword (const char *text)
{
  const char *const keywords[] = { text, NULL };
  g_autofree char *flags = haul_imap_text_format_flags (1, keywords);
  g_assert_true ((flags != NULL) == haul_imap_text_is_keyword (text));
  if (flags == NULL)
    return;
  for (const char *at = flags; *at != '\0'; at++)
    g_assert_true (*at >= 0x20 && *at < 0x7f && strchr ("{\"%*]", *at) == NULL);
}

static void
check_set (const char *text)
{
  g_autoptr (GArray) uids = haul_imap_text_parse_uid_set (text, 1000);
  if (uids == NULL)
    return;
  g_autofree char *written = haul_imap_text_format_uid_set ((const guint32 *)(gpointer)uids->data, uids->len);
  g_autoptr (GArray) again = haul_imap_text_parse_uid_set (written, 1000);
  g_assert_cmpmem (uids->data, uids->len * sizeof (guint32), again->data, again->len * sizeof (guint32));
}

static void
check_date (const char *text)
{
  gint64 time, again;
  if (!haul_imap_text_parse_date (text, &time) || time < 0)
    return;
  g_autofree char *written = haul_imap_text_format_date (time);
  g_assert_true (haul_imap_text_parse_date (written, &again));
  g_assert_cmpint (MIN (time, 253402300799), ==, again);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup (size == 0 ? "" : (const char *)data, size);
  check_quoted (text);
  check_keyword (text);
  check_set (text);
  check_date (text);
  return 0;
}
