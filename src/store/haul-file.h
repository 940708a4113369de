/* haul-file.h - one file of a store, opened so that nothing can trick or block us
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HaulFileIdentity:
 *
 * What tells that a file is still the one that was opened, unchanged.
 */
typedef struct
{
  guint64 device;
  guint64 inode;
  gint64 size;
  gint64 mtime_ns;
  gint64 ctime_ns;
} HaulFileIdentity;

/**
 * HaulFile:
 *
 * A regular file open for reading. Counted references are for one thread at a time.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *path;                /* (owned) octets as on disk */
  int fd;                    /* (owned) */
  HaulFileIdentity identity; /* at the time of opening */
} HaulFile;

HaulFile *haul_file_open (const char *path, GError **error);
HaulFile *haul_file_open_root (const char *path, GError **error);
HaulFile *haul_file_ref (HaulFile *file);
void haul_file_unref (HaulFile *file);
gssize haul_file_pread (HaulFile *file, gpointer buffer, gsize count, gint64 offset, GError **error);
gboolean haul_file_refresh (HaulFile *file, GError **error);
gboolean haul_file_check_unchanged (HaulFile *file, GError **error);
GBytes *haul_file_read_head (HaulFile *file, gsize count, GError **error);
GInputStream *haul_file_read_range (HaulFile *file, gint64 offset, gint64 length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulFile, haul_file_unref)

G_END_DECLS
