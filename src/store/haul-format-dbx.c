/* haul-format-dbx.c - Outlook Express 5 and 6: a directory of DBX files, or one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _NO_MAIL, _UNSUPPORTED, _DAMAGED, _CHANGED; G_IO_ERROR.
 */
#include "store/haul-format-dbx.h"

#include "store/haul-dbx-directory.h"
#include "store/haul-dbx-folders.h"
#include "store/haul-dbx-reader.h"
#include "store/haul-store-error.h"

#include <gio/gio.h>

struct _HaulFormatDbx
{
  GObject parent_instance;

  char *path; /* (owned) */
  gboolean is_directory;
  GPtrArray *folders; /* (owned) (nullable) (element-type HaulDbxFolder) once they were listed */
};

static void haul_format_dbx_iface_init (HaulStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulFormatDbx,
                               haul_format_dbx,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_STORE, haul_format_dbx_iface_init))

static gboolean
ensure_folders (HaulFormatDbx *self, GCancellable *cancellable, GError **error)
{
  if (self->folders == NULL)
    self->folders = self->is_directory ? haul_dbx_folders_list (self->path, cancellable, error)
                                       : haul_dbx_folders_list_one (self->path, error);
  return self->folders != NULL;
}

static GPtrArray *
haul_format_dbx_list_folders (HaulStore *store, GCancellable *cancellable, GError **error)
{
  HaulFormatDbx *self = HAUL_FORMAT_DBX (store);

  if (!ensure_folders (self, cancellable, error))
    return NULL;
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  for (guint i = 0; i < self->folders->len; i++)
    {
      const HaulDbxFolder *folder = g_ptr_array_index (self->folders, i);
      g_ptr_array_add (folders, haul_folder_ref (folder->folder));
    }
  return folders;
}

static const HaulDbxFolder *
find_folder (HaulFormatDbx *self, const char *id, GCancellable *cancellable, GError **error)
{
  if (!ensure_folders (self, cancellable, error))
    return NULL;
  for (guint i = 0; i < self->folders->len; i++)
    {
      const HaulDbxFolder *folder = g_ptr_array_index (self->folders, i);
      if (g_str_equal (folder->folder->id, id))
        return folder;
    }
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such folder in the store.");
  return NULL;
}

static HaulReader *
open_reader (HaulFormatDbx *self, const HaulDbxFolder *folder, GError **error)
{
  if (folder->path == NULL)
    return haul_dbx_reader_new (NULL, folder->folder->role);
  HaulFile *opened
      = self->is_directory ? haul_file_open (folder->path, error) : haul_file_open_root (folder->path, error);
  g_autoptr (HaulDbxFile) file = opened == NULL ? NULL : haul_dbx_file_new (opened, error);
  return file == NULL ? NULL : haul_dbx_reader_new (file, folder->folder->role);
}

static HaulReader *
haul_format_dbx_open_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  HaulFormatDbx *self = HAUL_FORMAT_DBX (store);
  const HaulDbxFolder *found = find_folder (self, folder->id, cancellable, error);

  if (found == NULL)
    return NULL;
  if (found->path == NULL && found->folder->problem != NULL)
    {
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, found->folder->problem);
      return NULL;
    }
  return open_reader (self, found, error);
}

/* A folder whose file is missing counts as empty, with its problem: the count of the others must go on. */
static HaulFolder *
haul_format_dbx_count_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  HaulFormatDbx *self = HAUL_FORMAT_DBX (store);
  const HaulDbxFolder *found = find_folder (self, folder->id, cancellable, error);

  if (found == NULL)
    return NULL;
  g_autoptr (HaulFolder) counted = haul_folder_copy (found->folder);
  g_autoptr (HaulReader) reader = open_reader (self, found, error);
  if (reader == NULL || !haul_dbx_reader_count (HAUL_DBX_READER (reader), counted, cancellable, error))
    return NULL;
  return g_steal_pointer (&counted);
}

static void
haul_format_dbx_finalize (GObject *object)
{
  HaulFormatDbx *self = HAUL_FORMAT_DBX (object);

  g_free (self->path);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  G_OBJECT_CLASS (haul_format_dbx_parent_class)->finalize (object);
}

static void
haul_format_dbx_class_init (HaulFormatDbxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_format_dbx_finalize;
}

static void
haul_format_dbx_iface_init (HaulStoreInterface *iface)
{
  iface->list_folders = haul_format_dbx_list_folders;
  iface->open_folder = haul_format_dbx_open_folder;
  iface->count_folder = haul_format_dbx_count_folder;
}

static void
haul_format_dbx_init (HaulFormatDbx *self)
{
}

static gboolean
sniff (const char *path, GBytes *head)
{
  if (head != NULL)
    {
      HaulDbxKind kind = haul_dbx_kind_from_head (g_bytes_get_data (head, NULL), g_bytes_get_size (head));
      return kind == HAUL_DBX_KIND_MESSAGES || kind == HAUL_DBX_KIND_FOLDERS;
    }

  g_autoptr (HaulDbxDirectory) directory = haul_dbx_directory_read (path, NULL, NULL);
  for (guint i = 0; directory != NULL && i < directory->files->len; i++)
    {
      const HaulDbxDirectoryFile *file = g_ptr_array_index (directory->files, i);
      if (file->kind == HAUL_DBX_KIND_MESSAGES || file->kind == HAUL_DBX_KIND_FOLDERS)
        return TRUE;
    }
  return FALSE;
}

/* Folders.dbx stands for the directory it lies in. */
static HaulStore *
open_store (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulFormatDbx) self = g_object_new (HAUL_TYPE_FORMAT_DBX, NULL);

  self->path = g_strdup (path);
  self->is_directory = g_file_test (path, G_FILE_TEST_IS_DIR);
  if (!self->is_directory)
    {
      HaulFile *opened = haul_file_open_root (path, error);
      g_autoptr (HaulDbxFile) file = opened == NULL ? NULL : haul_dbx_file_new (opened, error);
      if (file == NULL)
        return NULL;
      if (file->kind == HAUL_DBX_KIND_FOLDERS)
        {
          g_free (self->path);
          self->path = g_path_get_dirname (path);
          self->is_directory = TRUE;
        }
    }
  return ensure_folders (self, cancellable, error) ? HAUL_STORE (g_steal_pointer (&self)) : NULL;
}

const HaulFormat haul_format_dbx = {
  .name = "dbx",
  .grade = HAUL_GRADE_EXACT,
  .sniff = sniff,
  .open = open_store,
};
