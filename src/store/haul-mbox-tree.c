/* haul-mbox-tree.c - which mbox files lie in a directory, and what folders they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * Memory:  one entry a folder; an explicit stack of directories, HAUL_DIR_DEPTH_MAX deep.
 * See:     docs/stores.md (.sbd), §11 (subfolders, .directory), §3 (a folder with a file “mbox”)
 */
#include "store/haul-mbox-tree.h"

#include "store/haul-dir.h"
#include "store/haul-eml-tree.h"
#include "store/haul-file.h"
#include "store/haul-maildir-layout.h"
#include "store/haul-mbox-line.h"

#include <string.h>

#define HEAD_SIZE 4096
/* So many files are looked at to tell whether a directory is one of mail. */
#define MAX_LOOKED_AT 200

typedef struct
{
  char *relative; /* (owned) below the root, "" for it */
  char **names;   /* (owned) the folder that it stands for */
  guint depth;
} Directory;

typedef struct
{
  const char *root;
  GQueue stack;       /* (element-type Directory) */
  GPtrArray *folders; /* (element-type HaulMboxFolder) */
  GHashTable *seen;   /* (key utf8 “device:inode”) (value HaulFolder, unowned) */
} Walk;

typedef enum
{
  LOOKS_OTHER,
  LOOKS_MBOX,
  LOOKS_EMPTY,
  LOOKS_CLOSED, /* cannot be read */
} Look;

void
haul_mbox_folder_free (HaulMboxFolder *folder)
{
  haul_folder_unref (folder->folder);
  g_free (folder->path);
  g_free (folder);
}

static HaulMboxFolder *
mbox_folder_new (const char *relative, const char *path, char **names, HaulRole role)
{
  g_autofree char *id = haul_dir_id_from_relative (relative);
  HaulMboxFolder *self = g_new0 (HaulMboxFolder, 1);

  self->folder = haul_folder_new (id, (const char *const *)names, role);
  self->path = g_strdup (path);
  return self;
}

static gboolean
strip_ending (char *name, const char *ending)
{
  gsize length = strlen (name);
  gsize tail = strlen (ending);

  if (length <= tail || g_ascii_strcasecmp (name + length - tail, ending) != 0)
    return FALSE;
  name[length - tail] = '\0';
  return TRUE;
}

/**
 * haul_mbox_tree_make_single:
 * @path: an mbox
 *
 * Makes the one folder of a store that is a single file. In a system's mail spool it is somebody's inbox.
 *
 * Returns: (transfer full): the folder
 */
HaulMboxFolder *
haul_mbox_tree_make_single (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *parent = g_path_get_basename (directory);
  gboolean is_spool = g_str_has_suffix (directory, "/var/mail") || g_str_has_suffix (directory, "/var/spool/mail");
  gboolean is_bundle = g_str_equal (base, "mbox") && strip_ending (parent, ".mbox");
  char *names[] = { is_spool ? (char *)"INBOX" : is_bundle ? parent : base, NULL };

  if (!strip_ending (base, ".mbox"))
    strip_ending (base, ".mbx");
  return mbox_folder_new (".", path, names, is_spool ? HAUL_ROLE_INBOX : haul_role_guess (names[0]));
}

static Look
look_at_file (const char *path, HaulFileIdentity *identity)
{
  g_autoptr (HaulFile) file = haul_file_open (path, NULL);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, HEAD_SIZE, NULL);
  gsize size;

  if (head == NULL)
    return LOOKS_CLOSED;
  gconstpointer data = g_bytes_get_data (head, &size);
  *identity = file->identity;
  if (size == 0)
    return LOOKS_EMPTY;
  return haul_mbox_line_looks_like_mbox (data, size) ? LOOKS_MBOX : LOOKS_OTHER;
}

static gboolean
is_candidate (const HaulDirEntry *entry)
{
  /* A From_ line in a “.eml” is what Mozilla's exports begin with: it is one message all the same. */
  return entry->kind == HAUL_DIR_FILE && entry->name[0] != '.' && !haul_dir_is_junk (entry->name)
         && !haul_eml_tree_has_ending (entry->name);
}

static char *
join (const char *relative, const char *name)
{
  return *relative == '\0' ? g_strdup (name) : g_build_filename (relative, name, NULL);
}

