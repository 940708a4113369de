/* haul-run-report.h - a run's report: a row for each folder, and the numbers at the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-run.h"

G_BEGIN_DECLS

HaulReport *haul_run_report_new (HaulRun *run, const char *job);
void haul_run_report_finish (HaulRun *run);

G_END_DECLS
