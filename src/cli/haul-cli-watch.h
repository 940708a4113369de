/* haul-cli-watch.h - beside the work: signals, and a tick each second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HaulCliWatch HaulCliWatch;

/**
 * HaulCliWatchFunc:
 *
 * Called about once a second, on the watch's own thread.
 */
typedef void (*HaulCliWatchFunc) (gpointer user_data);

HaulCliWatch *haul_cli_watch_new (GCancellable *cancellable);
void haul_cli_watch_free (HaulCliWatch *self);
void haul_cli_watch_set_tick (HaulCliWatch *self, HaulCliWatchFunc tick, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliWatch, haul_cli_watch_free)

G_END_DECLS
