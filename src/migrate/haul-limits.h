/* haul-limits.h - what an account's server was found to bear, kept between runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "account/haul-server.h"

G_BEGIN_DECLS

typedef struct
{
  guint connections; /* at once and no more; 0: nothing was learnt */
  gint64 learnt;     /* unix seconds */
} HaulLimits;

HaulLimits haul_limits_load (const char *state_dir, const HaulAccount *account);
void haul_limits_save (const char *state_dir, const HaulAccount *account, const HaulLimits *limits);
guint haul_limits_choose_connections (const HaulLimits *limits, const HaulServer *server, guint asked_for);

G_END_DECLS
