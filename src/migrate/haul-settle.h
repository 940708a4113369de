/* haul-settle.h - what came of a move, and of a sending in doubt: found out by listing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-journal-generation.h"
#include "migrate/haul-staging.h"

G_BEGIN_DECLS

gboolean
haul_settle_move (HaulStaging *staging, HaulImapSession *session, const HaulGenerationMove *move, GError **error);
gboolean haul_settle_sendings (HaulStaging *staging, HaulImapSession *session, GPtrArray *items, GError **error);

G_END_DECLS
