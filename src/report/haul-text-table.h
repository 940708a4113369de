/* haul-text-table.h - columns that line up in a terminal, in any script, safe to print
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HaulTextTable HaulTextTable;

HaulTextTable *haul_text_table_new (const char *const *titles, const char *alignment);
void haul_text_table_free (HaulTextTable *table);
void haul_text_table_add (HaulTextTable *table, const char *text);
void haul_text_table_add_number (HaulTextTable *table, gint64 number);
void haul_text_table_write (const HaulTextTable *table, GString *out);
void haul_text_table_append_plain (GString *out, const char *text);
char *haul_text_table_dup_date (gint64 unix_seconds);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTextTable, haul_text_table_free)

G_END_DECLS
