/* haul-client-thunderbird.h - where Thunderbird and SeaMonkey keep their mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-clients.h"

G_BEGIN_DECLS

extern const HaulClient haul_client_thunderbird;

G_END_DECLS
