/* haul-folder-process.c - the messages of one folder of a store read by a process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages are asked for in batches that grow while nothing else is asked, so that listing is fast and a body between
 * two messages does not wait for many. A process that stops among many is asked again, for one message after the other,
 * so that it is seen where it stops; one that stops on a message then costs that message: it is returned as unreadable,
 * a new process steps over what is known and goes on. One that stops between two messages twice at the same
 * place cannot be got past; that ends the folder.
 *
 * Thread:  any one thread at a time; blocks.
 * Memory:  MAX_BATCH records.
 * Errors:  as haul-reader-process.c; HAUL_STORE_ERROR_CHANGED where the folder is not what it was.
 */
#include "store/haul-folder-process.h"

#include "store/haul-body-stream.h"
#include "store/haul-record.h"
#include "store/haul-store-error.h"

#define MAX_BATCH 256
#define MAX_RESTARTS 100 /* for one folder, and messages that were asked for one by one */
#define NOWHERE G_MAXUINT64

struct _HaulFolderProcess
{
  GObject parent_instance;

  HaulReaderSlot *slot; /* (owned) */
  HaulFolder *folder;   /* (owned) */
  GQueue received;      /* (element-type HaulMessage) not given out yet */
  guint64 ordinal;      /* of the next message to come from the process */
  char *last_key;       /* (owned) of the message before it */
  guint batch;
  guint64 alone_until; /* ordinal up to which messages are asked for one by one */
  gboolean is_at_end;
  GError *failure; /* (owned) (nullable) what ended the listing, for good */

  guint serial;  /* of the process that has the folder open; 0 for none */
  guint64 place; /* ordinal at which that process stands */
  guint restarts;
  guint64 stopped_at;   /* ordinal before which the last process stopped */
  GInputStream *stream; /* (weak) (nullable) a body being read */
};

static void haul_folder_process_iface_init (HaulReaderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulFolderProcess,
                               haul_folder_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_READER, haul_folder_process_iface_init))

