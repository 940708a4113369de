/* test-haul-imap-command.c - whatever the arguments, the octets are one command with those arguments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reader below is a server's, written from RFC 3501 §9 and nothing of ours. It takes the octets of all segments in
 * one row, so a quote, a line end or a count that is wrong by one makes it see another command.
 */
#include "imap/haul-imap-command.h"

#include <string.h>

#include "imap/haul-imap-error.h"

typedef struct
{
  const char *at;
  const char *end;
  gsize pos;          /* octets read */
  GArray *boundaries; /* (element-type gsize) where a literal's announcement, or the command, ended */
} Server;

static gboolean
eat (Server *server, const char *text)
{
  gsize length = strlen (text);
  if ((gsize)(server->end - server->at) < length || memcmp (server->at, text, length) != 0)
    return FALSE;
  server->at += length;
  server->pos += length;
  return TRUE;
}

static gboolean
eat_one (Server *server, char *c)
{
  if (server->at == server->end)
    return FALSE;
  *c = *server->at++;
  server->pos++;
  return TRUE;
}

static gboolean
eat_line_end (Server *server)
{
  if (!eat (server, "\r\n"))
    return FALSE;
  g_array_append_val (server->boundaries, server->pos);
  return TRUE;
}

static gboolean
eat_quoted (Server *server, GString *value)
{
  char c;
  while (eat_one (server, &c))
    {
      if (c == '"')
        return TRUE;
      if (c == '\\' && (!eat_one (server, &c) || (c != '"' && c != '\\')))
        return FALSE;
      if (c < ' ' || c > '~')
        return FALSE;
      g_string_append_c (value, c);
    }
  return FALSE;
}

static gboolean
eat_literal (Server *server, GString *value)
{
  gsize size = 0;
  char c = 0;
  while (eat_one (server, &c) && c >= '0' && c <= '9')
    size = size * 10 + (gsize)(c - '0');
  if (c != '}' || !eat_line_end (server) || (gsize)(server->end - server->at) < size
      || memchr (server->at, '\0', size) != NULL)
    return FALSE;
  g_string_append_len (value, server->at, (gssize)size);
  server->at += size;
  server->pos += size;
  return TRUE;
}

/* string = quoted / literal, synchronizing */
static gboolean
eat_string (Server *server, GString *value)
{
  return eat (server, "\"") ? eat_quoted (server, value) : eat (server, "{") && eat_literal (server, value);
}

/* Words up to a blank or a line end that need no quoting. */
static gboolean
eat_word (Server *server, GString *value)
{
  while (server->at<server->end && * server->at> ' ' && *server->at < 0x7f && strchr ("\"{}", *server->at) == NULL)
    {
      g_string_append_c (value, *server->at++);
      server->pos++;
    }
  return value->len > 0;
}

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

/* All segments in one row; @boundaries says where each ended. */
static GString *
join (const HaulImapCommand *command, GArray *boundaries)
{
  GString *wire = g_string_new (NULL);
  for (guint i = 0; i < haul_imap_command_get_n_segments (command); i++)
    {
      gsize length;
      const char *data = haul_imap_command_get_segment (command, i, &length);
      g_string_append_len (wire, data, (gssize)length);
      g_array_append_val (boundaries, wire->len);
    }
  return wire;
}

/* Each segment ends exactly where the server wants to answer, and nowhere else. */
static void
assert_read (const HaulImapCommand *command, Server *server, GArray *boundaries)
{
  g_assert_true (server->at == server->end);
  g_assert_cmpmem (server->boundaries->data, server->boundaries->len * sizeof (gsize), boundaries->data,
                   boundaries->len * sizeof (gsize));
}

static void
test_login (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autofree char *user = random_text (round % 8 != 0);
      g_autofree char *password = random_text (round % 8 != 0);
      g_autoptr (HaulSecret) secret = haul_secret_new (password);
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("LOGIN");
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) read_user = g_string_new (NULL);
      g_autoptr (GString) read_password = g_string_new (NULL);
      g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
      g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (gsize));

      haul_imap_command_add_string (command, user);
      haul_imap_command_add_secret (command, secret);
      gboolean is_safe = strpbrk (user, "\r\n") == NULL && strpbrk (password, "\r\n") == NULL;
      g_assert_true (haul_imap_command_finish (command, "a7", &error) == is_safe);
      if (!is_safe)
        {
          g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT);
          continue;
        }
      g_autoptr (GString) wire = join (command, ends);
      Server server = { .at = wire->str, .end = wire->str + wire->len, .boundaries = wanted };
      g_assert_true (eat (&server, "a7 LOGIN ") && eat_string (&server, read_user) && eat (&server, " ")
                     && eat_string (&server, read_password) && eat_line_end (&server));
      g_assert_cmpstr (read_user->str, ==, user);
      g_assert_cmpstr (read_password->str, ==, password);
      assert_read (command, &server, ends);

      g_autofree char *transcript = haul_imap_command_dup_transcript (command);
      g_assert_cmpstr (transcript, ==, "a7 LOGIN …");
    }
}

