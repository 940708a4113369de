/* haul-format-eml.c - single messages in files: a directory of them, or one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND; G_IO_ERROR.
 */
#include "store/haul-format-eml.h"

#include "store/haul-dir.h"
#include "store/haul-eml-reader.h"
#include "store/haul-eml-tree.h"
#include "store/haul-store-error.h"

struct _HaulFormatEml
{
  GObject parent_instance;

  char *path; /* (owned) */
  gboolean is_directory;
};

static void haul_format_eml_iface_init (HaulStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulFormatEml,
                               haul_format_eml,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_STORE, haul_format_eml_iface_init))

static GPtrArray *
haul_format_eml_list_folders (HaulStore *store, GCancellable *cancellable, GError **error)
{
  HaulFormatEml *self = HAUL_FORMAT_EML (store);

  if (self->is_directory)
    return haul_eml_tree_list (self->path, cancellable, error);
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  g_autofree char *directory = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (directory);
  char *names[] = { g_str_equal (name, "/") ? (char *)"Mail" : name, NULL };
  g_ptr_array_add (folders, haul_folder_new (".", (const char *const *)names, haul_role_guess (names[0])));
  return folders;
}

static HaulReader *
haul_format_eml_open_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  HaulFormatEml *self = HAUL_FORMAT_EML (store);
  g_autofree char *relative = haul_dir_relative_from_id (folder->id);

  if (relative == NULL)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such folder in the store.");
      return NULL;
    }
  if (self->is_directory)
    {
      g_autofree char *path = g_build_filename (self->path, relative, NULL);
      return haul_eml_reader_new (path, NULL);
    }
  g_autofree char *directory = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  return haul_eml_reader_new (directory, name);
}

static void
haul_format_eml_finalize (GObject *object)
{
  g_free (HAUL_FORMAT_EML (object)->path);
  G_OBJECT_CLASS (haul_format_eml_parent_class)->finalize (object);
}

static void
haul_format_eml_class_init (HaulFormatEmlClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_format_eml_finalize;
}

static void
haul_format_eml_iface_init (HaulStoreInterface *iface)
{
  iface->list_folders = haul_format_eml_list_folders;
  iface->open_folder = haul_format_eml_open_folder;
}

static void
haul_format_eml_init (HaulFormatEml *self)
{
}

static HaulStore *
open_store (const char *path, GCancellable *cancellable, GError **error)
{
  HaulFormatEml *self = g_object_new (HAUL_TYPE_FORMAT_EML, NULL);

  self->path = g_strdup (path);
  self->is_directory = g_file_test (path, G_FILE_TEST_IS_DIR);
  return HAUL_STORE (self);
}

static gboolean
sniff (const char *path, GBytes *head)
{
  if (head == NULL)
    return haul_eml_tree_is_root (path);
  g_autofree char *name = g_path_get_basename (path);
  gsize size;
  gconstpointer data = g_bytes_get_data (head, &size);
  return haul_eml_tree_looks_like_message (name, data, size);
}

/* The octets are exact; whether a message was read is not known: all count as seen. */
const HaulFormat haul_format_eml = {
  .name = "eml",
  .grade = HAUL_GRADE_GOOD,
  .sniff = sniff,
  .open = open_store,
};
