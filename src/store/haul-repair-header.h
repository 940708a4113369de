/* haul-repair-header.h - header fields, made fit for a server that refuses them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-repair.h"

G_BEGIN_DECLS

guint haul_repair_header_append (GString *out, const char *field, gsize length, guint wanted, const char *charset);
char *haul_repair_header_dup_parameter (const char *value, const char *name);

G_END_DECLS
