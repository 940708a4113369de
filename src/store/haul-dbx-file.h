/* haul-dbx-file.h - an Outlook Express 5/6 file: its header, and reading anywhere in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-file.h"

G_BEGIN_DECLS

#define HAUL_DBX_MAGIC_SIZE 16
#define HAUL_DBX_WINDOW 16384

/**
 * HaulDbxKind:
 * @HAUL_DBX_KIND_NONE: not a DBX file
 * @HAUL_DBX_KIND_MESSAGES: the messages of one folder
 * @HAUL_DBX_KIND_FOLDERS: Folders.dbx
 * @HAUL_DBX_KIND_OTHER: Offline.dbx, Pop3uidl.dbx: no mail
 * @HAUL_DBX_KIND_CLOSED: it is there, but its octets cannot be read
 */
typedef enum
{
  HAUL_DBX_KIND_NONE,
  HAUL_DBX_KIND_MESSAGES,
  HAUL_DBX_KIND_FOLDERS,
  HAUL_DBX_KIND_OTHER,
  HAUL_DBX_KIND_CLOSED,
} HaulDbxKind;

/**
 * HaulDbxFile:
 *
 * Counted references, for one thread at a time.
 */
typedef struct
{
  gatomicrefcount ref_count;
  HaulFile *file; /* (owned) */
  HaulDbxKind kind;
  guint64 size;      /* octets in the file */
  guint64 used_size; /* octets in use, as the header says */
  guint32 root;      /* of tree 1; 0 = empty */
  guint32 n_values;  /* in tree 1, as the header says */
  char *name;        /* (owned) display name of the file */

  guint64 window_start;
  gsize window_length;
  guint8 window[HAUL_DBX_WINDOW];
} HaulDbxFile;

HaulDbxKind haul_dbx_kind_from_head (gconstpointer head, gsize length);
HaulDbxKind haul_dbx_kind_from_path (const char *path);

HaulDbxFile *haul_dbx_file_new (HaulFile *file, GError **error);
HaulDbxFile *haul_dbx_file_ref (HaulDbxFile *self);
void haul_dbx_file_unref (HaulDbxFile *self);
gboolean haul_dbx_file_read (HaulDbxFile *self, guint64 offset, gpointer buffer, gsize length, GError **error);
char *haul_dbx_file_dup_folder_name (HaulDbxFile *self);

static inline guint32
haul_dbx_u32 (const guint8 *octets)
{
  return (guint32)octets[0] | (guint32)octets[1] << 8 | (guint32)octets[2] << 16 | (guint32)octets[3] << 24;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulDbxFile, haul_dbx_file_unref)

G_END_DECLS
