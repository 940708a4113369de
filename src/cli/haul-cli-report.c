/* haul-cli-report.c - what a job's last run did
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-report.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "report/haul-report-form.h"
#include "report/haul-report-subjects.h"

/* The report is of a copy; that it was undone is known to the job alone. */
static void
tell_undone (const HaulCliOptions *options, const char *state_dir)
{
  g_autoptr (HaulJob) job = haul_jobs_find (state_dir, options->job, NULL);

  if (job == NULL || job->undo == HAUL_JOB_UNDO_NONE || options->quiet)
    return;
  g_printerr ("mailhaul-cli: %s\n", job->undo == HAUL_JOB_UNDO_DONE
                                        ? _ ("What this job copied was taken back since; this report is of the copy.")
                                        : _ ("This job is being taken back; this report is of the copy."));
}

/**
 * haul_cli_report_run:
 * @options: options
 *
 * Prints the report of a job, or writes it to a file in one step.
 *
 * Returns: the exit status; that of the run is in the report
 */
HaulExitStatus
haul_cli_report_run (const HaulCliOptions *options)
{
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (options);
  g_autoptr (GError) error = NULL;

  if (options->job == NULL || options->arguments != NULL)
    {
      g_set_error_literal (&error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                           _ ("Which job? Give --job=ID, as “mailhaul-cli jobs” shows it."));
      return haul_cli_print_error (options, error);
    }
  g_autoptr (HaulReport) report = haul_jobs_load_report (state_dir, options->job, &error);
  if (report == NULL)
    return haul_cli_print_error (options, error);
  if (options->with_subjects)
    haul_report_subjects_add (report, NULL);
  tell_undone (options, state_dir);

  g_autofree char *text = haul_report_form_write (report, haul_report_form_from_word (options->format));
  if (options->output == NULL)
    {
      haul_cli_print_octets (text);
      if (haul_cli_options_is_json (options))
        haul_cli_print_octets ("\n");
      return HAUL_EXIT_OK;
    }
  if (g_file_set_contents_full (options->output, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return HAUL_EXIT_OK;
  haul_cli_print_error (options, error);
  return HAUL_EXIT_CANNOT_WRITE;
}
