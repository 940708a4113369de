/* haul-store.c - a set of local folders of one program or file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any one thread at a time; blocks.
 */
#include "store/haul-store.h"

G_DEFINE_INTERFACE (HaulStore, haul_store, G_TYPE_OBJECT)

static void
haul_store_default_init (HaulStoreInterface *iface)
{
}

/**
 * haul_store_info_new:
 * @program: its name as shown
 * @format: a word of the format table
 * @grade: how faithfully it can be read
 * @path: absolute file name
 *
 * Makes a store's description; owner and warning may still be filled in by the maker.
 *
 * Returns: (transfer full): the description
 */
HaulStoreInfo *
haul_store_info_new (const char *program, const char *format, HaulGrade grade, const char *path)
{
  HaulStoreInfo *self = g_new0 (HaulStoreInfo, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->program = g_strdup (program);
  self->format = g_strdup (format);
  self->grade = grade;
  self->path = g_strdup (path);
  return self;
}

HaulStoreInfo *
haul_store_info_ref (HaulStoreInfo *info)
{
  g_atomic_ref_count_inc (&info->ref_count);
  return info;
}

void
haul_store_info_unref (HaulStoreInfo *info)
{
  if (!g_atomic_ref_count_dec (&info->ref_count))
    return;
  g_free (info->program);
  g_free (info->format);
  g_free (info->path);
  g_free (info->owner);
  g_free (info->warning);
  g_free (info);
}

const char *
haul_grade_to_string (HaulGrade grade)
{
  static const char *const words[] = { "exact", "good", "rebuilt", "salvage" };
  return words[grade];
}

GPtrArray *
haul_store_list_folders (HaulStore *self, GCancellable *cancellable, GError **error)
{
  return HAUL_STORE_GET_IFACE (self)->list_folders (self, cancellable, error);
}

HaulReader *
haul_store_open_folder (HaulStore *self, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  return HAUL_STORE_GET_IFACE (self)->open_folder (self, folder, cancellable, error);
}

/**
 * haul_store_add_to_count:
 * @folder: (inout): a folder whose counts are not -1
 * @message: a message of it
 *
 * Adds one message to a folder's counts and dates.
 */
void
haul_store_add_to_count (HaulFolder *folder, const HaulMessage *message)
{
  folder->messages++;
  folder->bytes += (gint64)message->size;
  if (message->flags & HAUL_MESSAGE_DELETED)
    folder->deleted++;
  if (message->received == 0)
    return;
  if (folder->oldest == 0 || message->received < folder->oldest)
    folder->oldest = message->received;
  if (message->received > folder->newest)
    folder->newest = message->received;
}

/**
 * haul_store_count_folder:
 * @self: a store
 * @folder: a folder of it
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Counts a folder's messages; sizes are the format's estimates.
 *
 * Returns: (transfer full) (nullable): a copy of @folder with its counts and dates
 */
HaulFolder *
haul_store_count_folder (HaulStore *self, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  if (HAUL_STORE_GET_IFACE (self)->count_folder != NULL)
    return HAUL_STORE_GET_IFACE (self)->count_folder (self, folder, cancellable, error);

  g_autoptr (HaulFolder) counted = haul_folder_copy (folder);
  g_autoptr (HaulReader) reader = haul_store_open_folder (self, folder, cancellable, error);
  g_autoptr (GError) local_error = NULL;
  HaulMessage *message;

  if (reader == NULL)
    return NULL;
  counted->messages = counted->bytes = counted->deleted = 0;
  while ((message = haul_reader_next (reader, cancellable, &local_error)) != NULL)
    {
      haul_store_add_to_count (counted, message);
      haul_message_free (message);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return g_steal_pointer (&counted);
}
