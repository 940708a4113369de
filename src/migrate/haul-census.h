/* haul-census.h - what of a folder is in the mailbox: before the copy, and after it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_census_take (HaulTransfer *transfer, HaulImapSession *session, GError **error);
gboolean haul_census_renew (HaulTransfer *transfer, HaulImapSession *session, GError **error);
gboolean haul_census_match (
    HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, gboolean every_byte, GError **error);
gboolean haul_census_check (HaulTransfer *transfer, HaulImapSession *session, GError **error);

gboolean haul_census_match_forms (HaulTransfer *transfer,
                                  HaulListing *listing,
                                  HaulImapSession *session,
                                  gboolean is_mild,
                                  GArray *removed,
                                  GError **error);

G_END_DECLS
