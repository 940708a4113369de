/* haul-client-outlook-express.h - where Outlook Express 5 and 6 keep their mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-clients.h"

G_BEGIN_DECLS

extern const HaulClient haul_client_outlook_express;

G_END_DECLS
