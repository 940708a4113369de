/* haul-dbx-directory.c - the DBX files of one directory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, G_IO_ERROR.
 */
#include "store/haul-dbx-directory.h"

#include "store/haul-charset.h"
#include "store/haul-store-error.h"

#include <stdlib.h>
#include <string.h>

static void
free_file (HaulDbxDirectoryFile *file)
{
  g_free (file->name);
  g_free (file->path);
  g_free (file);
}

void
haul_dbx_directory_free (HaulDbxDirectory *self)
{
  g_clear_pointer (&self->folded, g_hash_table_unref);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static gboolean
has_ending (const char *name, const char *ending)
{
  gsize length = strlen (name);
  gsize ending_length = strlen (ending);

  return length > ending_length && g_ascii_strcasecmp (name + length - ending_length, ending) == 0;
}

/**
 * haul_dbx_directory_is_candidate:
 * @name: a file's name
 *
 * Tells whether a file is worth a look at its magic octets. What Outlook Express leaves behind when it compacts (.bak,
 * .dbt) is an older copy of mail that is in the .dbx file too.
 */
gboolean
haul_dbx_directory_is_candidate (const char *name)
{
  return has_ending (name, ".dbx") || has_ending (name, ".mbx");
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const HaulDbxDirectoryFile *const *first = a;
  const HaulDbxDirectoryFile *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

/**
 * haul_dbx_directory_read:
 * @path: a directory
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Lists the files that could be a folder's, each with what its magic octets say.
 *
 * Returns: (transfer full) (nullable): the files
 */
HaulDbxDirectory *
haul_dbx_directory_read (const char *path, GCancellable *cancellable, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &local_error);
  const char *name;

  if (dir == NULL)
    {
      g_autofree char *shown = g_filename_display_name (path);
      if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "“%s” is not there (any more).", shown);
      else
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "“%s” cannot be read: %s", shown, local_error->message);
      g_error_free (local_error);
      return NULL;
    }

  g_autoptr (HaulDbxDirectory) self = g_new0 (HaulDbxDirectory, 1);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify)free_file);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      if (!haul_dbx_directory_is_candidate (name))
        continue;
      HaulDbxDirectoryFile *file = g_new0 (HaulDbxDirectoryFile, 1);
      file->name = g_strdup (name);
      file->path = g_build_filename (path, name, NULL);
      file->kind = haul_dbx_kind_from_path (file->path);
      g_ptr_array_add (self->files, file);
    }
  g_ptr_array_sort (self->files, compare_files);
  return g_steal_pointer (&self);
}

/**
 * haul_dbx_directory_find_folders:
 * @self: a directory
 *
 * Returns: (transfer none) (nullable): Folders.dbx; where none is called so, the first file of that kind
 */
HaulDbxDirectoryFile *
haul_dbx_directory_find_folders (HaulDbxDirectory *self)
{
  HaulDbxDirectoryFile *found = NULL;

  for (guint i = 0; i < self->files->len; i++)
    {
      HaulDbxDirectoryFile *file = g_ptr_array_index (self->files, i);
      if (file->kind != HAUL_DBX_KIND_FOLDERS)
        continue;
      if (g_ascii_strcasecmp (file->name, "Folders.dbx") == 0)
        return file;
      if (found == NULL)
        found = file;
    }
  return found;
}

static char *
fold (const char *utf8)
{
  g_autofree char *composed = g_utf8_normalize (utf8, -1, G_NORMALIZE_NFC);

  return g_utf8_casefold (composed, -1);
}

static void
fold_names (HaulDbxDirectory *self, const char *charset)
{
  self->folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < self->files->len; i++)
    {
      HaulDbxDirectoryFile *file = g_ptr_array_index (self->files, i);
      g_autofree char *utf8
          = g_utf8_validate (file->name, -1, NULL) ? g_strdup (file->name) : haul_charset_to_utf8 (file->name, charset);
      char *folded = fold (utf8);
      if (g_hash_table_contains (self->folded, folded))
        g_free (folded);
      else
        g_hash_table_insert (self->folded, folded, file);
    }
}

/**
 * haul_dbx_directory_find:
 * @self: a directory
 * @name: a file's name as Folders.dbx has it, octets
 * @charset: the store's code page
 *
 * Looks a file up: by the very octets, else without regard to case, as Windows does. The name is only compared with
 * what the directory holds, so that it cannot lead elsewhere.
 *
 * Returns: (transfer none) (nullable): the file
 */
HaulDbxDirectoryFile *
haul_dbx_directory_find (HaulDbxDirectory *self, const char *name, const char *charset)
{
  HaulDbxDirectoryFile probe = { .name = (char *)name };
  const HaulDbxDirectoryFile *wanted = &probe;

  HaulDbxDirectoryFile **sorted = (HaulDbxDirectoryFile **)self->files->pdata;
  HaulDbxDirectoryFile **exact
      = self->files->len == 0 ? NULL : bsearch (&wanted, sorted, self->files->len, sizeof (gpointer), compare_files);
  if (exact != NULL)
    return *exact;
  if (self->folded == NULL)
    fold_names (self, charset);
  g_autofree char *utf8 = haul_charset_to_utf8 (name, charset);
  g_autofree char *folded = fold (utf8);
  return g_hash_table_lookup (self->folded, folded);
}
