/* haul-reader-process.c - one running mailhaul-reader, seen from the program that started it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes from the process is hostile: every frame has a length cap and a time limit, and after a breach
 * the process is killed. One that died is not started again here; that is its owner's decision.
 *
 * Thread:  any one thread at a time; blocks with poll().
 * Errors:  HAUL_STORE_ERROR_READER_DIED, HAUL_STORE_ERROR_READER_PROTOCOL, G_IO_ERROR_CANCELLED; what the reader itself
 *          reports comes as any other HaulStoreError or GIOErrorEnum.
 * See:     haul-frame.h for the frames, src/reader for the other side.
 */
#include "store/haul-reader-process.h"

#include "store/haul-reader-child.h"
#include "store/haul-record.h"
#include "store/haul-store-error.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PATIENCES 60 /* ticks lengthen the wait for one frame to at most so many times the time limit */
#define FAREWELL_MS 3000 /* for a process told to go */
#define STOP_MS 5000     /* for the end of a body that is not wanted any more */

struct _HaulReaderProcess
{
  HaulReaderChild child; /* (owned) */
  guint patience_ms;
  guint limit_ms;          /* patience for the present answer */
  gboolean is_busy;        /* a request is not answered yet */
  HaulFrameBuffer *buffer; /* (owned) */
};

/* Ends it at once. */
void
haul_reader_process_kill (HaulReaderProcess *process)
{
  haul_reader_child_kill (&process->child);
}

/* The other end of the socket is closed. */
static void
set_died (HaulReaderProcess *self, GError **error)
{
  g_autofree char *how = NULL;

  if (haul_reader_child_reap (&self->child, HAUL_READER_CHILD_REAP_MS))
    how = haul_reader_child_dup_status (&self->child);
  haul_reader_process_kill (self);
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED, "The reader process stopped (%s).",
               how != NULL ? how : "it closed its output");
}

gboolean
haul_reader_process_is_alive (const HaulReaderProcess *process)
{
  return process->child.socket >= 0;
}

/**
 * haul_reader_process_free:
 * @process: (transfer full): a process
 *
 * Lets it go: an idle one ends by itself when the socket closes, one at work is killed.
 */
void
haul_reader_process_free (HaulReaderProcess *process)
{
  if (process->child.socket >= 0 && !process->is_busy)
    {
      shutdown (process->child.socket, SHUT_WR);
      if (haul_reader_child_reap (&process->child, FAREWELL_MS) && process->child.status != 0)
        {
          g_autofree char *how = haul_reader_child_dup_status (&process->child);
          g_autofree char *why = haul_record_dup_text (process->child.complaint->str, HAUL_RECORD_MAX_TEXT);
          g_warning ("The idle reader process ended badly (%s): %s", how, why);
        }
    }
  haul_reader_child_clear (&process->child);
  haul_frame_buffer_free (process->buffer);
  g_free (process);
}

/* Waits for the socket, taking complaints meanwhile. FALSE with an error when stopped or out of time. */
static gboolean
wait_for (HaulReaderProcess *self, short events, gint64 deadline, GCancellable *cancellable, GError **error)
{
  GPollFD stop = { .fd = -1 };
  gboolean can_stop = g_cancellable_make_pollfd (cancellable, &stop);
  gboolean is_ready = FALSE;
  gint64 left;

  while (!is_ready && !g_cancellable_is_cancelled (cancellable) && (left = deadline - g_get_monotonic_time ()) > 0)
    {
      struct pollfd fds[] = { { .fd = self->child.socket, .events = events },
                              { .fd = self->child.errors, .events = POLLIN },
                              { .fd = stop.fd, .events = POLLIN } };
      int n = poll (fds, G_N_ELEMENTS (fds), (int)MIN (left / 1000 + 1, G_MAXINT));
      if (n > 0 && fds[1].revents != 0)
        haul_reader_child_take_complaints (&self->child);
      is_ready = n > 0 && fds[0].revents != 0;
    }
  if (can_stop)
    g_cancellable_release_fd (cancellable);
  if (is_ready && !g_cancellable_is_cancelled (cancellable))
    return TRUE;

  haul_reader_process_kill (self);
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED,
                 "The reader process gave no sign for %.3g seconds and was ended.", self->limit_ms / 1000.0);
  return FALSE;
}

