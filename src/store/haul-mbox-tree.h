/* haul-mbox-tree.h - which mbox files lie in a directory, and what folders they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-folder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HaulMboxFolder:
 * @folder: (owned): as it is listed
 * @path: (owned) (nullable): its file; %NULL when it has none of its own
 */
typedef struct
{
  HaulFolder *folder;
  char *path;
} HaulMboxFolder;

void haul_mbox_folder_free (HaulMboxFolder *folder);
HaulMboxFolder *haul_mbox_tree_make_single (const char *path);
GPtrArray *haul_mbox_tree_list (const char *root, GCancellable *cancellable, GError **error);
gboolean haul_mbox_tree_is_root (const char *path);

G_END_DECLS
