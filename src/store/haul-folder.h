/* haul-folder.h - one local folder, and what is known of it before it is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-role.h"

G_BEGIN_DECLS

/**
 * HaulFolder:
 *
 * Shared between threads, never changed once another thread can see it.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *id;    /* (owned) the store's own key, valid UTF-8, opaque to all but the store */
  char **path; /* (owned) (array zero-terminated=1) names from the top, UTF-8 NFC; never empty */
  HaulRole role;
  gint64 messages; /* alive, marked-deleted ones included; -1 not counted yet */
  gint64 bytes;    /* of those; -1 not counted yet */
  gint64 deleted;  /* marked deleted among messages; -1 not counted yet */
  gint64 lost;     /* were in it by the store's own word and cannot be found any more; 0 none */
  gint64 oldest;   /* unix seconds, 0 unknown */
  gint64 newest;
  char *problem; /* (owned) (nullable) one plain sentence: “The file Sent.dbx is missing.” */
} HaulFolder;

HaulFolder *haul_folder_new (const char *id, const char *const *path, HaulRole role);
HaulFolder *haul_folder_copy (const HaulFolder *folder);
HaulFolder *haul_folder_ref (HaulFolder *folder);
void haul_folder_unref (HaulFolder *folder);
char *haul_folder_dup_display (const HaulFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulFolder, haul_folder_unref)

G_END_DECLS
