/* haul-job-store.h - the jobs' files: begun, finished, found again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "migrate/haul-jobs.h"
#include "migrate/haul-plan.h"

G_BEGIN_DECLS

HaulJob *haul_job_store_find_or_make (const char *state_dir, const HaulAccount *account, const HaulPlan *plan);
gboolean haul_job_store_save (const char *state_dir, const HaulAccount *account, const HaulJob *job, GError **error);
gboolean haul_job_store_save_report (const char *state_dir, const HaulReport *report, GError **error);
char *haul_job_store_dup_path (const char *state_dir, const char *id, const char *suffix);
HaulJob *haul_job_store_load (const char *path, char **account, GError **error);

G_END_DECLS
