/* haul-maildir-layout.h - what is a Maildir, and what folders lie in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-folder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean haul_maildir_layout_is_folder (const char *path);
gboolean haul_maildir_layout_is_root (const char *path);
GPtrArray *haul_maildir_layout_list (const char *root, GCancellable *cancellable, GError **error);

G_END_DECLS
