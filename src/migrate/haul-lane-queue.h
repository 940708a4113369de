/* haul-lane-queue.h - the folders still to be done, for the lanes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-plan.h"

G_BEGIN_DECLS

/**
 * HaulLaneQueue:
 *
 * The folders still to be done, in groups: folders that go into one mailbox are one lane's.
 */
typedef struct
{
  GMutex lock;
  GPtrArray *groups; /* (owned) (element-type GArray of guint: indices in the plan) (mutex lock) */
  guint next;        /* (mutex lock) */
  GCond cond;
  gboolean is_open; /* (mutex lock) what earlier runs left is taken care of: other lanes may begin */
} HaulLaneQueue;

HaulLaneQueue *haul_lane_queue_new (const HaulPlan *plan);
void haul_lane_queue_free (HaulLaneQueue *queue);
void haul_lane_queue_open (HaulLaneQueue *queue);
void haul_lane_queue_wait (HaulLaneQueue *queue);
GArray *haul_lane_queue_take (HaulLaneQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulLaneQueue, haul_lane_queue_free)

G_END_DECLS
