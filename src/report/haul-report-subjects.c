/* haul-report-subjects.c - subject and sender of the messages in a report, read once more where they lie
 *
 * Neither is kept anywhere: journal and report file hold numbers, keys and digests only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the caller's; blocks.
 * Memory:  the first 64 KiB of one message.
 * See:     RFC 5322 §2.2.3 (folding), RFC 2047 (encoded words).
 */
#include "report/haul-report-subjects.h"

#include <string.h>

#include "store/haul-discovery.h"

#define HEADER_MAX 65536
#define FIELD_MAX 1000

/* A character set is code of the C library's that runs over a stranger's octets: only those that mail is written in. */
static gboolean
is_known_charset (const char *charset)
{
  static const char *const known[]
      = { "utf-8", "us-ascii",  "iso-8859-", "windows-125", "koi8-",       "gb2312",  "gbk",      "gb18030",
          "big5",  "shift_jis", "euc-jp",    "euc-kr",      "iso-2022-jp", "tis-620", "macintosh" };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strncasecmp (charset, known[i], strlen (known[i])) == 0)
      return TRUE;
  return FALSE;
}

static void
append_octets (GString *out, const char *octets, gsize length, const char *charset)
{
  g_autofree char *text
      = is_known_charset (charset) ? g_convert (octets, (gssize)length, "UTF-8", charset, NULL, NULL, NULL) : NULL;
  g_autofree char *valid = text == NULL ? g_utf8_make_valid (octets, (gssize)length) : NULL;

  g_string_append (out, text == NULL ? valid : text);
}

static void
append_quoted (GString *out, const char *text, gsize length, const char *charset)
{
  g_autoptr (GString) octets = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      gboolean is_encoded
          = text[i] == '=' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) && g_ascii_isxdigit (text[i + 2]);
      if (is_encoded)
        g_string_append_c (octets,
                           (char)(g_ascii_xdigit_value (text[i + 1]) * 16 + g_ascii_xdigit_value (text[i + 2])));
      else
        g_string_append_c (octets, text[i] == '_' ? ' ' : text[i]);
      i += is_encoded ? 2 : 0;
    }
  append_octets (out, octets->str, octets->len, charset);
}

/* `=?charset?Q?text?=`: what follows it, or NULL where this is none. */
static const char *
append_encoded (GString *out, const char *at)
{
  const char *charset_end = g_str_has_prefix (at, "=?") ? strchr (at + 2, '?') : NULL;
  const char *text = charset_end == NULL || charset_end[1] == '\0' || charset_end[2] != '?' ? NULL : charset_end + 3;
  const char *end = text == NULL ? NULL : strstr (text, "?=");

  if (end == NULL || charset_end - at > 60)
    return NULL;
  g_autofree char *charset = g_strndup (at + 2, (gsize)(charset_end - at - 2));
  g_autofree char *encoded = g_strndup (text, (gsize)(end - text));
  if (g_ascii_toupper (charset_end[1]) == 'B')
    {
      gsize length;
      g_autofree guchar *octets = g_base64_decode (encoded, &length);
      append_octets (out, (const char *)octets, length, charset);
    }
  else
    append_quoted (out, encoded, strlen (encoded), charset);
  return end + 2;
}

static char *
decode (const char *value)
{
  g_autoptr (GString) out = g_string_new (NULL);

  while (*value != '\0')
    {
      const char *next = append_encoded (out, value);
      const char *blanks = next == NULL ? NULL : next + strspn (next, " \t");
      /* Blanks between two encoded words are none. */
      if (next != NULL && blanks > next && g_str_has_prefix (blanks, "=?"))
        next = blanks;
      if (next == NULL)
        {
          g_string_append_c (out, *value);
          next = value + 1;
        }
      value = next;
    }
  char *valid = g_utf8_make_valid (out->str, (gssize)out->len);
  return g_strstrip (valid);
}

