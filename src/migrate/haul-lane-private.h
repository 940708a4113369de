/* haul-lane-private.h - a lane, shared by the files that make it up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-lane.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

typedef struct
{
  HaulRun *run;         /* borrowed */
  HaulLaneQueue *queue; /* borrowed */
  guint number;
  HaulImapSession *session; /* (owned) (nullable) */
  HaulStaging *staging;     /* (owned) (nullable) */
  HaulTransfer *transfer;   /* borrowed (nullable) the folder at work */
  guint failures;           /* in a row, without a message copied between them */
  guint n_perhaps_full;     /* of those, that may mean a full mailbox */
  guint n_drops;            /* of those, before the sign-in was over, while other lanes were connected */
  gboolean has_place;       /* among the connections that may be open */
  gboolean is_connecting;   /* no sign-in has ended yet on this connection */
  guint64 copied_before;    /* with what is staged */
  gboolean was_let_in;      /* signed in once */
  gboolean was_connected;   /* and what was left was recovered */
  gboolean has_recovered;   /* what earlier runs left; the first lane's */
  gint64 idle_since_us;
} HaulLane;

gboolean haul_lane_connection_ensure (HaulLane *self, const GError *reason);
gboolean haul_lane_connection_try (HaulLane *self, GError **error);
gboolean haul_lane_connection_bear (HaulLane *self, const GError *error);
gboolean haul_lane_connection_wait (HaulLane *self, gint64 wait_ms, const HaulPolicy *policy, const GError *error);
void haul_lane_connection_close (HaulLane *self);

G_END_DECLS
