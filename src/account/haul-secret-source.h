/* haul-secret-source.h - a password or token from a descriptor, or from a command that prints it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-secret.h"

G_BEGIN_DECLS

HaulSecret *haul_secret_source_read (int fd, GCancellable *cancellable, GError **error);
HaulSecret *haul_secret_source_run (const char *command, GCancellable *cancellable, GError **error);

G_END_DECLS
