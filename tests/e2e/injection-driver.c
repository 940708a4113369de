/* injection-driver.c - sends messages whose every line is a command, by the program's own APPEND, with commands that
 * are refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   injection-driver PORT USER PASSWORD TARGET VICTIM CAUSE SEED FIRST COUNT
 *
 * CAUSE: none, flag (an unknown system flag), date (no date), missing (no such mailbox), big (300 kB, beyond any
 * quota), long (a line of 20,000 octets), nul (with a NUL and bare LFs). Flag and date are what the program itself can
 * never say. SEED, FIRST and COUNT name the messages. Says in JSON what became of them; "bad" are those after which the
 * connection could not be gone on with, as it has to be where the server takes a text for a command.
 *
 * injection-driver write SEED FIRST COUNT CAUSE VICTIM FOLDER    writes the same messages to files
 */
#include <stdlib.h>
#include <string.h>

#include "imap/haul-imap-append-private.h"
#include "imap/haul-imap-session-private.h"
#include "imap/haul-imap-text.h"
#include "imap/haul-imap-transport.h"

#define N_LINES 24
#define BIG_LINES 9000
#define LONG 20000

typedef struct
{
  const char *port, *user, *password, *target, *victim, *cause;
  guint seed, first, count;
} Work;

typedef struct
{
  guint stored, refused, bad, connections, unsafe;
} Result;

/* @ is a tag, ! the mailbox that must outlive all this. */
static const char *const lines[] = {
  "@ DELETE !",
  "@ DELETE INBOX",
  "@ CREATE pwned",
  "@ CREATE INBOX.pwned",
  "@ RENAME ! pwned",
  "@ SELECT !",
  "@ STORE 1:* +FLAGS (\\Deleted)",
  "@ UID STORE 1:* +FLAGS.SILENT (\\Deleted)",
  "@ EXPUNGE",
  "@ UID EXPUNGE 1:*",
  "@ CLOSE",
  "@ LOGOUT",
  "@ APPEND ! {5}",
  "@ APPEND ! () {5+}",
  "@ COPY 1:* !",
  "@ UID MOVE 1:* INBOX",
  "@ SUBSCRIBE pwned",
  "@ SETACL ! anyone lrswipkxtecda",
  "@ SETQUOTA \"\" (STORAGE 1)",
  "@ SETMETADATA ! (/private/comment \"pwned\")",
  "@ AUTHENTICATE PLAIN",
  "@ LOGIN alice x",
  "@ STARTTLS",
  "@ OK APPEND completed.",
  "@ OK [APPENDUID 7 9] done",
  "@ NO no",
  "@ BAD what",
  "* OK",
  "* BYE",
  "* 4 EXISTS",
  "* PREAUTH hello",
  "+ go",
  "+",
  ") {3}",
  ") {3+}",
  "{0}",
  "{10+}",
  "DONE",
  "",
  ".",
  "\"",
  ")",
  "@ NOOP",
  "@ IDLE",
  "@ COMPRESS DEFLATE",
  "@ LIST \"\" *",
  "@ UNSELECT",
};

/* Of those that our own commands have, and others. */
static void
put_tag (GString *text, GRand *random)
{
  static const char *const tags[] = { "a", "a1", "A001", "zz", "1", "tag" };

  if (g_rand_int_range (random, 0, 2) == 0)
    {
      g_string_append (text, tags[g_rand_int_range (random, 0, G_N_ELEMENTS (tags))]);
      return;
    }
  for (guint i = 0; i < 4; i++)
    g_string_append_c (text, (char)g_rand_int_range (random, 'A', 'Z' + 1));
  g_string_append_printf (text, "%d", g_rand_int_range (random, 1, 12));
}

static void
put_line (GString *text, GRand *random, const char *victim, const char *end)
{
  const char *line = lines[g_rand_int_range (random, 0, G_N_ELEMENTS (lines))];

  for (; *line != '\0'; line++)
    if (*line == '@')
      put_tag (text, random);
    else if (*line == '!')
      g_string_append (text, victim);
    else
      g_string_append_c (text, *line);
  g_string_append (text, end);
}

