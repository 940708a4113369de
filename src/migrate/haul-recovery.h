/* haul-recovery.h - generations that were left behind by a broken connection or an ended process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

gboolean haul_recovery_run (HaulRun *run, HaulImapSession *session, gint64 only, GError **error);
gboolean haul_recovery_sweep (HaulRun *run, HaulImapSession *session, char **strangers, GError **error);

G_END_DECLS
