/* haul-patience.h - what a server bears: waits of the whole account, and how many connections it lets be open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-session.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-run.h"

G_BEGIN_DECLS

void haul_patience_start (HaulRun *run, guint n_connections);
void haul_patience_begin_lane (HaulRun *run);
void haul_patience_end_lane (HaulRun *run);
gboolean haul_patience_enter (HaulRun *run, gboolean may_do_without);
void haul_patience_leave (HaulRun *run);
guint haul_patience_get_throttles (HaulRun *run);
void haul_patience_throttle (HaulRun *run, const HaulPolicy *policy, const char *words);
guint haul_patience_limit (HaulRun *run);
gboolean haul_patience_wait (HaulRun *run, HaulImapSession *session, GError **error);
void haul_patience_pause (HaulRun *run, gint64 wait_ms, HaulWaitReason reason, const char *words);
void haul_patience_succeed (HaulRun *run);
void haul_patience_try_now (HaulRun *run);

G_END_DECLS