static GString *
make_body (const Work *work, guint number)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (work->seed * 100003 + number);
  GString *text = g_string_new (NULL);
  gboolean is_odd = g_str_equal (work->cause, "nul");
  guint n_lines = g_str_equal (work->cause, "big") ? BIG_LINES : N_LINES;

  /* Some have no header at all: their first line is a command, too. */
  if (number % 3 != 0)
    g_string_append_printf (text, "Subject: number %u\r\n\r\n", number);
  for (guint i = 0; i < n_lines; i++)
    put_line (text, random, work->victim, is_odd && i % 5 == 4 ? "\n" : "\r\n");
  if (is_odd)
    g_string_append_len (text, "x\0y\r\n", 5);
  if (g_str_equal (work->cause, "long"))
    for (gsize start = text->len; text->len < start + LONG;)
      put_line (text, random, work->victim, " ");
  g_string_append (text, "\r\n");
  put_line (text, random, work->victim, "\r\n");
  put_line (text, random, work->victim, "\r\n");
  return text;
}

static HaulImapSession *
sign_in (const Work *work)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("127.0.0.1", (guint16)atoi (work->port), HAUL_SECURITY_NONE);
  HaulImapOptions options = { .endpoint = endpoint };
  g_autoptr (HaulSecret) secret = haul_secret_new (work->password);
  HaulImapCredentials credentials = { .user = work->user, .secret = secret };
  g_autoptr (GError) error = NULL;
  HaulImapSession *session = haul_imap_session_open (&options, NULL, &error);

  if (session == NULL || !haul_imap_session_login (session, &credentials, NULL, &error))
    g_error ("%s", error->message);
  return session;
}

static gboolean
send_one (HaulImapSession *session, const Work *work, GString *text, GError **error)
{
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text->str, (gssize)text->len, NULL);
  HaulImapAppend append = { .mailbox = work->target, .internal_date = 981000000, .size = text->len, .body = body };
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("APPEND");
  HaulImapAppendUid uid = { 0 };
  gboolean is_flag = g_str_equal (work->cause, "flag");

  if (g_str_equal (work->cause, "missing"))
    append.mailbox = "nowhere";
  if (!is_flag && !g_str_equal (work->cause, "date"))
    return haul_imap_append_run (session, &append, &uid, NULL, error);
  haul_imap_command_add_string (command, work->target);
  haul_imap_command_add_constant (command, is_flag ? "(\\Foo)" : "()");
  haul_imap_command_add_constant (command,
                                  is_flag ? "\"01-Feb-2001 03:04:05 +0000\"" : "\"99-Foo-2003 00:00:00 +0000\"");
  haul_imap_command_add_body (command, text->len);
  return haul_imap_append_send (session, &append, command, &uid, NULL, error);
}

static void
send_all (const Work *work, Result *result)
{
  HaulImapSession *session = NULL;

  for (guint i = 0; i < work->count; i++)
    {
      g_autoptr (GError) error = NULL;
      GString *text = make_body (work, work->first + i);

      if (session == NULL)
        {
          session = sign_in (work);
          result->connections++;
        }
      if (send_one (session, work, text, &error))
        result->stored++;
      else if (haul_imap_session_is_usable (session))
        result->refused++;
      else
        result->bad++;
      if (g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT))
        result->unsafe++;
      g_string_free (text, TRUE);
      if (!haul_imap_session_is_usable (session))
        g_clear_pointer (&session, haul_imap_session_close);
    }
  g_clear_pointer (&session, haul_imap_session_close);
}

static int
write_all (const Work *work, const char *folder)
{
  for (guint i = 0; i < work->count; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.eml", folder, work->first + i);
      GString *text = make_body (work, work->first + i);
      g_autoptr (GError) error = NULL;
      if (!g_file_set_contents (path, text->str, (gssize)text->len, &error))
        g_error ("%s", error->message);
      g_string_free (text, TRUE);
    }
  return 0;
}

static guint
number (const char *text)
{
  return (guint)strtoul (text, NULL, 10);
}

int
main (int argc, char **argv)
{
  Result result = { 0 };

  if (argc == 8 && g_str_equal (argv[1], "write"))
    return write_all (&(Work){ .seed = number (argv[2]),
                               .first = number (argv[3]),
                               .count = number (argv[4]),
                               .cause = argv[5],
                               .victim = argv[6] },
                      argv[7]);
  if (argc != 10)
    return 64;
  Work work
      = { argv[1], argv[2], argv[3], argv[4], argv[5], argv[6], number (argv[7]), number (argv[8]), number (argv[9]) };
  send_all (&work, &result);
  g_print ("{\"stored\": %u, \"refused\": %u, \"bad\": %u, \"unsafe\": %u, \"connections\": %u}\n", result.stored,
           result.refused, result.bad, result.unsafe, result.connections);
  return 0;
}
