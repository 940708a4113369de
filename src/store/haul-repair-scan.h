/* haul-repair-scan.h - finds out, while a message is measured, what of it calls for a repair
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-repair.h"

G_BEGIN_DECLS

typedef struct
{
  guint flaws; /* HaulRepair */
  guint64 size;
  guint64 line;       /* octets of the present line so far, without its end */
  gboolean in_header; /* no empty line was there yet */
  guint n_from;       /* octets that begin as `From ` does */
  guint8 last;        /* octet */
} HaulRepairScan;

void haul_repair_scan_init (HaulRepairScan *scan);
void haul_repair_scan_update (HaulRepairScan *scan, const guint8 *data, gsize size);
guint haul_repair_scan_finish (const HaulRepairScan *scan);

G_END_DECLS
