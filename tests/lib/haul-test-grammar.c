/* haul-test-grammar.c - how a server reads a command: RFC 3501 §9, strictly, and nothing of ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Written from the grammar, for a client that sends synchronizing literals only. It takes the octets in one row, so a
 * quote, a line end or a count that is wrong by one makes it see another command, or none.
 */
#include "haul-test-grammar.h"

#include <string.h>

typedef struct
{
  const char *wire;
  gsize at;
  gsize end;
  HaulTestCommand *command;
  const char *problem;
} Server;

static void
argument_free (gpointer data)
{
  HaulTestArgument *argument = data;

  g_string_free (argument->text, TRUE);
  g_free (argument);
}

static gboolean
fail (Server *server, const char *problem)
{
  server->problem = problem;
  return FALSE;
}

static int
peek (const Server *server)
{
  return server->at < server->end ? (guchar)server->wire[server->at] : -1;
}

static gboolean
eat (Server *server, int c)
{
  if (peek (server) != c)
    return FALSE;
  server->at++;
  server->command->line_octets++;
  return TRUE;
}

static HaulTestArgument *
add (Server *server, HaulTestType type)
{
  HaulTestArgument *argument = g_new0 (HaulTestArgument, 1);

  argument->type = type;
  argument->text = g_string_new (NULL);
  g_ptr_array_add (server->command->arguments, argument);
  return argument;
}

/* CHAR but for SP, CTL and atom-specials; `*`, `,` and `:` are those of a sequence set. */
static gboolean
is_word_char (int c)
{
  return c > 0x20 && c < 0x7f && strchr ("(){%\"\\]", c) == NULL;
}

static gboolean
eat_line_end (Server *server)
{
  if (!eat (server, '\r') || !eat (server, '\n'))
    return fail (server, "no line end where one has to be");
  g_array_append_val (server->command->boundaries, server->at);
  return TRUE;
}

static gboolean
eat_quoted (Server *server, HaulTestArgument *argument)
{
  for (;;)
    {
      int c = peek (server);
      if (c < 0x20 || c > 0x7e)
        return fail (server, "a quoted string with an octet that may not be in it, or without an end");
      eat (server, c);
      if (c == '"')
        return TRUE;
      if (c == '\\')
        {
          c = peek (server);
          if ((c != '"' && c != '\\') || !eat (server, c))
            return fail (server, "a backslash before something else");
        }
      g_string_append_c (argument->text, (char)c);
    }
}

/* `{n}` CRLF and n octets; at the very end of all octets the announcement of a body. */
static gboolean
eat_literal (Server *server, HaulTestArgument *argument)
{
  guint64 size = 0;
  guint n_digits = 0;

  for (; g_ascii_isdigit (peek (server)) && n_digits < 19; n_digits++)
    {
      size = size * 10 + (guint64)(peek (server) - '0');
      eat (server, peek (server));
    }
  if (n_digits == 0 || !eat (server, '}') || !eat_line_end (server))
    return fail (server, "a literal's announcement that is none");
  if (server->at == server->end && size > 0)
    {
      argument->type = HAUL_TEST_BODY;
      argument->size = size;
      return TRUE;
    }
  if (size > server->end - server->at || memchr (server->wire + server->at, '\0', size) != NULL)
    return fail (server, "a literal that is too short, or with a NUL");
  g_string_append_len (argument->text, server->wire + server->at, (gssize)size);
  server->at += size;
  return TRUE;
}

static gboolean
eat_word (Server *server, GString *text)
{
  gsize before = text->len;

  if (peek (server) == '\\')
    {
      eat (server, '\\');
      g_string_append_c (text, '\\');
    }
  while (is_word_char (peek (server)))
    {
      g_string_append_c (text, (char)peek (server));
      eat (server, peek (server));
    }
  return text->len > before && text->str[text->len - 1] != '\\' ? TRUE : fail (server, "a word without letters");
}

static gboolean
eat_list (Server *server, HaulTestArgument *argument)
{
  while (!eat (server, ')'))
    {
      if (argument->text->len > 0 && !eat (server, ' '))
        return fail (server, "no blank between two flags");
      if (!eat_word (server, argument->text))
        return FALSE;
      if (strpbrk (argument->text->str, "*") != NULL)
        return fail (server, "a wildcard for a flag");
      g_string_append_c (argument->text, '\n');
    }
  return TRUE;
}

