/* haul-lines.c - the lines of a file, one after the other, in constant memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one buffer of 128 KiB, whatever the length of lines.
 * Errors:  those of haul_file_pread(); G_IO_ERROR_CANCELLED.
 */
#include "store/haul-lines.h"

#include <string.h>

#define BUFFER_SIZE 131072

struct _HaulLines
{
  HaulFile *file; /* (owned) */
  gint64 limit;   /* the file is taken to end here */
  char line_end;
  gint64 offset; /* in the file, of buffer[0] */
  gsize at;      /* in the buffer, of the next line */
  gsize used;
  gboolean at_end; /* nothing of the file is behind the buffer */
  guint8 *buffer;  /* (owned) */
  char prefix[HAUL_LINE_MAX];
};

/**
 * haul_lines_new:
 * @file: a file
 * @limit: offset where to stop
 * @line_end: LF, also for CRLF, or CR
 *
 * Returns: (transfer full): the lines from the file's beginning
 */
HaulLines *
haul_lines_new (HaulFile *file, gint64 limit, char line_end)
{
  HaulLines *self = g_new0 (HaulLines, 1);

  self->file = haul_file_ref (file);
  self->limit = limit;
  self->line_end = line_end;
  self->buffer = g_malloc (BUFFER_SIZE);
  return self;
}

void
haul_lines_free (HaulLines *lines)
{
  haul_file_unref (lines->file);
  g_free (lines->buffer);
  g_free (lines);
}

/**
 * haul_lines_seek:
 * @lines: the lines
 * @offset: where the next line begins
 *
 * Goes to another place, as a Content-Length tells it.
 */
void
haul_lines_seek (HaulLines *lines, gint64 offset)
{
  if (offset >= lines->offset && offset - lines->offset <= (gint64)lines->used)
    {
      lines->at = (gsize)(offset - lines->offset);
      return;
    }
  lines->offset = offset;
  lines->at = lines->used = 0;
  lines->at_end = FALSE;
}

/* Moves what is left to the front and reads behind it. */
static gboolean
refill (HaulLines *self, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  memmove (self->buffer, self->buffer + self->at, self->used - self->at);
  self->offset += (gint64)self->at;
  self->used -= self->at;
  self->at = 0;

  gint64 from = self->offset + (gint64)self->used;
  gsize wanted = (gsize)CLAMP (self->limit - from, 0, (gint64)(BUFFER_SIZE - self->used));
  gssize n = haul_file_pread (self->file, self->buffer + self->used, wanted, from, error);
  if (n < 0)
    return FALSE;
  self->used += (gsize)n;
  self->at_end = (gsize)n < wanted || from + n >= self->limit;
  return TRUE;
}

static void
finish_line (HaulLines *self, HaulLine *line, const guint8 *end, gboolean has_end)
{
  gsize length = (gsize)(end - (self->buffer + self->at));

  line->next = self->offset + (gint64)(self->at + length) + (has_end ? 1 : 0);
  if (has_end && self->line_end == '\n' && length > 0 && end[-1] == '\r')
    length--;
  line->start = self->offset + (gint64)self->at;
  line->end = line->start + (gint64)length;
  line->text = (const char *)self->buffer + self->at;
  line->length = MIN (length, HAUL_LINE_MAX);
  self->at = (gsize)(line->next - self->offset);
}

/* A line longer than the buffer: its beginning is kept aside, the rest passes by. */
static gboolean
pass_long_line (HaulLines *self, HaulLine *line, GCancellable *cancellable, GError **error)
{
  const guint8 *end = NULL;

  line->start = self->offset;
  memcpy (self->prefix, self->buffer, HAUL_LINE_MAX);
  while (end == NULL && !self->at_end)
    {
      /* One octet stays, so that a CR before the line end is seen. */
      self->at = self->used - 1;
      if (!refill (self, cancellable, error))
        return FALSE;
      end = memchr (self->buffer, self->line_end, self->used);
    }
  if (end == NULL)
    self->at = self->used;
  else
    self->at = (gsize)(end - self->buffer) + 1;
  line->next = self->offset + (gint64)self->at;
  line->end = line->next - (end != NULL ? 1 : 0);
  if (end != NULL && self->line_end == '\n' && end > self->buffer && end[-1] == '\r')
    line->end--;
  line->text = self->prefix;
  line->length = HAUL_LINE_MAX;
  return TRUE;
}

/**
 * haul_lines_next:
 * @lines: the lines
 * @line: (out caller-allocates): the next one
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Reads on. A last line without an end is a line too.
 *
 * Returns: %FALSE at the end, or with @error set
 */
gboolean
haul_lines_next (HaulLines *lines, HaulLine *line, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      gsize left = lines->used - lines->at;
      const guint8 *end = left > 0 ? memchr (lines->buffer + lines->at, lines->line_end, left) : NULL;
      if (end != NULL)
        {
          finish_line (lines, line, end, TRUE);
          return TRUE;
        }
      if (lines->at_end)
        {
          if (left > 0)
            finish_line (lines, line, lines->buffer + lines->used, FALSE);
          return left > 0;
        }
      if (left == BUFFER_SIZE)
        return pass_long_line (lines, line, cancellable, error);
      if (!refill (lines, cancellable, error))
        return FALSE;
    }
}
