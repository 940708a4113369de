/* haul-maildir-layout.c - what is a Maildir, and what folders lie in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * Memory:  one entry a folder; an explicit stack of directories, HAUL_DIR_DEPTH_MAX deep.
 * Errors:  those of haul_dir_list().
 * See:     docs/stores.md
 */
#include "store/haul-maildir-layout.h"

#include "base/haul-utf7.h"
#include "store/haul-dir.h"
#include "store/haul-file.h"
#include "store/haul-header.h"

#include <string.h>

#define HEAD_SIZE 4096
#define MIN_FIELDS 3
#define MAX_LOOKED_AT 20

typedef struct
{
  char *relative; /* (owned) below the root, "" for it */
  char **names;   /* (owned) the folder that it stands for */
  guint depth;
} Directory;

typedef struct
{
  const char *root;
  gboolean is_escaped; /* libcamel's Maildir++: UTF-8 names with _XX, no modified UTF-7 */
  GQueue stack;        /* (element-type Directory) */
  GPtrArray *folders;  /* (element-type HaulFolder) */
} Walk;

static gboolean
looks_like_message_name (const char *name)
{
  gsize digits = strspn (name, "0123456789");

  return (digits >= 8 && name[digits] == '.') || strstr (name, "2,") != NULL;
}

static gboolean
looks_like_message (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (HaulFile) file = haul_file_open (path, NULL);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, HEAD_SIZE, NULL);

  return head != NULL
         && haul_header_count_known_fields (g_bytes_get_data (head, NULL), g_bytes_get_size (head)) >= MIN_FIELDS;
}

/* Without a “new” or “tmp” beside it, “cur” must hold what looks like a Maildir's messages. */
static gboolean
holds_messages (const char *path, const char *name)
{
  g_autofree char *directory = g_build_filename (path, name, NULL);
  g_autoptr (GPtrArray) entries = haul_dir_list (directory, NULL);

  for (guint i = 0; entries != NULL && i < MIN (entries->len, MAX_LOOKED_AT); i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      if (entry->kind == HAUL_DIR_FILE && entry->name[0] != '.'
          && (looks_like_message_name (entry->name) || looks_like_message (directory, entry->name)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_directory (const char *path, const char *name)
{
  g_autofree char *full = g_build_filename (path, name, NULL);

  return g_file_test (full, G_FILE_TEST_IS_DIR) && !g_file_test (full, G_FILE_TEST_IS_SYMLINK);
}

/**
 * haul_maildir_layout_is_folder:
 * @path: a directory
 *
 * Tells a Maildir: it has “cur”, and “new” or “tmp” beside it. Copies have often lost the empty ones; then the messages
 * or Maildir++'s mark must show it.
 *
 * Returns: %TRUE when it is one
 */
gboolean
haul_maildir_layout_is_folder (const char *path)
{
  gboolean has_cur = is_directory (path, "cur");
  gboolean has_new = is_directory (path, "new");

  if ((has_cur && (has_new || is_directory (path, "tmp"))) || haul_dir_exists (path, "maildirfolder"))
    return TRUE;
  return (has_cur && holds_messages (path, "cur")) || (has_new && holds_messages (path, "new"));
}

static gboolean
is_kmail_directory (const char *name)
{
  return name[0] == '.' && strlen (name) > strlen (".x.directory") - 1 && g_str_has_suffix (name, ".directory");
}

/**
 * haul_maildir_layout_is_root:
 * @path: a directory
 *
 * Tells whether a store of Maildirs begins here: it is one itself, or most of what it holds are some.
 *
 * Returns: %TRUE when it does
 */
gboolean
haul_maildir_layout_is_root (const char *path)
{
  if (haul_maildir_layout_is_folder (path))
    return TRUE;
  g_autoptr (GPtrArray) entries = haul_dir_list (path, NULL);
  guint n_maildirs = 0;
  guint n_kmail = 0;
  guint n_others = 0;

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *child = g_build_filename (path, entry->name, NULL);
      if (entry->kind != HAUL_DIR_DIRECTORY)
        continue;
      if (is_kmail_directory (entry->name))
        n_kmail++;
      else if (haul_maildir_layout_is_folder (child))
        n_maildirs++;
      else
        n_others += entry->name[0] != '.';
    }
  return n_maildirs + n_kmail >= 2 && n_maildirs > 0 && n_maildirs >= n_others;
}

static gboolean
is_inbox (const char *root)
{
  static const char *const marks[]
      = { "..maildir++",   "dovecot-uidlist",      "subscriptions",    "courierimapsubscribed",
          "maildirfolder", "courierpop3dsizelist", "courierimapuiddb", "maildirsize" };
  static const char *const names[] = { "Maildir", "maildir", ".maildir", ".Maildir", "INBOX", "Inbox", "inbox", NULL };
  g_autofree char *base = g_path_get_basename (root);

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (haul_dir_exists (root, marks[i]))
      return TRUE;
  return g_strv_contains (names, base);
}

/* “_2E” and its like, as libcamel writes them; anything else stays. */
static char *
unescape (const char *name)
{
  GString *out = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    if (*p == '_' && g_ascii_isxdigit (p[1]) && g_ascii_isxdigit (p[2])
        && g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2]) >= 0x20)
      {
        g_string_append_c (out, (char)(g_ascii_xdigit_value (p[1]) * 16 + g_ascii_xdigit_value (p[2])));
        p += 2;
      }
    else
      g_string_append_c (out, *p);
  return g_string_free (out, FALSE);
}

static char *
decode_name (const Walk *walk, const char *name)
{
  if (walk->is_escaped)
    return unescape (name);
  char *decoded = haul_utf7_decode (name);
  return decoded != NULL ? decoded : g_strdup (name);
}

/* “.A.B” of Maildir++ is B in A. */
static char **
split_maildirpp (const Walk *walk, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name + 1, ".", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (char **part = parts; *part != NULL; part++)
    {
      g_autofree char *decoded = decode_name (walk, *part);
      /* libcamel: “..x” is x in Inbox. */
      g_strv_builder_add (builder, *decoded != '\0' ? decoded : "Inbox");
    }
  return g_strv_builder_end (builder);
}

static void
push_directory (Walk *walk, const Directory *parent, const char *name, char **names)
{
  Directory *directory = g_new0 (Directory, 1);

  directory->relative = *parent->relative == '\0' ? g_strdup (name) : g_build_filename (parent->relative, name, NULL);
  directory->names = names;
  directory->depth = parent->depth + 1;
  g_queue_push_head (&walk->stack, directory);
}

static void
directory_free (Directory *directory)
{
  g_free (directory->relative);
  g_strfreev (directory->names);
  g_free (directory);
}

static char **
append_name (char **names, const char *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **)names);
  g_strv_builder_add (builder, name);
  return g_strv_builder_end (builder);
}

