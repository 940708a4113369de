/* haul-dbx-folders.c - the folders of an Outlook Express store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  the folders; paths are at most MAX_DEPTH names long.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _NO_MAIL, _UNSUPPORTED, _DAMAGED; G_IO_ERROR.
 *
 * First the tree that Folders.dbx describes, then the message files that it does not know. “Outlook Express” and
 * “Local Folders” are no folders: what is in them is at the top. Folders of other accounts are under the account's
 * name.
 */
#include "store/haul-dbx-folders.h"

#include "store/haul-charset.h"
#include "store/haul-dbx-directory.h"
#include "store/haul-dbx-outline.h"
#include "store/haul-store-error.h"

#include <string.h>

#define MAX_DEPTH 32
#define ALLOWED_IN_IDS " !\"#$&'()*+,:;<=>?@[]^`{|}"

typedef struct
{
  HaulDbxDirectory *directory; /* (owned) */
  HaulDbxOutline *outline;     /* (owned) (nullable) */
  const char *charset;
  const char *reason; /* why names and places are guesses; NULL: they are not */
  GHashTable *ids;    /* (owned) (element-type utf8) of the folders so far */
  GHashTable *paths;  /* (owned) (element-type utf8) of the folders so far, joined */
  guint roles;        /* a bit for each role that a folder has */
  GPtrArray *folders; /* (owned) (element-type HaulDbxFolder) */
} Listing;

static const HaulRole special_roles[] = {
  [HAUL_DBX_SPECIAL_NONE] = HAUL_ROLE_NONE,     [HAUL_DBX_SPECIAL_INBOX] = HAUL_ROLE_INBOX,
  [HAUL_DBX_SPECIAL_OUTBOX] = HAUL_ROLE_OUTBOX, [HAUL_DBX_SPECIAL_SENT] = HAUL_ROLE_SENT,
  [HAUL_DBX_SPECIAL_DELETED] = HAUL_ROLE_TRASH, [HAUL_DBX_SPECIAL_DRAFTS] = HAUL_ROLE_DRAFTS,
};

static void
free_folder (HaulDbxFolder *self)
{
  haul_folder_unref (self->folder);
  g_free (self->path);
  g_free (self);
}

static void
listing_init (Listing *self)
{
  memset (self, 0, sizeof *self);
  self->charset = HAUL_CHARSET_DEFAULT;
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify)free_folder);
}

static void
listing_clear (Listing *self)
{
  g_clear_pointer (&self->directory, haul_dbx_directory_free);
  g_clear_pointer (&self->outline, haul_dbx_outline_free);
  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_clear_pointer (&self->paths, g_hash_table_unref);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

/* The file's name without its ending, as it is on disk. */
static char *
dup_stem (const char *path, const char *charset)
{
  g_autofree char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  return g_utf8_validate (base, -1, NULL) ? g_strdup (base) : haul_charset_to_utf8 (base, charset);
}

static char *
dup_file_id (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  return g_uri_escape_string (base, ALLOWED_IN_IDS, TRUE);
}

/* Two folders of one id or one path would be taken for one. The table remembers how often each was wanted. */
static char *
dup_unique (GHashTable *taken, const char *wanted)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (taken, wanted));
  char *unique = g_strdup (wanted);

  while (g_hash_table_contains (taken, unique))
    {
      g_free (unique);
      unique = g_strdup_printf ("%s (%u)", wanted, ++n);
    }
  if (n > 0)
    g_hash_table_insert (taken, g_strdup (wanted), GUINT_TO_POINTER (n));
  g_hash_table_insert (taken, g_strdup (unique), GUINT_TO_POINTER (1));
  return unique;
}

static void
make_path_unique (Listing *self, char **path)
{
  guint last = g_strv_length (path) - 1;
  g_autofree char *name = g_steal_pointer (&path[last]);
  g_autofree char *above = g_strjoinv ("\n", path);
  g_autofree char *joined = g_strdup_printf ("%s\n%s", above, name);
  g_autofree char *unique = dup_unique (self->paths, joined);

  path[last] = g_strdup (unique + strlen (above) + 1);
}

