/* haul-server-lookup.h - which servers a user name's domain may mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-endpoint.h"

G_BEGIN_DECLS

char *haul_server_lookup_dup_domain (const char *user);
GPtrArray *haul_server_lookup_run (const char *user, GCancellable *cancellable, GError **error);

G_END_DECLS
