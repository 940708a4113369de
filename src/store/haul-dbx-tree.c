/* haul-dbx-tree.c - the values of a DBX file's tree, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one node of 0.6 kB a level, at most 32 levels, and the visited set.
 * Errors:  G_IO_ERROR, HAUL_STORE_ERROR_CHANGED. Damage is no error: what can still be reached is returned.
 */
#include "store/haul-dbx-tree.h"

#include "store/haul-store-error.h"

#include <string.h>

#define NODE_SIZE 0x27C
#define MAX_ENTRIES 51
#define MAX_DEPTH 32 /* six levels hold all the messages that fit into 4 GiB */
#define ENTRY_SIZE 12
#define FIRST_CHILD_AT 0x08
#define N_ENTRIES_AT 0x11
#define FIRST_COUNT_AT 0x14
#define ENTRIES_AT 0x18

typedef struct
{
  guint step; /* 0 the left child, then value and child of each entry in turn */
  guint8 octets[NODE_SIZE];
} Node;

/* Every node is entered once and never by way of itself: a cycle ends at its first repetition. */
static gboolean
enter_node (HaulDbxTree *self, guint32 offset, GError **error)
{
  Node node = { 0 };

  if (offset == 0 || offset % 4 != 0 || offset > self->file->size || self->file->size - offset < NODE_SIZE
      || self->path->len >= MAX_DEPTH || !haul_dbx_offsets_add (&self->nodes, offset))
    {
      self->is_damaged = TRUE;
      return TRUE;
    }
  if (!haul_dbx_file_read (self->file, offset, node.octets, NODE_SIZE, error))
    return FALSE;
  if (haul_dbx_u32 (node.octets) != offset || node.octets[N_ENTRIES_AT] > MAX_ENTRIES)
    {
      self->is_damaged = TRUE;
      return TRUE;
    }
  g_array_append_val (self->path, node);
  return TRUE;
}

/**
 * haul_dbx_tree_new:
 * @file: a DBX file
 *
 * Makes a walk through tree 1, the one that says what is alive (docs/stores.md).
 *
 * Returns: (transfer full): the walk
 */
HaulDbxTree *
haul_dbx_tree_new (HaulDbxFile *file)
{
  HaulDbxTree *self = g_new0 (HaulDbxTree, 1);

  self->file = haul_dbx_file_ref (file);
  haul_dbx_offsets_init (&self->nodes);
  haul_dbx_offsets_init (&self->values);
  return self;
}

void
haul_dbx_tree_free (HaulDbxTree *self)
{
  haul_dbx_file_unref (self->file);
  g_clear_pointer (&self->path, g_array_unref);
  haul_dbx_offsets_clear (&self->nodes);
  haul_dbx_offsets_clear (&self->values);
  g_free (self);
}

static gboolean
begin (HaulDbxTree *self, GError **error)
{
  self->path = g_array_new (FALSE, FALSE, sizeof (Node));
  return self->file->root == 0 || enter_node (self, self->file->root, error);
}

/* An entry that repeats an earlier one is damage, and its message is not counted twice. */
static gboolean
take_value (HaulDbxTree *self, guint32 value)
{
  if (value % 4 == 0 && !haul_dbx_offsets_add (&self->values, value))
    {
      self->is_damaged = TRUE;
      return FALSE;
    }
  self->n_values++;
  return TRUE;
}

/**
 * haul_dbx_tree_next:
 * @self: a walk
 * @value: (out): where an info object should be; not checked yet
 * @error: return location
 *
 * Goes to the next value in order.
 *
 * Returns: %FALSE at the end, or with @error set
 */
gboolean
haul_dbx_tree_next (HaulDbxTree *self, guint32 *value, GError **error)
{
  if (self->path == NULL && !begin (self, error))
    return FALSE;
  while (self->path->len > 0)
    {
      Node *node = &g_array_index (self->path, Node, self->path->len - 1);
      guint step = node->step++;

      if (step > 2u * node->octets[N_ENTRIES_AT])
        {
          g_array_set_size (self->path, self->path->len - 1);
          continue;
        }
      const guint8 *entry = node->octets + ENTRIES_AT + (gsize)(step - (step > 0)) / 2 * ENTRY_SIZE;
      if (step % 2 == 1)
        {
          *value = haul_dbx_u32 (entry);
          if (take_value (self, *value))
            return TRUE;
          continue;
        }
      guint32 child = haul_dbx_u32 (step == 0 ? node->octets + FIRST_CHILD_AT : entry + 4);
      guint32 count = haul_dbx_u32 (step == 0 ? node->octets + FIRST_COUNT_AT : entry + 8);
      if (count > 0 && !enter_node (self, child, error))
        return FALSE;
    }
  return FALSE;
}
