/* haul-report-csv.c - a report for a spreadsheet: a row a folder, a row a message, a row for all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     RFC 4180
 */
#include "migrate/haul-report-writers.h"

#include <string.h>

/* A spreadsheet takes a cell that begins like a formula for one: names and servers' words must not become formulas. */
static void
add_cell (GString *out, const char *text, gboolean is_last)
{
  g_autofree char *valid = text == NULL ? NULL : g_utf8_make_valid (text, -1);
  gboolean is_formula = valid != NULL && *valid != '\0' && strchr ("=+-@\t\r", *valid) != NULL;

  g_string_append_c (out, '"');
  if (is_formula)
    g_string_append_c (out, '\'');
  for (const char *p = valid; p != NULL && *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append (out, is_last ? "\"\r\n" : "\",");
}

static void
add_number (GString *out, guint64 number)
{
  g_string_append_printf (out, "%" G_GUINT64_FORMAT ",", number);
}

static void
add_empty (GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, ',');
}

static void
add_counts (GString *out, const HaulCounts *counts)
{
  add_number (out, counts->found);
  add_number (out, counts->copied);
  add_number (out, counts->present);
  add_number (out, counts->skipped);
  add_number (out, counts->failed);
  add_number (out, counts->bytes);
}

static void
add_folder (GString *out, const HaulReportFolder *folder)
{
  add_cell (out, "folder", FALSE);
  add_cell (out, folder->store, FALSE);
  add_cell (out, folder->path, FALSE);
  add_cell (out, folder->mailbox, FALSE);
  add_counts (out, &folder->counts);
  add_cell (out, folder->is_checked ? "yes" : "no", FALSE);
  add_cell (out, folder->rung, FALSE);
  add_empty (out, 4);
  add_cell (out, folder->note, FALSE);
  add_cell (out, "", TRUE);
}

static void
add_message (GString *out, const HaulReport *report, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;
  g_autoptr (GDateTime) date = message->date == 0 ? NULL : g_date_time_new_from_unix_utc (message->date);
  g_autofree char *date_text = date == NULL ? NULL : g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");

  add_cell (out, "message", FALSE);
  add_cell (out, folder == NULL ? "" : folder->store, FALSE);
  add_cell (out, folder == NULL ? "" : folder->path, FALSE);
  add_cell (out, folder == NULL ? "" : folder->mailbox, FALSE);
  add_empty (out, 5);
  add_number (out, message->bytes);
  add_empty (out, 2);
  add_cell (out, message->source, FALSE);
  add_cell (out, date_text, FALSE);
  add_cell (out, haul_outcome_to_string (message->outcome), FALSE);
  add_cell (out, message->code, FALSE);
  add_cell (out, message->text, FALSE);
  add_cell (out, message->advice, TRUE);
}

char *
haul_report_csv_write (const HaulReport *report)
{
  GString *out = g_string_new ("kind,program,folder,mailbox,found,copied,present,skipped,failed,bytes,checked,rung,"
                               "source,date,outcome,code,text,advice\r\n");
  g_autofree char *summary = haul_report_dup_verdict (report);

  for (guint i = 0; i < report->folders->len; i++)
    add_folder (out, g_ptr_array_index (report->folders, i));
  for (guint i = 0; i < report->messages->len; i++)
    add_message (out, report, g_ptr_array_index (report->messages, i));
  add_cell (out, "all", FALSE);
  add_empty (out, 3);
  add_counts (out, &report->all);
  add_empty (out, 1);
  add_cell (out, report->rung, FALSE);
  add_empty (out, 2);
  add_cell (out, haul_verdict_to_string (report->verdict), FALSE);
  add_empty (out, 1);
  add_cell (out, summary, FALSE);
  add_cell (out, "", TRUE);
  return g_string_free (out, FALSE);
}