static char **
append_name (char **names, const char *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **)names);
  g_strv_builder_add (builder, name);
  return g_strv_builder_end (builder);
}

/* An empty file is a folder only when a mail program's files lie beside it. */
static gboolean
has_companion (GPtrArray *entries, const char *name)
{
  g_autofree char *summary = g_strconcat (name, ".msf", NULL);
  g_autofree char *children = g_strconcat (name, ".sbd", NULL);
  g_autofree char *kmail = g_strconcat (".", name, ".directory", NULL);

  return haul_dir_has (entries, summary, HAUL_DIR_FILE) || haul_dir_has (entries, children, HAUL_DIR_DIRECTORY)
         || haul_dir_has (entries, kmail, HAUL_DIR_DIRECTORY);
}

/* The same file under two names is read once, and said so. */
static void
note_twin (Walk *walk, HaulMboxFolder *folder, const HaulFileIdentity *identity)
{
  char *key = g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, identity->device, identity->inode);
  const HaulFolder *twin = g_hash_table_lookup (walk->seen, key);

  if (twin == NULL)
    {
      g_hash_table_insert (walk->seen, key, folder->folder);
      return;
    }
  g_free (key);
  g_autofree char *display = haul_folder_dup_display (twin);
  folder->folder->problem = g_strdup_printf ("This is the same file as “%s”; it is read there.", display);
  g_clear_pointer (&folder->path, g_free);
}

static void
take_file (Walk *walk, const Directory *directory, GPtrArray *entries, const HaulDirEntry *entry)
{
  g_autofree char *relative = join (directory->relative, entry->name);
  g_autofree char *path = g_build_filename (walk->root, relative, NULL);
  g_autofree char *display = g_strdup (entry->name);
  HaulFileIdentity identity = { 0 };
  Look look = look_at_file (path, &identity);

  gboolean is_bundle = g_str_equal (entry->name, "mbox") && directory->depth > 0;

  if (look == LOOKS_OTHER || (look == LOOKS_EMPTY && !is_bundle && !has_companion (entries, entry->name)))
    return;
  strip_ending (display, ".mbox");
  g_auto (GStrv) names = is_bundle ? g_strdupv (directory->names) : append_name (directory->names, display);
  HaulRole role = g_strv_length (names) == 1 ? haul_role_guess (names[0]) : HAUL_ROLE_NONE;
  HaulMboxFolder *folder = mbox_folder_new (relative, path, names, role);
  if (look == LOOKS_CLOSED)
    folder->folder->problem = g_strdup_printf ("The file “%s” cannot be read.", folder->folder->path[0]);
  else
    note_twin (walk, folder, &identity);
  g_ptr_array_add (walk->folders, folder);
}

static void
push_directory (Walk *walk, const Directory *parent, const char *name)
{
  g_autofree char *display = g_strdup (name);
  g_autofree char *relative = parent == NULL ? g_strdup ("") : join (parent->relative, name);
  gboolean is_kmail = strip_ending (display, ".directory") && display[0] == '.';
  Directory *directory;

  if (parent != NULL && name[0] == '.' && !is_kmail)
    return;
  if (parent != NULL && parent->depth >= HAUL_DIR_DEPTH_MAX)
    return;
  if (!strip_ending (display, ".sbd"))
    strip_ending (display, ".mbox");
  directory = g_new0 (Directory, 1);
  directory->relative = g_steal_pointer (&relative);
  directory->depth = parent == NULL ? 0 : parent->depth + 1;
  if (parent == NULL)
    directory->names = g_new0 (char *, 1);
  else if (g_str_equal (name, "subfolders"))
    directory->names = g_strdupv (parent->names);
  else
    directory->names = append_name (parent->names, is_kmail ? display + 1 : display);
  g_queue_push_head (&walk->stack, directory);
}

static void
directory_free (Directory *directory)
{
  g_free (directory->relative);
  g_strfreev (directory->names);
  g_free (directory);
}

