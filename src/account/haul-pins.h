/* haul-pins.h - certificates that a person trusts for one server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *haul_pins_dup_path (void);
char **haul_pins_lookup (const char *path, const char *host, guint16 port, GError **error);
gboolean haul_pins_add (const char *path, const char *host, guint16 port, const char *pin, GError **error);

G_END_DECLS
