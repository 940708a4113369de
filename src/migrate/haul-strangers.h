/* haul-strangers.h - staging mailboxes of another Mailhaul, or of a journal that is gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "account/haul-server.h"

G_BEGIN_DECLS

char *haul_strangers_dup_warning (const char *state_dir,
                                  const HaulAccount *account,
                                  const HaulServer *server,
                                  gboolean *may_go);

G_END_DECLS
