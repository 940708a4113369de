/* haul-mbox-scan.c - where the messages of an mbox begin and end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one buffer of lines, whatever the file.
 * Errors:  those of haul_lines_next().
 * See:     docs/stores.md; RFC 4155; mbox(5) of qmail for the dialects; mmdf(5)
 */
#include "store/haul-mbox-scan.h"

#include "store/haul-date.h"
#include "store/haul-header.h"
#include "store/haul-lines.h"
#include "store/haul-mbox-line.h"
#include "store/haul-store-error.h"

#include <string.h>

#define HEAD_SIZE 65536
#define FROM_LINE_MAX 1024
/* After a message whose Content-Length is right: so many octets of blank lines before the next From_ line. */
#define MAX_GAP 4

typedef struct
{
  gint64 from_start;
  gint64 start; /* -1: there is none */
  gint64 date;
  gboolean is_dash;
  gboolean needs_mozilla; /* no blank line before it: only Mozilla's own header line makes it one */
} Opening;

typedef struct
{
  gint64 start;
  gint64 blank_start;    /* of the last line, when it is blank; else -1 */
  gint64 content_length; /* -1 none */
  gboolean in_header;
} Body;

struct _HaulMboxScan
{
  HaulFile *file;   /* (owned) */
  HaulLines *lines; /* (owned) */
  gint64 limit;
  char line_end;
  gboolean is_mmdf;
  gboolean is_single;   /* the first line is no From_ line: the file is one message */
  gboolean is_bare;     /* separators are “From ” with nothing behind, as very old Mozillas wrote */
  gboolean may_be_bald; /* messages may begin with the empty line that ends the header */
  guint bits;
  Opening opening; /* of the next message */
};

static gboolean
is_from_line (const HaulMboxScan *self, const HaulLine *line, Opening *opening)
{
  gint64 date = 0;

  if (!haul_mbox_line_begins_with_from (line->text, line->length))
    return FALSE;
  if (!haul_date_parse_from_line (line->text, line->length, &date) && !(self->is_bare && line->end - line->start == 5))
    return FALSE;
  *opening = (Opening){
    .from_start = line->start,
    .start = line->next,
    .date = date,
    .is_dash = line->length > 7 && memcmp (line->text + 5, "- ", 2) == 0,
  };
  return TRUE;
}

/* The line behind a From_ line decides whether it is one: a message's first header line. */
static gboolean
confirms (const HaulMboxScan *self, const Opening *candidate, const HaulLine *line)
{
  Opening other;

  if (candidate->needs_mozilla)
    return line->length > 17 && g_ascii_strncasecmp (line->text, "X-Mozilla-Status:", 17) == 0;
  return haul_mbox_line_is_header_start (line) || (self->may_be_bald && line->end == line->start)
         || is_from_line (self, line, &other);
}

/* Skips blank lines; the first other line decides what the file is. */
static gboolean
look_at_first_lines (HaulMboxScan *self, gint64 start, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  HaulLine line = { 0 };
  gboolean found;

  self->opening = (Opening){ .from_start = start, .start = start };
  haul_lines_seek (self->lines, start);
  do
    found = haul_lines_next (self->lines, &line, cancellable, &local_error);
  while (found && line.start == line.end);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!found)
    {
      self->opening.start = -1;
      return TRUE;
    }
  self->is_mmdf = haul_mbox_line_is_mmdf_mark (line.text, line.length);
  if (self->is_mmdf)
    {
      haul_lines_seek (self->lines, line.start);
      return TRUE;
    }
  self->is_single = !haul_mbox_line_begins_with_from (line.text, line.length);
  if (self->is_single)
    return TRUE;
  self->is_bare = line.end - line.start == 5;
  if (!is_from_line (self, &line, &self->opening))
    self->opening = (Opening){ .from_start = line.start, .start = line.next };
  return TRUE;
}

/* TRUE for “>…>From ” with at least @depth “>”s. */
static gboolean
is_quoted_from (const HaulLine *line, gsize depth)
{
  gsize n = 0;

  while (n < line->length && line->text[n] == '>')
    n++;
  return n >= depth && haul_mbox_line_begins_with_from (line->text + n, line->length - n);
}

/* mboxrd is told by a doubly quoted From_ line; a body line “From ” that nobody quoted speaks against any quoting. */
static gboolean
look_for_quoting (HaulMboxScan *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulLines) lines = haul_lines_new (self->file, self->limit, self->line_end);
  g_autoptr (GError) local_error = NULL;
  gboolean is_quoted = FALSE;
  HaulLine line;
  Opening other;

  haul_lines_seek (lines, self->opening.start);
  while (haul_lines_next (lines, &line, cancellable, &local_error))
    {
      if (line.length < 5 || (line.text[0] != '>' && line.text[0] != 'F'))
        continue;
      if (haul_mbox_line_begins_with_from (line.text, line.length) && !is_from_line (self, &line, &other))
        return TRUE;
      is_quoted = is_quoted || is_quoted_from (&line, 2);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (is_quoted)
    self->bits |= HAUL_MBOX_UNQUOTE;
  return TRUE;
}

