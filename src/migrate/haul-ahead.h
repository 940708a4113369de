/* haul-ahead.h - a folder is read and measured while its lane asks the server what is there already
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-scan.h"

G_BEGIN_DECLS

typedef struct _HaulAhead HaulAhead;

HaulAhead *haul_ahead_start (HaulTransfer *transfer);
void haul_ahead_list (HaulTransfer *transfer, HaulImapSession *session);
void haul_ahead_wait (HaulAhead *ahead, HaulScanFunc func, gpointer user_data);

G_END_DECLS
