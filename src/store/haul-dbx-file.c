/* haul-dbx-file.c - an Outlook Express 5/6 file: its header, and reading anywhere in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one window of 16 KiB; nothing is mapped.
 * Errors:  HAUL_STORE_ERROR_DAMAGED where an offset leaves the file, _CHANGED where the file became shorter,
 *          _UNSUPPORTED where it is no DBX file; G_IO_ERROR for what the disk says.
 */
#include "store/haul-dbx-file.h"

#include "store/haul-store-error.h"

#include <string.h>

#define HEADER_SIZE 0x24BC
#define HEADER_NEEDED 0xE8 /* up to the root of tree 1 */
#define USED_SIZE_AT 0x7C
#define N_VALUES_AT 0xC4
#define ROOT_AT 0xE4
#define FOLDER_NAME_AT (HEADER_SIZE + 0x105)
#define FOLDER_NAME_MAX 0x104

static const guint8 magic[HAUL_DBX_MAGIC_SIZE]
    = { 0xCF, 0xAD, 0x12, 0xFE, 0, 0xFD, 0x74, 0x6F, 0x66, 0xE3, 0xD1, 0x11, 0x9A, 0x4E, 0x00, 0xC0 };
#define MAGIC_KIND_AT 4

/**
 * haul_dbx_kind_from_head:
 * @head: a file's first octets
 * @length: how many
 *
 * Tells the kind by the class id in the file's first 16 octets (docs/stores.md).
 */
HaulDbxKind
haul_dbx_kind_from_head (gconstpointer head, gsize length)
{
  const guint8 *octets = head;

  if (length < HAUL_DBX_MAGIC_SIZE || memcmp (octets, magic, MAGIC_KIND_AT) != 0)
    return HAUL_DBX_KIND_NONE;
  if (memcmp (octets + MAGIC_KIND_AT + 1, magic + MAGIC_KIND_AT + 1, HAUL_DBX_MAGIC_SIZE - MAGIC_KIND_AT - 1) != 0)
    return HAUL_DBX_KIND_OTHER;
  if (octets[MAGIC_KIND_AT] == 0xC5)
    return HAUL_DBX_KIND_MESSAGES;
  return octets[MAGIC_KIND_AT] == 0xC6 ? HAUL_DBX_KIND_FOLDERS : HAUL_DBX_KIND_OTHER;
}

/**
 * haul_dbx_kind_from_path:
 * @path: a file; a link is not followed
 *
 * Returns: the kind; %HAUL_DBX_KIND_NONE also where there is no such file
 */
HaulDbxKind
haul_dbx_kind_from_path (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFile) file = haul_file_open (path, &error);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, HAUL_DBX_MAGIC_SIZE, &error);

  if (head == NULL)
    return error->domain == G_IO_ERROR ? HAUL_DBX_KIND_CLOSED : HAUL_DBX_KIND_NONE;
  return haul_dbx_kind_from_head (g_bytes_get_data (head, NULL), g_bytes_get_size (head));
}

/**
 * haul_dbx_file_new:
 * @file: (transfer full): an open file
 * @error: return location; %HAUL_STORE_ERROR_UNSUPPORTED, %HAUL_STORE_ERROR_DAMAGED
 *
 * Reads the header (docs/stores.md).
 *
 * Returns: (transfer full) (nullable): the file
 */
HaulDbxFile *
haul_dbx_file_new (HaulFile *file, GError **error)
{
  g_autoptr (HaulDbxFile) self = g_new0 (HaulDbxFile, 1);
  g_autofree char *base = g_path_get_basename (file->path);
  guint8 header[HEADER_NEEDED];

  g_atomic_ref_count_init (&self->ref_count);
  self->file = file;
  self->size = (guint64)MAX (file->identity.size, 0);
  self->name = g_filename_display_name (base);

  if (self->size < HAUL_DBX_MAGIC_SIZE || !haul_dbx_file_read (self, 0, header, HAUL_DBX_MAGIC_SIZE, error))
    {
      if (error == NULL || *error == NULL)
        g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED,
                     "“%s” is not an Outlook Express file: it is empty or nearly so.", self->name);
      return NULL;
    }
  self->kind = haul_dbx_kind_from_head (header, sizeof header);
  if (self->kind != HAUL_DBX_KIND_MESSAGES && self->kind != HAUL_DBX_KIND_FOLDERS)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED,
                   "“%s” is not a mail file of Outlook Express 5 or 6.", self->name);
      return NULL;
    }
  if (self->size < HEADER_NEEDED)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED, "“%s” is cut off in its header.", self->name);
      return NULL;
    }
  if (!haul_dbx_file_read (self, 0, header, sizeof header, error))
    return NULL;
  self->used_size = haul_dbx_u32 (header + USED_SIZE_AT);
  self->n_values = haul_dbx_u32 (header + N_VALUES_AT);
  self->root = haul_dbx_u32 (header + ROOT_AT);
  return g_steal_pointer (&self);
}

HaulDbxFile *
haul_dbx_file_ref (HaulDbxFile *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
haul_dbx_file_unref (HaulDbxFile *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  haul_file_unref (self->file);
  g_free (self->name);
  g_free (self);
}

static gboolean
fill_window (HaulDbxFile *self, guint64 start, GError **error)
{
  gsize wanted = (gsize)MIN ((guint64)HAUL_DBX_WINDOW, self->size - start);
  gsize have = 0;

  self->window_length = 0;
  while (have < wanted)
    {
      gssize n = haul_file_pread (self->file, self->window + have, wanted - have, (gint64)(start + have), error);
      if (n < 0)
        return FALSE;
      if (n == 0)
        {
          g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "“%s” became shorter while it was read.",
                       self->name);
          return FALSE;
        }
      have += (gsize)n;
    }
  self->window_start = start;
  self->window_length = have;
  return TRUE;
}

/**
 * haul_dbx_file_read:
 * @self: a file
 * @offset: where
 * @buffer: (out): @length octets
 * @length: at most %HAUL_DBX_WINDOW
 * @error: return location
 *
 * Reads all of it or fails; octets near the last ones read are already in memory.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_dbx_file_read (HaulDbxFile *self, guint64 offset, gpointer buffer, gsize length, GError **error)
{
  g_return_val_if_fail (length <= HAUL_DBX_WINDOW, FALSE);

  if (offset > self->size || length > self->size - offset)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED, "“%s” points outside itself.", self->name);
      return FALSE;
    }
  gboolean is_inside = offset >= self->window_start && offset - self->window_start <= self->window_length
                       && length <= self->window_length - (offset - self->window_start);
  if (!is_inside && !fill_window (self, offset, error))
    return FALSE;
  memcpy (buffer, self->window + (offset - self->window_start), length);
  return TRUE;
}

/**
 * haul_dbx_file_dup_folder_name:
 * @self: a message file
 *
 * The folder's name when it was first created, in the computer's old code page; a later new name is only in
 * Folders.dbx (docs/stores.md).
 *
 * Returns: (transfer full) (nullable): octets, never empty
 */
char *
haul_dbx_file_dup_folder_name (HaulDbxFile *self)
{
  char name[FOLDER_NAME_MAX + 1] = "";

  if (self->size <= FOLDER_NAME_AT || self->kind != HAUL_DBX_KIND_MESSAGES)
    return NULL;
  gsize length = (gsize)MIN ((guint64)FOLDER_NAME_MAX, self->size - FOLDER_NAME_AT);
  if (!haul_dbx_file_read (self, FOLDER_NAME_AT, name, length, NULL))
    return NULL;
  return name[0] == '\0' ? NULL : g_strdup (name);
}