static HaulDbxFolder *
add_folder (Listing *self, const char *id, char **path, HaulRole role)
{
  HaulDbxFolder *added = g_new0 (HaulDbxFolder, 1);
  g_autofree char *unique = dup_unique (self->ids, id);

  make_path_unique (self, path);
  added->folder = haul_folder_new (unique, (const char *const *)path, role);
  self->roles |= 1u << role;
  g_ptr_array_add (self->folders, added);
  return added;
}

/* A message file whose header says that it was longer once has lost messages. */
static void
look_at_file (HaulDbxFolder *folder)
{
  g_autoptr (GError) error = NULL;
  HaulFile *opened = haul_file_open_root (folder->path, &error);
  g_autoptr (HaulDbxFile) file = opened == NULL ? NULL : haul_dbx_file_new (opened, &error);

  g_autofree char *base = g_path_get_basename (folder->path);
  g_autofree char *name = g_filename_display_name (base);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    folder->folder->problem = g_strdup_printf ("This user may not read the file “%s”.", name);
  else if (file == NULL && error->domain == G_IO_ERROR)
    folder->folder->problem = g_strdup_printf ("The file “%s” cannot be read.", name);
  else if (file == NULL)
    folder->folder->problem = g_strdup (error->message);
  else if (file->used_size > file->size)
    folder->folder->problem
        = g_strdup_printf ("“%s” is cut off: of %" G_GUINT64_FORMAT " octets %" G_GUINT64_FORMAT " are there.",
                           file->name, file->used_size, file->size);
}

static void
give_file (Listing *self, HaulDbxFolder *folder, const HaulDbxOutlineItem *item)
{
  HaulDbxDirectoryFile *file = haul_dbx_directory_find (self->directory, item->file, self->charset);
  g_autofree char *name = haul_charset_to_utf8 (item->file, self->charset);
  char **problem = &folder->folder->problem;

  if (file == NULL && item->messages > 0)
    *problem = g_strdup_printf ("The file “%s” is missing; it held %u messages.", name, item->messages);
  else if (file == NULL)
    *problem = g_strdup_printf ("The file “%s” is missing.", name);
  else if (file->kind != HAUL_DBX_KIND_MESSAGES && file->kind != HAUL_DBX_KIND_CLOSED)
    *problem = g_strdup_printf ("The file “%s” is not a mail file of Outlook Express 5 or 6.", name);
  else if (file->is_taken)
    *problem = g_strdup_printf ("Another folder has the same file, “%s”.", name);
  if (*problem != NULL)
    {
      folder->folder->lost = file == NULL || !file->is_taken ? item->messages : 0;
      return;
    }
  file->is_taken = TRUE;
  folder->path = g_strdup (file->path);
  folder->folder->lost = file->kind == HAUL_DBX_KIND_CLOSED ? item->messages : 0;
  look_at_file (folder);
}

static char *
item_name (Listing *self, const HaulDbxOutlineItem *item)
{
  if (item->name != NULL)
    return haul_charset_to_utf8 (item->name, self->charset);
  return item->file != NULL ? dup_stem (item->file, self->charset) : g_strdup_printf ("Folder %u", item->id);
}

static char **
append_name (char **above, const char *name)
{
  guint n = above == NULL ? 0 : g_strv_length (above);
  char **path = g_new0 (char *, n + 2);

  for (guint i = 0; i < n; i++)
    path[i] = g_strdup (above[i]);
  path[n] = g_strdup (name);
  return path;
}

/* Puts the folder of an item under the path of its parent. Returns the path for its children; NULL at the top. */
static char **
add_item (Listing *self, const HaulDbxOutlineItem *item, char **above)
{
  if (item->place == HAUL_DBX_PLACE_HIDDEN)
    return g_strdupv (above);
  g_autofree char *name = item_name (self, item);
  g_auto (GStrv) path = append_name (above != NULL && g_strv_length (above) < MAX_DEPTH ? above : NULL, name);
  if (item->place == HAUL_DBX_PLACE_ACCOUNT)
    return g_steal_pointer (&path);

  HaulRole role = item->special < G_N_ELEMENTS (special_roles) ? special_roles[item->special] : HAUL_ROLE_NONE;
  HaulDbxDirectoryFile *file
      = item->file == NULL ? NULL : haul_dbx_directory_find (self->directory, item->file, self->charset);
  g_autofree char *id = file != NULL && !file->is_taken ? dup_file_id (file->path) : g_strdup_printf ("/%u", item->id);
  HaulDbxFolder *folder = add_folder (self, id, path, role);
  if (item->file != NULL)
    give_file (self, folder, item);
  return g_steal_pointer (&path);
}

