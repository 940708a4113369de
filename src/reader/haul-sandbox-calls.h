/* haul-sandbox-calls.h - the system calls that mailhaul-reader keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean haul_sandbox_calls_restrict (void);

G_END_DECLS
