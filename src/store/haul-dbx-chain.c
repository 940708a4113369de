/* haul-dbx-chain.c - the segments a message's text is stored in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Errors:  G_IO_ERROR, HAUL_STORE_ERROR_CHANGED. Damage is a step of its own, not an error.
 */
#include "store/haul-dbx-chain.h"

#define HEADER_SIZE 16
#define TEXT_MAX 0x200
#define LENGTH_AT 8
#define NEXT_AT 12

/**
 * haul_dbx_chain_init:
 * @self: (out caller-allocates): the chain
 * @file: the file, which must outlive it
 * @seen: segments that belong to somebody already; those of this chain are added
 * @first: the first segment's offset
 *
 * Begins at a message's first segment (docs/stores.md).
 */
void
haul_dbx_chain_init (HaulDbxChain *self, HaulDbxFile *file, HaulDbxOffsets *seen, guint32 first)
{
  self->file = file;
  self->seen = seen;
  self->next = first;
  self->is_broken = FALSE;
}

/* A freed segment says 0x210 for its length: it breaks the chain, and deleted text stays deleted. */
static gboolean
is_sound (const guint8 *header, guint32 offset)
{
  guint32 length = haul_dbx_u32 (header + LENGTH_AT);

  return haul_dbx_u32 (header) == offset && length > 0 && length <= TEXT_MAX;
}

/**
 * haul_dbx_chain_next:
 * @self: a chain
 * @offset: (out): where the piece of text is
 * @length: (out): how long it is, 1 to 512
 * @error: return location, for %HAUL_DBX_CHAIN_ERROR
 *
 * Goes to the next segment. A piece that the end of the file cuts short is returned as far as it goes; the chain is
 * broken after it.
 */
HaulDbxChainStep
haul_dbx_chain_next (HaulDbxChain *self, guint64 *offset, gsize *length, GError **error)
{
  guint32 at = self->next;
  guint8 header[HEADER_SIZE];

  if (self->is_broken)
    return HAUL_DBX_CHAIN_BROKEN;
  if (at == 0)
    return HAUL_DBX_CHAIN_END;
  if (at % 4 != 0 || at >= self->file->size || self->file->size - at <= HEADER_SIZE)
    {
      self->is_broken = TRUE;
      return HAUL_DBX_CHAIN_BROKEN;
    }
  if (!haul_dbx_file_read (self->file, at, header, sizeof header, error))
    return HAUL_DBX_CHAIN_ERROR;
  if (!is_sound (header, at))
    {
      self->is_broken = TRUE;
      return HAUL_DBX_CHAIN_BROKEN;
    }
  if (!haul_dbx_offsets_add (self->seen, at))
    {
      self->is_broken = TRUE;
      return HAUL_DBX_CHAIN_SHARED;
    }

  guint64 left = self->file->size - at - HEADER_SIZE;
  guint32 wanted = haul_dbx_u32 (header + LENGTH_AT);
  *offset = (guint64)at + HEADER_SIZE;
  *length = (gsize)MIN ((guint64)wanted, left);
  self->is_broken = *length < wanted;
  self->next = haul_dbx_u32 (header + NEXT_AT);
  return HAUL_DBX_CHAIN_SEGMENT;
}
