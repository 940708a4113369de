/* haul-header.c - the outer header of a message, looked at in its first 64 KiB
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  at most HAUL_HEADER_MAX octets.
 * See:     RFC 5322 §2.2; docs/stores.md for the order of dates
 */
#include "store/haul-header.h"

#include "store/haul-date.h"

#include <string.h>

#define FIRST_READ 4096
#define MAX_NAME 256

/**
 * haul_header_scan_init:
 * @scan: (out caller-allocates): the place in the header
 * @data: a message's first octets; must outlive the scan
 * @size: how many
 *
 * Begins at the first line.
 */
void
haul_header_scan_init (HaulHeaderScan *scan, gconstpointer data, gsize size)
{
  scan->at = data;
  scan->end = scan->at + size;
}

/* The line's end and, in @next, the beginning of the following line, whatever the line end looks like. */
static const char *
find_line_end (const char *at, const char *end, const char **next)
{
  for (const char *p = at; p < end; p++)
    {
      if (*p != '\n' && *p != '\r')
        continue;
      *next = *p == '\r' && p + 1 < end && p[1] == '\n' ? p + 2 : p + 1;
      return p;
    }
  *next = end;
  return end;
}

static gsize
measure_name (const char *text, gsize length)
{
  gsize n = 0;

  while (n < length && n < MAX_NAME && text[n] > ' ' && text[n] < 0x7f && text[n] != ':')
    n++;
  gsize colon = n;
  while (colon < length && (text[colon] == ' ' || text[colon] == '\t'))
    colon++;
  return colon < length && text[colon] == ':' ? n : 0;
}

/**
 * haul_header_is_field_line:
 * @text: a line
 * @length: its octets
 *
 * Returns: %TRUE when the line begins with a field name and a colon
 */
gboolean
haul_header_is_field_line (const char *text, gsize length)
{
  return measure_name (text, length) > 0;
}

/**
 * haul_header_scan_next:
 * @scan: the place in the header
 * @field: (out caller-allocates): the field
 *
 * Goes on to the next field; lines that are none, as “>From ” ones, are passed over. The header ends at the first empty
 * line.
 *
 * Returns: %FALSE at the end of the header
 */
gboolean
haul_header_scan_next (HaulHeaderScan *scan, HaulHeaderField *field)
{
  while (scan->at < scan->end)
    {
      const char *next;
      const char *line = scan->at;
      const char *line_end = find_line_end (line, scan->end, &next);
      if (line_end == line)
        break;
      gsize name_length = measure_name (line, (gsize)(line_end - line));
      while (next < scan->end && (*next == ' ' || *next == '\t'))
        line_end = find_line_end (next, scan->end, &next);
      scan->at = next;
      if (name_length == 0)
        continue;
      const char *value = (const char *)memchr (line, ':', (gsize)(line_end - line)) + 1;
      *field = (HaulHeaderField){ line, name_length, value, (gsize)(line_end - value) };
      return TRUE;
    }
  scan->at = scan->end;
  return FALSE;
}

gboolean
haul_header_field_is (const HaulHeaderField *field, const char *name)
{
  return strlen (name) == field->name_length && g_ascii_strncasecmp (name, field->name, field->name_length) == 0;
}

/**
 * haul_header_field_dup_value:
 * @field: a field
 *
 * Returns: (transfer full): the value without the blanks around it, ended at the first NUL
 */
char *
haul_header_field_dup_value (const HaulHeaderField *field)
{
  return g_strstrip (g_strndup (field->value, field->value_length));
}

/**
 * haul_header_get_date:
 * @data: a message's first octets
 * @size: how many
 *
 * Finds when a message arrived, as far as it says so itself: the topmost Received: field that holds a date, else Date:.
 *
 * Returns: unix seconds, 0 unknown
 */
gint64
haul_header_get_date (gconstpointer data, gsize size)
{
  HaulHeaderScan scan;
  HaulHeaderField field;
  gint64 date = 0;

  haul_header_scan_init (&scan, data, size);
  while (haul_header_scan_next (&scan, &field))
    {
      if (haul_header_field_is (&field, "Received"))
        {
          gint64 received = haul_date_parse_received (field.value, field.value_length);
          if (received != 0)
            return received;
        }
      else if (date == 0 && haul_header_field_is (&field, "Date"))
        date = haul_date_parse (field.value, field.value_length);
    }
  return date;
}

/**
 * haul_header_count_known_fields:
 * @data: a file's first octets
 * @size: how many
 *
 * Counts the fields that only mail has, to tell a message from another text. A text that does not begin with a field
 * has none; “>From ” lines and a From_ line may stand before.
 *
 * Returns: how many different ones there are
 */
guint
haul_header_count_known_fields (gconstpointer data, gsize size)
{
  static const char *const names[]
      = { "From",        "To",           "Subject",      "Date",     "Received",     "Message-ID",
          "Return-Path", "MIME-Version", "Delivered-To", "Cc",       "Content-Type", "Reply-To",
          "Sender",      "In-Reply-To",  "References",   "X-Mailer", "X-Priority",   "Content-Transfer-Encoding" };
  HaulHeaderScan scan;
  HaulHeaderField field;
  guint seen = 0;
  const char *text = data;
  const char *next = text;

  while (next < text + size && (strncmp (next, "From ", MIN (5, (gsize)(text + size - next))) == 0 || *next == '>'))
    find_line_end (next, text + size, &next);
  const char *line_end = find_line_end (next, text + size, &text);
  if (!haul_header_is_field_line (next, (gsize)(line_end - next)))
    return 0;
  haul_header_scan_init (&scan, data, size);
  while (haul_header_scan_next (&scan, &field))
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      if (haul_header_field_is (&field, names[i]))
        seen |= 1u << i;
  return (guint)__builtin_popcount (seen);
}

static gboolean
holds_empty_line (const guint8 *data, gsize size)
{
  return memmem (data, size, "\n\n", 2) != NULL || memmem (data, size, "\n\r\n", 3) != NULL
         || memmem (data, size, "\r\r", 2) != NULL;
}

/**
 * haul_header_read:
 * @file: a file
 * @offset: where a message begins
 * @length: its octets
 * @error: return location
 *
 * Reads a message's first octets: its whole header where that is no longer than %HAUL_HEADER_MAX.
 *
 * Returns: (transfer full) (nullable): the octets
 */
GBytes *
haul_header_read (HaulFile *file, gint64 offset, gint64 length, GError **error)
{
  gsize wanted = (gsize)MIN (length, FIRST_READ);
  g_autofree guint8 *buffer = g_malloc (FIRST_READ);
  gssize n = haul_file_pread (file, buffer, wanted, offset, error);

  if (n == FIRST_READ && length > FIRST_READ && !holds_empty_line (buffer, (gsize)n))
    {
      wanted = (gsize)MIN (length, HAUL_HEADER_MAX);
      buffer = g_realloc (buffer, wanted);
      n = haul_file_pread (file, buffer, wanted, offset, error);
    }
  return n < 0 ? NULL : g_bytes_new_take (g_steal_pointer (&buffer), (gsize)n);
}
