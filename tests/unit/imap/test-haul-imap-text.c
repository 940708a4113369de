/* test-haul-imap-text.c - what we write, read back by a grammar of this test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-text.h"

#include <string.h>

#include "imap/haul-imap-types.h"

/* The grammar: written from RFC 3501 §9 and nothing of ours. Each reads one thing at *at and moves on. */

static gboolean
eat (const char **at, const char *text)
{
  gboolean fits = strncmp (*at, text, strlen (text)) == 0;
  if (fits)
    *at += strlen (text);
  return fits;
}

/* quoted = DQUOTE *QUOTED-CHAR DQUOTE; without controls, as we promise */
static gboolean
eat_quoted (const char **at, GString *value)
{
  if (!eat (at, "\""))
    return FALSE;
  for (; **at != '"'; (*at)++)
    {
      if (**at == '\\' && *++(*at) != '"' && **at != '\\')
        return FALSE;
      if (**at < ' ' || **at > '~')
        return FALSE;
      g_string_append_c (value, **at);
    }
  return eat (at, "\"");
}

static gboolean
is_atom_char (char c)
{
  return c > ' ' && c < 0x7f && c != '(' && c != ')' && c != '{' && c != '%' && c != '*' && c != '"' && c != '\\'
         && c != ']';
}

/* flag-list = "(" [flag *(SP flag)] ")", no other backslash than of the five */
static gboolean
eat_flags (const char **at, guint *flags, GString *keywords)
{
  static const char *const names[] = { "\\Seen", "\\Answered", "\\Flagged", "\\Draft", "\\Deleted" };
  if (!eat (at, "("))
    return FALSE;
  while (**at != ')')
    {
      gboolean is_system = FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (names) && !is_system; i++)
        if (eat (at, names[i]))
          {
            *flags |= 1U << i;
            is_system = TRUE;
          }
      if (!is_system && !is_atom_char (**at))
        return FALSE;
      if (!is_system)
        g_string_append_c (keywords, '/');
      while (!is_system && is_atom_char (**at))
        g_string_append_c (keywords, *(*at)++);
      if (**at != ')' && (!eat (at, " ") || **at == ')'))
        return FALSE;
    }
  return eat (at, ")");
}

static gboolean
eat_digits (const char **at, guint least, guint most, guint64 *number)
{
  guint n = 0;
  for (*number = 0; n < most && **at >= '0' && **at <= '9'; n++, (*at)++)
    *number = *number * 10 + (guint64)(**at - '0');
  return n >= least;
}

/* sequence-set of nz-numbers without leading zeros and without "*" */
static gboolean
eat_set (const char **at, GArray *uids)
{
  do
    {
      guint64 low, high;
      if (**at == '0' || !eat_digits (at, 1, 10, &low))
        return FALSE;
      high = low;
      if (eat (at, ":") && (**at == '0' || !eat_digits (at, 1, 10, &high)))
        return FALSE;
      if (high > G_MAXUINT32 || low > high)
        return FALSE;
      for (guint64 uid = low; uid <= high; uid++)
        {
          guint32 value = (guint32)uid;
          g_array_append_val (uids, value);
        }
    }
  while (eat (at, ","));
  return TRUE;
}

static char *
random_octets (gsize length, gboolean is_tame)
{
  char *octets = g_malloc (length + 1);
  for (gsize i = 0; i < length; i++)
    octets[i] = (char)(is_tame ? g_test_rand_int_range (0x20, 0x7f) : g_test_rand_int_range (1, 256));
  octets[length] = '\0';
  return octets;
}

static void
test_quote (void)
{
  static const char *const refused[] = { "a\r", "a\n", "\t", "\x7f", "\xe9", "é" };
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_false (haul_imap_text_can_quote (refused[i]));
      g_assert_null (haul_imap_text_quote (refused[i]));
    }
  g_autofree char *login = haul_imap_text_quote ("CORP\\bob \"x\"");
  g_assert_cmpstr (login, ==, "\"CORP\\\\bob \\\"x\\\"\"");

  for (guint round = 0; round < 5000; round++)
    {
      g_autofree char *text
          = random_octets ((gsize)g_test_rand_int_range (0, round % 100 == 0 ? 70000 : 30), round % 4 != 0);
      g_autofree char *quoted = haul_imap_text_quote (text);
      g_autoptr (GString) value = g_string_new (NULL);
      const char *at = quoted;
      g_assert_true ((quoted != NULL) == haul_imap_text_can_quote (text));
      if (quoted == NULL)
        continue;
      g_assert_true (eat_quoted (&at, value) && *at == '\0');
      g_assert_cmpstr (value->str, ==, text);
    }
}

