/* haul-strangers-private.h - deleting what another Mailhaul left, for the lanes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-run.h"
#include "migrate/haul-strangers.h"

G_BEGIN_DECLS

gboolean haul_strangers_remove (HaulRun *run, HaulImapSession *session, GError **error);

G_END_DECLS
