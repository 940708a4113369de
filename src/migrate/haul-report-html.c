/* haul-report-html.c - a report as one page to keep or print, with nothing fetched from elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "migrate/haul-report-writers.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

#include "migrate/haul-error-text.h"
#include "migrate/haul-text-table.h"

static const char style[]
    = "body{font:11pt "
      "sans-serif;margin:2em;color:#222;background:#fff}h1{font-size:1.4em}table{border-collapse:collapse;"
      "margin:1em 0}th,td{padding:.25em .7em;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}"
      "td.n,th.n{text-align:right}tr.all td{font-weight:bold}.facts{color:#555}@media print{body{margin:0}}";

static void
add_escaped (GString *out, const char *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  if (text == NULL)
    return;
  haul_text_table_append_plain (plain, text);
  g_autofree char *escaped = g_markup_escape_text (plain->str, -1);
  g_string_append (out, escaped);
}

static void
add_cell (GString *out, const char *text)
{
  g_string_append (out, "<td>");
  add_escaped (out, text);
  g_string_append (out, "</td>");
}

static void
add_numbers (GString *out, const HaulCounts *counts)
{
  const guint64 numbers[] = { counts->found, counts->copied, counts->present, counts->skipped, counts->failed };
  g_autofree char *size = g_format_size (counts->bytes);

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_string_append_printf (out, "<td class=\"n\">%" G_GUINT64_FORMAT "</td>", numbers[i]);
  g_string_append (out, "<td class=\"n\">");
  add_escaped (out, size);
  g_string_append (out, "</td>");
}

static void
add_heads (GString *out, const char *const *titles, guint first_number, guint n_numbers)
{
  g_string_append (out, "<table><thead><tr>");
  for (guint i = 0; titles[i] != NULL; i++)
    {
      g_string_append (out, i >= first_number && i < first_number + n_numbers ? "<th class=\"n\">" : "<th>");
      add_escaped (out, titles[i]);
      g_string_append (out, "</th>");
    }
  g_string_append (out, "</tr></thead><tbody>\n");
}

static void
add_folders (GString *out, const HaulReport *report)
{
  const char *titles[] = { _ ("Program"), _ ("Folder"), _ ("Mailbox"), _ ("Found"),   _ ("Copied"), _ ("There before"),
                           _ ("Skipped"), _ ("Failed"), _ ("Size"),    _ ("Checked"), _ ("Remark"), NULL };

  add_heads (out, titles, 3, 6);
  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      g_string_append (out, "<tr>");
      add_cell (out, folder->store);
      add_cell (out, folder->path);
      add_cell (out, folder->mailbox);
      add_numbers (out, &folder->counts);
      add_cell (out, folder->is_checked ? _ ("yes") : "–");
      add_cell (out, folder->note);
      g_string_append (out, "</tr>\n");
    }
  g_string_append (out, "<tr class=\"all\">");
  add_cell (out, _ ("All"));
  g_string_append (out, "<td></td><td></td>");
  add_numbers (out, &report->all);
  g_string_append (out, "<td></td><td></td></tr>\n</tbody></table>\n");
}

static const char *
name_outcome (HaulOutcome outcome)
{
  switch (outcome)
    {
    case HAUL_OUTCOME_FAILED:
      return _ ("not copied");
    case HAUL_OUTCOME_SKIPPED:
      return _ ("skipped");
    case HAUL_OUTCOME_PRESENT:
      return _ ("there before");
    case HAUL_OUTCOME_COPIED:
    default:
      return _ ("copied");
    }
}

static void
add_message (GString *out, const HaulReport *report, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;
  g_autofree char *date = haul_text_table_dup_date (message->date);
  g_autofree char *size = g_format_size (message->bytes);

  g_string_append (out, "<tr>");
  add_cell (out, folder == NULL ? "" : folder->path);
  add_cell (out, date);
  add_cell (out, size);
  add_cell (out, name_outcome (message->outcome));
  add_cell (out, message->text);
  add_cell (out, message->advice);
  add_cell (out, message->source);
  g_string_append (out, "</tr>\n");
}

static void
add_messages (GString *out, const HaulReport *report)
{
  const char *titles[]
      = { _ ("Folder"), _ ("Date"), _ ("Size"), _ ("Outcome"), _ ("Reason"), _ ("Advice"), _ ("Where"), NULL };

  if (report->messages->len == 0)
    return;
  g_string_append (out, "<h2>");
  add_escaped (out, _ ("Messages to know about"));
  g_string_append (out, "</h2>\n");
  add_heads (out, titles, 0, 0);
  for (guint i = 0; i < report->messages->len; i++)
    add_message (out, report, g_ptr_array_index (report->messages, i));
  g_string_append (out, "</tbody></table>\n");
}

static void
add_error (GString *out, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  g_string_append (out, "<p>");
  add_escaped (out, text->advice);
  if (text->server_text != NULL)
    {
      g_string_append (out, "<br>");
      add_escaped (out, _ ("The server said:"));
      g_string_append_c (out, ' ');
      add_escaped (out, text->server_text);
    }
  g_string_append (out, "</p>\n");
}

char *
haul_report_html_write (const HaulReport *report)
{
  GString *out = g_string_new ("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Mailhaul</title><style>");
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_autofree char *date = haul_text_table_dup_date (report->started);

  g_string_append_printf (out, "%s</style></head><body>\n<h1>", style);
  add_escaped (out, verdict);
  g_string_append (out, "</h1>\n");
  if (report->error != NULL)
    add_error (out, report->error);
  g_string_append (out, "<p class=\"facts\">");
  add_escaped (out, report->user);
  g_string_append (out, " → ");
  add_escaped (out, report->server);
  g_string_append_printf (out, " · %s · ", date);
  g_string_append_printf (out,
                          ngettext ("%" G_GINT64_FORMAT " second", "%" G_GINT64_FORMAT " seconds", report->seconds),
                          report->seconds);
  g_string_append (out, " · ");
  add_escaped (out, report->job);
  g_string_append (out, " · Mailhaul " HAUL_VERSION "</p>\n");
  add_folders (out, report);
  add_messages (out, report);
  g_string_append (out, "</body></html>\n");
  return g_string_free (out, FALSE);
}
