/* haul-format-mbox.c - mbox in all its dialects, and MMDF: a file, or a directory of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one entry a folder.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _UNSUPPORTED, _CHANGED; G_IO_ERROR.
 * See:     docs/stores.md
 */
#include "store/haul-format-mbox.h"

#include "store/haul-file.h"
#include "store/haul-mbox-reader.h"
#include "store/haul-mbox-line.h"
#include "store/haul-mbox-tree.h"
#include "store/haul-store-error.h"

#include <string.h>

#define HEAD_SIZE 4096

struct _HaulFormatMbox
{
  GObject parent_instance;

  char *path; /* (owned) */
  gboolean is_directory;
  GPtrArray *folders; /* (owned) (nullable) (element-type HaulMboxFolder) once they were listed */
};

static void haul_format_mbox_iface_init (HaulStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulFormatMbox,
                               haul_format_mbox,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_STORE, haul_format_mbox_iface_init))

static const struct
{
  const char *magic;
  gsize length;
  const char *what;
} refused[] = {
  { "\x1f\x8b", 2, "compressed with gzip" },
  { "BZh", 3, "compressed with bzip2" },
  { "\xfd"
    "7zXZ",
    5, "compressed with xz" },
  { "LZIP", 4, "compressed with lzip" },
  { "\x28\xb5\x2f\xfd", 4, "compressed with zstd" },
  { "BABYL OPTIONS:", 14, "in Emacs’ Babyl format" },
  { "*mbx*\r\n", 7, "in UW’s mbx format" },
};

static gboolean
check_supported (const char *path, GError **error)
{
  g_autoptr (HaulFile) file = haul_file_open_root (path, error);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, HEAD_SIZE, error);
  gsize size;

  if (head == NULL)
    return FALSE;
  const char *data = g_bytes_get_data (head, &size);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (size >= refused[i].length && memcmp (data, refused[i].magic, refused[i].length) == 0)
      {
        g_autofree char *name = g_path_get_basename (path);
        g_autofree char *display = g_filename_display_name (name);
        g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED,
                     "“%s” is %s, which is not read; unpack or export it first.", display, refused[i].what);
        return FALSE;
      }
  return TRUE;
}

static gboolean
ensure_folders (HaulFormatMbox *self, GCancellable *cancellable, GError **error)
{
  if (self->folders != NULL)
    return TRUE;
  if (self->is_directory)
    self->folders = haul_mbox_tree_list (self->path, cancellable, error);
  else
    {
      self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_mbox_folder_free);
      g_ptr_array_add (self->folders, haul_mbox_tree_make_single (self->path));
    }
  return self->folders != NULL;
}

static GPtrArray *
haul_format_mbox_list_folders (HaulStore *store, GCancellable *cancellable, GError **error)
{
  HaulFormatMbox *self = HAUL_FORMAT_MBOX (store);

  if (!ensure_folders (self, cancellable, error))
    return NULL;
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  for (guint i = 0; i < self->folders->len; i++)
    {
      const HaulMboxFolder *folder = g_ptr_array_index (self->folders, i);
      g_ptr_array_add (folders, haul_folder_ref (folder->folder));
    }
  return folders;
}

static HaulReader *
haul_format_mbox_open_folder (HaulStore *store, const HaulFolder *wanted, GCancellable *cancellable, GError **error)
{
  HaulFormatMbox *self = HAUL_FORMAT_MBOX (store);

  if (!ensure_folders (self, cancellable, error))
    return NULL;
  for (guint i = 0; i < self->folders->len; i++)
    {
      const HaulMboxFolder *folder = g_ptr_array_index (self->folders, i);
      if (!g_str_equal (folder->folder->id, wanted->id))
        continue;
      if (folder->path == NULL)
        return haul_mbox_reader_new (NULL, folder->folder->role);
      g_autoptr (HaulFile) file
          = self->is_directory ? haul_file_open (folder->path, error) : haul_file_open_root (folder->path, error);
      return file == NULL ? NULL : haul_mbox_reader_new (file, folder->folder->role);
    }
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such folder in the store.");
  return NULL;
}

static void
haul_format_mbox_finalize (GObject *object)
{
  HaulFormatMbox *self = HAUL_FORMAT_MBOX (object);

  g_free (self->path);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  G_OBJECT_CLASS (haul_format_mbox_parent_class)->finalize (object);
}

static void
haul_format_mbox_class_init (HaulFormatMboxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_format_mbox_finalize;
}

static void
haul_format_mbox_iface_init (HaulStoreInterface *iface)
{
  iface->list_folders = haul_format_mbox_list_folders;
  iface->open_folder = haul_format_mbox_open_folder;
}

static void
haul_format_mbox_init (HaulFormatMbox *self)
{
}

static HaulStore *
open_store (const char *path, GCancellable *cancellable, GError **error)
{
  gboolean is_directory = g_file_test (path, G_FILE_TEST_IS_DIR);

  if (!is_directory && !check_supported (path, error))
    return NULL;
  HaulFormatMbox *self = g_object_new (HAUL_TYPE_FORMAT_MBOX, NULL);
  self->path = g_strdup (path);
  self->is_directory = is_directory;
  return HAUL_STORE (self);
}

/* A packed mbox is claimed, so that a person learns why it is not read. */
static gboolean
is_packed_mbox (const char *path, const guint8 *data, gsize size)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *folded = g_ascii_strdown (base, -1);
  char text[256];
  gsize n_read;
  gsize n_written;

  if (size < 4 || (memcmp (data, "\x1f\x8b", 2) != 0 && strstr (folded, ".mbox.") == NULL))
    return FALSE;
  if (data[0] != 0x1f)
    {
      for (gsize i = 1; i < 5; i++)
        if (memcmp (data, refused[i].magic, MIN (refused[i].length, size)) == 0)
          return TRUE;
      return FALSE;
    }
  g_autoptr (GZlibDecompressor) unpacker = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  GConverterResult result = g_converter_convert (G_CONVERTER (unpacker), data, size, text, sizeof text,
                                                 G_CONVERTER_NO_FLAGS, &n_read, &n_written, NULL);
  return result != G_CONVERTER_ERROR && haul_mbox_line_looks_like_mbox (text, n_written);
}

static gboolean
sniff (const char *path, GBytes *head)
{
  gsize size;

  if (head == NULL)
    return haul_mbox_tree_is_root (path);
  const guint8 *data = g_bytes_get_data (head, &size);
  return haul_mbox_line_looks_like_mbox (data, size) || is_packed_mbox (path, data, size)
         || (size >= 14 && memcmp (data, "BABYL OPTIONS:", 14) == 0);
}

/* What stands in the file goes up as it is, and the programs' own marks tell flags and dates. */
const HaulFormat haul_format_mbox = {
  .name = "mbox",
  .grade = HAUL_GRADE_EXACT,
  .sniff = sniff,
  .open = open_store,
};