static void
push_child (Walk *walk, const Directory *parent, const char *path, const char *name)
{
  static const char *const parts[] = { "cur", "new", "tmp", NULL };
  g_autofree char *child = g_build_filename (path, name, NULL);

  if (parent->depth >= HAUL_DIR_DEPTH_MAX || g_strv_contains (parts, name))
    return;
  if (is_kmail_directory (name))
    {
      g_autofree char *display = g_strndup (name + 1, strlen (name) - 1 - strlen (".directory"));
      push_directory (walk, parent, name, append_name (parent->names, display));
    }
  else if (name[0] == '.')
    {
      if (haul_maildir_layout_is_folder (child))
        push_directory (walk, parent, name, split_maildirpp (walk, name));
    }
  else
    {
      g_autofree char *display = decode_name (walk, name);
      /* Thunderbird keeps the children of A in A.sbd. */
      if (g_str_has_suffix (display, ".sbd") && display[4] != '\0')
        display[strlen (display) - 4] = '\0';
      push_directory (walk, parent, name, append_name (parent->names, display));
    }
}

static void
add_folder (Walk *walk, const Directory *directory, const char *path)
{
  if (!haul_maildir_layout_is_folder (path))
    return;
  g_autofree char *base = g_path_get_basename (walk->root);
  gboolean is_root = directory->depth == 0;
  char *root_names[] = { is_inbox (walk->root) ? (char *)"INBOX" : base, NULL };
  char **names = is_root ? root_names : directory->names;
  HaulRole role = g_strv_length (names) == 1 ? haul_role_guess (names[0]) : HAUL_ROLE_NONE;
  g_autofree char *id = is_root ? g_strdup (".") : haul_dir_id_from_relative (directory->relative);

  if (is_root && is_inbox (walk->root))
    role = HAUL_ROLE_INBOX;
  g_ptr_array_add (walk->folders, haul_folder_new (id, (const char *const *)names, role));
}

static gboolean
take_directory (Walk *walk, const Directory *directory, GError **error)
{
  g_autofree char *path
      = *directory->relative == '\0' ? g_strdup (walk->root) : g_build_filename (walk->root, directory->relative, NULL);
  g_autoptr (GPtrArray) entries = haul_dir_list (path, directory->depth == 0 ? error : NULL);

  if (entries == NULL)
    return directory->depth > 0;
  add_folder (walk, directory, path);
  for (guint i = entries->len; i > 0; i--)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i - 1);
      if (entry->kind == HAUL_DIR_DIRECTORY)
        push_child (walk, directory, path, entry->name);
    }
  return TRUE;
}

/* Parents before children, INBOX before all. */
static int
compare_folders (gconstpointer a, gconstpointer b)
{
  const HaulFolder *first = *(HaulFolder *const *)a;
  const HaulFolder *second = *(HaulFolder *const *)b;
  char **p = first->path;
  char **q = second->path;

  if ((first->role == HAUL_ROLE_INBOX) != (second->role == HAUL_ROLE_INBOX))
    return first->role == HAUL_ROLE_INBOX ? -1 : 1;
  while (*p != NULL && g_strcmp0 (*p, *q) == 0)
    {
      p++;
      q++;
    }
  return g_strcmp0 (*p, *q);
}

/**
 * haul_maildir_layout_list:
 * @root: a directory
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Finds the Maildirs at and below a directory, without following links: Maildir++ (“.A.B” beside “cur”, names in
 * modified UTF-7), libcamel's kind of it, KMail's “.A.directory” and plain nested ones.
 *
 * Returns: (transfer full) (nullable) (element-type HaulFolder): the folders, parents first
 */
GPtrArray *
haul_maildir_layout_list (const char *root, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  Walk walk = { .root = root, .stack = G_QUEUE_INIT, .folders = folders };
  Directory *directory = g_new0 (Directory, 1);
  gboolean is_good = TRUE;

  walk.is_escaped = haul_dir_exists (root, "..maildir++");
  directory->relative = g_strdup ("");
  directory->names = g_new0 (char *, 1);
  g_queue_push_head (&walk.stack, directory);
  while (is_good && (directory = g_queue_pop_head (&walk.stack)) != NULL)
    {
      is_good = !g_cancellable_set_error_if_cancelled (cancellable, error) && take_directory (&walk, directory, error);
      directory_free (directory);
    }
  g_queue_clear_full (&walk.stack, (GDestroyNotify)directory_free);
  g_ptr_array_sort (folders, compare_folders);
  return is_good ? g_steal_pointer (&folders) : NULL;
}