static gboolean
check_alive (HaulReaderProcess *self, GError **error)
{
  if (self->child.socket >= 0)
    return TRUE;
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED, "The reader process has ended.");
  return FALSE;
}

/**
 * haul_reader_process_send:
 * @process: a process
 * @type: a request
 * @payload: (transfer floating) (nullable): its payload
 * @cancellable: (nullable): to stop it; the process is killed then
 * @error: return location
 *
 * Returns: %TRUE when the request is on its way
 */
gboolean
haul_reader_process_send (
    HaulReaderProcess *process, HaulFrameType type, GVariant *payload, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize sent = 0;

  haul_frame_append (out, type, payload);
  if (!check_alive (process, error))
    return FALSE;
  process->is_busy = TRUE;
  process->limit_ms = type == HAUL_FRAME_STOP ? MIN (process->patience_ms, STOP_MS) : process->patience_ms;
  gint64 deadline = g_get_monotonic_time () + (gint64)process->limit_ms * 1000;
  while (sent < out->len)
    {
      ssize_t n = send (process->child.socket, out->data + sent, out->len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n >= 0)
        sent += (gsize)n;
      else if (errno == EAGAIN || errno == EINTR)
        {
          if (!wait_for (process, POLLOUT, deadline, cancellable, error))
            return FALSE;
        }
      else
        {
          set_died (process, error);
          return FALSE;
        }
    }
  return TRUE;
}

/* Receives what is there; waits for it first. */
static gboolean
fill (HaulReaderProcess *self, gint64 deadline, GCancellable *cancellable, GError **error)
{
  gsize room;
  guint8 *to = haul_frame_buffer_reserve (self->buffer, &room);
  ssize_t n = recv (self->child.socket, to, room, MSG_DONTWAIT);

  if (n > 0)
    {
      haul_frame_buffer_commit (self->buffer, (gsize)n);
      return TRUE;
    }
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return wait_for (self, POLLIN, deadline, cancellable, error);
  set_died (self, error);
  return FALSE;
}

/* ERROR as a GError; a bad one ends the process. */
static void
set_reported (HaulReaderProcess *self, const HaulFrame *frame, GError **error)
{
  g_autoptr (GVariant) record = haul_reader_process_parse (self, frame, error);

  if (record == NULL)
    return;
  GError *reported = haul_record_to_error (record);
  if (g_error_matches (reported, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL))
    haul_reader_process_kill (self);
  g_propagate_error (error, reported);
}

/**
 * haul_reader_process_receive:
 * @process: a process
 * @frame: (out caller-allocates): the next frame of the answer, neither TICK nor ERROR
 * @cancellable: (nullable): to stop it; the process is killed then
 * @error: return location; what an ERROR frame says, or why the process is dead
 *
 * Waits for the next frame. Ticks lengthen the wait, but not for ever.
 *
 * Returns: %TRUE with a frame
 */
gboolean
haul_reader_process_receive (HaulReaderProcess *process, HaulFrame *frame, GCancellable *cancellable, GError **error)
{
  gint64 patience = (gint64)process->limit_ms * 1000;
  gint64 deadline = g_get_monotonic_time () + patience;
  gint64 last_deadline = g_get_monotonic_time () + patience * MAX_PATIENCES;
  g_autoptr (GError) local_error = NULL;

  while (check_alive (process, error))
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          haul_reader_process_kill (process);
          return FALSE;
        }
      gboolean got = haul_frame_buffer_take (process->buffer, frame, &local_error);
      if (got && frame->type == HAUL_FRAME_TICK)
        {
          deadline = MIN (g_get_monotonic_time () + patience, last_deadline);
          continue;
        }
      if (got && haul_frame_is_last (frame->type))
        process->is_busy = FALSE;
      if (got && frame->type == HAUL_FRAME_ERROR)
        {
          set_reported (process, frame, error);
          return FALSE;
        }
      if (got)
        return TRUE;
      if (local_error != NULL)
        {
          haul_reader_process_kill (process);
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!fill (process, deadline, cancellable, error))
        return FALSE;
    }
  return FALSE;
}

