/* haul-folder.c - one local folder, and what is known of it before it is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "store/haul-folder.h"

/**
 * haul_folder_new:
 * @id: the store's own key for it
 * @path: (array zero-terminated=1): names from the top; made NFC here
 * @role: what it is for
 *
 * Makes a folder that is not counted yet.
 *
 * Returns: (transfer full): the folder
 */
HaulFolder *
haul_folder_new (const char *id, const char *const *path, HaulRole role)
{
  HaulFolder *self = g_new0 (HaulFolder, 1);
  guint n = g_strv_length ((char **)path);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->path = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (path[i], -1);
      self->path[i] = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
    }
  self->role = role;
  self->messages = self->bytes = self->deleted = -1;
  return self;
}

/**
 * haul_folder_copy:
 * @folder: a folder
 *
 * Makes a copy that may still be filled in.
 *
 * Returns: (transfer full): the copy
 */
HaulFolder *
haul_folder_copy (const HaulFolder *folder)
{
  HaulFolder *self = g_new0 (HaulFolder, 1);

  *self = *folder;
  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (folder->id);
  self->path = g_strdupv (folder->path);
  self->problem = g_strdup (folder->problem);
  return self;
}

HaulFolder *
haul_folder_ref (HaulFolder *folder)
{
  g_atomic_ref_count_inc (&folder->ref_count);
  return folder;
}

void
haul_folder_unref (HaulFolder *folder)
{
  if (!g_atomic_ref_count_dec (&folder->ref_count))
    return;
  g_free (folder->id);
  g_strfreev (folder->path);
  g_free (folder->problem);
  g_free (folder);
}

/**
 * haul_folder_dup_display:
 * @folder: a folder
 *
 * Returns: (transfer full): the names joined by “/”, for people
 */
char *
haul_folder_dup_display (const HaulFolder *folder)
{
  return g_strjoinv ("/", folder->path);
}