static gboolean
eat_argument (Server *server)
{
  if (eat (server, '"'))
    return eat_quoted (server, add (server, HAUL_TEST_STRING));
  if (eat (server, '{'))
    return eat_literal (server, add (server, HAUL_TEST_STRING));
  if (eat (server, '('))
    return eat_list (server, add (server, HAUL_TEST_LIST));
  if (peek (server) == '\\')
    return fail (server, "a flag that is in no list");
  return eat_word (server, add (server, HAUL_TEST_WORD)->text);
}

/* What answers a `+`: base64 in one line. */
static gboolean
eat_base64_line (Server *server)
{
  HaulTestArgument *line = add (server, HAUL_TEST_LINE);

  while (g_ascii_isalnum (peek (server)) || (peek (server) > 0 && strchr ("+/=*", peek (server)) != NULL))
    {
      g_string_append_c (line->text, (char)peek (server));
      server->at++;
    }
  return eat_line_end (server);
}

static gboolean
eat_command (Server *server)
{
  HaulTestCommand *command = server->command;
  GString *tag = g_string_new (NULL);

  while (g_ascii_isalnum (peek (server)))
    {
      g_string_append_c (tag, (char)peek (server));
      eat (server, peek (server));
    }
  command->tag = g_string_free (tag, FALSE);
  if (*command->tag == '\0')
    return fail (server, "no tag");
  for (;;)
    {
      if (!eat (server, ' '))
        return fail (server, "no blank before an argument");
      if (!eat_argument (server))
        return FALSE;
      const HaulTestArgument *last = command->arguments->pdata[command->arguments->len - 1];
      if (last->type == HAUL_TEST_BODY)
        return TRUE;
      if (peek (server) != ' ')
        return eat_line_end (server);
    }
}

/**
 * haul_test_grammar_read:
 * @wire: what a client sends
 * @length: how many octets
 * @problem: (out) (transfer none): why it is not one command
 *
 * Returns: (transfer full) (nullable): the one command that all of @wire is
 */
HaulTestCommand *
haul_test_grammar_read (const char *wire, gsize length, char **problem)
{
  g_autoptr (HaulTestCommand) command = g_new0 (HaulTestCommand, 1);
  Server server = { .wire = wire, .end = length, .command = command };

  command->arguments = g_ptr_array_new_with_free_func (argument_free);
  command->boundaries = g_array_new (FALSE, FALSE, sizeof (gsize));
  gboolean is_read = eat_command (&server);
  const HaulTestArgument *verb = command->arguments->len > 0 ? command->arguments->pdata[0] : NULL;
  if (is_read && server.at < server.end && g_strcmp0 (verb->text->str, "AUTHENTICATE") == 0)
    is_read = eat_base64_line (&server);
  if (is_read && server.at < server.end)
    is_read = fail (&server, "octets after the command");
  *problem = (char *)server.problem;
  return is_read ? g_steal_pointer (&command) : NULL;
}

/**
 * haul_test_grammar_is_date:
 * @text: what a string holds
 * @length: how many octets
 *
 * Returns: whether it is a `date-time` as §9 has it, of a day that exists
 */
gboolean
haul_test_grammar_is_date (const char *text, gsize length)
{
  static const char form[] = "dd-Mmm-dddd dd:dd:dd +dddd";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

  if (length != strlen (form))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      gboolean is_digit = g_ascii_isdigit (text[i]);
      if (form[i] == 'd' ? !is_digit : form[i] != 'M' && form[i] != 'm' && text[i] != form[i])
        return FALSE;
    }
  g_autofree char *month = g_strndup (text + 3, 3);
  const char *found = strstr (months, month);
  if (found == NULL || (found - months) % 3 != 0)
    return FALSE;
  int day = g_ascii_digit_value (text[0]) * 10 + g_ascii_digit_value (text[1]);
  int year = (int)g_ascii_strtoll (text + 7, NULL, 10);
  return g_date_valid_dmy ((GDateDay)day, (GDateMonth)((found - months) / 3 + 1), (GDateYear)year)
         && strncmp (text + 12, "24", 2) < 0 && text[15] < '6' && text[18] < '6';
}

void
haul_test_command_free (HaulTestCommand *command)
{
  g_free (command->tag);
  g_ptr_array_unref (command->arguments);
  g_array_unref (command->boundaries);
  g_free (command);
}
