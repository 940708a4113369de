/* haul-recognition.h - messages of ours in a mailbox of a server that rewrites them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_recognition_run (
    HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, gboolean may_send, GError **error);
GPtrArray *haul_recognition_list_open (const HaulTransfer *transfer);
void haul_recognition_mark (HaulTransfer *transfer, HaulItem *item, HaulListingRow *row, HaulMatchKind kind);

G_END_DECLS
