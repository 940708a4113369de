/* haul-nearest.h - the names that a mistyped one may have meant
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *haul_nearest_join (const GPtrArray *known, const char *name);

G_END_DECLS