static guint
item_rank (const HaulDbxOutlineItem *item)
{
  return item->special == HAUL_DBX_SPECIAL_NONE ? G_MAXUINT : item->special;
}

static int
compare_items (gconstpointer a, gconstpointer b, gpointer items)
{
  guint first = item_rank (g_ptr_array_index ((GPtrArray *)items, *(const guint *)a));
  guint second = item_rank (g_ptr_array_index ((GPtrArray *)items, *(const guint *)b));

  return first < second ? -1 : first > second;
}

/* For each item, and last for the top, the indexes of its children: special folders first, as the program shows them.
 */
static GPtrArray *
list_children (GPtrArray *items)
{
  GPtrArray *children = g_ptr_array_new_full (items->len + 1, (GDestroyNotify)g_array_unref);

  for (guint i = 0; i <= items->len; i++)
    g_ptr_array_add (children, g_array_new (FALSE, FALSE, sizeof (guint)));
  for (guint i = 0; i < items->len; i++)
    {
      const HaulDbxOutlineItem *item = g_ptr_array_index (items, i);
      GArray *siblings = g_ptr_array_index (children, item->parent < 0 ? items->len : (guint)item->parent);
      g_array_append_val (siblings, i);
    }
  for (guint i = 0; i <= items->len; i++)
    g_array_sort_with_data (g_ptr_array_index (children, i), compare_items, items);
  return children;
}

static void
push_children (GArray *stack, GArray *children)
{
  for (guint i = children->len; i > 0; i--)
    g_array_append_val (stack, g_array_index (children, guint, i - 1));
}

/* From the top, each folder before those in it, with a stack of our own. */
static void
add_outline (Listing *self)
{
  GPtrArray *items = self->outline->items;
  g_autoptr (GPtrArray) children = list_children (items);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint));

  g_ptr_array_set_size (paths, (gint)items->len);
  push_children (stack, g_ptr_array_index (children, items->len));
  while (stack->len > 0)
    {
      guint i = g_array_index (stack, guint, stack->len - 1);
      const HaulDbxOutlineItem *item = g_ptr_array_index (items, i);

      g_array_set_size (stack, stack->len - 1);
      paths->pdata[i] = add_item (self, item, item->parent < 0 ? NULL : g_ptr_array_index (paths, item->parent));
      push_children (stack, g_ptr_array_index (children, i));
    }
}

static char *
dup_folder_name (const char *path)
{
  HaulFile *opened = haul_file_open_root (path, NULL);
  g_autoptr (HaulDbxFile) file = opened == NULL ? NULL : haul_dbx_file_new (opened, NULL);

  return file == NULL ? NULL : haul_dbx_file_dup_folder_name (file);
}

