/* haul-cli-events.h - what happens during a run: for scripts, for a status file, for a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-progress.h"
#include "cli/haul-cli-options.h"
#include "migrate/haul-plan.h"
#include "report/haul-report.h"
#include "report/haul-undo-report.h"

G_BEGIN_DECLS

typedef struct _HaulCliEvents HaulCliEvents;

HaulCliEvents *haul_cli_events_new (const HaulCliOptions *options, GError **error);
void haul_cli_events_free (HaulCliEvents *self);
void haul_cli_events_start (
    HaulCliEvents *self, HaulPlan *plan, HaulProgress *progress, const char *job, const char *account);
void haul_cli_events_message (const HaulReportMessage *message, gpointer self);
void haul_cli_events_tick (gpointer self);
void haul_cli_events_finish (HaulCliEvents *self, const HaulReport *report);
void haul_cli_events_start_undo (HaulCliEvents *self, HaulProgress *progress, const char *job, const char *account);
void haul_cli_events_finish_undo (HaulCliEvents *self, const HaulUndoReport *report);
void haul_cli_events_fail (HaulCliEvents *self, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliEvents, haul_cli_events_free)

G_END_DECLS
