/* haul-mbox-line.c - what a single line of an mbox is, and whether a file looks like one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * See:     docs/stores.md; RFC 4155; mmdf(5)
 */
#include "store/haul-mbox-line.h"

#include "store/haul-date.h"
#include "store/haul-header.h"

#include <string.h>

static const char mmdf_mark[] = "\1\1\1\1";
static const char byte_order_mark[] = "\xef\xbb\xbf";

gboolean
haul_mbox_line_begins_with_from (const char *text, gsize length)
{
  return length >= 5 && memcmp (text, "From ", 5) == 0;
}

gboolean
haul_mbox_line_is_mmdf_mark (const char *text, gsize length)
{
  return length == 4 && memcmp (text, mmdf_mark, 4) == 0;
}

/* How many octets at the head are a UTF-8 byte order mark. */
gsize
haul_mbox_line_skip_byte_order_mark (const char *head, gsize size)
{
  return size >= 3 && memcmp (head, byte_order_mark, 3) == 0 ? 3 : 0;
}

/**
 * haul_mbox_line_find_style:
 * @head: a file's first octets
 * @size: how many
 *
 * Returns: the octet that ends a line: LF, or CR where an old Mac wrote the file
 */
char
haul_mbox_line_find_style (const char *head, gsize size)
{
  gsize n_lf = 0;
  gsize n_cr = 0;

  for (gsize i = 0; i < size; i++)
    {
      n_lf += head[i] == '\n';
      n_cr += head[i] == '\r' && (i + 1 == size || head[i + 1] != '\n');
    }
  return n_cr > n_lf ? '\r' : '\n';
}

gboolean
haul_mbox_line_is_header_start (const HaulLine *line)
{
  return haul_header_is_field_line (line->text, line->length)
         || (line->length > 6 && strncmp (line->text, ">From ", 6) == 0);
}

static gboolean
next_head_line (const char **at, const char *end, char line_end, HaulLine *line)
{
  const char *text = *at;
  const char *stop = text < end ? memchr (text, line_end, (gsize)(end - text)) : NULL;

  if (text >= end)
    return FALSE;
  *at = stop != NULL ? stop + 1 : end;
  stop = stop != NULL ? stop : end;
  if (stop > text && line_end == '\n' && stop[-1] == '\r')
    stop--;
  *line = (HaulLine){ .end = stop - text, .text = text, .length = (gsize)(stop - text) };
  return TRUE;
}

/* “From <commit> Mon Sep 17 00:00:00 2001”: what git writes before a patch. */
static gboolean
is_patch (const HaulLine *line)
{
  static const char date[] = " Mon Sep 17 00:00:00 2001";
  gsize tail = sizeof date - 1;

  return line->length >= 5 + 40 + tail && memcmp (line->text + line->length - tail, date, tail) == 0
         && strspn (line->text + 5, "0123456789abcdef") == line->length - 5 - tail;
}

/**
 * haul_mbox_line_looks_like_mbox:
 * @head: a file's first octets
 * @size: how many
 *
 * Tells an mbox or MMDF from any other text by its first lines.
 *
 * Returns: %TRUE when it looks like one
 */
gboolean
haul_mbox_line_looks_like_mbox (gconstpointer head, gsize size)
{
  const char *at = (const char *)head + haul_mbox_line_skip_byte_order_mark (head, size);
  const char *end = (const char *)head + size;
  char line_end = haul_mbox_line_find_style (head, size);
  HaulLine line = { 0 };
  gint64 date;

  do
    if (!next_head_line (&at, end, line_end, &line))
      return FALSE;
  while (line.length == 0);
  if (haul_mbox_line_is_mmdf_mark (line.text, line.length))
    return TRUE;
  if (!haul_mbox_line_begins_with_from (line.text, line.length))
    return FALSE;
  if (haul_date_parse_from_line (line.text, line.length, &date))
    return !is_patch (&line);
  return next_head_line (&at, end, line_end, &line) && haul_mbox_line_is_header_start (&line)
         && haul_header_count_known_fields (line.text, (gsize)(end - line.text)) >= 2;
}
