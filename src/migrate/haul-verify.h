/* haul-verify.h - compare the server with the sources again, changing nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "migrate/haul-plan.h"
#include "report/haul-report.h"

G_BEGIN_DECLS

/**
 * HaulVerifyOptions:
 * @every_byte: download every message; else those whose size fits a message of the source
 * @wants_evidence: the report is to have a row for every message, with its digests
 * @job: (nullable): a job's name: its journal tells what was placed twice
 * @state_dir: (nullable): where that is kept
 */
typedef struct
{
  gboolean every_byte;
  gboolean wants_evidence;
  const char *job;
  const char *state_dir;
} HaulVerifyOptions;

HaulReport *haul_verify_run (HaulAccount *account,
                             HaulPlan *plan,
                             const HaulVerifyOptions *options,
                             HaulProgress *progress,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
