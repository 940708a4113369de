/* haul-undo.h - taking back what a job placed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "account/haul-account.h"
#include "account/haul-server.h"
#include "report/haul-undo-report.h"

G_BEGIN_DECLS

#define HAUL_TYPE_UNDO (haul_undo_get_type ())
G_DECLARE_FINAL_TYPE (HaulUndo, haul_undo, HAUL, UNDO, GObject)

HaulUndo *haul_undo_new (HaulAccount *account, HaulServer *server, const char *state_dir, const char *job);
HaulUndoReport *haul_undo_run (HaulUndo *self, GCancellable *cancellable, GError **error);
void haul_undo_run_async (HaulUndo *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
HaulUndoReport *haul_undo_run_finish (HaulUndo *self, GAsyncResult *result, GError **error);
gboolean haul_undo_count (HaulUndo *self, guint64 *messages, GError **error);
HaulProgress *haul_undo_get_progress (HaulUndo *self);

G_END_DECLS
