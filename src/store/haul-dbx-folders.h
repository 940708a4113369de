/* haul-dbx-folders.h - the folders of an Outlook Express store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-folder.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  HaulFolder *folder; /* (owned) */
  char *path;         /* (owned) (nullable) its file; NULL: it has none, or folder->problem says why */
} HaulDbxFolder;

GPtrArray *haul_dbx_folders_list (const char *directory, GCancellable *cancellable, GError **error);
GPtrArray *haul_dbx_folders_list_one (const char *path, GError **error);

G_END_DECLS
