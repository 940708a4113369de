/* haul-proof.h - how well it is known that a message is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_proof_download (HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, GError **error);
void haul_proof_compare (HaulTransfer *transfer, HaulItem *item, const HaulListingRow *row);
void haul_proof_sum (HaulTransfer *transfer);
HaulProof haul_proof_from_match (HaulMatchKind kind);

G_END_DECLS
