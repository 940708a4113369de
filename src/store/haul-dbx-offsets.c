/* haul-dbx-offsets.c - which places of a DBX file have been visited
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time.
 * Memory:  at most 1/32 of the visited part of the file.
 */
#include "store/haul-dbx-offsets.h"

#define SLOT_SIZE 4      /* every object of a DBX file begins at a multiple of it */
#define PAGE_SLOTS 32768 /* one bit each */
#define PAGE_OCTETS (PAGE_SLOTS / 8)

void
haul_dbx_offsets_init (HaulDbxOffsets *self)
{
  self->pages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

void
haul_dbx_offsets_clear (HaulDbxOffsets *self)
{
  g_clear_pointer (&self->pages, g_hash_table_unref);
}

/**
 * haul_dbx_offsets_add:
 * @self: a set
 * @offset: a multiple of 4
 *
 * Notes a visit.
 *
 * Returns: %TRUE on the first visit
 */
gboolean
haul_dbx_offsets_add (HaulDbxOffsets *self, guint32 offset)
{
  guint32 slot = offset / SLOT_SIZE;
  gpointer number = GUINT_TO_POINTER (slot / PAGE_SLOTS);
  guint8 *page = g_hash_table_lookup (self->pages, number);

  if (page == NULL)
    {
      page = g_malloc0 (PAGE_OCTETS);
      g_hash_table_insert (self->pages, number, page);
    }

  guint8 *octet = &page[slot % PAGE_SLOTS / 8];
  guint8 bit = (guint8)(1u << (slot % 8));
  gboolean is_new = (*octet & bit) == 0;
  *octet |= bit;
  return is_new;
}
