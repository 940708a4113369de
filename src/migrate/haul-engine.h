/* haul-engine.h - one run of a job: lanes, journal, progress, report
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "account/haul-account.h"
#include "migrate/haul-plan.h"
#include "report/haul-report.h"

G_BEGIN_DECLS

#define HAUL_TYPE_ENGINE (haul_engine_get_type ())
G_DECLARE_FINAL_TYPE (HaulEngine, haul_engine, HAUL, ENGINE, GObject)

/**
 * HaulEngineMessageFunc:
 * @message: a message that was not copied, as it goes into the report; borrowed
 *
 * Called on a lane's thread.
 */
typedef void (*HaulEngineMessageFunc) (const HaulReportMessage *message, gpointer user_data);

HaulEngine *haul_engine_new (HaulAccount *account, HaulPlan *plan, const char *state_dir);
void haul_engine_set_message_func (HaulEngine *self, HaulEngineMessageFunc func, gpointer user_data);
HaulReport *haul_engine_run (HaulEngine *self, GCancellable *cancellable, GError **error);
void
haul_engine_run_async (HaulEngine *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
HaulReport *haul_engine_run_finish (HaulEngine *self, GAsyncResult *result, GError **error);
void haul_engine_set_removes_strangers (HaulEngine *self, gboolean removes_strangers);
void haul_engine_set_paused (HaulEngine *self, gboolean is_paused);
void haul_engine_try_now (HaulEngine *self);
HaulProgress *haul_engine_get_progress (HaulEngine *self);
char *haul_engine_dup_job (HaulEngine *self);

G_END_DECLS
