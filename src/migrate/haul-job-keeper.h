/* haul-job-keeper.h - how far a job is, on disk while it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-job-store.h"

G_BEGIN_DECLS

typedef struct _HaulJobKeeper HaulJobKeeper;

HaulJobKeeper *haul_job_keeper_new (const char *state_dir, HaulAccount *account, HaulJob *job, HaulProgress *progress);
void haul_job_keeper_free (HaulJobKeeper *keeper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulJobKeeper, haul_job_keeper_free)

G_END_DECLS
