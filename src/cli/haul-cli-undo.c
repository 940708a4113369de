/* haul-cli-undo.c - take back what a job copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-undo.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "report/haul-text-table.h"
#include "migrate/haul-undo.h"

#define SHOWN_MESSAGES 50

static gboolean
check_options (const HaulCliOptions *options, GError **error)
{
  if (options->job != NULL && options->arguments == NULL)
    return TRUE;
  g_set_error_literal (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                       _ ("Which job? Give --job=ID, as “mailhaul-cli jobs” shows it."));
  return FALSE;
}

static HaulUndo *
prepare (HaulCliWork *work, GError **error)
{
  if (!check_options (work->options, error) || !haul_cli_work_load_account (work, error))
    return NULL;
  work->probe = haul_probe_run (work->account, NULL, NULL, work->cancellable, error);
  if (work->probe == NULL)
    return NULL;
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (work->options);
  return haul_undo_new (work->probe->account, work->probe->server, state_dir, work->options->job);
}

static HaulUndoReport *
run (HaulCliWork *work, HaulUndo *undo, HaulCliEvents *events, GError **error)
{
  g_autofree char *whom = haul_account_dup_display (work->probe->account);

  haul_cli_events_start_undo (events, haul_undo_get_progress (undo), work->options->job, whom);
  haul_cli_watch_set_tick (work->watch, haul_cli_events_tick, events);
  HaulUndoReport *report = haul_undo_run (undo, work->cancellable, error);
  haul_cli_watch_set_tick (work->watch, NULL, NULL);
  return report;
}

static void
print_left (const HaulCliOptions *options, const HaulUndoReport *report)
{
  if (report->left->len > 0)
    haul_cli_print_line (options, "%s", _ ("These stay where they are:"));
  for (guint i = 0; i < report->left->len; i++)
    {
      const HaulUndoLine *line = report->left->pdata[i];
      g_autofree char *date = haul_text_table_dup_date (line->date);
      if (i == SHOWN_MESSAGES)
        {
          haul_cli_print_line (options, "%s", _ ("  … and more: --format=json lists all."));
          return;
        }
      haul_cli_print_line (options, "  %s, %s: %s", line->mailbox, date, line->text);
    }
}

static void
print_mailboxes (const HaulCliOptions *options, const HaulUndoReport *report)
{
  if (report->mailboxes->len > 0)
    haul_cli_print_line (options, "%s", _ ("Empty folders that Mailhaul had made, deleted:"));
  for (guint i = 0; i < report->mailboxes->len; i++)
    haul_cli_print_line (options, "  %s", (const char *)report->mailboxes->pdata[i]);
}

static HaulExitStatus
finish (HaulCliWork *work, HaulCliEvents *events, const HaulUndoReport *report)
{
  g_autofree char *verdict = haul_undo_report_dup_verdict (report);
  g_autofree char *taken = haul_undo_report_dup_taken (report);

  haul_cli_events_finish_undo (events, report);
  if (haul_cli_options_has_events (work->options))
    return report->exit_status;
  if (haul_cli_options_is_json (work->options))
    {
      g_autofree char *json = haul_undo_report_to_json (report);
      haul_cli_print_octets (json);
      haul_cli_print_octets ("\n");
      return report->exit_status;
    }
  print_mailboxes (work->options, report);
  print_left (work->options, report);
  /* What went wrong is told below, with what to do about it. */
  if (report->verdict != HAUL_VERDICT_FAILED)
    haul_cli_print_line (work->options, "%s", verdict);
  else if (report->taken > 0)
    haul_cli_print_line (work->options, "%s", taken);
  if (report->error != NULL)
    haul_cli_print_error (work->options, report->error);
  return report->exit_status;
}

/**
 * haul_cli_undo_run:
 * @options: options
 *
 * Takes back what all runs of a job placed, where nobody changed it.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_undo_run (const HaulCliOptions *options)
{
  g_autoptr (HaulCliWork) work = haul_cli_work_new (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulCliEvents) events = haul_cli_events_new (options, &error);

  if (events == NULL)
    {
      haul_cli_print_error (options, error);
      return HAUL_EXIT_CANNOT_WRITE;
    }
  g_autoptr (HaulUndo) undo = prepare (work, &error);
  g_autoptr (HaulUndoReport) report = undo == NULL ? NULL : run (work, undo, events, &error);
  return report != NULL ? finish (work, events, report) : haul_cli_work_fail (work, events, error);
}
