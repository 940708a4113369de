/* haul-eml-reader.c - the messages of one directory of .eml files, or one such file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  the names of the directory; one header of at most 64 KiB.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _CHANGED, _MESSAGE_DAMAGED; G_IO_ERROR.
 */
#include "store/haul-eml-reader.h"

#include "store/haul-dir.h"
#include "store/haul-eml-tree.h"
#include "store/haul-header.h"
#include "store/haul-mbox-status.h"
#include "store/haul-message-file.h"
#include "store/haul-store-error.h"

#include <string.h>

struct _HaulEmlReader
{
  GObject parent_instance;

  char *directory;    /* (owned) */
  char *single;       /* (owned) (nullable) the only file's name; it may be a link */
  GPtrArray *entries; /* (owned) (nullable) (element-type HaulDirEntry) once the first message was asked for */
  guint at;
  guint64 ordinal;
};

static void haul_eml_reader_iface_init (HaulReaderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulEmlReader,
                               haul_eml_reader,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_READER, haul_eml_reader_iface_init))

static HaulFile *
open_file (HaulEmlReader *self, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->directory, name, NULL);

  return self->single != NULL ? haul_file_open_root (path, error) : haul_file_open (path, error);
}

static gboolean
has_field (gconstpointer data, gsize size, const char *name)
{
  HaulHeaderScan scan;
  HaulHeaderField field;

  haul_header_scan_init (&scan, data, size);
  while (haul_header_scan_next (&scan, &field))
    if (haul_header_field_is (&field, name))
      return TRUE;
  return FALSE;
}

/* Nothing tells whether an exported message was read; a person who kept it has most likely seen it. Only Mozilla's own
 * mark knows better. */
static void
describe_state (HaulMessage *message, gconstpointer data, gsize size)
{
  g_auto (HaulMboxStatus) status = { 0 };

  message->flags = HAUL_MESSAGE_SEEN;
  if (!has_field (data, size, "X-Mozilla-Status"))
    return;
  haul_mbox_status_parse (&status, data, size);
  message->flags = status.flags & ~(guint)HAUL_MESSAGE_DELETED;
}

static void
describe (HaulEmlReader *self, const char *name, HaulMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFile) file = open_file (self, name, &error);
  g_autoptr (GBytes) header = file == NULL ? NULL : haul_message_file_read_header (file, &error);

  if (header == NULL)
    {
      message->state = HAUL_MESSAGE_UNREADABLE;
      message->problem = g_strdup (error->message);
      return;
    }
  gsize size;
  gconstpointer data = g_bytes_get_data (header, &size);
  message->size = (guint64)file->identity.size;
  message->received = haul_header_get_date (data, size);
  describe_state (message, data, size);
  if (file->identity.size > 0)
    return;
  message->state = HAUL_MESSAGE_UNREADABLE;
  message->problem = g_strdup ("The message's file is empty.");
}

static gboolean
ensure_entries (HaulEmlReader *self, GError **error)
{
  if (self->entries == NULL && self->single == NULL)
    self->entries = haul_dir_list (self->directory, error);
  return self->entries != NULL || self->single != NULL;
}

static const char *
next_name (HaulEmlReader *self)
{
  if (self->single != NULL)
    return self->at++ == 0 ? self->single : NULL;
  while (self->at < self->entries->len)
    {
      const HaulDirEntry *entry = g_ptr_array_index (self->entries, self->at++);
      if (entry->kind != HAUL_DIR_DIRECTORY && haul_eml_tree_is_message (self->directory, entry->name))
        return entry->name;
    }
  return NULL;
}

static HaulMessage *
haul_eml_reader_next (HaulReader *reader, GCancellable *cancellable, GError **error)
{
  HaulEmlReader *self = HAUL_EML_READER (reader);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !ensure_entries (self, error))
    return NULL;
  const char *name = next_name (self);
  if (name == NULL)
    return NULL;
  g_autofree char *key = haul_dir_id_from_relative (name);
  HaulMessage *message = haul_message_new (key, self->ordinal++);
  describe (self, name, message);
  return message;
}

static GInputStream *
haul_eml_reader_open (HaulReader *reader, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  HaulEmlReader *self = HAUL_EML_READER (reader);
  g_autofree char *name = haul_dir_relative_from_id (message->key);

  if (name == NULL || *name == '\0' || strchr (name, '/') != NULL
      || (self->single != NULL && !g_str_equal (name, self->single)))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such message in the folder.");
      return NULL;
    }
  g_autoptr (HaulFile) file = open_file (self, name, error);
  return file == NULL ? NULL : haul_message_file_read (file, HAUL_MESSAGE_FILE_EXPORT, error);
}

static void
haul_eml_reader_finalize (GObject *object)
{
  HaulEmlReader *self = HAUL_EML_READER (object);

  g_free (self->directory);
  g_free (self->single);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  G_OBJECT_CLASS (haul_eml_reader_parent_class)->finalize (object);
}

static void
haul_eml_reader_class_init (HaulEmlReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_eml_reader_finalize;
}

static void
haul_eml_reader_iface_init (HaulReaderInterface *iface)
{
  iface->next = haul_eml_reader_next;
  iface->open = haul_eml_reader_open;
}

static void
haul_eml_reader_init (HaulEmlReader *self)
{
}

/**
 * haul_eml_reader_new:
 * @directory: a directory of messages
 * @single: (nullable): the name of the only file in it that counts
 *
 * Returns: (transfer full): a reader at the first message, in the order of names
 */
HaulReader *
haul_eml_reader_new (const char *directory, const char *single)
{
  HaulEmlReader *self = g_object_new (HAUL_TYPE_EML_READER, NULL);

  self->directory = g_strdup (directory);
  self->single = g_strdup (single);
  return HAUL_READER (self);
}
