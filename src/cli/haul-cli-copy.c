/* haul-cli-copy.c - copy, go on, top up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-copy.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-work.h"
#include "migrate/haul-engine.h"
#include "migrate/haul-fit.h"

/* Known before anything is sent. It begins all the same: what is there already needs no room. */
static void
warn_of_room (const HaulCliOptions *options, const HaulPlan *plan)
{
  HaulFit fit = haul_fit_new (plan);
  g_autofree char *sentence = haul_fit_dup_sentence (&fit);

  if (fit.is_known && !fit.is_enough && !haul_cli_options_has_events (options) && !options->quiet)
    g_printerr ("mailhaul-cli: %s\n", sentence);
}

static HaulReport *
run (HaulCliWork *work, HaulPlan *plan, HaulCliEvents *events, GError **error)
{
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (work->options);
  g_autoptr (HaulEngine) engine = haul_engine_new (work->probe->account, plan, state_dir);
  g_autofree char *whom = haul_account_dup_display (work->probe->account);
  g_autofree char *job = haul_engine_dup_job (engine);
  gboolean may_go;
  g_autofree char *warning = haul_cli_work_dup_warning (work, &may_go);

  haul_engine_set_removes_strangers (engine, work->options->clean_up);
  /* One that holds the mailbox is told of by the error that comes. */
  if (warning != NULL && may_go && !haul_cli_options_has_events (work->options) && !work->options->quiet)
    g_printerr ("mailhaul-cli: %s %s\n", warning,
                work->options->clean_up ? _ ("If it does not change for a minute, it is deleted.")
                                        : _ ("It is left alone; --clean-up deletes it if it does not change."));
  warn_of_room (work->options, plan);
  haul_engine_set_message_func (engine, haul_cli_events_message, events);
  haul_cli_events_start (events, plan, haul_engine_get_progress (engine), job, whom);
  haul_cli_watch_set_tick (work->watch, haul_cli_events_tick, events);
  HaulReport *report = haul_engine_run (engine, work->cancellable, error);
  haul_cli_watch_set_tick (work->watch, NULL, NULL);
  return report;
}

/**
 * haul_cli_copy_run:
 * @options: options
 *
 * Copies. Run again, it goes on, or adds what is new.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_copy_run (const HaulCliOptions *options)
{
  return haul_cli_work_run (options, run);
}
