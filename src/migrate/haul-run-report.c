/* haul-run-report.c - a run's report: a row for each folder, and the numbers at the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the engine's, before the lanes start and after they have ended.
 */
#include "migrate/haul-run-report.h"

#include "base/haul-clock.h"
#include "report/haul-error-text.h"
#include "migrate/haul-rung.h"
#include "store/haul-store-error.h"

/**
 * haul_run_report_new:
 * @run: a run
 * @job: the job's name, or "" for none
 *
 * Makes the run's report: a row for each folder of the plan, in its order.
 *
 * Returns: (transfer full): the report
 */
HaulReport *
haul_run_report_new (HaulRun *run, const char *job)
{
  HaulReport *report = haul_report_new ();
  const HaulPlan *plan = run->plan;
  const HaulEndpoint *endpoint = run->account->endpoint;

  report->job = g_strdup (job);
  report->user = g_strdup (run->account->user);
  report->server
      = endpoint == NULL ? g_strdup ("") : g_strdup_printf ("%s:%u", endpoint->host, haul_endpoint_get_port (endpoint));
  report->started = haul_clock_now ();
  for (guint i = 0; i < plan->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (plan, i);
      HaulReportFolder *row = g_new0 (HaulReportFolder, 1);
      row->store = g_strdup (folder->store->program);
      row->path = haul_folder_dup_display (folder->folder);
      row->mailbox = g_strdup (folder->mailbox_display == NULL ? "" : folder->mailbox_display);
      row->note = g_strdup (folder->note);
      row->location = g_strdup (folder->store->path);
      row->format = g_strdup (folder->store->format);
      row->id = g_strdup (folder->folder->id);
      row->rung = "";
      g_ptr_array_add (report->folders, row);
    }
  return report;
}

/* Folders that are left out by rule, or cannot be read, are in the numbers too: no silence. */
static void
count_left_out (HaulRun *run, guint index)
{
  const HaulPlanFolder *folder = haul_plan_get_folder (run->plan, index);
  HaulReportFolder *row = g_ptr_array_index (run->report->folders, index);
  guint64 n = folder->folder->messages < 0 ? 0 : (guint64)folder->folder->messages;
  guint64 bytes = folder->folder->bytes < 0 ? 0 : (guint64)folder->folder->bytes;
  gboolean is_trash = folder->action == HAUL_PLAN_SKIP_TRASH;
  HaulRunLine line = { "", 0, bytes, HAUL_OUTCOME_SKIPPED, NULL, NULL, NULL };

  if (folder->action == HAUL_PLAN_COPY && n > 0 && row->counts.found == 0
      && (run->error != NULL || g_cancellable_is_cancelled (run->stop)))
    {
      row->counts = (HaulCounts){ .found = n, .skipped = n };
      line.code = "not-reached";
      line.text = "The whole folder was not reached before the run ended.";
    }
  else if ((is_trash || folder->action == HAUL_PLAN_SKIP_JUNK) && folder->folder->messages != 0)
    {
      row->counts = (HaulCounts){ .found = n, .skipped = n, .bytes = bytes, .bytes_done = bytes };
      line.code = is_trash ? "folder-of-deleted" : "folder-of-junk";
      line.text = is_trash ? "The whole folder was left out: deleted mail stays deleted."
                           : "The whole folder was left out: it is for junk.";
      if (folder->folder->messages < 0)
        line.text = is_trash ? "The whole folder was left out, however much it holds: deleted mail stays deleted."
                             : "The whole folder was left out, however much it holds: it is for junk.";
    }
  else if (folder->action == HAUL_PLAN_UNREADABLE)
    {
      n = MAX (n, (guint64)MAX (folder->folder->lost, 1));
      row->counts = (HaulCounts){ .found = n, .failed = n };
      line.outcome = HAUL_OUTCOME_FAILED;
      line.code = "folder-unreadable";
      line.text = folder->folder->problem != NULL ? folder->folder->problem : "The folder cannot be read.";
    }
  if (line.code != NULL)
    haul_run_add_line (run, index, &line);
}

/* What a store had by its own word and has no more is in the numbers as well. */
static void
count_lost (HaulRun *run, guint index)
{
  const HaulPlanFolder *folder = haul_plan_get_folder (run->plan, index);
  HaulReportFolder *row = g_ptr_array_index (run->report->folders, index);
  g_autoptr (GError) error = g_error_new_literal (HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED, "");
  g_autoptr (HaulErrorText) words = haul_error_text_new (error);
  guint64 n = (guint64)MAX (folder->folder->lost, 0);
  HaulRunLine line = { "", 0, 0, HAUL_OUTCOME_FAILED, "lost-in-store", folder->folder->problem, words->advice };

  if (n == 0 || (folder->action != HAUL_PLAN_COPY && folder->action != HAUL_PLAN_SKIP_EMPTY))
    return;
  if (line.text == NULL)
    line.text = words->sentence;
  haul_counts_add (&row->counts, &(HaulCounts){ .found = n, .failed = n });
  haul_run_add_line (run, index, &line);
}

/**
 * haul_run_report_finish:
 * @run: a run whose lanes have ended
 *
 * Fills in the numbers and the verdict; takes the error that ended the run.
 */
void
haul_run_report_finish (HaulRun *run)
{
  HaulReport *report = run->report;

  for (guint i = 0; i < report->folders->len; i++)
    {
      HaulReportFolder *row = report->folders->pdata[i];
      haul_progress_get_counts (run->progress, i, &row->counts);
      count_left_out (run, i);
      count_lost (run, i);
      if (haul_rung_from_string (row->rung) > haul_rung_from_string (report->rung))
        report->rung = row->rung;
    }
  report->seconds = haul_clock_now () - report->started;
  report->error = g_steal_pointer (&run->error);
  if (g_cancellable_is_cancelled (run->stop) || run->is_locked_out || run->is_given_up
      || g_error_matches (report->error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_THROTTLED))
    report->verdict = HAUL_VERDICT_STOPPED;
  else
    report->verdict = report->error != NULL ? HAUL_VERDICT_FAILED : HAUL_VERDICT_COMPLETE;
  haul_report_finish (report);
}
