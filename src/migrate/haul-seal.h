/* haul-seal.h - a generation whose connection broke, and what comes of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_seal_run (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error);
gboolean haul_seal_release (HaulTransfer *transfer, HaulImapSession *session, GError **error);

G_END_DECLS
