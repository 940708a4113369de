/* haul-policy.h - what an error stops: a message, a mailbox, a connection, all; and what to do then
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

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

typedef struct
{
  HaulScope scope;
  HaulAction action;
  gint64 wait_ms;
} HaulPolicy;

HaulPolicy haul_policy_decide (const GError *error, guint attempt);
const char *haul_policy_get_code (const GError *error);

G_END_DECLS
