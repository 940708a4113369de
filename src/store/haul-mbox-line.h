/* haul-mbox-line.h - what a single line of an mbox is, and whether a file looks like one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-lines.h"

G_BEGIN_DECLS

gboolean haul_mbox_line_begins_with_from (const char *text, gsize length);
gboolean haul_mbox_line_is_mmdf_mark (const char *text, gsize length);
gsize haul_mbox_line_skip_byte_order_mark (const char *head, gsize size);
char haul_mbox_line_find_style (const char *head, gsize size);
gboolean haul_mbox_line_is_header_start (const HaulLine *line);
gboolean haul_mbox_line_looks_like_mbox (gconstpointer head, gsize size);

G_END_DECLS
