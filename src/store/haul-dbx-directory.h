/* haul-dbx-directory.h - the DBX files of one directory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"

G_BEGIN_DECLS

typedef struct
{
  char *name; /* (owned) octets as on disk */
  char *path; /* (owned) */
  HaulDbxKind kind;
  gboolean is_taken; /* a folder has it */
} HaulDbxDirectoryFile;

typedef struct
{
  GPtrArray *files;   /* (owned) (element-type HaulDbxDirectoryFile) by name */
  GHashTable *folded; /* (owned) (nullable) name without case to file */
} HaulDbxDirectory;

gboolean haul_dbx_directory_is_candidate (const char *name);
HaulDbxDirectory *haul_dbx_directory_read (const char *path, GCancellable *cancellable, GError **error);
void haul_dbx_directory_free (HaulDbxDirectory *self);
HaulDbxDirectoryFile *haul_dbx_directory_find_folders (HaulDbxDirectory *self);
HaulDbxDirectoryFile *haul_dbx_directory_find (HaulDbxDirectory *self, const char *name, const char *charset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulDbxDirectory, haul_dbx_directory_free)

G_END_DECLS
