/* haul-hold.h - waiting for a server that may still be at work for a connection that broke
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-run.h"

G_BEGIN_DECLS

/* How late a server may be: with a COPY of its own mailboxes, and with a message that was sent to it. */
#define HAUL_HOLD_COPY_MS 10000
#define HAUL_HOLD_APPEND_MS 60000

void haul_hold_pause (HaulRun *run, gint64 wait_ms);
gboolean haul_hold_wait (HaulRun *run, HaulImapSession *session, gint64 hold_ms, GError **error);

G_END_DECLS
