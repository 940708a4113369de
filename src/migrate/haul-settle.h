/* haul-settle.h - what came of a move, and of a sending in doubt: found out by listing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

gboolean haul_settle_move (
    HaulStaging *staging, HaulImapSession *session, const HaulMove *move, gboolean is_in_doubt, GError **error);
GPtrArray *
haul_settle_sendings (HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, GError **error);

G_END_DECLS
