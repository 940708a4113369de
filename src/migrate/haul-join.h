/* haul-join.h - generations of one folder copied together into a fresh one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

GArray *haul_join_run (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error);

G_END_DECLS
