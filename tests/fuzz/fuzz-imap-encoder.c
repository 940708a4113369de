/* fuzz-imap-encoder.c - whatever the arguments, what goes to the socket is one command with those arguments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An input is a row of arguments: one octet that says which kind, two that say how long it is, its octets. The length
 * times the first octet of the input modulo 16 is how long the argument is, up to a million octets, so that small
 * inputs make long ones.
 */
#include <string.h>

#include "haul-test-grammar.h"
#include "imap/haul-imap-command.h"
#include "imap/haul-imap-text.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_ARGUMENTS 40
#define MAX_LINE 8000

typedef struct
{
  HaulImapCommand *command;
  GPtrArray *wanted; /* (element-type GString) as the grammar gives them */
  GArray *types;     /* (element-type HaulTestType) */
  gboolean is_unsafe;
  guint64 body;
} Built;

static void
want (Built *built, HaulTestType type, const char *text)
{
  g_ptr_array_add (built->wanted, g_string_new (text));
  g_array_append_val (built->types, type);
}

static void
free_string (gpointer string)
{
  g_string_free (string, TRUE);
}

static void
add_flags (Built *built, guint flags, const char *text)
{
  static const char *const words[] = { "\\Seen\n", "\\Answered\n", "\\Flagged\n", "\\Draft\n", "\\Deleted\n" };
  g_auto (GStrv) keywords = g_strsplit (text, ";", 20);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if ((flags & 1u << i) != 0)
      g_string_append (list, words[i]);
  for (guint i = 0; keywords[i] != NULL; i++)
    {
      g_string_append_printf (list, "%s\n", keywords[i]);
      for (const char *p = keywords[i]; *p != '\0'; p++)
        built->is_unsafe = built->is_unsafe || *p <= ' ' || *p >= 0x7f || strchr ("(){%*\"\\]", *p) != NULL;
      built->is_unsafe = built->is_unsafe || *keywords[i] == '\0' || strlen (keywords[i]) > 64;
    }
  want (built, HAUL_TEST_LIST, list->str);
  haul_imap_command_add_flags (built->command, flags, (const char *const *)keywords);
}

static void
add_numbers (Built *built, const char *text)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 uid = 0;

  for (const char *p = text; *p != '\0' && uids->len < 100000; p++)
    {
      uid += (guint32)(guchar)*p * (guint32)(guchar)*p;
      g_array_append_val (uids, uid);
    }
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  gsize n = haul_imap_command_count_uids (list, uids->len, 6000);
  if (n == 0)
    return;
  g_autofree char *set = haul_imap_text_format_uid_set (list, n);
  g_assert_cmpuint (strlen (set), <=, 6000);
  g_autoptr (GArray) again = haul_imap_text_parse_uid_set (set, n);
  g_assert_cmpmem (again->data, again->len * sizeof (guint32), list, n * sizeof (guint32));
  want (built, HAUL_TEST_WORD, set);
  haul_imap_command_add_uid_set (built->command, list, n);
}

/* A user's text, or a password. */
static void
add_text (Built *built, const char *text, gboolean is_secret)
{
  g_autoptr (HaulSecret) secret = haul_secret_new (text);

  built->is_unsafe = built->is_unsafe || strpbrk (text, "\r\n") != NULL;
  want (built, HAUL_TEST_STRING, text);
  if (is_secret)
    haul_imap_command_add_secret (built->command, secret);
  else
    haul_imap_command_add_string (built->command, text);
}

static void
add_date (Built *built, const guint8 *octets, gsize size)
{
  gint64 time = 0;

  memcpy (&time, octets, MIN (size, sizeof time));
  g_autofree char *date = haul_imap_text_format_date (time);
  g_assert_true (haul_test_grammar_is_date (date, strlen (date)));
  want (built, HAUL_TEST_STRING, date);
  haul_imap_command_add_date (built->command, time);
}

