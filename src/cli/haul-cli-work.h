/* haul-cli-work.h - what several commands do alike: account, sign-in, stores, plan, a run and its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-probe.h"
#include "cli/haul-cli-events.h"
#include "cli/haul-cli-options.h"
#include "cli/haul-cli-watch.h"
#include "migrate/haul-jobs.h"
#include "migrate/haul-plan.h"
#include "report/haul-report.h"

G_BEGIN_DECLS

/**
 * HaulCliWork:
 *
 * One command while it runs.
 */
typedef struct
{
  const HaulCliOptions *options;
  GCancellable *cancellable; /* (owned) */
  HaulCliWatch *watch;       /* (owned) */
  HaulJob *job;              /* (owned) (nullable) of --job */
  HaulAccount *account;      /* (owned) (nullable) with its password */
  HaulProbeResult *probe;    /* (owned) (nullable) after sign-in */
  GPtrArray *summaries;      /* (owned) (nullable) (element-type HaulStoreSummary) */
} HaulCliWork;

/* A run of @plan, told to @events. */
typedef HaulReport *(*HaulCliWorkFunc) (HaulCliWork *work, HaulPlan *plan, HaulCliEvents *events, GError **error);

HaulCliWork *haul_cli_work_new (const HaulCliOptions *options);
void haul_cli_work_free (HaulCliWork *work);
gboolean haul_cli_work_load_account (HaulCliWork *work, GError **error);
HaulPlan *haul_cli_work_make_plan (HaulCliWork *work, GError **error);
HaulExitStatus haul_cli_work_get_status (const HaulCliWork *work);
HaulExitStatus haul_cli_work_run (const HaulCliOptions *options, HaulCliWorkFunc func);
HaulExitStatus haul_cli_work_fail (HaulCliWork *work, HaulCliEvents *events, const GError *error);
char *haul_cli_work_dup_warning (const HaulCliWork *work, gboolean *may_go);
char *haul_cli_work_dup_state_dir (const HaulCliOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliWork, haul_cli_work_free)

G_END_DECLS
