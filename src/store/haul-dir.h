/* haul-dir.h - the entries of a directory, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  HAUL_DIR_FILE,
  HAUL_DIR_DIRECTORY,
  HAUL_DIR_LINK,
  HAUL_DIR_OTHER, /* a FIFO, socket or device */
} HaulDirKind;

typedef struct
{
  char *name; /* (owned) octets as on disk */
  HaulDirKind kind;
} HaulDirEntry;

#define HAUL_DIR_DEPTH_MAX 64

GPtrArray *haul_dir_list (const char *path, GError **error);
gboolean haul_dir_has (GPtrArray *entries, const char *name, HaulDirKind kind);
gboolean haul_dir_exists (const char *path, const char *name);
gboolean haul_dir_is_junk (const char *name);
char *haul_dir_id_from_relative (const char *relative);
char *haul_dir_relative_from_id (const char *id);

G_END_DECLS