static char *
repeat (const guint8 *octets, gsize size, guint times)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < times; i++)
    g_string_append_len (text, (const char *)octets, (gssize)strnlen ((const char *)octets, size));
  return g_string_free (text, FALSE);
}

static void
add_argument (Built *built, guint8 kind, const guint8 *octets, gsize size, guint times)
{
  g_autofree char *text = repeat (octets, size, kind % 5 == 2 ? 1 : times);

  switch (kind % 5)
    {
    case 0:
      add_text (built, text, FALSE);
      break;
    case 1:
      add_text (built, text, TRUE);
      break;
    case 2:
      add_flags (built, kind / 5 % 32, text);
      break;
    case 3:
      add_numbers (built, text);
      break;
    default:
      add_date (built, octets, size);
      break;
    }
}

static void
build (Built *built, const guint8 *data, gsize size)
{
  guint times = size > 0 ? data[0] % 16 + 1 : 1;
  gsize at = 1;

  for (guint n = 0; at + 3 <= size && n < MAX_ARGUMENTS; n++)
    {
      gsize length = MIN ((gsize)data[at + 1] << 8 | data[at + 2], size - at - 3);
      add_argument (built, data[at], data + at + 3, length, times);
      at += 3 + length;
    }
  if (size > 0 && (data[0] & 128) != 0)
    {
      built->body = size * 1000003;
      want (built, HAUL_TEST_BODY, "");
      haul_imap_command_add_body (built->command, built->body);
    }
}

static void
compare (const Built *built, const GString *wire, const GArray *ends)
{
  char *problem;
  g_autoptr (HaulTestCommand) read = haul_test_grammar_read (wire->str, wire->len, &problem);

  g_assert_cmpstr (problem, ==, NULL);
  g_assert_cmpstr (read->tag, ==, "A0001");
  g_assert_cmpuint (read->line_octets, <=, MAX_LINE);
  g_assert_cmpuint (read->arguments->len, ==, built->wanted->len);
  for (guint i = 0; i < read->arguments->len; i++)
    {
      const HaulTestArgument *argument = read->arguments->pdata[i];
      const GString *wanted = built->wanted->pdata[i];
      g_assert_cmpint (argument->type, ==, g_array_index (built->types, HaulTestType, i));
      g_assert_cmpmem (argument->text->str, argument->text->len, wanted->str, wanted->len);
      if (argument->type == HAUL_TEST_BODY)
        g_assert_cmpuint (argument->size, ==, built->body);
    }
  /* We wait for the server's answer exactly where it gives one. */
  g_assert_cmpmem (read->boundaries->data, read->boundaries->len * sizeof (gsize), ends->data,
                   ends->len * sizeof (gsize));
}

/* A command that is not sent has a reason: an argument no command may hold, or its length. */
static void
check_refused (const Built *built)
{
  gsize octets = 0;

  for (guint i = 0; i < built->wanted->len; i++)
    octets += MIN (2 * ((const GString *)built->wanted->pdata[i])->len, 6000) + 30;
  g_assert_true (built->is_unsafe || octets > MAX_LINE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("XTEST");
  Built built = { .command = command,
                  .wanted = g_ptr_array_new_with_free_func (free_string),
                  .types = g_array_new (FALSE, FALSE, sizeof (HaulTestType)) };
  g_autoptr (GString) wire = g_string_new (NULL);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GError) error = NULL;

  want (&built, HAUL_TEST_WORD, "XTEST");
  build (&built, data, size);
  if (!haul_imap_command_finish (command, "A0001", &error))
    check_refused (&built);
  else
    {
      g_assert_false (built.is_unsafe);
      for (guint i = 0; i < haul_imap_command_get_n_segments (command); i++)
        {
          gsize length;
          const char *segment = haul_imap_command_get_segment (command, i, &length);
          g_string_append_len (wire, segment, (gssize)length);
          g_array_append_val (ends, wire->len);
        }
      compare (&built, wire, ends);
    }
  g_ptr_array_unref (built.wanted);
  g_array_unref (built.types);
  return 0;
}
