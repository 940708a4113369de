/* haul-walk.c - looks for stores below a path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  an explicit stack, HAUL_DIR_DEPTH_MAX directories deep; one small entry a directory seen.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _NO_MAIL, _UNSUPPORTED; G_IO_ERROR.
 */
#include "store/haul-walk.h"

#include "store/haul-clients.h"
#include "store/haul-dir.h"
#include "store/haul-eml-tree.h"
#include "store/haul-file.h"
#include "store/haul-formats.h"
#include "store/haul-maildir-layout.h"
#include "store/haul-store-error.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define HEAD_SIZE 4096
#define REPORT_US (G_USEC_PER_SEC / 10)

typedef struct
{
  char *path; /* (owned) */
  guint depth;
  guint64 device;        /* of the parent */
  gboolean in_mbox_tree; /* a store above has the mbox files of this directory */
  gboolean in_eml_tree;
  gboolean has_dbx; /* its DBX files are one store */
} Directory;

typedef struct
{
  guint64 device;
  guint64 inode;
} Node;

typedef struct
{
  HaulWalkFunc func;
  gpointer user_data;
  GCancellable *cancellable; /* (nullable) */
  GQueue stack;              /* (element-type Directory) */
  GHashTable *seen;          /* (element-type Node) directories looked at and stores reported */
  gint64 reported_us;
} Walk;

static guint
hash_node (gconstpointer data)
{
  const Node *node = data;

  return (guint)(node->inode ^ (node->inode >> 32) ^ (node->device * 31));
}

static gboolean
equal_nodes (gconstpointer a, gconstpointer b)
{
  const Node *first = a;
  const Node *second = b;

  return first->inode == second->inode && first->device == second->device;
}

/* TRUE when the same file or directory was not met before, under whatever name. */
static gboolean
mark_seen (Walk *walk, const struct stat *status)
{
  Node *node = g_new (Node, 1);

  *node = (Node){ .device = (guint64)status->st_dev, .inode = (guint64)status->st_ino };
  return g_hash_table_add (walk->seen, node);
}

static void
report_place (Walk *walk, const char *path)
{
  gint64 now = g_get_monotonic_time ();

  if (walk->reported_us != 0 && now - walk->reported_us < REPORT_US)
    return;
  g_autofree char *place = g_filename_display_name (path);
  walk->reported_us = now;
  walk->func (NULL, place, walk->user_data);
}

static void
report_store (Walk *walk, HaulStoreInfo *info, const char *directory)
{
  g_autofree char *place = g_filename_display_name (directory);

  walk->func (info, place, walk->user_data);
}

static HaulStoreInfo *
describe (const HaulFormat *format, const char *path)
{
  static const char *const programs[][2] = {
    { "dbx", "Outlook Express" },
    { "mbox", "mbox" },
    { "maildir", "Maildir" },
    { "eml", "Message files" },
  };
  const char *program = format->name;

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    if (g_str_equal (programs[i][0], format->name))
      program = programs[i][1];
  return haul_store_info_new (program, format->name, format->grade, path);
}

static void
report_format (Walk *walk, const HaulFormat *format, const char *path, const char *directory)
{
  g_autoptr (HaulStoreInfo) info = describe (format, path);
  report_store (walk, info, directory);
}

static gboolean
is_skipped_directory (const char *path, const char *name)
{
  static const char *const names[] = {
    ".git",
    ".svn",
    ".hg",
    ".bzr",
    ".cache",
    "Cache",
    "cache2",
    "Code Cache",
    "GPUCache",
    "CachedData",
    "__pycache__",
    "node_modules",
    ".npm",
    ".cargo",
    ".rustup",
    ".ccache",
    "lost+found",
    "$RECYCLE.BIN",
    "$Recycle.Bin",
    "RECYCLER",
    "System Volume Information",
    ".Trash",
    ".Spotlight-V100",
    ".fseventsd",
    NULL,
  };
  static const char *const paths[] = { "/proc", "/sys", "/dev", "/run", "/snap", NULL };

  return g_strv_contains (names, name) || g_strv_contains (paths, path)
         || g_str_has_suffix (path, "/.local/share/Trash");
}