static gboolean
is_death (const GError *error)
{
  return g_error_matches (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
}

/* Makes a process that has the folder open; at @first where the place matters. */
static HaulReaderProcess *
begin (HaulFolderProcess *self, guint64 first, GCancellable *cancellable, GError **error)
{
  HaulReaderProcess *process = haul_reader_slot_open (self->slot, cancellable, error);
  guint serial = haul_reader_slot_get_serial (self->slot);

  if (process == NULL)
    return NULL;
  if (serial == self->serial && (first == NOWHERE || first == self->place))
    return process;

  guint64 at = first == NOWHERE ? 0 : first;
  self->serial = 0;
  if (!haul_reader_process_send (process, HAUL_FRAME_READ,
                                 g_variant_new ("(@(sasuxxxxxxs)ts)", haul_record_from_folder (self->folder), at,
                                                at > 0 ? self->last_key : ""),
                                 cancellable, error)
      || !haul_reader_process_expect_end (process, cancellable, error))
    return NULL;
  self->serial = serial;
  self->place = at;
  return process;
}

static void
accept (HaulFolderProcess *self, HaulMessage *message)
{
  message->ordinal = self->ordinal++;
  g_free (self->last_key);
  self->last_key = g_strdup (message->key);
  g_queue_push_tail (&self->received, message);
}

/* MESSAGE, MEASURE. @pending: a message whose MEASURE has not come yet. */
static gboolean
take (HaulFolderProcess *self, HaulReaderProcess *process, HaulFrame *frame, HaulMessage **pending, GError **error)
{
  HaulFrameType wanted = *pending == NULL ? HAUL_FRAME_MESSAGE : HAUL_FRAME_MEASURE;

  if (frame->type != wanted)
    {
      haul_reader_process_refuse (process, frame, error);
      return FALSE;
    }
  g_autoptr (GVariant) measure = NULL;
  if (*pending == NULL)
    *pending = haul_record_to_message (frame, error);
  else if ((measure = haul_reader_process_parse (process, frame, error)) == NULL)
    return FALSE;
  else if (!haul_record_add_measure (measure, *pending, error))
    g_clear_pointer (pending, haul_message_free);
  if (*pending == NULL)
    {
      haul_reader_process_refuse (process, NULL, error);
      return FALSE;
    }
  if (wanted == HAUL_FRAME_MEASURE || (*pending)->is_measured || (*pending)->state > HAUL_MESSAGE_CUT)
    {
      self->place++;
      accept (self, g_steal_pointer (pending));
    }
  return TRUE;
}

/* END, with @left messages still owed: it may come early only at the folder's end. */
static gboolean
take_end (HaulFolderProcess *self, HaulReaderProcess *process, HaulFrame *frame, guint left, GError **error)
{
  g_autoptr (GVariant) record = haul_reader_process_parse (process, frame, error);
  gboolean more;

  if (record == NULL)
    return FALSE;
  g_variant_get (record, "(b)", &more);
  if (more && left > 0)
    {
      haul_reader_process_refuse (process, frame, error);
      return FALSE;
    }
  self->is_at_end = !more;
  return TRUE;
}

/* One NEXT and its answer. */
static gboolean
ask (HaulFolderProcess *self, HaulMessage **pending, GCancellable *cancellable, GError **error)
{
  HaulReaderProcess *process = begin (self, self->ordinal, cancellable, error);
  guint left = self->batch;
  HaulFrame frame;

  if (process == NULL
      || !haul_reader_process_send (process, HAUL_FRAME_NEXT, g_variant_new ("(u)", self->batch), cancellable, error))
    return FALSE;
  while (haul_reader_process_receive (process, &frame, cancellable, error))
    {
      guint64 before = self->ordinal;
      if (frame.type == HAUL_FRAME_END && *pending == NULL)
        return take_end (self, process, &frame, left, error);
      if (left == 0)
        {
          haul_reader_process_refuse (process, &frame, error);
          return FALSE;
        }
      if (!take (self, process, &frame, pending, error))
        return FALSE;
      left -= (guint)(self->ordinal - before);
    }
  return FALSE;
}

/* After the process stopped: what can be saved. FALSE when the folder is at its end with @error. */
static gboolean
recover (HaulFolderProcess *self, HaulMessage *pending, GError **error)
{
  if (self->batch > 1 && pending == NULL)
    {
      self->alone_until = self->ordinal + MAX_BATCH;
      return TRUE;
    }
  if (++self->restarts > MAX_RESTARTS)
    {
      g_clear_pointer (&pending, haul_message_free);
      g_prefix_error (error, "The reader stopped %d times in one folder. ", MAX_RESTARTS);
      return FALSE;
    }
  if (pending != NULL)
    {
      pending->state = HAUL_MESSAGE_UNREADABLE;
      g_free (pending->problem);
      pending->problem = g_strdup ("It could not be read; the reader stopped on it.");
      accept (self, pending);
      return TRUE;
    }
  if (self->stopped_at != self->ordinal)
    {
      self->stopped_at = self->ordinal;
      return TRUE;
    }
  g_prefix_error (error, "The folder could be read only up to its message number %" G_GUINT64_FORMAT ". ",
                  self->ordinal);
  return FALSE;
}

static gboolean
check_no_stream (HaulFolderProcess *self, GError **error)
{
  if (self->stream == NULL || !haul_body_stream_is_busy (HAUL_BODY_STREAM (self->stream)))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "A message of this folder is being read already.");
  return FALSE;
}

/* Fills the queue or learns the end. */
static gboolean
fetch (HaulFolderProcess *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  HaulMessage *pending = NULL;

  self->batch = self->ordinal < self->alone_until ? 1 : MIN (self->batch * 2, MAX_BATCH);
  if (ask (self, &pending, cancellable, &local_error))
    return TRUE;
  if (is_death (local_error) && recover (self, g_steal_pointer (&pending), &local_error))
    return TRUE;
  g_clear_pointer (&pending, haul_message_free);
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  self->failure = g_steal_pointer (&local_error);
  return TRUE;
}

