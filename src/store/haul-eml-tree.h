/* haul-eml-tree.h - which files of a directory are single messages, and what folders they make
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-folder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean haul_eml_tree_has_ending (const char *name);
gboolean haul_eml_tree_is_message (const char *path, const char *name);
gboolean haul_eml_tree_looks_like_message (const char *name, gconstpointer head, gsize size);
gboolean haul_eml_tree_is_root (const char *path);
GPtrArray *haul_eml_tree_list (const char *root, GCancellable *cancellable, GError **error);

G_END_DECLS