/* Things that only look like files. */
static gboolean
is_pseudo_filesystem (const char *path)
{
  struct statfs status;

  if (statfs (path, &status) < 0)
    return TRUE;
  switch ((guint32)status.f_type)
    {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case BPF_FS_MAGIC:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
directory_free (Directory *directory)
{
  g_free (directory->path);
  g_free (directory);
}

static GPtrArray *
get_names (GPtrArray *entries)
{
  GPtrArray *names = g_ptr_array_sized_new (entries->len);

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (names, ((const HaulDirEntry *)g_ptr_array_index (entries, i))->name);
  return names;
}

static const HaulFormat *
sniff_file (const char *path, gboolean is_root, struct stat *status, GError **error)
{
  g_autoptr (HaulFile) file = is_root ? haul_file_open_root (path, error) : haul_file_open (path, error);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, HEAD_SIZE, error);

  if (head == NULL)
    return NULL;
  status->st_dev = file->identity.device;
  status->st_ino = file->identity.inode;
  return g_bytes_get_size (head) > 0 ? haul_formats_sniff (path, head) : NULL;
}

static gboolean
is_worth_opening (const HaulDirEntry *entry)
{
  static const char *const endings[] = { ".gif", ".jpeg", ".mp3",   ".mp4", ".avi", ".mkv", ".ogg", ".flac", ".so",
                                         ".o",   ".a",    ".exe",   ".dll", ".iso", ".c",   ".h",   ".py",   ".pyc",
                                         ".cpp", ".java", ".class", ".rs",  ".go",  ".svg", ".ttf", ".odt",  ".docx" };

  if (entry->kind != HAUL_DIR_FILE || haul_dir_is_junk (entry->name))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (entry->name, endings[i]))
      return FALSE;
  return TRUE;
}

/* Files that belong to no store of more than one file. */
static void
take_loose_file (Walk *walk, const Directory *directory, const HaulDirEntry *entry)
{
  g_autofree char *path = g_build_filename (directory->path, entry->name, NULL);
  struct stat status = { 0 };
  const HaulFormat *format = is_worth_opening (entry) ? sniff_file (path, FALSE, &status, NULL) : NULL;

  if (format == NULL)
    return;
  gboolean is_eml = haul_eml_tree_has_ending (entry->name);
  if (g_str_equal (format->name, "mbox") && is_eml)
    format = haul_formats_find ("eml");
  if (g_str_equal (format->name, "mbox") && directory->in_mbox_tree)
    return;
  if (g_str_equal (format->name, "dbx") && directory->has_dbx)
    return;
  if (g_str_equal (format->name, "eml") && (directory->in_eml_tree || !is_eml || entry->name[0] == '.'))
    return;
  if (mark_seen (walk, &status))
    report_format (walk, format, path, directory->path);
}

/* A store of a whole directory. FALSE when the walk is not to go on below it. */
static gboolean
take_store (Walk *walk, Directory *directory, GPtrArray *entries)
{
  g_autoptr (GPtrArray) names = get_names (entries);
  g_autoptr (HaulStoreInfo) info = haul_clients_recognise (directory->path, names);

  const HaulFormat *format = info == NULL ? haul_formats_sniff (directory->path, NULL) : NULL;

  if (format != NULL)
    info = describe (format, directory->path);
  if (info == NULL)
    return TRUE;
  gboolean is_mbox = g_str_equal (info->format, "mbox");
  gboolean is_eml = g_str_equal (info->format, "eml");
  if ((is_mbox && directory->in_mbox_tree) || (is_eml && directory->in_eml_tree))
    return TRUE;
  report_store (walk, info, directory->path);
  /* People put a folder of DBX files beside anything, or move it to where anything is. */
  directory->has_dbx = g_str_equal (info->format, "dbx");
  /* Directories of plain files may have other programs' stores below them, which they do not read. */
  directory->in_mbox_tree = directory->in_mbox_tree || is_mbox;
  directory->in_eml_tree = directory->in_eml_tree || is_eml;
  return directory->has_dbx || is_mbox || is_eml;
}

static void
push_directory (Walk *walk, const Directory *parent, const char *name)
{
  g_autofree char *path = g_build_filename (parent->path, name, NULL);
  Directory *directory;

  if (parent->depth >= HAUL_DIR_DEPTH_MAX || is_skipped_directory (path, name))
    return;
  directory = g_new0 (Directory, 1);
  directory->path = g_steal_pointer (&path);
  directory->depth = parent->depth + 1;
  directory->device = parent->device;
  /* Stores of plain files do not look into hidden directories. */
  directory->in_mbox_tree = parent->in_mbox_tree && name[0] != '.';
  directory->in_eml_tree = parent->in_eml_tree && name[0] != '.';
  g_queue_push_head (&walk->stack, directory);
}