static HaulMessage *
haul_folder_process_next (HaulReader *reader, GCancellable *cancellable, GError **error)
{
  HaulFolderProcess *self = HAUL_FOLDER_PROCESS (reader);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !check_no_stream (self, error))
    return NULL;
  while (g_queue_is_empty (&self->received) && !self->is_at_end && self->failure == NULL)
    if (!fetch (self, cancellable, error))
      return NULL;
  if (!g_queue_is_empty (&self->received))
    return g_queue_pop_head (&self->received);
  if (self->failure != NULL)
    g_propagate_error (error, g_error_copy (self->failure));
  return NULL;
}

static GInputStream *
haul_folder_process_open (HaulReader *reader, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  HaulFolderProcess *self = HAUL_FOLDER_PROCESS (reader);

  if (!check_no_stream (self, error))
    return NULL;
  self->batch = 1;
  HaulReaderProcess *process = begin (self, NOWHERE, cancellable, error);
  if (process == NULL)
    return NULL;
  GInputStream *stream = haul_body_stream_open (process, G_OBJECT (self), message, cancellable, error);
  if (stream == NULL)
    return NULL;
  g_clear_weak_pointer (&self->stream);
  g_set_weak_pointer (&self->stream, stream);
  return stream;
}

/* REPAIR, answered by MEASURE and END. */
static gboolean
haul_folder_process_repair (
    HaulReader *reader, HaulMessage *message, guint wanted, GCancellable *cancellable, GError **error)
{
  HaulFolderProcess *self = HAUL_FOLDER_PROCESS (reader);
  HaulFrame frame;

  if (!check_no_stream (self, error))
    return FALSE;
  self->batch = 1;
  HaulReaderProcess *process = begin (self, NOWHERE, cancellable, error);
  if (process == NULL
      || !haul_reader_process_send (process, HAUL_FRAME_REPAIR, g_variant_new ("(su)", message->key, (guint32)wanted),
                                    cancellable, error)
      || !haul_reader_process_receive (process, &frame, cancellable, error))
    return FALSE;
  if (frame.type != HAUL_FRAME_MEASURE)
    {
      haul_reader_process_refuse (process, &frame, error);
      return FALSE;
    }
  g_autoptr (GVariant) measure = haul_reader_process_parse (process, &frame, error);
  if (measure == NULL)
    return FALSE;
  if (!haul_record_add_measure (measure, message, error))
    {
      haul_reader_process_refuse (process, NULL, error);
      return FALSE;
    }
  return haul_reader_process_expect_end (process, cancellable, error);
}

static void
haul_folder_process_iface_init (HaulReaderInterface *iface)
{
  iface->next = haul_folder_process_next;
  iface->open = haul_folder_process_open;
  iface->repair = haul_folder_process_repair;
}

static void
haul_folder_process_finalize (GObject *object)
{
  HaulFolderProcess *self = HAUL_FOLDER_PROCESS (object);

  g_clear_weak_pointer (&self->stream);
  g_queue_clear_full (&self->received, (GDestroyNotify)haul_message_free);
  g_clear_error (&self->failure);
  g_free (self->last_key);
  g_clear_pointer (&self->folder, haul_folder_unref);
  haul_reader_slot_unref (self->slot);
  G_OBJECT_CLASS (haul_folder_process_parent_class)->finalize (object);
}

static void
haul_folder_process_class_init (HaulFolderProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_folder_process_finalize;
}

static void
haul_folder_process_init (HaulFolderProcess *self)
{
  self->batch = 1;
  self->stopped_at = NOWHERE;
}

/**
 * haul_folder_process_new:
 * @slot: the process of a store
 * @folder: a folder of it
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Opens a folder in the store's process.
 *
 * Returns: (transfer full) (nullable): a reader at the folder's start
 */
HaulReader *
haul_folder_process_new (HaulReaderSlot *slot, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulFolderProcess) self = g_object_new (HAUL_TYPE_FOLDER_PROCESS, NULL);

  self->slot = haul_reader_slot_ref (slot);
  self->folder = haul_folder_copy (folder);
  if (begin (self, 0, cancellable, error) == NULL)
    return NULL;
  return HAUL_READER (g_steal_pointer (&self));
}