/**
 * haul_reader_process_parse:
 * @process: a process
 * @frame: a frame of it
 * @error: return location
 *
 * haul_frame_parse(); a malformed payload ends the process.
 *
 * Returns: (transfer full) (nullable): the payload
 */
GVariant *
haul_reader_process_parse (HaulReaderProcess *process, const HaulFrame *frame, GError **error)
{
  GVariant *record = haul_frame_parse (frame, error);

  if (record == NULL)
    haul_reader_process_kill (process);
  return record;
}

/**
 * haul_reader_process_refuse:
 * @process: a process
 * @frame: (nullable): a frame that has no place here; %NULL when @error is set already
 * @error: return location
 *
 * Ends a process that broke the protocol.
 */
void
haul_reader_process_refuse (HaulReaderProcess *process, const HaulFrame *frame, GError **error)
{
  haul_reader_process_kill (process);
  if (frame != NULL)
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL,
                 "The reader sent a frame of type %u where none may be.", frame->type);
}

/**
 * haul_reader_process_expect_end:
 * @process: a process
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Waits for an answer that has no records.
 *
 * Returns: %TRUE when END came
 */
gboolean
haul_reader_process_expect_end (HaulReaderProcess *process, GCancellable *cancellable, GError **error)
{
  HaulFrame frame;

  if (!haul_reader_process_receive (process, &frame, cancellable, error))
    return FALSE;
  if (frame.type == HAUL_FRAME_END)
    return TRUE;
  haul_reader_process_refuse (process, &frame, error);
  return FALSE;
}

static gboolean
shake_hands (HaulReaderProcess *self, const char *root, GCancellable *cancellable, GError **error)
{
  HaulFrame frame;
  guint32 version, landlock;
  gboolean filter;

  if (!haul_reader_process_send (self, HAUL_FRAME_START, g_variant_new ("(^ay)", root), cancellable, error)
      || !haul_reader_process_receive (self, &frame, cancellable, error))
    return FALSE;
  g_autoptr (GVariant) hello = haul_reader_process_parse (self, &frame, error);
  if (hello == NULL)
    return FALSE;
  if (frame.type == HAUL_FRAME_HELLO)
    g_variant_get (hello, "(uub)", &version, &landlock, &filter);
  if (frame.type != HAUL_FRAME_HELLO || version != HAUL_FRAME_VERSION)
    {
      haul_reader_process_refuse (self, &frame, error);
      return FALSE;
    }
  if (landlock == 0 || !filter)
    g_info ("This system lets the reader be confined only in part (Landlock %u, system call filter %s).", landlock,
            filter ? "yes" : "no");
  return TRUE;
}

/**
 * haul_reader_process_start:
 * @root: the file or directory that it may read, absolute, octets as on disk
 * @patience_ms: how long it may be silent while it owes an answer, milliseconds
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Starts mailhaul-reader and waits until it has locked itself in.
 *
 * Returns: (transfer full) (nullable): the process, ready for a request
 */
HaulReaderProcess *
haul_reader_process_start (const char *root, guint patience_ms, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulReaderProcess) self = g_new0 (HaulReaderProcess, 1);

  self->patience_ms = patience_ms;
  self->buffer = haul_frame_buffer_new ();
  if (!haul_reader_child_start (&self->child, error))
    return NULL;
  if (!shake_hands (self, root, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}
