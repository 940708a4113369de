/* haul-report-text.c - a report to be read in a terminal or printed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-report-writers.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

#include "report/haul-error-text.h"
#include "report/haul-report-words.h"
#include "report/haul-text-table.h"

static void
add_counts (HaulTextTable *table, const HaulCounts *counts)
{
  g_autofree char *size = g_format_size (counts->bytes);

  haul_text_table_add_number (table, counts->found);
  haul_text_table_add_number (table, counts->copied);
  haul_text_table_add_number (table, counts->present);
  haul_text_table_add_number (table, counts->skipped);
  haul_text_table_add_number (table, counts->failed);
  haul_text_table_add (table, size);
}

static void
add_table (GString *out, const HaulReport *report)
{
  const char *titles[] = { _ ("Folder"),  _ ("Mailbox"), _ ("Found"), _ ("Copied"), _ ("There before"),
                           _ ("Skipped"), _ ("Failed"),  _ ("Size"),  NULL };
  g_autoptr (HaulTextTable) table = haul_text_table_new (titles, "llrrrrrr");

  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      haul_text_table_add (table, folder->path);
      haul_text_table_add (table, folder->mailbox);
      add_counts (table, &folder->counts);
    }
  haul_text_table_add (table, _ ("All"));
  haul_text_table_add (table, "");
  add_counts (table, &report->all);
  haul_text_table_write (table, out);
}

static void
add_notes (GString *out, const HaulReport *report)
{
  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      if (folder->note == NULL)
        continue;
      haul_text_table_append_plain (out, folder->path);
      g_string_append (out, ": ");
      haul_text_table_append_plain (out, folder->note);
      g_string_append_c (out, '\n');
    }
}

/* What kept messages from arriving twice, for each rung that was used. */
static void
add_rungs (GString *out, const HaulReport *report)
{
  g_autoptr (GPtrArray) rungs = haul_report_list_rungs (report);

  for (guint i = 0; i < rungs->len; i++)
    g_string_append_printf (out, "%s: %s\n", (const char *)rungs->pdata[i],
                            haul_report_words_describe_rung (rungs->pdata[i]));
}

static void
add_proofs (GString *out, const HaulReport *report)
{
  for (guint i = HAUL_PROOF_LISTED; i < HAUL_N_PROOFS; i++)
    if (report->proved[i] > 0)
      g_string_append_printf (out, "%" G_GUINT64_FORMAT " %s\n", report->proved[i],
                              haul_report_words_describe_proof ((HaulProof)i));
}

static void
add_message (GString *out, const HaulReport *report, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;
  g_autofree char *date = haul_text_table_dup_date (message->date);
  g_autofree char *size = g_format_size (message->bytes);
  g_autofree char *reason = haul_report_message_dup_reason (message);

  g_string_append (out, "  ");
  haul_text_table_append_plain (out, folder == NULL ? "" : folder->path);
  g_string_append_printf (out, ", %s, %s: ", date, size);
  haul_text_table_append_plain (out, reason);
  if (message->subject != NULL)
    {
      g_string_append_printf (out, " %s ", _ ("Subject:"));
      haul_text_table_append_plain (out, message->subject);
      g_string_append_printf (out, " %s ", _ ("From:"));
      haul_text_table_append_plain (out, message->sender == NULL ? "" : message->sender);
      g_string_append_c (out, '.');
    }
  if (message->advice != NULL)
    {
      g_string_append_c (out, ' ');
      haul_text_table_append_plain (out, message->advice);
    }
  if (message->source != NULL && *message->source != '\0')
    {
      g_string_append (out, " [");
      haul_text_table_append_plain (out, message->source);
      g_string_append_c (out, ']');
    }
  g_string_append_c (out, '\n');
}

static void
add_messages (GString *out, const HaulReport *report, HaulOutcome outcome, const char *title)
{
  gboolean is_first = TRUE;

  for (guint i = 0; i < report->messages->len; i++)
    {
      const HaulReportMessage *message = g_ptr_array_index (report->messages, i);
      if (message->outcome != outcome)
        continue;
      if (is_first)
        g_string_append_printf (out, "\n%s\n", title);
      is_first = FALSE;
      add_message (out, report, message);
    }
}

static void
add_error (GString *out, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  if (text->advice != NULL)
    g_string_append_printf (out, "%s\n", text->advice);
  if (text->server_text == NULL)
    return;
  g_string_append_printf (out, "%s ", _ ("The server said:"));
  haul_text_table_append_plain (out, text->server_text);
  g_string_append_c (out, '\n');
}

char *
haul_report_text_write (const HaulReport *report)
{
  GString *out = g_string_new (NULL);
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_autofree char *date = haul_text_table_dup_date (report->started);

  haul_text_table_append_plain (out, verdict);
  g_string_append_c (out, '\n');
  if (report->error != NULL)
    add_error (out, report->error);
  g_string_append_c (out, '\n');
  haul_text_table_append_plain (out, report->user == NULL ? "" : report->user);
  g_string_append (out, " → ");
  haul_text_table_append_plain (out, report->server == NULL ? "" : report->server);
  g_string_append_printf (out, ", %s, ", date);
  g_string_append_printf (out,
                          ngettext ("%" G_GINT64_FORMAT " second", "%" G_GINT64_FORMAT " seconds", report->seconds),
                          report->seconds);
  g_string_append_printf (out, ", %s %s\n\n", _ ("job"), report->job == NULL ? "–" : report->job);
  add_table (out, report);
  add_notes (out, report);
  add_rungs (out, report);
  add_proofs (out, report);
  add_messages (out, report, HAUL_OUTCOME_FAILED, _ ("Not copied:"));
  add_messages (out, report, HAUL_OUTCOME_SKIPPED, _ ("Skipped:"));
  add_messages (out, report, HAUL_OUTCOME_COPIED, _ ("Copied with a remark:"));
  return g_string_free (out, FALSE);
}
