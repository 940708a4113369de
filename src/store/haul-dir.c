/* haul-dir.c - the entries of a directory, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * Memory:  one entry a name.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND; G_IO_ERROR for what the system says.
 */
#include "store/haul-dir.h"

#include "store/haul-store-error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
entry_free (gpointer data)
{
  HaulDirEntry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const HaulDirEntry *const *first = a;
  const HaulDirEntry *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

static HaulDirKind
kind_from_mode (mode_t mode)
{
  if (S_ISREG (mode))
    return HAUL_DIR_FILE;
  if (S_ISDIR (mode))
    return HAUL_DIR_DIRECTORY;
  return S_ISLNK (mode) ? HAUL_DIR_LINK : HAUL_DIR_OTHER;
}

static HaulDirKind
get_kind (int fd, const struct dirent *item)
{
  struct stat status;

  switch (item->d_type)
    {
    case DT_REG:
      return HAUL_DIR_FILE;
    case DT_DIR:
      return HAUL_DIR_DIRECTORY;
    case DT_LNK:
      return HAUL_DIR_LINK;
    case DT_UNKNOWN:
      return fstatat (fd, item->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? kind_from_mode (status.st_mode)
                                                                           : HAUL_DIR_OTHER;
    default:
      return HAUL_DIR_OTHER;
    }
}

static void
set_error_from_errno (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  if (code == ENOENT)
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "“%s” is not there (any more).", name);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "“%s”: %s", name, g_strerror (code));
}

static DIR *
open_dir (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir (fd);

  if (dir == NULL)
    {
      set_error_from_errno (error, path, errno);
      if (fd >= 0)
        close (fd);
    }
  return dir;
}

/**
 * haul_dir_list:
 * @path: a directory
 * @error: return location
 *
 * Lists what is in it, links not followed, without “.” and “..”.
 *
 * Returns: (transfer full) (nullable) (element-type HaulDirEntry): the entries, sorted by octets
 */
GPtrArray *
haul_dir_list (const char *path, GError **error)
{
  DIR *dir = open_dir (path, error);
  if (dir == NULL)
    return NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  const struct dirent *item;

  errno = 0;
  while ((item = readdir (dir)) != NULL)
    if (strcmp (item->d_name, ".") != 0 && strcmp (item->d_name, "..") != 0)
      {
        HaulDirEntry *entry = g_new (HaulDirEntry, 1);
        entry->name = g_strdup (item->d_name);
        entry->kind = get_kind (dirfd (dir), item);
        g_ptr_array_add (entries, entry);
        errno = 0;
      }
  int code = errno;
  closedir (dir);
  if (code != 0)
    {
      set_error_from_errno (error, path, code);
      return NULL;
    }
  g_ptr_array_sort (entries, compare_entries);
  return g_steal_pointer (&entries);
}

/**
 * haul_dir_has:
 * @entries: (element-type HaulDirEntry): what haul_dir_list() returned
 * @name: a name
 * @kind: its kind
 *
 * Returns: %TRUE when it is among them
 */
gboolean
haul_dir_has (GPtrArray *entries, const char *name, HaulDirKind kind)
{
  HaulDirEntry wanted = { .name = (char *)name };
  gsize low = 0;
  gsize high = entries->len;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      const HaulDirEntry *entry = g_ptr_array_index (entries, middle);
      int order = strcmp (wanted.name, entry->name);
      if (order == 0)
        return entry->kind == kind;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return FALSE;
}

/**
 * haul_dir_exists:
 * @path: a directory
 * @name: a name in it
 *
 * Returns: %TRUE when there is anything of that name
 */
gboolean
haul_dir_exists (const char *path, const char *name)
{
  g_autofree char *full = g_build_filename (path, name, NULL);
  struct stat status;

  return lstat (full, &status) == 0;
}

/**
 * haul_dir_is_junk:
 * @name: a file name
 *
 * Tells files that lie beside mail and are none: indexes, summaries, locks, settings.
 *
 * Returns: %TRUE when it is one
 */
gboolean
haul_dir_is_junk (const char *name)
{
  static const char *const endings[] = { ".msf",        ".dat",
                                         ".html",       ".htm",
                                         ".json",       ".xml",
                                         ".js",         ".css",
                                         ".ini",        ".rc",
                                         ".lock",       ".lck",
                                         ".toc",        ".index",
                                         ".ids",        ".sorted",
                                         ".ev-summary", ".ev-summary-meta",
                                         ".cmeta",      ".ibex.index",
                                         ".db",         ".sqlite",
                                         ".log",        ".idx",
                                         ".cache",      ".ibex.index.data",
                                         ".jpg",        ".png",
                                         ".pdf",        "~" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      gsize length = strlen (name);
      gsize tail = strlen (endings[i]);
      if (length >= tail && g_ascii_strcasecmp (name + length - tail, endings[i]) == 0)
        return TRUE;
    }
  return g_str_equal (name, "popstate") || g_str_equal (name, "popstate.dat") || g_str_equal (name, ".parentlock");
}

/**
 * haul_dir_id_from_relative:
 * @relative: a path below a store, octets as on disk
 *
 * Returns: (transfer full): it as a folder's id: valid UTF-8, whatever the octets
 */
char *
haul_dir_id_from_relative (const char *relative)
{
  return g_uri_escape_bytes ((const guint8 *)relative, strlen (relative), G_URI_RESERVED_CHARS_ALLOWED_IN_PATH " ");
}

/**
 * haul_dir_relative_from_id:
 * @id: a folder's id
 *
 * Returns: (transfer full) (nullable): the path below the store; %NULL when it could lead out of it
 */
char *
haul_dir_relative_from_id (const char *id)
{
  g_autofree char *relative = g_uri_unescape_string (id, NULL);

  if (relative == NULL || g_path_is_absolute (relative))
    return NULL;
  g_auto (GStrv) parts = g_strsplit (relative, "/", -1);
  return g_strv_contains ((const char *const *)parts, "..") ? NULL : g_steal_pointer (&relative);
}
