/* haul-dbx-outline.c - the folder tree that Folders.dbx describes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  at most MAX_ITEMS folders with names of at most NAME_MAX_LENGTH octets.
 * Errors:  G_IO_ERROR, HAUL_STORE_ERROR_CHANGED. Damage is noted, not an error: what can be read is there.
 */
#include "store/haul-dbx-outline.h"

#include "store/haul-dbx-object.h"
#include "store/haul-dbx-tree.h"
#include "store/haul-store-error.h"

#define MAX_ITEMS 16384
#define NAME_MAX_LENGTH 255
#define NO_PARENT 0xFFFFFFFFu

/* Index 0x0A. */
enum
{
  TYPE_LOCAL = 3,
  TYPE_ROOT = 4,
};

static void
free_item (HaulDbxOutlineItem *item)
{
  g_free (item->name);
  g_free (item->file);
  g_free (item->account);
  g_free (item);
}

void
haul_dbx_outline_free (HaulDbxOutline *self)
{
  g_ptr_array_unref (self->items);
  g_free (self);
}

static HaulDbxOutlineItem *
item_from_object (const HaulDbxObject *object)
{
  HaulDbxOutlineItem *item = g_new0 (HaulDbxOutlineItem, 1);

  haul_dbx_object_get_u32 (object, HAUL_DBX_FOLDER_ID, &item->id);
  haul_dbx_object_get_u32 (object, HAUL_DBX_FOLDER_PARENT, &item->parent_id);
  haul_dbx_object_get_u32 (object, HAUL_DBX_FOLDER_MESSAGES, &item->messages);
  haul_dbx_object_get_u32 (object, HAUL_DBX_FOLDER_SPECIAL, &item->special);
  haul_dbx_object_get_u32 (object, HAUL_DBX_FOLDER_TYPE, &item->type);
  item->name = haul_dbx_object_dup_string (object, HAUL_DBX_FOLDER_NAME, NAME_MAX_LENGTH);
  item->file = haul_dbx_object_dup_string (object, HAUL_DBX_FOLDER_FILE, NAME_MAX_LENGTH);
  item->account = haul_dbx_object_dup_string (object, HAUL_DBX_FOLDER_ACCOUNT, NAME_MAX_LENGTH);
  item->parent = -1;
  return item;
}

static gboolean
read_items (HaulDbxOutline *self, HaulDbxFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulDbxTree) tree = haul_dbx_tree_new (file);
  g_autofree HaulDbxObject *object = g_new (HaulDbxObject, 1);
  GError *local_error = NULL;
  guint32 value;

  while (self->items->len < MAX_ITEMS && haul_dbx_tree_next (tree, &value, &local_error))
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (haul_dbx_object_read (object, file, value, &local_error))
        g_ptr_array_add (self->items, item_from_object (object));
      else if (!g_error_matches (local_error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED))
        break;
      else
        g_clear_error (&local_error);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  self->is_damaged = tree->is_damaged || self->items->len != file->n_values;
  return TRUE;
}

static HaulDbxOutlineItem *
get_item (HaulDbxOutline *self, gint i)
{
  return i < 0 ? NULL : g_ptr_array_index (self->items, i);
}

/* Ids are small numbers in good files; the first folder to claim one has it. */
static void
find_parents (HaulDbxOutline *self)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      HaulDbxOutlineItem *item = g_ptr_array_index (self->items, i);
      if (!g_hash_table_contains (by_id, GUINT_TO_POINTER (item->id)))
        g_hash_table_insert (by_id, GUINT_TO_POINTER (item->id), GUINT_TO_POINTER (i));
    }
  for (guint i = 0; i < self->items->len; i++)
    {
      HaulDbxOutlineItem *item = g_ptr_array_index (self->items, i);
      gpointer parent;
      if (item->parent_id != NO_PARENT
          && g_hash_table_lookup_extended (by_id, GUINT_TO_POINTER (item->parent_id), NULL, &parent))
        item->parent = GPOINTER_TO_INT (parent);
    }
}

/* Climbs from each folder once: a climb that meets itself has found a cycle, and its last step is undone. */
static void
break_cycles (HaulDbxOutline *self)
{
  g_autofree guint *climbs = g_new0 (guint, self->items->len);

  for (guint start = 0; start < self->items->len; start++)
    {
      gint at = (gint)start;
      gint last = -1;
      while (at >= 0 && climbs[at] == 0)
        {
          climbs[at] = start + 1;
          last = at;
          at = get_item (self, at)->parent;
        }
      if (at >= 0 && last >= 0 && climbs[at] == start + 1)
        {
          get_item (self, last)->parent = -1;
          self->is_damaged = TRUE;
        }
    }
}

static gboolean
is_root (const HaulDbxOutlineItem *item)
{
  return item->type == TYPE_ROOT || item->parent_id == NO_PARENT;
}

static void
note_special_children (HaulDbxOutline *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulDbxOutlineItem *item = g_ptr_array_index (self->items, i);
      HaulDbxOutlineItem *parent = get_item (self, item->parent);
      if (item->special != HAUL_DBX_SPECIAL_NONE && parent != NULL)
        parent->has_special_child = TRUE;
    }
}

/* Only what lies directly under the root, holds no mail and is nothing special can be more, or less, than a folder. */
static void
find_places (HaulDbxOutline *self)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      HaulDbxOutlineItem *item = g_ptr_array_index (self->items, i);
      const HaulDbxOutlineItem *parent = get_item (self, item->parent);

      if (is_root (item) && item->file == NULL)
        item->place = HAUL_DBX_PLACE_HIDDEN;
      else if ((parent != NULL && !is_root (parent)) || item->file != NULL || item->special != HAUL_DBX_SPECIAL_NONE)
        item->place = HAUL_DBX_PLACE_FOLDER;
      else if (item->type != TYPE_LOCAL)
        item->place = HAUL_DBX_PLACE_ACCOUNT;
      else if ((item->account != NULL && g_ascii_strcasecmp (item->account, "LocalStore") == 0)
               || item->has_special_child)
        item->place = HAUL_DBX_PLACE_HIDDEN;
    }
}

/**
 * haul_dbx_outline_read:
 * @file: Folders.dbx
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Reads the folders and settles who is whose parent: orphans and one member of each cycle are at the top
 * (docs/stores.md).
 *
 * Returns: (transfer full) (nullable): the tree
 */
HaulDbxOutline *
haul_dbx_outline_read (HaulDbxFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulDbxOutline) self = g_new0 (HaulDbxOutline, 1);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify)free_item);
  if (!read_items (self, file, cancellable, error))
    return NULL;
  find_parents (self);
  break_cycles (self);
  note_special_children (self);
  find_places (self);
  return g_steal_pointer (&self);
}