static gboolean
look_at_second_line (HaulMboxScan *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  HaulLine line;

  haul_lines_seek (self->lines, self->opening.start);
  if (haul_lines_next (self->lines, &line, cancellable, &local_error))
    self->may_be_bald = line.start == line.end;
  haul_lines_seek (self->lines, self->opening.start);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_mbox_scan_new:
 * @file: an mbox of any dialect, MMDF, or a single message
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Looks at the file to tell its line ends and dialect; this reads all of it once. Octets that are appended later are
 * not looked at.
 *
 * Returns: (transfer full) (nullable): a scan at the first message
 */
HaulMboxScan *
haul_mbox_scan_new (HaulFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) head = haul_file_read_head (file, HEAD_SIZE, error);
  if (head == NULL)
    return NULL;
  g_autoptr (HaulMboxScan) self = g_new0 (HaulMboxScan, 1);
  gsize size;
  const char *text = g_bytes_get_data (head, &size);

  self->file = haul_file_ref (file);
  self->limit = file->identity.size;
  self->line_end = haul_mbox_line_find_style (text, size);
  self->lines = haul_lines_new (file, self->limit, self->line_end);
  if (!look_at_first_lines (self, (gint64)haul_mbox_line_skip_byte_order_mark (text, size), cancellable, error))
    return NULL;
  if (self->is_mmdf || self->is_single || self->opening.start < 0)
    return g_steal_pointer (&self);
  if (!look_at_second_line (self, cancellable, error) || !look_for_quoting (self, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
haul_mbox_scan_free (HaulMboxScan *scan)
{
  g_clear_pointer (&scan->lines, haul_lines_free);
  haul_file_unref (scan->file);
  g_free (scan);
}

static gint64
parse_content_length (const HaulLine *line)
{
  static const char name[] = "Content-Length:";
  const gsize name_length = sizeof name - 1;
  guint64 value;

  if (line->length <= name_length || line->length > name_length + 32
      || g_ascii_strncasecmp (line->text, name, name_length) != 0)
    return -1;
  g_autofree char *text = g_strstrip (g_strndup (line->text + name_length, line->length - name_length));
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
    return -1;
  return (gint64)value;
}

/* Is @end, where a Content-Length points, the end of the file or the beginning of a From_ line? Sets the opening then.
 */
static gboolean
check_content_end (HaulMboxScan *self, gint64 end, Opening *opening, gboolean *is_right, GError **error)
{
  char text[MAX_GAP + FROM_LINE_MAX + 1];
  gsize gap = 0;
  gint64 from = MAX (end - 1, 0);
  gssize n = haul_file_pread (self->file, text, (gsize)MIN ((gint64)sizeof text, self->limit - from), from, error);

  *is_right = FALSE;
  if (n < 0)
    return FALSE;
  /* text[0] is the octet before: a line must end there, or right behind. */
  const char *at = text + (end - from);
  if (n < at - text)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED,
                   "The mail file became shorter while it was read.");
      return FALSE;
    }
  gsize left = (gsize)n - (gsize)(at - text);
  gboolean after_line_end = end > 0 && text[0] == self->line_end;
  while (gap < MIN (left, MAX_GAP) && (at[gap] == '\n' || at[gap] == '\r'))
    gap++;
  *opening = (Opening){ .start = -1 };
  if (gap == left)
    {
      *is_right = end + (gint64)left >= self->limit;
      return TRUE;
    }
  if (gap == 0 && !after_line_end)
    return TRUE;
  const char *line_end = memchr (at + gap, self->line_end, left - gap);
  if (line_end == NULL)
    return TRUE;
  gsize length = (gsize)(line_end - (at + gap));
  gint64 start = end + (gint64)gap;
  HaulLine line = {
    .start = start,
    .end = start + (gint64)length,
    .next = start + (gint64)length + 1,
    .text = at + gap,
    .length = length > 0 && line_end[-1] == '\r' ? length - 1 : length,
  };
  *is_right = is_from_line (self, &line, opening);
  return TRUE;
}

static void
finish_entry (HaulMboxScan *self, HaulMboxEntry *entry, gint64 end, const Opening *next)
{
  entry->end = MAX (end, entry->start);
  self->opening = *next;
  if (next->start >= 0)
    haul_lines_seek (self->lines, next->start);
}

/* One line inside the header. Sets @is_done when a right Content-Length ends the message. */
static gboolean
take_header_line (
    HaulMboxScan *self, Body *body, HaulMboxEntry *entry, const HaulLine *line, gboolean *is_done, GError **error)
{
  Opening next;
  gboolean is_right;

  *is_done = FALSE;
  if (line->start != line->end)
    {
      gint64 value = parse_content_length (line);
      if (value >= 0)
        body->content_length = value;
      return TRUE;
    }
  body->in_header = FALSE;
  if (body->content_length < 0 || body->content_length > self->limit - line->next)
    return TRUE;
  if (!check_content_end (self, line->next + body->content_length, &next, &is_right, error))
    return FALSE;
  if (!is_right)
    return TRUE;
  entry->bits |= HAUL_MBOX_CONTENT_LENGTH;
  finish_entry (self, entry, line->next + body->content_length, &next);
  *is_done = TRUE;
  return TRUE;
}

/* Is this line a candidate for the next message's From_ line? */
static gboolean
take_candidate (HaulMboxScan *self, const Body *body, const HaulLine *line, Opening *candidate)
{
  if (line->length < 5 || line->text[0] != 'F' || (body->in_header && line->start != body->start))
    return FALSE;
  if (!is_from_line (self, line, candidate))
    return FALSE;
  candidate->needs_mozilla = body->blank_start < 0 && line->start != body->start;
  return !candidate->needs_mozilla || candidate->is_dash;
}

/* At the end of the file, or when the next From_ line is sure. */
static gint64
get_end (const Body *body, gint64 end)
{
  return body->blank_start >= 0 ? body->blank_start : end;
}

static gboolean
next_of_mbox (HaulMboxScan *self, HaulMboxEntry *entry, GCancellable *cancellable, GError **error)
{
  Body body = { .start = entry->start, .blank_start = -1, .content_length = -1, .in_header = TRUE };
  Opening candidate = { .start = -1 };
  gint64 candidate_end = 0;
  g_autoptr (GError) local_error = NULL;
  HaulLine line;

  haul_lines_seek (self->lines, entry->start);
  while (haul_lines_next (self->lines, &line, cancellable, &local_error))
    {
      gboolean is_done;

      if (candidate.start >= 0 && confirms (self, &candidate, &line))
        {
          finish_entry (self, entry, candidate_end, &candidate);
          return TRUE;
        }
      candidate.start = -1;
      if (take_candidate (self, &body, &line, &candidate))
        candidate_end = get_end (&body, line.start);
      if (body.in_header && !take_header_line (self, &body, entry, &line, &is_done, error))
        return FALSE;
      if (body.in_header == FALSE && (entry->bits & HAUL_MBOX_CONTENT_LENGTH))
        return TRUE;
      body.blank_start = line.start == line.end ? line.start : -1;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  /* A From_ line at the very end: a message that was cut before its first octet. */
  if (candidate.start >= 0 && !candidate.needs_mozilla)
    {
      finish_entry (self, entry, candidate_end, &candidate);
      return TRUE;
    }
  entry->is_cut = entry->start >= self->limit;
  finish_entry (self, entry, get_end (&body, self->limit), &(Opening){ .start = -1 });
  return TRUE;
}

/* Between the marks; what stands outside of them is no mail. */
static gboolean
next_of_mmdf (HaulMboxScan *self, HaulMboxEntry *entry, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean is_inside = FALSE;
  gint64 blank_start = -1;
  Opening opening;
  HaulLine line;

  while (haul_lines_next (self->lines, &line, cancellable, &local_error))
    {
      gboolean is_mark = haul_mbox_line_is_mmdf_mark (line.text, line.length);
      if (is_mark && is_inside)
        {
          entry->end = blank_start >= 0 ? blank_start : line.start;
          return TRUE;
        }
      if (is_mark)
        {
          is_inside = TRUE;
          entry->from_start = entry->start = line.next;
        }
      else if (is_inside && line.start == entry->start && entry->from_start == entry->start
               && is_from_line (self, &line, &opening))
        {
          entry->start = opening.start;
          entry->from_date = opening.date;
        }
      blank_start = !is_mark && line.start == line.end ? line.start : -1;
    }
  self->opening.start = -1;
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  entry->is_cut = TRUE;
  entry->end = self->limit;
  return is_inside;
}

/**
 * haul_mbox_scan_next:
 * @scan: a scan
 * @entry: (out caller-allocates): the next message
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Finds the next message. A From_ line counts as the beginning of one when it holds a date, an empty line stands before
 * it and a header line follows; or where a Content-Length points exactly at it. One empty line before it is the
 * container's.
 *
 * Returns: %FALSE at the end, or with @error set
 */
gboolean
haul_mbox_scan_next (HaulMboxScan *scan, HaulMboxEntry *entry, GCancellable *cancellable, GError **error)
{
  if (scan->opening.start < 0)
    return FALSE;
  *entry = (HaulMboxEntry){
    .from_start = scan->opening.from_start,
    .start = scan->opening.start,
    .from_date = scan->opening.date,
    .is_dash = scan->opening.is_dash,
    .bits = scan->bits,
  };
  if (scan->is_mmdf)
    return next_of_mmdf (scan, entry, cancellable, error);
  if (scan->is_single)
    {
      entry->end = scan->limit;
      scan->opening.start = -1;
      return TRUE;
    }
  return next_of_mbox (scan, entry, cancellable, error);
}
