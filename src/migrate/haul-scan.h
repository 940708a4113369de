/* haul-scan.h - a source folder becomes items: read, measured, chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

/* Called between two messages, so that a connection can be kept alive meanwhile. */
typedef void (*HaulScanFunc) (gpointer user_data);

void haul_scan_run (HaulTransfer *transfer, HaulScanFunc func, gpointer user_data);

G_END_DECLS
