/* haul-recovery.h - generations that were left behind by a broken connection or an ended process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

gboolean haul_recovery_run (HaulRun *run, HaulImapSession *session, gint64 only, GError **error);
char *haul_recovery_dup_strangers (HaulRun *run, HaulImapSession *session, GError **error);

G_END_DECLS
