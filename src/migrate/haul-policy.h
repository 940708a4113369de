/* haul-policy.h - what an error stops: a message, a mailbox, a connection, all; and what to do then
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-progress.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_SCOPE_MESSAGE,
  HAUL_SCOPE_MAILBOX,
  HAUL_SCOPE_CONNECTION,
  HAUL_SCOPE_ACCOUNT,
  HAUL_SCOPE_RUN,
} HaulScope;

typedef enum
{
  HAUL_ACTION_FAIL,      /* it is reported; the next one is tried */
  HAUL_ACTION_RECONNECT, /* after wait_ms, on a new connection */
  HAUL_ACTION_STOP,      /* the run ends here; its state is kept */
} HaulAction;

/**
 * HaulPressure:
 * @HAUL_PRESSURE_NONE: nothing that a wait, or less of it, would help against
 * @HAUL_PRESSURE_THROTTLE: the account has to wait, all connections of it
 * @HAUL_PRESSURE_CONNECTIONS: one connection too many
 * @HAUL_PRESSURE_QUOTA: the mailbox is full
 * @HAUL_PRESSURE_SIZE: the message is too big, for good
 * @HAUL_PRESSURE_SESSION: the sign-in has to be done again
 * @HAUL_PRESSURE_MESSAGE: this one message is refused, for good
 * @HAUL_PRESSURE_SERVER: the connection ended without a reason
 *
 * By what a server defends itself.
 */
typedef enum
{
  HAUL_PRESSURE_NONE,
  HAUL_PRESSURE_THROTTLE,
  HAUL_PRESSURE_CONNECTIONS,
  HAUL_PRESSURE_QUOTA,
  HAUL_PRESSURE_SIZE,
  HAUL_PRESSURE_SESSION,
  HAUL_PRESSURE_MESSAGE,
  HAUL_PRESSURE_SERVER,
} HaulPressure;

typedef struct
{
  HaulScope scope;
  HaulAction action;
  gint64 wait_ms;
  HaulPressure pressure;
  HaulWaitReason reason; /* for what is shown while it waits */
} HaulPolicy;

HaulPolicy haul_policy_decide (const GError *error, guint attempt);
const char *haul_policy_get_code (const GError *error);

G_END_DECLS