static gboolean
enter (Walk *walk, Directory *directory)
{
  struct stat status;

  if (directory->depth == 0 ? stat (directory->path, &status) < 0 : lstat (directory->path, &status) < 0)
    return FALSE;
  if (!S_ISDIR (status.st_mode) || !mark_seen (walk, &status))
    return FALSE;
  if (directory->device != (guint64)status.st_dev && directory->depth > 0 && is_pseudo_filesystem (directory->path))
    return FALSE;
  directory->device = (guint64)status.st_dev;
  return TRUE;
}

static gboolean
take_directory (Walk *walk, Directory *directory, GError **error)
{
  if (!enter (walk, directory))
    return TRUE;
  report_place (walk, directory->path);
  g_autoptr (GPtrArray) entries = haul_dir_list (directory->path, directory->depth == 0 ? error : NULL);
  if (entries == NULL)
    return directory->depth > 0;
  if (!take_store (walk, directory, entries))
    return TRUE;
  for (guint i = 0; i < entries->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (walk->cancellable, error))
        return FALSE;
      take_loose_file (walk, directory, g_ptr_array_index (entries, i));
    }
  for (guint i = entries->len; i > 0; i--)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i - 1);
      if (entry->kind == HAUL_DIR_DIRECTORY)
        push_directory (walk, directory, entry->name);
    }
  return TRUE;
}

/* What people try, by the ending: the words say why it is not taken. */
static const char *
name_unreadable (const char *path)
{
  static const struct
  {
    const char *ending;
    const char *kind;
  } rows[] = {
    { ".pst", "an Outlook data file" },
    { ".ost", "an Outlook data file" },
    { ".zip", "a packed archive" },
  };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_suffix (lower, rows[i].ending))
      return rows[i].kind;
  return NULL;
}

static gboolean
take_root_file (Walk *walk, const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  struct stat status = { 0 };
  const HaulFormat *format = sniff_file (path, TRUE, &status, &local_error);

  if (format != NULL)
    {
      g_autofree char *directory = g_path_get_dirname (path);
      report_format (walk, format, path, directory);
      return TRUE;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_autofree char *display = g_filename_display_name (path);
  const char *kind = name_unreadable (path);
  if (kind != NULL)
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "“%s” is %s, which cannot be read yet.",
                 display, kind);
  else
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL, "“%s” is no mail that can be read.", display);
  return FALSE;
}

/* “…/Maildir/cur” is a part of a store: the store is meant. */
static char *
find_root (const char *root)
{
  g_autofree char *path = g_canonicalize_filename (root, NULL);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *parent = g_path_get_dirname (path);

  if ((g_str_equal (name, "cur") || g_str_equal (name, "new")) && haul_maildir_layout_is_folder (parent))
    return g_steal_pointer (&parent);
  return g_steal_pointer (&path);
}

static gboolean
walk_directories (Walk *walk, char *path, GError **error)
{
  Directory *directory = g_new0 (Directory, 1);
  gboolean is_good = TRUE;

  directory->path = path;
  g_queue_push_head (&walk->stack, directory);
  while (is_good && (directory = g_queue_pop_head (&walk->stack)) != NULL)
    {
      is_good
          = !g_cancellable_set_error_if_cancelled (walk->cancellable, error) && take_directory (walk, directory, error);
      directory_free (directory);
    }
  g_queue_clear_full (&walk->stack, (GDestroyNotify)directory_free);
  return is_good;
}

/**
 * haul_walk_run:
 * @root: a file or directory, absolute or not
 * @func: called for each store found, and ten times a second with the place
 * @user_data: for @func
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_STORE_ERROR_NOT_FOUND, %HAUL_STORE_ERROR_NO_MAIL for a file that is no mail
 *
 * Looks for mail at and below @root. A store is not descended into, but for directories of plain files or DBX files,
 * whose other stores are found too. No links are followed but @root itself; caches, version control and the kernel's
 * own file systems are passed over. What is met twice under different names is reported once.
 *
 * Returns: %TRUE when all was looked at, whether or not there was mail
 */
gboolean
haul_walk_run (const char *root, HaulWalkFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (hash_node, equal_nodes, g_free, NULL);
  g_autofree char *path = find_root (root);
  Walk walk = { .func = func, .user_data = user_data, .cancellable = cancellable, .stack = G_QUEUE_INIT, .seen = seen };
  struct stat status;

  if (stat (path, &status) < 0)
    {
      int code = errno;
      g_autofree char *display = g_filename_display_name (path);
      if (code == ENOENT || code == ENOTDIR)
        g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "“%s” is not there.", display);
      else
        g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "“%s”: %s", display, g_strerror (code));
      return FALSE;
    }
  if (!S_ISDIR (status.st_mode))
    return take_root_file (&walk, path, error);
  return walk_directories (&walk, g_steal_pointer (&path), error);
}
