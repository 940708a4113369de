/* haul-text-table.c - columns that line up in a terminal, in any script, safe to print
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 */
#include "report/haul-text-table.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _HaulTextTable
{
  guint n_columns;
  char *alignment;  /* (owned) “l” or “r” a column */
  GPtrArray *cells; /* (owned) (element-type utf8) row by row, the titles first */
};

/**
 * haul_text_table_append_plain:
 * @out: where to
 * @text: any octets
 *
 * Appends a text that came from elsewhere: no control character or mark of writing direction of it reaches the
 * terminal.
 */
void
haul_text_table_append_plain (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean is_direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
      if (c == '\n' || c == '\t' || c == '\r' || c == 0x2028 || c == 0x2029)
        g_string_append_c (out, ' ');
      else if (g_unichar_iscntrl (c) || is_direction)
        g_string_append (out, "\xef\xbf\xbd");
      else
        g_string_append_unichar (out, c);
    }
}

/**
 * haul_text_table_dup_date:
 * @unix_seconds: a date, 0 unknown
 *
 * Returns: (transfer full): the day, where the person is: 2003-10-17
 */
char *
haul_text_table_dup_date (gint64 unix_seconds)
{
  g_autoptr (GDateTime) date = unix_seconds == 0 ? NULL : g_date_time_new_from_unix_local (unix_seconds);

  return date == NULL ? g_strdup (_ ("no date")) : g_date_time_format (date, "%Y-%m-%d");
}

/**
 * haul_text_table_new:
 * @titles: (array zero-terminated=1): the heads of the columns
 * @alignment: “l” or “r” for each
 *
 * Makes a table with its heads.
 *
 * Returns: (transfer full): the table
 */
HaulTextTable *
haul_text_table_new (const char *const *titles, const char *alignment)
{
  HaulTextTable *self = g_new0 (HaulTextTable, 1);

  self->n_columns = (guint)strlen (alignment);
  self->alignment = g_strdup (alignment);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; titles[i] != NULL; i++)
    haul_text_table_add (self, titles[i]);
  return self;
}

void
haul_text_table_free (HaulTextTable *table)
{
  g_free (table->alignment);
  g_ptr_array_unref (table->cells);
  g_free (table);
}

/**
 * haul_text_table_add:
 * @table: a table
 * @text: (nullable): the next cell, left to right, row by row
 *
 * Adds a cell.
 */
void
haul_text_table_add (HaulTextTable *table, const char *text)
{
  GString *plain = g_string_new (NULL);

  haul_text_table_append_plain (plain, text == NULL ? "" : text);
  g_ptr_array_add (table->cells, g_string_free (plain, FALSE));
}

/**
 * haul_text_table_add_number:
 * @table: a table
 * @number: the next cell; below 0: unknown
 *
 * Adds a cell with a number in the person's notation.
 */
void
haul_text_table_add_number (HaulTextTable *table, gint64 number)
{
  g_autofree char *text = number < 0 ? g_strdup ("?") : g_strdup_printf ("%'" G_GINT64_FORMAT, number);

  haul_text_table_add (table, text);
}

static guint
measure (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

static void
append_blanks (GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, ' ');
}

/**
 * haul_text_table_write:
 * @table: a table
 * @out: where to
 *
 * Writes the rows, each ended by a line feed, without blanks at the end.
 */
void
haul_text_table_write (const HaulTextTable *table, GString *out)
{
  g_autofree guint *widths = g_new0 (guint, table->n_columns);

  for (guint i = 0; i < table->cells->len; i++)
    {
      guint width = measure (g_ptr_array_index (table->cells, i));
      widths[i % table->n_columns] = MAX (widths[i % table->n_columns], width);
    }
  for (guint i = 0; i < table->cells->len; i++)
    {
      guint column = i % table->n_columns;
      const char *cell = g_ptr_array_index (table->cells, i);
      guint padding = widths[column] - measure (cell);
      gboolean is_last = column + 1 == table->n_columns;
      if (table->alignment[column] == 'r')
        append_blanks (out, padding);
      g_string_append (out, cell);
      if (table->alignment[column] == 'l' && !is_last)
        append_blanks (out, padding);
      if (!is_last)
        g_string_append (out, "  ");
      while (is_last && out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate (out, out->len - 1);
      if (is_last)
        g_string_append_c (out, '\n');
    }
}
