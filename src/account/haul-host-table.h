/* haul-host-table.h - a small text file that says one thing about each mail server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char **haul_host_table_lookup (const char *path, const char *host, guint16 port, GError **error);
gboolean haul_host_table_replace (const char *path, const char *host, guint16 port, const char *value, GError **error);

G_END_DECLS