/* What is called so holds no mail. */
static gboolean
is_other_name (const char *name)
{
  static const char *const names[] = { "Folders.dbx", "Offline.dbx", "Pop3uidl.dbx" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
add_file (Listing *self, const char *path)
{
  g_autofree char *octets = dup_folder_name (path);
  g_autofree char *name
      = octets != NULL ? haul_charset_to_utf8 (octets, self->charset) : dup_stem (path, self->charset);
  g_autofree char *id = dup_file_id (path);
  g_auto (GStrv) names = append_name (NULL, name);
  HaulRole role = haul_role_guess (name);

  HaulDbxFolder *added = add_folder (self, id, names, self->roles & 1u << role ? HAUL_ROLE_NONE : role);
  added->path = g_strdup (path);
  look_at_file (added);
  if (added->folder->problem == NULL)
    added->folder->problem = g_strdup (self->reason);
}

/* Folders.dbx can be older than the files beside it; what it does not know is mail all the same. */
static void
add_other_files (Listing *self)
{
  for (guint i = 0; i < self->directory->files->len; i++)
    {
      HaulDbxDirectoryFile *file = g_ptr_array_index (self->directory->files, i);
      gboolean is_closed = file->kind == HAUL_DBX_KIND_CLOSED && !is_other_name (file->name);
      if (file->is_taken || (file->kind != HAUL_DBX_KIND_MESSAGES && !is_closed))
        continue;
      file->is_taken = TRUE;
      add_file (self, file->path);
    }
}

static gboolean
read_outline (Listing *self, GCancellable *cancellable, GError **error)
{
  HaulDbxDirectoryFile *file = haul_dbx_directory_find_folders (self->directory);
  g_autoptr (GError) local_error = NULL;

  if (file == NULL)
    return TRUE;
  HaulFile *opened = haul_file_open (file->path, &local_error);
  g_autoptr (HaulDbxFile) dbx = opened == NULL ? NULL : haul_dbx_file_new (opened, &local_error);
  if (dbx != NULL)
    self->outline = haul_dbx_outline_read (dbx, cancellable, &local_error);
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (self->outline == NULL)
    self->reason = "The list of folders, Folders.dbx, cannot be read: this folder's name and place are a guess.";
  else if (self->outline->is_damaged)
    self->reason = "The list of folders, Folders.dbx, is damaged: this folder's name and place are a guess.";
  return TRUE;
}

static void
add_name (GPtrArray *names, char *name)
{
  if (name != NULL)
    g_ptr_array_add (names, name);
}

static void
guess_charset (Listing *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; self->outline != NULL && i < self->outline->items->len; i++)
    {
      const HaulDbxOutlineItem *item = g_ptr_array_index (self->outline->items, i);
      add_name (names, g_strdup (item->name));
      add_name (names, g_strdup (item->file));
    }
  for (guint i = 0; i < self->directory->files->len; i++)
    {
      const HaulDbxDirectoryFile *file = g_ptr_array_index (self->directory->files, i);
      if (file->kind == HAUL_DBX_KIND_MESSAGES)
        add_name (names, dup_folder_name (file->path));
    }
  self->charset = haul_charset_guess (names);
}

/**
 * haul_dbx_folders_list:
 * @directory: a directory that holds DBX files, with Folders.dbx or without
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_STORE_ERROR_NO_MAIL, %HAUL_STORE_ERROR_NOT_FOUND
 *
 * Lists the folders of a store, parents before children.
 *
 * Returns: (transfer full) (element-type HaulDbxFolder) (nullable): the folders
 */
GPtrArray *
haul_dbx_folders_list (const char *directory, GCancellable *cancellable, GError **error)
{
  g_auto (Listing) self;

  listing_init (&self);
  self.directory = haul_dbx_directory_read (directory, cancellable, error);
  if (self.directory == NULL || !read_outline (&self, cancellable, error))
    return NULL;
  guess_charset (&self);
  if (self.outline != NULL)
    add_outline (&self);
  add_other_files (&self);
  if (self.folders->len == 0 && self.outline == NULL)
    {
      g_autofree char *shown = g_filename_display_name (directory);
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL,
                   "There are no mail files of Outlook Express 5 or 6 in “%s”.", shown);
      return NULL;
    }
  return g_steal_pointer (&self.folders);
}

/**
 * haul_dbx_folders_list_one:
 * @path: a message file
 * @error: return location; %HAUL_STORE_ERROR_UNSUPPORTED, %HAUL_STORE_ERROR_DAMAGED, %HAUL_STORE_ERROR_NOT_FOUND
 *
 * Lists the one folder of a file that stands alone; its name is the one it was first created with.
 *
 * Returns: (transfer full) (element-type HaulDbxFolder) (nullable): the folder
 */
GPtrArray *
haul_dbx_folders_list_one (const char *path, GError **error)
{
  g_auto (Listing) self;
  HaulFile *opened = haul_file_open_root (path, error);
  g_autoptr (HaulDbxFile) file = opened == NULL ? NULL : haul_dbx_file_new (opened, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  listing_init (&self);
  if (file == NULL)
    return NULL;
  add_name (names, haul_dbx_file_dup_folder_name (file));
  self.charset = haul_charset_guess (names);
  add_file (&self, path);
  return g_steal_pointer (&self.folders);
}