static void
test_append (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autofree char *mailbox = random_text (TRUE);
      g_autofree char *keyword = random_text (round % 2 == 0);
      const char *const keywords[] = { "$Forwarded", round % 3 == 0 ? NULL : keyword, NULL };
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("APPEND");
      g_autoptr (GString) name = g_string_new (NULL);
      g_autoptr (GString) date = g_string_new (NULL);
      g_autoptr (GString) word = g_string_new (NULL);
      g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
      g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (gsize));
      guint64 size = (guint64)g_test_rand_int_range (1, G_MAXINT32);

      haul_imap_command_add_string (command, mailbox);
      haul_imap_command_add_flags (command, 1 | 4, keywords);
      haul_imap_command_add_date (command, 981000245);
      haul_imap_command_add_body (command, size);
      if (!haul_imap_command_finish (command, "a8", NULL))
        continue;
      g_autofree char *announcement = g_strdup_printf (" {%" G_GUINT64_FORMAT "}", size);
      g_autoptr (GString) wire = join (command, ends);
      Server server = { .at = wire->str, .end = wire->str + wire->len, .boundaries = wanted };
      g_assert_true (eat (&server, "a8 APPEND ") && eat_string (&server, name)
                     && eat (&server, " (\\Seen \\Flagged $Forwarded"));
      if (keywords[1] != NULL)
        {
          while (server.at < server.end && *server.at != ')')
            {
              g_string_append_c (word, *server.at++);
              server.pos++;
            }
          g_assert_cmpint (word->str[0], ==, ' ');
          g_assert_cmpstr (word->str + 1, ==, keyword);
          g_assert_null (strpbrk (word->str + 1, " (){%*\"\\]\r\n\t"));
        }
      g_assert_true (eat (&server, ") ") && eat_string (&server, date) && eat (&server, announcement)
                     && eat_line_end (&server));
      g_assert_cmpstr (name->str, ==, mailbox);
      g_assert_cmpstr (date->str, ==, "01-Feb-2001 04:04:05 +0000");
      g_assert_true (haul_imap_command_has_body (command));
      assert_read (command, &server, ends);
    }
}

static void
test_move (void)
{
  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID MOVE");
      g_autofree char *mailbox = random_text (TRUE);
      g_autoptr (GString) set = g_string_new (NULL);
      g_autoptr (GString) name = g_string_new (NULL);
      g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
      g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (gsize));
      guint32 uids[2000];
      gsize n = 0;

      for (guint32 uid = 4294000000; n < G_N_ELEMENTS (uids);
           uid += round % 2 == 0 ? 2 : (guint32)g_test_rand_int_range (1, 3))
        uids[n++] = uid;
      n = haul_imap_command_count_uids (uids, n, 7000);
      haul_imap_command_add_uid_set (command, uids, n);
      haul_imap_command_add_string (command, mailbox);
      g_assert_true (haul_imap_command_finish (command, "a9", NULL));
      g_autoptr (GString) wire = join (command, ends);
      Server server = { .at = wire->str, .end = wire->str + wire->len, .boundaries = wanted };
      g_assert_true (eat (&server, "a9 UID MOVE ") && eat_word (&server, set) && eat (&server, " ")
                     && eat_string (&server, name) && eat_line_end (&server));
      g_assert_cmpuint (set->len, <=, 7000);
      g_assert_cmpuint (strspn (set->str, "0123456789:,"), ==, set->len);
      g_assert_cmpstr (name->str, ==, mailbox);
      assert_read (command, &server, ends);
    }
}

/* 70,000 octets of anything. */
static void
test_long (void)
{
  g_autofree char *octets = g_malloc (70001);
  for (guint i = 0; i < 70000; i++)
    octets[i] = (char)(i % 255 + 1 == '\r' || i % 255 + 1 == '\n' ? 'x' : i % 255 + 1);
  octets[70000] = '\0';
  g_autoptr (HaulSecret) secret = haul_secret_new (octets);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("LOGIN");
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GArray) wanted = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GString) read = g_string_new (NULL);

  haul_imap_command_add_string (command, "bob");
  haul_imap_command_add_secret (command, secret);
  g_assert_true (haul_imap_command_finish (command, "a1", NULL));
  g_autoptr (GString) wire = join (command, ends);
  Server server = { .at = wire->str, .end = wire->str + wire->len, .boundaries = wanted };
  g_assert_true (eat (&server, "a1 LOGIN \"bob\" ") && eat_string (&server, read) && eat_line_end (&server));
  g_assert_cmpstr (read->str, ==, octets);
  assert_read (command, &server, ends);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/command/login", test_login);
  g_test_add_func ("/imap/command/append", test_append);
  g_test_add_func ("/imap/command/move", test_move);
  g_test_add_func ("/imap/command/long", test_long);
  return g_test_run ();
}
