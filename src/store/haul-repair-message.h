/* haul-repair-message.h - a message as a server takes it that refuses it as it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-repair.h"

G_BEGIN_DECLS

guint haul_repair_message_run (const char *data, gsize size, guint wanted, GString *out);

G_END_DECLS