static void
test_atom (void)
{
  for (int c = 1; c < 256; c++)
    {
      char word[] = { 'a', (char)c, '\0' };
      g_assert_true (haul_imap_text_is_atom (word) == is_atom_char ((char)c));
      g_assert_true (haul_imap_text_is_keyword (word) == is_atom_char ((char)c));
    }
  g_autofree char *longest = g_strnfill (64, 'k');
  g_autofree char *longer = g_strnfill (65, 'k');
  g_assert_false (haul_imap_text_is_atom (""));
  g_assert_true (haul_imap_text_is_keyword (longest));
  g_assert_false (haul_imap_text_is_keyword (longer));
  g_assert_true (haul_imap_text_is_atom (longer));
}

static void
test_number (void)
{
  static const char *const refused[]
      = { "", "-1", "+1", " 1", "1 ", "1x", "0x1", "4294967296", "99999999999999999999999" };
  guint64 number;
  g_assert_true (haul_imap_text_parse_number ("4294967295", G_MAXUINT32, &number) && number == G_MAXUINT32);
  g_assert_true (haul_imap_text_parse_number ("18446744073709551615", G_MAXUINT64, &number) && number == G_MAXUINT64);
  g_assert_true (haul_imap_text_parse_number ("000", 0, &number) && number == 0);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (haul_imap_text_parse_number (refused[i], G_MAXUINT32, &number));
}

static void
test_format_date (void)
{
  g_autofree char *epoch = haul_imap_text_format_date (0);
  g_autofree char *day = haul_imap_text_format_date (981000245);
  g_autofree char *leap = haul_imap_text_format_date (951782399);
  g_autofree char *before = haul_imap_text_format_date (G_MININT64);
  g_autofree char *after = haul_imap_text_format_date (G_MAXINT64);
  g_assert_cmpstr (epoch, ==, "01-Jan-1970 00:00:00 +0000");
  g_assert_cmpstr (day, ==, "01-Feb-2001 04:04:05 +0000");
  g_assert_cmpstr (leap, ==, "28-Feb-2000 23:59:59 +0000");
  g_assert_cmpstr (before, ==, "01-Jan-1970 00:00:00 +0000");
  g_assert_cmpstr (after, ==, "31-Dec-9999 23:59:59 +0000");

  for (guint round = 0; round < 2000; round++)
    {
      gint64 time = (gint64)(g_test_rand_double () * 253402300799.0);
      g_autofree char *text = haul_imap_text_format_date (time);
      gint64 back;
      g_assert_true (haul_imap_text_parse_date (text, &back));
      g_assert_cmpint (back, ==, time);
    }
}

