/* haul-store-process.c - a store read by a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any one thread at a time; blocks.
 * Errors:  HAUL_STORE_ERROR of all kinds; G_IO_ERROR_PENDING where a folder is still being read.
 * See:     haul-folder-process.c for the messages of a folder.
 */
#include "store/haul-store-process.h"

#include "store/haul-folder-process.h"
#include "store/haul-record.h"
#include "store/haul-store-error.h"

#define MAX_FOLDERS 20000
#define MAX_LIST_OCTETS (64 * 1024 * 1024)

struct _HaulStoreProcess
{
  GObject parent_instance;

  HaulReaderSlot *slot; /* (owned) */
  HaulReader *reader;   /* (weak) (nullable) the folder being read */
};

static void haul_store_process_iface_init (HaulStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulStoreProcess,
                               haul_store_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_STORE, haul_store_process_iface_init))

static gboolean
check_free (HaulStoreProcess *self, GError **error)
{
  if (self->reader == NULL)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "A folder of this store is being read already.");
  return FALSE;
}

/* A FOLDER frame; anything else ends the process. */
static HaulFolder *
take_folder (HaulReaderProcess *process, const HaulFrame *frame, GError **error)
{
  if (frame->type != HAUL_FRAME_FOLDER)
    {
      haul_reader_process_refuse (process, frame, error);
      return NULL;
    }
  g_autoptr (GVariant) record = haul_reader_process_parse (process, frame, error);
  HaulFolder *folder = record != NULL ? haul_record_to_folder (record, error) : NULL;
  if (folder == NULL)
    haul_reader_process_refuse (process, NULL, error);
  return folder;
}

static GPtrArray *
haul_store_process_list_folders (HaulStore *store, GCancellable *cancellable, GError **error)
{
  HaulStoreProcess *self = HAUL_STORE_PROCESS (store);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  gsize left = MAX_LIST_OCTETS;
  HaulFrame frame;

  HaulReaderProcess *process = check_free (self, error) ? haul_reader_slot_open (self->slot, cancellable, error) : NULL;
  if (process == NULL || !haul_reader_process_send (process, HAUL_FRAME_LIST, NULL, cancellable, error))
    return NULL;
  while (haul_reader_process_receive (process, &frame, cancellable, error))
    {
      if (frame.type == HAUL_FRAME_END)
        return g_steal_pointer (&folders);
      gboolean is_too_much = folders->len >= MAX_FOLDERS || frame.length > left;
      HaulFolder *folder = is_too_much ? NULL : take_folder (process, &frame, error);
      if (is_too_much)
        haul_reader_process_refuse (process, &frame, error);
      if (folder == NULL)
        return NULL;
      left -= frame.length;
      g_ptr_array_add (folders, folder);
    }
  return NULL;
}

/* What was asked about stays; only counts, dates and the problem come from the process. */
static HaulFolder *
add_counts (const HaulFolder *folder, const HaulFolder *counted)
{
  HaulFolder *result = haul_folder_copy (folder);

  result->messages = counted->messages;
  result->bytes = counted->bytes;
  result->deleted = counted->deleted;
  result->lost = counted->lost;
  result->oldest = counted->oldest;
  result->newest = counted->newest;
  if (result->problem == NULL)
    result->problem = g_strdup (counted->problem);
  return result;
}

static HaulFolder *
haul_store_process_count_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  HaulStoreProcess *self = HAUL_STORE_PROCESS (store);
  HaulFrame frame;

  HaulReaderProcess *process = check_free (self, error) ? haul_reader_slot_open (self->slot, cancellable, error) : NULL;
  if (process == NULL
      || !haul_reader_process_send (process, HAUL_FRAME_COUNT, haul_record_from_folder (folder), cancellable, error)
      || !haul_reader_process_receive (process, &frame, cancellable, error))
    return NULL;
  g_autoptr (HaulFolder) counted = take_folder (process, &frame, error);
  if (counted == NULL || !haul_reader_process_expect_end (process, cancellable, error))
    return NULL;
  return add_counts (folder, counted);
}

static HaulReader *
haul_store_process_open_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  HaulStoreProcess *self = HAUL_STORE_PROCESS (store);

  if (!check_free (self, error))
    return NULL;
  HaulReader *reader = haul_folder_process_new (self->slot, folder, cancellable, error);
  if (reader != NULL)
    g_set_weak_pointer (&self->reader, reader);
  return reader;
}

static void
haul_store_process_iface_init (HaulStoreInterface *iface)
{
  iface->list_folders = haul_store_process_list_folders;
  iface->open_folder = haul_store_process_open_folder;
  iface->count_folder = haul_store_process_count_folder;
}

static void
haul_store_process_finalize (GObject *object)
{
  HaulStoreProcess *self = HAUL_STORE_PROCESS (object);

  g_clear_weak_pointer (&self->reader);
  haul_reader_slot_unref (self->slot);
  G_OBJECT_CLASS (haul_store_process_parent_class)->finalize (object);
}

static void
haul_store_process_class_init (HaulStoreProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_store_process_finalize;
}

static void
haul_store_process_init (HaulStoreProcess *self)
{
}

/**
 * haul_store_process_new:
 * @info: a store
 *
 * Makes the store; nothing is started yet.
 *
 * Returns: (transfer full): the store
 */
HaulStore *
haul_store_process_new (HaulStoreInfo *info)
{
  HaulStoreProcess *self = g_object_new (HAUL_TYPE_STORE_PROCESS, NULL);

  self->slot = haul_reader_slot_new (info);
  return HAUL_STORE (self);
}

/* (transfer none): the process that has the store open. */
HaulReaderSlot *
haul_store_process_get_slot (HaulStoreProcess *self)
{
  return self->slot;
}
