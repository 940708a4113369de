/* haul-client-spool.h - the system's mail spool, one mbox a user
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-clients.h"

G_BEGIN_DECLS

extern const HaulClient haul_client_spool;

G_END_DECLS