static gboolean
take_directory (Walk *walk, const Directory *directory, GError **error)
{
  g_autofree char *path
      = *directory->relative == '\0' ? g_strdup (walk->root) : g_build_filename (walk->root, directory->relative, NULL);
  g_autoptr (GPtrArray) entries = haul_dir_list (path, directory->depth == 0 ? error : NULL);

  if (entries == NULL)
    return directory->depth > 0;
  for (guint i = 0; i < entries->len; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      if (is_candidate (entry))
        take_file (walk, directory, entries, entry);
    }
  /* Pushed backwards, so that they come in order. */
  for (guint i = entries->len; i > 0; i--)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i - 1);
      g_autofree char *child = g_build_filename (path, entry->name, NULL);
      if (entry->kind == HAUL_DIR_DIRECTORY && !haul_maildir_layout_is_folder (child))
        push_directory (walk, directory, entry->name);
    }
  return TRUE;
}

/**
 * haul_mbox_tree_list:
 * @root: a directory
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Finds the mbox files below a directory, without following links. Directories are parents, also under the names that
 * programs give to the children of a folder: “X.sbd”, “.X.directory”, “X/subfolders”, “X/mbox”.
 *
 * Returns: (transfer full) (nullable) (element-type HaulMboxFolder): the folders, parents first
 */
GPtrArray *
haul_mbox_tree_list (const char *root, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_mbox_folder_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Walk walk = { .root = root, .stack = G_QUEUE_INIT, .folders = folders, .seen = seen };
  gboolean is_good = TRUE;
  Directory *directory;

  push_directory (&walk, NULL, "");
  while (is_good && (directory = g_queue_pop_head (&walk.stack)) != NULL)
    {
      is_good = !g_cancellable_set_error_if_cancelled (cancellable, error) && take_directory (&walk, directory, error);
      directory_free (directory);
    }
  g_queue_clear_full (&walk.stack, (GDestroyNotify)directory_free);
  return is_good ? g_steal_pointer (&folders) : NULL;
}

/* A person's home holds everything: an mbox in it is one file, and what lies below has stores of its own. */
static gboolean
is_home (const char *path)
{
  static const char *const parents[] = { "home", "Users", "Documents and Settings", "Profiles", NULL };
  static const char *const signs[]
      = { ".bashrc", ".profile", ".config",        ".cache",  ".local",           ".ssh",          ".mozilla",
          "Desktop", "AppData",  "Local Settings", "Library", "Application Data", ".bash_history", ".thunderbird" };
  g_autofree char *parent_path = g_path_get_dirname (path);
  g_autofree char *parent = g_path_get_basename (parent_path);

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (haul_dir_exists (path, signs[i]))
      return TRUE;
  return g_strv_contains (parents, parent);
}

static gboolean
holds_bundle (const char *path, const HaulDirEntry *entry)
{
  HaulFileIdentity identity;

  if (entry->kind != HAUL_DIR_DIRECTORY || entry->name[0] == '.')
    return FALSE;
  g_autofree char *file = g_build_filename (path, entry->name, "mbox", NULL);
  g_autofree char *directory = g_path_get_dirname (file);
  Look look = look_at_file (file, &identity);
  return (look == LOOKS_MBOX || look == LOOKS_EMPTY) && !is_home (directory);
}

/**
 * haul_mbox_tree_is_root:
 * @path: a directory
 *
 * Tells whether a directory is one of mail: most of its files are mbox files, or it has folders with a file “mbox” in
 * them. A single mbox among other things does not make one, nor does one in a person's home directory.
 *
 * Returns: %TRUE when a store begins here
 */
gboolean
haul_mbox_tree_is_root (const char *path)
{
  g_autoptr (GPtrArray) entries = haul_dir_list (path, NULL);
  guint n_files = 0;
  guint n_mboxes = 0;
  guint n_bundles = 0;
  guint n_directories = 0;

  for (guint i = 0; entries != NULL && i < entries->len && n_files + n_directories < MAX_LOOKED_AT; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *file = g_build_filename (path, entry->name, NULL);
      HaulFileIdentity identity;
      Look look = is_candidate (entry) ? look_at_file (file, &identity) : LOOKS_EMPTY;

      n_mboxes += look == LOOKS_MBOX;
      n_files += look == LOOKS_MBOX || look == LOOKS_OTHER || haul_eml_tree_has_ending (entry->name);
      n_bundles += holds_bundle (path, entry);
      n_directories += entry->kind == HAUL_DIR_DIRECTORY && entry->name[0] != '.';
    }
  if (n_mboxes > 0 && n_mboxes * 2 > n_files)
    return !is_home (path);
  return n_files == 0 && n_bundles > 0 && n_bundles * 2 > n_directories && !is_home (path);
}
