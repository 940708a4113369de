/* test-haul-imap-command.c - whatever the arguments, the octets are one command with those arguments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-command.h"

#include <string.h>

#include "haul-test-grammar.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-text.h"

static char *
random_text (gboolean is_tame)
{
  static const char *const awkward[] = { "\"",   "\\", "{3}", "{3+}", "\r\n", "\n", "\r", " ",    "x LOGOUT",
                                         "\x7f", "\t", "%",   "*",    "(",    ")",  "é",  "\xff", "]" };
  GString *text = g_string_new (NULL);
  for (int i = g_test_rand_int_range (0, 12); i > 0; i--)
    {
      const char *piece = awkward[g_test_rand_int_range (0, G_N_ELEMENTS (awkward))];
      if (is_tame && strpbrk (piece, "\r\n") != NULL)
        continue;
      if (g_test_rand_bit ())
        g_string_append (text, piece);
      else
        g_string_append_c (text, (char)g_test_rand_int_range ('a', 'z'));
    }
  return g_string_free (text, FALSE);
}

/* Octets of one kind or of all kinds, but for line ends. */
static char *
random_octets (gsize length)
{
  char *text = g_malloc (length + 1);
  gboolean is_plain = g_test_rand_bit ();

  for (gsize i = 0; i < length; i++)
    {
      char c = (char)g_test_rand_int_range (is_plain ? 0x20 : 1, is_plain ? 0x7f : 0x100);
      text[i] = c == '\r' || c == '\n' ? 'x' : c;
    }
  text[length] = '\0';
  return text;
}

/* All segments in one row are one command, and each ends exactly where the server wants to answer. */
static HaulTestCommand *
read_back (HaulImapCommand *command, guint n_arguments)
{
  g_autoptr (GString) wire = g_string_new (NULL);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GError) error = NULL;
  char *problem;

  haul_imap_command_finish (command, "a7", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < haul_imap_command_get_n_segments (command); i++)
    {
      gsize length;
      const char *data = haul_imap_command_get_segment (command, i, &length);
      g_string_append_len (wire, data, (gssize)length);
      g_array_append_val (ends, wire->len);
    }
  HaulTestCommand *read = haul_test_grammar_read (wire->str, wire->len, &problem);
  g_assert_cmpstr (problem, ==, NULL);
  g_assert_cmpstr (read->tag, ==, "a7");
  g_assert_cmpuint (read->arguments->len, ==, n_arguments);
  g_assert_cmpuint (read->line_octets, <=, 8000);
  g_assert_cmpmem (read->boundaries->data, read->boundaries->len * sizeof (gsize), ends->data,
                   ends->len * sizeof (gsize));
  return read;
}

static const char *
get_argument (const HaulTestCommand *read, guint index, HaulTestType type)
{
  const HaulTestArgument *argument = read->arguments->pdata[index];

  g_assert_cmpint (argument->type, ==, type);
  g_assert_cmpuint (strlen (argument->text->str), ==, argument->text->len);
  return argument->text->str;
}

static void
check_login (const char *user, const char *password)
{
  g_autoptr (HaulSecret) secret = haul_secret_new (password);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("LOGIN");

  haul_imap_command_add_string (command, user);
  haul_imap_command_add_secret (command, secret);
  g_autoptr (HaulTestCommand) read = read_back (command, 3);
  g_assert_cmpstr (get_argument (read, 0, HAUL_TEST_WORD), ==, "LOGIN");
  g_assert_cmpstr (get_argument (read, 1, HAUL_TEST_STRING), ==, user);
  g_assert_cmpstr (get_argument (read, 2, HAUL_TEST_STRING), ==, password);
  g_autofree char *transcript = haul_imap_command_dup_transcript (command);
  g_assert_cmpstr (transcript, ==, "a7 LOGIN …");
}

static void
test_login (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autofree char *user = random_text (TRUE);
      g_autofree char *password = random_text (TRUE);
      check_login (user, password);
    }
}