static void
test_parse_date (void)
{
  static const struct
  {
    const char *text;
    gint64 time; /* -1: refused */
  } cases[] = {
    { "17-Jul-1996 02:44:25 -0700", 837596665 },
    { " 7-Jul-1996 02:44:25 +0000", 836707465 },
    { "7-Jul-1996 02:44:25 +0000", 836707465 },
    { "07-JUL-1996 02:44:25 +0530", 836687665 },
    { "31-Dec-1998 23:59:60 +0000", 915148799 },
    { "01-Jan-1960 00:00:00 +0000", -315619200 },
    { "", -1 },
    { "never", -1 },
    { "31-Feb-2001 03:04:05 +0000", -1 },
    { "00-Feb-2001 03:04:05 +0000", -1 },
    { "01-Foo-2001 03:04:05 +0000", -1 },
    { "01-Feb-2001 24:04:05 +0000", -1 },
    { "01-Feb-2001 03:60:05 +0000", -1 },
    { "01-Feb-2001 03:04:05", -1 },
    { "01-Feb-2001 03:04:05 +9999", -1 },
    { "01-Feb-2001 03:04:05 GMT  ", -1 },
    { "01-Feb-20001 03:04:05 +0000", -1 },
    { "01-Feb-2001 03:04:05 +0000 ", -1 },
    { "001-Feb-2001 03:04:05 +0000", -1 },
    { "0-1-Feb-2001 03:04:05 +0000", -1 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 time;
      gboolean is_date = haul_imap_text_parse_date (cases[i].text, &time);
      g_assert_cmpint (is_date ? time : -1, ==, cases[i].time);
    }
}

static void
test_clamp_date (void)
{
  g_assert_cmpint (haul_imap_text_clamp_date (0, 1000000), ==, 86400);
  g_assert_cmpint (haul_imap_text_clamp_date (-5, 1000000), ==, 86400);
  g_assert_cmpint (haul_imap_text_clamp_date (500000, 1000000), ==, 500000);
  g_assert_cmpint (haul_imap_text_clamp_date (2000000, 1000000), ==, 1000000);
  g_assert_cmpint (haul_imap_text_clamp_date (500000, 0), ==, 86400);
}

static void
test_flags (void)
{
  const char *const keywords[] = { "$Forwarded", "a", NULL };
  const char *const bad[][2]
      = { { "\\Bogus" }, { "a b" }, { "" }, { "a)" }, { "a\r\nx LOGOUT" }, { "\xe9" }, { "a]" } };
  g_autofree char *all = haul_imap_text_format_flags (31, keywords);
  g_autofree char *none = haul_imap_text_format_flags (0, NULL);
  g_autofree char *unknown = haul_imap_text_format_flags (G_MAXUINT & ~31U, NULL);
  g_assert_cmpstr (all, ==, "(\\Seen \\Answered \\Flagged \\Draft \\Deleted $Forwarded a)");
  g_assert_cmpstr (none, ==, "()");
  g_assert_cmpstr (unknown, ==, "()");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (haul_imap_text_format_flags (1, bad[i]));

  for (guint round = 0; round < 2000; round++)
    {
      g_autofree char *first = random_octets ((gsize)g_test_rand_int_range (0, 5), TRUE);
      g_autofree char *second = random_octets ((gsize)g_test_rand_int_range (1, 70), round % 2 == 0);
      const char *const words[] = { first, second, NULL };
      guint flags = (guint)g_test_rand_int_range (0, 32);
      g_autofree char *text = haul_imap_text_format_flags (flags, words);
      g_autofree char *expected = g_strdup_printf ("/%s/%s", first, second);
      g_autoptr (GString) read = g_string_new (NULL);
      guint read_flags = 0;
      const char *at = text;
      if (text == NULL)
        continue;
      g_assert_true (eat_flags (&at, &read_flags, read) && *at == '\0');
      g_assert_cmpuint (read_flags, ==, flags);
      g_assert_cmpstr (read->str, ==, expected);
    }
}

static void
test_format_set (void)
{
  const guint32 mixed[] = { 1, 2, 3, 5, 7, 8, 6, 5, G_MAXUINT32 - 1, G_MAXUINT32, 1 };
  g_autofree char *set = haul_imap_text_format_uid_set (mixed, G_N_ELEMENTS (mixed));
  g_assert_cmpstr (set, ==, "1:3,5,7:8,6,5,4294967294:4294967295,1");

  for (guint round = 0; round < 1000; round++)
    {
      guint n = (guint)g_test_rand_int_range (1, 200);
      g_autofree guint32 *uids = g_new (guint32, n);
      for (guint i = 0; i < n; i++)
        uids[i] = i > 0 && uids[i - 1] < G_MAXUINT32 && g_test_rand_bit ()
                      ? uids[i - 1] + 1
                      : (guint32)MAX (g_test_rand_double () * G_MAXUINT32, 1);
      g_autofree char *text = haul_imap_text_format_uid_set (uids, n);
      g_autoptr (GArray) read = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autoptr (GArray) ours = haul_imap_text_parse_uid_set (text, n);
      const char *at = text;
      g_assert_true (eat_set (&at, read) && *at == '\0');
      g_assert_cmpmem (read->data, read->len * sizeof (guint32), uids, n * sizeof (guint32));
      g_assert_cmpmem (ours->data, ours->len * sizeof (guint32), uids, n * sizeof (guint32));
      g_assert_null (haul_imap_text_parse_uid_set (text, n - 1));
    }
}

static void
test_parse_set (void)
{
  static const char *const refused[]
      = { "",    "*",  "1:*", "1,", ",1",         "1,,2", "0",  "1:0",          "1:2:3",
          "1 2", "-1", "+1",  " 1", "4294967296", "1:",   ":1", "1:4294967295", "99999999999999999999",
          "a" };
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_null (haul_imap_text_parse_uid_set (refused[i], 1000));
  g_assert_null (haul_imap_text_parse_uid_set ("1:1001", 1000));
  g_assert_null (haul_imap_text_parse_uid_set ("1:1000,1", 1000));

  g_autoptr (GArray) backwards = haul_imap_text_parse_uid_set ("5:3,9", 4);
  const guint32 expected[] = { 3, 4, 5, 9 };
  g_assert_cmpmem (backwards->data, backwards->len * sizeof (guint32), expected, sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/text/quote", test_quote);
  g_test_add_func ("/imap/text/atom", test_atom);
  g_test_add_func ("/imap/text/number", test_number);
  g_test_add_func ("/imap/text/format-date", test_format_date);
  g_test_add_func ("/imap/text/parse-date", test_parse_date);
  g_test_add_func ("/imap/text/clamp-date", test_clamp_date);
  g_test_add_func ("/imap/text/flags", test_flags);
  g_test_add_func ("/imap/text/format-set", test_format_set);
  g_test_add_func ("/imap/text/parse-set", test_parse_set);
  return g_test_run ();
}
