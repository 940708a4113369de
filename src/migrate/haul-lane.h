/* haul-lane.h - one thread, one connection, one folder after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-lane-queue.h"
#include "migrate/haul-run.h"

G_BEGIN_DECLS

void haul_lane_run (HaulRun *run, HaulLaneQueue *queue, guint number);

G_END_DECLS
