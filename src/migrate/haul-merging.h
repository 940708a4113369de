/* haul-merging.h - servers that keep identical messages of a mailbox once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

void haul_merging_begin (HaulTransfer *transfer, const HaulImapSession *session);
void haul_merging_end (HaulTransfer *transfer);

G_END_DECLS
