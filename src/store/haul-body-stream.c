/* haul-body-stream.c - the octets of one message as they come from the reader process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The octets are digested here. The last read fails where they are not those that the process says it sent, or not
 * those that were measured before, so that a whole message is never reported for a torn one.
 *
 * Thread:  any one thread at a time; blocks.
 * Memory:  the process's frame buffer.
 * Errors:  HAUL_STORE_ERROR_CHANGED, HAUL_STORE_ERROR_READER_PROTOCOL, and what the process reports.
 */
#include "store/haul-body-stream.h"

#include "store/haul-store-error.h"

#include <string.h>

#define MAX_DRAIN 1024 /* frames that may still come after STOP: what the socket holds, and some more */

struct _HaulBodyStream
{
  GInputStream parent_instance;

  GObject *keeper;            /* (owned) keeps the process */
  HaulReaderProcess *process; /* (borrowed) from the keeper */
  const guint8 *data;         /* (borrowed) from the process, valid while !is_done: not given out yet */
  gsize length;               /* of data */
  gboolean is_done;           /* no more frames will come */
  GError *failure;            /* (owned) (nullable) once is_done: why the octets are not to be trusted */
  GChecksum *checksum;        /* (owned) */
  guint64 size;               /* octets received */
  gboolean is_measured;       /* the two below are known */
  guint64 wanted_size;
  guint8 wanted_digest[HAUL_DIGEST_LENGTH];
};

G_DEFINE_FINAL_TYPE (HaulBodyStream, haul_body_stream, G_TYPE_INPUT_STREAM)

/* At DIGEST: holds what came against what the process says, and against what was measured before. */
static void
check_digest (HaulBodyStream *self, const HaulFrame *frame, GError **error)
{
  g_autoptr (GVariant) record = haul_reader_process_parse (self->process, frame, error);
  g_autoptr (GVariant) digest = NULL;
  guint8 ours[HAUL_DIGEST_LENGTH];
  gsize ours_length = sizeof ours;
  gsize length;
  guint64 size;

  if (record == NULL)
    return;
  g_variant_get (record, "(t@ay)", &size, &digest);
  const guint8 *theirs = g_variant_get_fixed_array (digest, &length, 1);
  g_checksum_get_digest (self->checksum, ours, &ours_length);
  if (size != self->size || length != sizeof ours || memcmp (ours, theirs, length) != 0)
    {
      haul_reader_process_kill (self->process);
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL,
                           "The reader sent a message that does not match its digest.");
    }
  else if (self->is_measured && (size != self->wanted_size || memcmp (ours, self->wanted_digest, sizeof ours) != 0))
    g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED,
                         "The message is not what it was when it was first read.");
}

/* Receives the next frame: octets, or the end, or a failure. */
static void
advance (HaulBodyStream *self, GCancellable *cancellable)
{
  HaulFrame frame;
  gboolean got = haul_reader_process_receive (self->process, &frame, cancellable, &self->failure);

  self->length = 0;
  if (got && frame.type == HAUL_FRAME_DATA && frame.length > 0)
    {
      self->data = frame.data;
      self->length = frame.length;
      self->size += frame.length;
      g_checksum_update (self->checksum, frame.data, (gssize)frame.length);
      return;
    }
  self->is_done = TRUE;
  if (got && frame.type == HAUL_FRAME_DIGEST)
    check_digest (self, &frame, &self->failure);
  else if (got)
    haul_reader_process_refuse (self->process, &frame, &self->failure);
}

static gssize
haul_body_stream_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  HaulBodyStream *self = HAUL_BODY_STREAM (stream);

  if (self->length == 0 && !self->is_done)
    advance (self, cancellable);
  if (self->is_done && self->failure != NULL)
    {
      g_propagate_error (error, g_error_copy (self->failure));
      return -1;
    }
  if (self->is_done)
    return 0;
  if (self->is_measured && self->size > self->wanted_size)
    {
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED,
                           "The message is longer than it was when it was first read.");
      return -1;
    }
  gsize n = MIN (count, self->length);
  memcpy (buffer, self->data, n);
  self->data += n;
  self->length -= n;
  return (gssize)n;
}

/* Ends a body that is not wanted any more: the process is told, and what is on its way is thrown away. */
static void
drain (HaulBodyStream *self, GCancellable *cancellable)
{
  guint left = MAX_DRAIN;

  if (!self->is_done && !haul_reader_process_send (self->process, HAUL_FRAME_STOP, NULL, cancellable, NULL))
    self->is_done = TRUE;
  while (!self->is_done)
    {
      advance (self, cancellable);
      if (left-- == 0)
        {
          haul_reader_process_kill (self->process);
          self->is_done = TRUE;
        }
    }
  self->length = 0;
}

static gboolean
haul_body_stream_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  HaulBodyStream *self = HAUL_BODY_STREAM (stream);

  drain (self, cancellable);
  g_clear_object (&self->keeper);
  return TRUE;
}

gboolean
haul_body_stream_is_busy (HaulBodyStream *self)
{
  return !self->is_done;
}

static void
haul_body_stream_finalize (GObject *object)
{
  HaulBodyStream *self = HAUL_BODY_STREAM (object);

  g_checksum_free (self->checksum);
  g_clear_error (&self->failure);
  g_clear_object (&self->keeper);
  G_OBJECT_CLASS (haul_body_stream_parent_class)->finalize (object);
}

static void
haul_body_stream_class_init (HaulBodyStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = haul_body_stream_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = haul_body_stream_close;
  G_OBJECT_CLASS (klass)->finalize = haul_body_stream_finalize;
}

static void
haul_body_stream_init (HaulBodyStream *self)
{
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
}

/**
 * haul_body_stream_open:
 * @process: a process that has the message's folder open
 * @keeper: what keeps @process
 * @message: the message; size and digest are held against the octets where it is measured
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Asks for a message and waits for its first octets, so that one that cannot be had fails here.
 *
 * Returns: (transfer full) (nullable): the octets
 */
GInputStream *
haul_body_stream_open (
    HaulReaderProcess *process, GObject *keeper, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulBodyStream) self = g_object_new (HAUL_TYPE_BODY_STREAM, NULL);

  self->process = process;
  self->is_measured = message->is_measured;
  self->wanted_size = message->size;
  memcpy (self->wanted_digest, message->digest, HAUL_DIGEST_LENGTH);
  self->is_done = TRUE;
  self->keeper = g_object_ref (keeper);
  if (!haul_reader_process_send (process, HAUL_FRAME_BODY,
                                 g_variant_new ("(su)", message->key, (guint32)message->repairs), cancellable, error))
    return NULL;
  self->is_done = FALSE;
  advance (self, cancellable);
  if (self->failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->failure));
      return NULL;
    }
  return G_INPUT_STREAM (g_steal_pointer (&self));
}
