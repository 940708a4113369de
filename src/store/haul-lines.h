/* haul-lines.h - the lines of a file, one after the other, in constant memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-file.h"

G_BEGIN_DECLS

/* Of a longer line only so much is looked at. */
#define HAUL_LINE_MAX 4096

/**
 * HaulLine:
 * @start: offset of its first octet
 * @end: offset behind its last octet; the line end, with a CR before LF, is not counted
 * @next: offset of the next line
 * @text: its first octets; valid until the next call
 * @length: octets of @text, at most %HAUL_LINE_MAX
 */
typedef struct
{
  gint64 start;
  gint64 end;
  gint64 next;
  const char *text;
  gsize length;
} HaulLine;

typedef struct _HaulLines HaulLines;

HaulLines *haul_lines_new (HaulFile *file, gint64 limit, char line_end);
void haul_lines_free (HaulLines *lines);
void haul_lines_seek (HaulLines *lines, gint64 offset);
gboolean haul_lines_next (HaulLines *lines, HaulLine *line, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulLines, haul_lines_free)

G_END_DECLS
