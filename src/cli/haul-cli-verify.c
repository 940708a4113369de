/* haul-cli-verify.c - compare the server with the sources again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-verify.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "report/haul-report-form.h"
#include "report/haul-report-subjects.h"
#include "migrate/haul-verify.h"

/* The evidence: a row for every message. */
static gboolean
save (const HaulCliOptions *options, const HaulReport *report, GError **error)
{
  HaulReportForm form = options->format == NULL ? haul_report_form_from_name (options->output)
                                                : haul_report_form_from_word (options->format);
  g_autofree char *text = haul_report_form_write (report, form);

  return g_file_set_contents_full (options->output, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static HaulReport *
run (HaulCliWork *work, HaulPlan *plan, HaulCliEvents *events, GError **error)
{
  const HaulCliOptions *options = work->options;
  g_autoptr (HaulProgress) progress = haul_progress_new (plan->folders->len, plan->messages, plan->bytes);
  g_autofree char *whom = haul_account_dup_display (work->probe->account);
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (options);
  HaulVerifyOptions how = { .every_byte = options->every_byte,
                            .wants_evidence = options->output != NULL || haul_cli_options_is_json (options),
                            .job = options->job,
                            .state_dir = state_dir };

  haul_cli_events_start (events, plan, progress, options->job, whom);
  haul_cli_watch_set_tick (work->watch, haul_cli_events_tick, events);
  g_autoptr (HaulReport) report
      = haul_verify_run (work->probe->account, plan, &how, progress, work->cancellable, error);
  haul_cli_watch_set_tick (work->watch, NULL, NULL);
  if (report != NULL && options->with_subjects)
    haul_report_subjects_add (report, work->cancellable);
  if (report != NULL && options->output != NULL && !save (options, report, error))
    return NULL;
  return g_steal_pointer (&report);
}

/**
 * haul_cli_verify_run:
 * @options: options
 *
 * Compares what is on the server with the sources; nothing is changed. With `--output` the file gets a row for every
 * message, with its digests.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_verify_run (const HaulCliOptions *options)
{
  gboolean is_for_files = g_strcmp0 (options->format, "html") == 0 || g_strcmp0 (options->format, "csv") == 0;
  g_autoptr (GError) error = NULL;

  if (!is_for_files || options->output != NULL)
    return haul_cli_work_run (options, run);
  g_set_error_literal (&error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                       _ ("Where to? A comparison in this form goes into a file: give --output=FILE."));
  return haul_cli_print_error (options, error);
}