/**
 * haul_report_subjects_dup_field:
 * @header: a message's first octets
 * @name: a field's name
 *
 * Returns: (transfer full): the first such field, decoded, for people; "" where there is none
 */
char *
haul_report_subjects_dup_field (const char *header, const char *name)
{
  g_autoptr (GString) value = g_string_new (NULL);
  gsize name_length = strlen (name);
  gboolean is_in_field = FALSE;

  for (const char *line = header; *line != '\0' && *line != '\r' && *line != '\n';)
    {
      gsize length = strcspn (line, "\r\n");
      gboolean is_fold = *line == ' ' || *line == '\t';
      if (is_in_field && !is_fold)
        break;
      if (!is_fold && length > name_length && line[name_length] == ':'
          && g_ascii_strncasecmp (line, name, name_length) == 0)
        {
          is_in_field = TRUE;
          g_string_append_len (value, line + name_length + 1, (gssize)(length - name_length - 1));
        }
      else if (is_in_field)
        {
          g_string_append_c (value, ' ');
          g_string_append_len (value, line + 1, (gssize)length - 1);
        }
      line += length;
      line += *line == '\r' ? 1 : 0;
      line += *line == '\n' ? 1 : 0;
    }
  g_string_truncate (value, MIN (value->len, FIELD_MAX));
  return decode (value->str);
}

static char *
read_header (HaulReader *reader, const char *key, GCancellable *cancellable)
{
  g_autoptr (HaulMessage) message = haul_message_new (key, 0);
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, cancellable, NULL);
  g_autofree char *header = g_malloc0 (HEADER_MAX + 1);
  gsize length = 0;

  if (stream == NULL)
    return NULL;
  g_input_stream_read_all (stream, header, HEADER_MAX, &length, cancellable, NULL);
  g_input_stream_close (stream, NULL, NULL);
  header[length] = '\0';
  return length == 0 ? NULL : g_steal_pointer (&header);
}

static HaulReader *
open_folder (const HaulReportFolder *folder, GCancellable *cancellable)
{
  g_autoptr (HaulStoreInfo) info = NULL;

  if (folder->location == NULL || folder->format == NULL || folder->id == NULL)
    return NULL;
  info = haul_store_info_new (folder->store, folder->format, HAUL_GRADE_EXACT, folder->location);
  g_autoptr (HaulStore) store = haul_discovery_open_store (info, cancellable, NULL);
  g_autoptr (GPtrArray) folders = store == NULL ? NULL : haul_store_list_folders (store, cancellable, NULL);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    if (strcmp (((HaulFolder *)folders->pdata[i])->id, folder->id) == 0)
      return haul_store_open_folder (store, folders->pdata[i], cancellable, NULL);
  return NULL;
}

/**
 * haul_report_subjects_add:
 * @report: (inout): a finished report
 * @cancellable: (nullable): to stop it
 *
 * Reads subject and sender of each message that the report lists, in the stores they came from. What cannot be read any
 * more stays without.
 *
 * Returns: of how many they were read
 */
guint
haul_report_subjects_add (HaulReport *report, GCancellable *cancellable)
{
  guint n_read = 0;

  for (guint i = 0; i < report->folders->len; i++)
    {
      g_autoptr (HaulReader) reader = NULL;
      gboolean is_tried = FALSE;
      for (guint j = 0; j < report->messages->len; j++)
        {
          HaulReportMessage *message = report->messages->pdata[j];
          if (message->folder != i || *message->source == '\0')
            continue;
          if (!is_tried)
            reader = open_folder (report->folders->pdata[i], cancellable);
          is_tried = TRUE;
          g_autofree char *header = reader == NULL ? NULL : read_header (reader, message->source, cancellable);
          if (header == NULL)
            continue;
          message->subject = haul_report_subjects_dup_field (header, "subject");
          message->sender = haul_report_subjects_dup_field (header, "from");
          n_read++;
        }
    }
  return n_read;
}
