/* haul-clock.h - time of day, waiting that can be broken off, and how long to wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gint64 haul_clock_now (void);
gboolean haul_clock_sleep (gint64 milliseconds, GCancellable *cancellable, GError **error);
gint64 haul_clock_back_off_ms (guint attempt);

G_END_DECLS
