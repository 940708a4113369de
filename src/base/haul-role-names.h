/* haul-role-names.h - what mail programs and servers call their special folders, in many languages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-role.h"

G_BEGIN_DECLS

HaulRole haul_role_names_find (const char *folded);
gboolean haul_role_names_is_other (const char *folded);

G_END_DECLS
