/* haul-rename.h - a generation gets the name of the person's mailbox, and it is found out whether it has it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

gboolean haul_rename_settle (
    HaulStaging *staging, HaulImapSession *session, const HaulMove *move, guint32 *uid_validity, GError **error);

G_END_DECLS
