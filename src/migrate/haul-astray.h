/* haul-astray.h - copies that are not where the server said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_astray_find (HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, GError **error);

G_END_DECLS