static void
test_lengths (void)
{
  static const gsize lengths[] = { 0, 1, 63, 64, 255, 256, 899, 900, 901, 4096, 7999, 8000, 8001, 10240, 65535, 70000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (guint round = 0; round < 4; round++)
      {
        g_autofree char *user = random_octets (lengths[g_test_rand_int_range (0, G_N_ELEMENTS (lengths))]);
        g_autofree char *password = random_octets (lengths[i]);
        check_login (user, password);
      }
}

/* No line end gets out, in whatever it is. */
static void
test_line_ends (void)
{
  static const char *const texts[] = { "bob\r\na1 LOGOUT", "bob\n", "\r", "\xff\n\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint kind = 0; kind < 5; kind++)
      {
        const char *const keywords[] = { texts[i], NULL };
        g_autoptr (HaulSecret) secret = haul_secret_new (texts[i]);
        g_autoptr (HaulImapCommand) command = haul_imap_command_new ("XTEST");
        g_autoptr (GError) error = NULL;

        if (kind == 0)
          haul_imap_command_add_string (command, texts[i]);
        if (kind == 1)
          haul_imap_command_add_secret (command, secret);
        if (kind == 2)
          haul_imap_command_add_secret_word (command, secret);
        if (kind == 3)
          haul_imap_command_add_secret_line (command, secret);
        if (kind == 4)
          haul_imap_command_add_flags (command, 0, keywords);
        g_assert_false (haul_imap_command_finish (command, "a1", &error));
        g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT);
      }
}

/* Sign-ins are base64 and nothing else: a blank would begin another argument. */
static void
test_sasl (void)
{
  static const char *const bad[] = { "AGJvYg== x", "AGJv\"", "{3}", "AGJ\xff" };
  g_autoptr (HaulSecret) good = haul_secret_new ("AGJvYgBzZWNyZXQ=");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    for (guint kind = 0; kind < 2; kind++)
      {
        g_autoptr (HaulSecret) secret = haul_secret_new (bad[i]);
        g_autoptr (HaulImapCommand) command = haul_imap_command_new ("AUTHENTICATE");
        haul_imap_command_add_constant (command, "PLAIN");
        if (kind == 0)
          haul_imap_command_add_secret_word (command, secret);
        else
          haul_imap_command_add_secret_line (command, secret);
        g_assert_false (haul_imap_command_finish (command, "a1", NULL));
      }
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("AUTHENTICATE");
  haul_imap_command_add_constant (command, "PLAIN");
  haul_imap_command_add_secret_line (command, good);
  g_autoptr (HaulTestCommand) read = read_back (command, 3);
  g_assert_cmpstr (get_argument (read, 2, HAUL_TEST_LINE), ==, "AGJvYgBzZWNyZXQ=");
}

static void
test_append (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autofree char *mailbox = random_text (TRUE);
      g_autofree char *keyword = random_text (round % 2 == 0);
      const char *const keywords[] = { "$Forwarded", round % 3 == 0 ? NULL : keyword, NULL };
      gint64 when = (gint64)g_random_double_range (-1e13, 1e13);
      guint64 size = (guint64)g_test_rand_int_range (1, G_MAXINT32);
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("APPEND");

      haul_imap_command_add_string (command, mailbox);
      haul_imap_command_add_flags (command, 1 | 4, keywords);
      haul_imap_command_add_date (command, when);
      haul_imap_command_add_body (command, size);
      if (keywords[1] != NULL && !haul_imap_text_is_keyword (keyword))
        {
          g_assert_false (haul_imap_command_finish (command, "a8", NULL));
          continue;
        }
      g_autoptr (HaulTestCommand) read = read_back (command, 5);
      g_autofree char *flags
          = g_strconcat ("\\Seen\n\\Flagged\n$Forwarded\n", keywords[1], keywords[1] != NULL ? "\n" : NULL, NULL);
      g_assert_cmpstr (get_argument (read, 1, HAUL_TEST_STRING), ==, mailbox);
      g_assert_cmpstr (get_argument (read, 2, HAUL_TEST_LIST), ==, flags);
      const char *date = get_argument (read, 3, HAUL_TEST_STRING);
      g_assert_true (haul_test_grammar_is_date (date, strlen (date)));
      get_argument (read, 4, HAUL_TEST_BODY);
      g_assert_cmpuint (((HaulTestArgument *)read->arguments->pdata[4])->size, ==, size);
      g_assert_true (haul_imap_command_has_body (command));
    }
}

/* As many UIDs as fit into a line, and the longest name that is quoted. */
static void
test_move (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID MOVE");
      g_autofree char *mailbox = round % 2 == 0 ? random_text (TRUE) : g_strnfill (900, '"');
      guint32 uids[2000];
      gsize n = 0;

      for (guint32 uid = 4294000000; n < G_N_ELEMENTS (uids);
           uid += round % 2 == 0 ? 2 : (guint32)g_test_rand_int_range (1, 3))
        uids[n++] = uid;
      n = haul_imap_command_count_uids (uids, n, 6000);
      g_assert_cmpuint (n, >, 100);
      haul_imap_command_add_uid_set (command, uids, n);
      haul_imap_command_add_string (command, mailbox);
      g_autoptr (HaulTestCommand) read = read_back (command, 4);
      const char *set = get_argument (read, 2, HAUL_TEST_WORD);
      g_autoptr (GArray) told = haul_imap_text_parse_uid_set (set, n);
      g_assert_cmpmem (told->data, told->len * sizeof (guint32), uids, n * sizeof (guint32));
      g_assert_cmpstr (get_argument (read, 3, HAUL_TEST_STRING), ==, mailbox);
    }
}

/* What would be longer than servers read is not sent at all. */
static void
test_too_long (void)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID MOVE");
  g_autoptr (GError) error = NULL;
  guint32 uids[2000];

  for (guint i = 0; i < G_N_ELEMENTS (uids); i++)
    uids[i] = 1000000 + 2 * i;
  haul_imap_command_add_uid_set (command, uids, G_N_ELEMENTS (uids));
  g_assert_false (haul_imap_command_finish (command, "a1", &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/command/login", test_login);
  g_test_add_func ("/imap/command/lengths", test_lengths);
  g_test_add_func ("/imap/command/line-ends", test_line_ends);
  g_test_add_func ("/imap/command/sasl", test_sasl);
  g_test_add_func ("/imap/command/append", test_append);
  g_test_add_func ("/imap/command/move", test_move);
  g_test_add_func ("/imap/command/too-long", test_too_long);
  return g_test_run ();
}
