/* haul-dbx-stream.c - a message's text out of a DBX file, segment by segment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  the visited set; the text goes straight into the caller's buffer.
 * Errors:  G_IO_ERROR; HAUL_STORE_ERROR_CHANGED where the file is not the one that was opened any more: a torn message
 *          is never passed off as a whole one. A broken chain is the end of the text.
 */
#include "store/haul-dbx-stream.h"

#include "store/haul-dbx-chain.h"

struct _HaulDbxStream
{
  GInputStream parent_instance;

  HaulDbxFile *file; /* (owned) */
  HaulDbxOffsets seen;
  HaulDbxChain chain;
  guint64 at; /* the rest of the current segment */
  gsize left;
  guint64 limit; /* octets still to be given at most */
  gboolean is_at_end;
};

G_DEFINE_FINAL_TYPE (HaulDbxStream, haul_dbx_stream, G_TYPE_INPUT_STREAM)

static gboolean
next_segment (HaulDbxStream *self, GError **error)
{
  HaulDbxChainStep step = HAUL_DBX_CHAIN_END;

  if (self->limit > 0)
    step = haul_dbx_chain_next (&self->chain, &self->at, &self->left, error);
  if (step == HAUL_DBX_CHAIN_ERROR)
    return FALSE;
  if (step == HAUL_DBX_CHAIN_SEGMENT)
    {
      self->left = (gsize)MIN ((guint64)self->left, self->limit);
      self->limit -= self->left;
      return TRUE;
    }
  self->left = 0;
  self->is_at_end = TRUE;
  return haul_file_check_unchanged (self->file->file, error);
}

static gssize
haul_dbx_stream_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  HaulDbxStream *self = HAUL_DBX_STREAM (stream);
  gsize have = 0;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  while (have < count && !self->is_at_end)
    {
      if (self->left == 0)
        {
          if (!next_segment (self, error))
            return -1;
          continue;
        }
      gsize n = MIN (self->left, count - have);
      if (!haul_dbx_file_read (self->file, self->at, (guint8 *)buffer + have, n, error))
        return -1;
      self->at += n;
      self->left -= n;
      have += n;
    }
  return (gssize)have;
}

static void
haul_dbx_stream_finalize (GObject *object)
{
  HaulDbxStream *self = HAUL_DBX_STREAM (object);

  haul_dbx_file_unref (self->file);
  haul_dbx_offsets_clear (&self->seen);
  G_OBJECT_CLASS (haul_dbx_stream_parent_class)->finalize (object);
}

static void
haul_dbx_stream_class_init (HaulDbxStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = haul_dbx_stream_read;
  G_OBJECT_CLASS (klass)->finalize = haul_dbx_stream_finalize;
}

static void
haul_dbx_stream_init (HaulDbxStream *self)
{
  haul_dbx_offsets_init (&self->seen);
}

/**
 * haul_dbx_stream_new:
 * @file: a message file
 * @first: offset of the message's first segment
 * @limit: octets after which the text is not this message's any more
 *
 * Makes a stream of the octets as stored.
 *
 * Returns: (transfer full): the stream
 */
GInputStream *
haul_dbx_stream_new (HaulDbxFile *file, guint32 first, guint64 limit)
{
  HaulDbxStream *self = g_object_new (HAUL_TYPE_DBX_STREAM, NULL);

  self->file = haul_dbx_file_ref (file);
  self->limit = limit;
  haul_dbx_chain_init (&self->chain, self->file, &self->seen, first);
  return G_INPUT_STREAM (self);
}
