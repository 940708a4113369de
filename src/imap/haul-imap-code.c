/* haul-imap-code.c - the [code] of a status response
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Errors:  none: a code that contradicts itself is kept as text and means nothing.
 * See:     RFC 3501 §7.1, RFC 4315 §3 (APPENDUID, COPYUID), RFC 5530
 */
#include "imap/haul-imap-code.h"

#include <string.h>

#include "imap/haul-imap-text.h"

/* We move 1,000 messages at a time; more is no answer to us. */
#define MAX_COPIED 65536

/* The bracket that closes the code: outside parentheses, or else the first. */
static const char *
find_end (const char *text)
{
  guint depth = 0;

  for (const char *at = text + 1; *at != '\0'; at++)
    {
      if (*at == '(')
        depth++;
      else if (*at == ')' && depth > 0)
        depth--;
      else if (*at == ']' && depth == 0)
        return at;
    }
  return strchr (text, ']');
}

/* The words of `(\Seen \*)` or `IMAP4rev1 UIDPLUS`. */
static char **
split_words (const char *text)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit_set (text == NULL ? "" : text, " ()", -1);

  for (gsize i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_strv_builder_add (words, parts[i]);
  return g_strv_builder_end (words);
}

static guint32
to_number (const char *text)
{
  guint64 number = 0;
  return text != NULL && haul_imap_text_parse_number (text, G_MAXUINT32, &number) ? (guint32)number : 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *)a;
  guint32 right = *(const guint32 *)b;
  return left < right ? -1 : left > right;
}

static gboolean
is_ascending (const GArray *uids)
{
  for (guint i = 1; i < uids->len; i++)
    if (g_array_index (uids, guint32, i) <= g_array_index (uids, guint32, i - 1))
      return FALSE;
  return TRUE;
}

static gboolean
is_distinct (const GArray *uids)
{
  if (is_ascending (uids))
    return TRUE;
  g_autofree guint32 *sorted = g_memdup2 (uids->data, uids->len * sizeof (guint32));

  qsort (sorted, uids->len, sizeof (guint32), compare);
  for (guint i = 1; i < uids->len; i++)
    if (sorted[i] == sorted[i - 1])
      return FALSE;
  return TRUE;
}

static void
read_append_uid (HaulImapResponse *response)
{
  g_auto (GStrv) words = split_words (response->code_text);

  if (g_strv_length (words) != 2)
    return;
  HaulImapAppendUid uid = { .uid_validity = to_number (words[0]), .uid = to_number (words[1]) };
  if (uid.uid_validity != 0 && uid.uid != 0)
    response->append_uid = uid;
}

static void
read_copy_uid (HaulImapResponse *response)
{
  g_auto (GStrv) words = split_words (response->code_text);

  if (g_strv_length (words) != 3 || to_number (words[0]) == 0)
    return;
  g_autoptr (GArray) source = haul_imap_text_parse_uid_set (words[1], MAX_COPIED);
  g_autoptr (GArray) destination = haul_imap_text_parse_uid_set (words[2], MAX_COPIED);
  if (source == NULL || destination == NULL || source->len != destination->len || !is_distinct (source)
      || !is_distinct (destination))
    return;
  response->copy_uid.uid_validity = to_number (words[0]);
  response->copy_uid.source = g_steal_pointer (&source);
  response->copy_uid.destination = g_steal_pointer (&destination);
}

static void
read_meaning (HaulImapResponse *response)
{
  if (g_str_equal (response->code, "APPENDUID"))
    read_append_uid (response);
  else if (g_str_equal (response->code, "COPYUID"))
    read_copy_uid (response);
  else if (g_str_equal (response->code, "UIDVALIDITY"))
    response->status.uid_validity = to_number (response->code_text);
  else if (g_str_equal (response->code, "UIDNEXT"))
    response->status.uid_next = to_number (response->code_text);
  else if (g_str_equal (response->code, "CAPABILITY"))
    response->words = split_words (response->code_text);
  else if (g_str_equal (response->code, "PERMANENTFLAGS"))
    {
      response->status.permanent_flags = split_words (response->code_text);
      response->status.any_keyword = g_strv_contains ((const char *const *)response->status.permanent_flags, "\\*");
    }
}

/**
 * haul_imap_code_read:
 * @text: what stands after OK, NO, BAD, BYE or PREAUTH
 * @response: (inout): text, code, code_text and what the code says are set
 *
 * Splits the code from the words for people. Unknown codes are kept as text.
 */
void
haul_imap_code_read (const char *text, HaulImapResponse *response)
{
  const char *end = *text == '[' ? find_end (text) : NULL;
  if (end == NULL)
    {
      response->text = g_strdup (text);
      return;
    }

  g_autofree char *inner = g_strndup (text + 1, (gsize)(end - text - 1));
  g_auto (GStrv) parts = g_strsplit (g_strstrip (inner), " ", 2);
  response->text = g_strdup (end[1] == ' ' ? end + 2 : end + 1);
  if (parts[0] == NULL || !haul_imap_text_is_atom (parts[0]))
    return;
  response->code = g_ascii_strup (parts[0], -1);
  response->code_text = parts[1] == NULL ? NULL : g_strdup (g_strstrip (parts[1]));
  read_meaning (response);
}
