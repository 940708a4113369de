/* haul-eml-tree.c - which files of a directory are single messages, and what folders they make
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * Memory:  one entry a folder; an explicit stack of directories, HAUL_DIR_DEPTH_MAX deep.
 * Errors:  those of haul_dir_list().
 */
#include "store/haul-eml-tree.h"

#include "store/haul-dir.h"
#include "store/haul-file.h"
#include "store/haul-header.h"
#include "store/haul-maildir-layout.h"
#include "store/haul-mbox-line.h"

#include <string.h>

#define HEAD_SIZE 4096
/* So many fields that only mail has tell a message whose name does not. */
#define MIN_FIELDS 3
/* More messages than this make a store, whatever lies beside them. */
#define MANY 20

typedef struct
{
  char *relative; /* (owned) below the root, "" for it */
  guint depth;
} Directory;

/**
 * haul_eml_tree_has_ending:
 * @name: a file name
 *
 * Returns: %TRUE for “x.eml”, in capitals too
 */
gboolean
haul_eml_tree_has_ending (const char *name)
{
  gsize length = strlen (name);

  return length > 4 && g_ascii_strcasecmp (name + length - 4, ".eml") == 0;
}

/**
 * haul_eml_tree_looks_like_message:
 * @name: a file's name
 * @head: its first octets
 * @size: how many
 *
 * Tells a file with one message by its header; one called “.eml” needs less of it.
 *
 * Returns: %TRUE when it looks like one
 */
gboolean
haul_eml_tree_looks_like_message (const char *name, gconstpointer head, gsize size)
{
  const char *text = head;

  if (haul_eml_tree_has_ending (name))
    {
      while (size > 0 && (*text == '\r' || *text == '\n'))
        {
          text++;
          size--;
        }
      return haul_header_count_known_fields (text, size) > 0;
    }
  return !haul_dir_is_junk (name) && haul_header_count_known_fields (head, size) >= MIN_FIELDS;
}

/**
 * haul_eml_tree_is_message:
 * @path: a directory
 * @name: a file in it
 *
 * Tells whether a file counts as a message of a folder: every “.eml” does, whatever is in it, so that a broken one is
 * reported; another file does when its header shows it. Backups of MH (“,12”) are deleted mail.
 *
 * Returns: %TRUE when it does
 */
gboolean
haul_eml_tree_is_message (const char *path, const char *name)
{
  if (name[0] == '.' || name[0] == ',' || name[0] == '#')
    return FALSE;
  if (haul_eml_tree_has_ending (name))
    return TRUE;
  if (haul_dir_is_junk (name))
    return FALSE;
  g_autofree char *full = g_build_filename (path, name, NULL);
  g_autoptr (HaulFile) file = haul_file_open (full, NULL);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, HEAD_SIZE, NULL);

  if (head == NULL)
    return FALSE;
  gsize size;
  gconstpointer data = g_bytes_get_data (head, &size);
  /* An mbox beside them is a store of its own. */
  return haul_eml_tree_looks_like_message (name, data, size) && !haul_mbox_line_looks_like_mbox (data, size);
}

/**
 * haul_eml_tree_is_root:
 * @path: a directory
 *
 * Tells whether a directory is one of messages: most of its files are some, or many.
 *
 * Returns: %TRUE when a store begins here
 */
gboolean
haul_eml_tree_is_root (const char *path)
{
  g_autoptr (GPtrArray) entries = haul_dir_list (path, NULL);
  guint n_messages = 0;
  guint n_others = 0;

  for (guint i = 0; entries != NULL && i < entries->len && n_messages <= MANY && n_others <= 10 * MANY; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      if (entry->kind != HAUL_DIR_FILE || entry->name[0] == '.')
        continue;
      if (haul_eml_tree_is_message (path, entry->name))
        n_messages++;
      else
        n_others++;
    }
  return n_messages > MANY || (n_messages > 0 && n_messages > n_others);
}

static void
directory_free (Directory *directory)
{
  g_free (directory->relative);
  g_free (directory);
}

static void
push_directory (GQueue *stack, const Directory *parent, const char *name)
{
  Directory *directory;

  if (name[0] == '.' || parent->depth >= HAUL_DIR_DEPTH_MAX)
    return;
  directory = g_new0 (Directory, 1);
  directory->relative = *parent->relative == '\0' ? g_strdup (name) : g_build_filename (parent->relative, name, NULL);
  directory->depth = parent->depth + 1;
  g_queue_push_head (stack, directory);
}

static void
add_folder (GPtrArray *folders, const char *root, const Directory *directory)
{
  g_autofree char *base = g_path_get_basename (root);
  gboolean is_root = directory->depth == 0;
  g_autofree char *id = is_root ? g_strdup (".") : haul_dir_id_from_relative (directory->relative);
  g_auto (GStrv) names = g_strsplit (is_root ? base : directory->relative, "/", -1);
  HaulRole role = g_strv_length (names) == 1 ? haul_role_guess (names[0]) : HAUL_ROLE_NONE;

  g_ptr_array_add (folders, haul_folder_new (id, (const char *const *)names, role));
}

static gboolean
take_directory (GQueue *stack, GPtrArray *folders, const char *root, const Directory *directory, GError **error)
{
  g_autofree char *path
      = *directory->relative == '\0' ? g_strdup (root) : g_build_filename (root, directory->relative, NULL);
  g_autoptr (GPtrArray) entries = haul_dir_list (path, directory->depth == 0 ? error : NULL);
  gboolean has_messages = FALSE;

  if (entries == NULL)
    return directory->depth > 0;
  for (guint i = 0; i < entries->len && !has_messages; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      has_messages = entry->kind == HAUL_DIR_FILE && haul_eml_tree_is_message (path, entry->name);
    }
  if (has_messages)
    add_folder (folders, root, directory);
  for (guint i = entries->len; i > 0; i--)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i - 1);
      g_autofree char *child = g_build_filename (path, entry->name, NULL);
      if (entry->kind == HAUL_DIR_DIRECTORY && !haul_maildir_layout_is_folder (child))
        push_directory (stack, directory, entry->name);
    }
  return TRUE;
}

/**
 * haul_eml_tree_list:
 * @root: a directory
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Finds the directories that hold messages, without following links and without hidden ones.
 *
 * Returns: (transfer full) (nullable) (element-type HaulFolder): the folders, parents first
 */
GPtrArray *
haul_eml_tree_list (const char *root, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  GQueue stack = G_QUEUE_INIT;
  Directory *directory = g_new0 (Directory, 1);
  gboolean is_good = TRUE;

  directory->relative = g_strdup ("");
  g_queue_push_head (&stack, directory);
  while (is_good && (directory = g_queue_pop_head (&stack)) != NULL)
    {
      is_good = !g_cancellable_set_error_if_cancelled (cancellable, error)
                && take_directory (&stack, folders, root, directory, error);
      directory_free (directory);
    }
  g_queue_clear_full (&stack, (GDestroyNotify)directory_free);
  return is_good ? g_steal_pointer (&folders) : NULL;
}
