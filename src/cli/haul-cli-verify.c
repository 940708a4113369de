/* haul-cli-verify.c - compare the server with the sources again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-verify.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-work.h"
#include "migrate/haul-verify.h"

static HaulReport *
run (HaulCliWork *work, HaulPlan *plan, HaulCliEvents *events, GError **error)
{
  g_autoptr (HaulProgress) progress = haul_progress_new (plan->folders->len, plan->messages, plan->bytes);
  g_autofree char *whom = haul_account_dup_display (work->probe->account);
  haul_cli_events_start (events, plan, progress, work->options->job, whom);
  haul_cli_watch_set_tick (work->watch, haul_cli_events_tick, events);
  HaulReport *report
      = haul_verify_run (work->probe->account, plan, work->options->every_byte, progress, work->cancellable, error);
  haul_cli_watch_set_tick (work->watch, NULL, NULL);
  return report;
}

/**
 * haul_cli_verify_run:
 * @options: options
 *
 * Compares what is on the server with the sources; nothing is changed.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_verify_run (const HaulCliOptions *options)
{
  return haul_cli_work_run (options, run);
}
