/* haul-direct.h - messages sent to the person's own mailbox, where the server lets no other be made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

gboolean
haul_direct_make (HaulRun *run, HaulImapSession *session, const char *mailbox, HaulStaging **staging, GError **error);
gboolean haul_direct_settle (
    HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, gboolean is_final, GError **error);

G_END_DECLS
