/* haul-reader-process.c - one running mailhaul-reader, seen from the program that started it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes from the process is hostile: every frame has a length cap and a time limit, its complaints on standard
 * error are bounded, and after a breach the process is killed. A process that died is not started again here; that is
 * its owner's decision.
 *
 * Which program is run: $HAUL_READER, for tests and packagers (ignored in a set-uid program); else the build tree's own
 * where the running executable lies in that tree; else the one in libexecdir. PATH and the working directory have no
 * say.
 *
 * Thread:  any one thread at a time; blocks with poll().
 * Errors:  HAUL_STORE_ERROR_READER_DIED, HAUL_STORE_ERROR_READER_PROTOCOL, G_IO_ERROR_CANCELLED; what the reader itself
 *          reports comes as any other HaulStoreError or GIOErrorEnum.
 * See:     haul-frame.h for the frames, src/reader for the other side.
 */
#include "store/haul-reader-process.h"

#include "haul-config.h"
#include "store/haul-record.h"
#include "store/haul-store-error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_COMPLAINT 4096 /* octets of its standard error that are kept */
#define MAX_PATIENCES 60   /* ticks lengthen the wait for one frame to at most so many times the time limit */
#define FAREWELL_MS 3000   /* for a process told to go */
#define STOP_MS 5000       /* for the end of a body that is not wanted any more */
#define REAP_MS 300        /* for a killed one, before a thread waits for it */

struct _HaulReaderProcess
{
  GPid pid;   /* 0 once reaped */
  int socket; /* (owned) -1 when dead */
  int errors; /* (owned) its standard error; -1 at its end */
  int status; /* of waitpid(), once pid is 0 */
  guint patience_ms;
  guint limit_ms;          /* patience for the present answer */
  gboolean is_busy;        /* a request is not answered yet */
  HaulFrameBuffer *buffer; /* (owned) */
  GString *complaint;      /* (owned) */
};

static gboolean
lies_in_build_tree (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *reader_dir = g_path_get_dirname (HAUL_BUILD_READER);
  g_autofree char *src_dir = g_path_get_dirname (reader_dir);
  g_autofree char *build_dir = g_path_get_dirname (src_dir);
  g_autofree char *prefix = g_strconcat (build_dir, "/", NULL);

  return self != NULL && g_str_has_prefix (self, prefix);
}

static char *
dup_program (void)
{
  const char *named = secure_getenv ("HAUL_READER");

  if (named != NULL && g_path_is_absolute (named))
    return g_strdup (named);
  if (lies_in_build_tree ())
    return g_strdup (HAUL_BUILD_READER);
  return g_build_filename (HAUL_LIBEXEC_DIR, "mailhaul-reader", NULL);
}

/* Nothing of the person's environment goes along but the time zone and what a sanitizer needs. */
static char **
dup_environment (void)
{
  static const char *const kept[] = { "TZ", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS" };
  char **environment = g_environ_setenv (NULL, "LC_ALL", "C.UTF-8", TRUE);

  environment = g_environ_setenv (environment, "GIO_USE_VFS", "local", TRUE);
  environment = g_environ_setenv (environment, "GIO_MODULE_DIR", "/nonexistent", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  return environment;
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static gboolean
spawn (HaulReaderProcess *self, GError **error)
{
  g_autofree char *program = dup_program ();
  const char *argv[] = { program, NULL };
  g_auto (GStrv) environment = dup_environment ();
  g_autoptr (GError) local_error = NULL;
  int pair[2] = { -1, -1 };
  int errors[2] = { -1, -1 };
  int out = -1;
  gboolean ok = FALSE;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 && pipe2 (errors, O_CLOEXEC) == 0
      && (out = fcntl (pair[1], F_DUPFD_CLOEXEC, 3)) >= 0)
    ok = g_spawn_async_with_pipes_and_fds ("/", argv, (const char *const *)environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                           NULL, pair[1], out, errors[1], NULL, NULL, 0, &self->pid, NULL, NULL, NULL,
                                           &local_error);
  else
    g_set_error_literal (&local_error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  close_fd (&pair[1]);
  close_fd (&out);
  close_fd (&errors[1]);
  self->socket = pair[0];
  self->errors = errors[0];
  if (!ok)
    {
      self->pid = 0;
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED,
                   "The reader program %s could not be started: %s", program, local_error->message);
      return FALSE;
    }
  return fcntl (self->errors, F_SETFL, O_NONBLOCK) == 0;
}

/* Reads what stands on standard error, so that the process never blocks there; keeps the first of it. */
static void
take_complaints (HaulReaderProcess *self)
{
  char chunk[1024];
  ssize_t n;

  while (self->errors >= 0 && (n = read (self->errors, chunk, sizeof chunk)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return;
      gsize room = MAX_COMPLAINT - self->complaint->len;
      g_string_append_len (self->complaint, chunk, (gssize)MIN ((gsize)n, room));
    }
  close_fd (&self->errors);
}

static void
log_complaint (HaulReaderProcess *self)
{
  if (self->complaint->len == 0)
    return;
  g_auto (GStrv) lines = g_strsplit (self->complaint->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *clean = haul_record_dup_text (lines[i], HAUL_RECORD_MAX_TEXT);
      if (*clean != '\0')
        g_debug ("reader: %s", clean);
    }
  g_string_truncate (self->complaint, 0);
}

static gpointer
reap_thread (gpointer data)
{
  while (waitpid (GPOINTER_TO_INT (data), NULL, 0) < 0 && errno == EINTR)
    ;
  return NULL;
}

/* Waits until the process has ended; its standard error closes then, so the wait ends at once. */
static gboolean
reap (HaulReaderProcess *self, guint limit_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64)limit_ms * 1000;

  while (self->pid != 0)
    {
      pid_t got = waitpid (self->pid, &self->status, WNOHANG);
      if (got == self->pid || (got < 0 && errno != EINTR))
        self->pid = 0;
      if (self->pid == 0 || g_get_monotonic_time () >= deadline)
        break;
      struct pollfd fd = { .fd = self->errors, .events = POLLIN };
      poll (&fd, 1, self->errors >= 0 ? 20 : 2);
      take_complaints (self);
    }
  return self->pid == 0;
}

/**
 * haul_reader_process_kill:
 * @process: a process
 *
 * Ends it at once. One that hangs in the kernel (a pulled-out disk) is waited for by a thread of its own.
 */
void
haul_reader_process_kill (HaulReaderProcess *process)
{
  close_fd (&process->socket);
  if (process->pid != 0)
    {
      kill (process->pid, SIGKILL);
      if (!reap (process, REAP_MS))
        {
          g_thread_unref (g_thread_new ("haul-reaper", reap_thread, GINT_TO_POINTER (process->pid)));
          process->pid = 0;
        }
    }
  take_complaints (process);
  close_fd (&process->errors);
  log_complaint (process);
}

static char *
describe_status (int status)
{
  if (WIFSIGNALED (status))
    return g_strdup_printf ("signal %d", WTERMSIG (status));
  return g_strdup_printf ("exit status %d", WEXITSTATUS (status));
}

/* The other end of the socket is closed. */
static void
set_died (HaulReaderProcess *self, GError **error)
{
  g_autofree char *how = NULL;

  if (reap (self, REAP_MS))
    how = describe_status (self->status);
  haul_reader_process_kill (self);
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED, "The reader process stopped (%s).",
               how != NULL ? how : "it closed its output");
}

gboolean
haul_reader_process_is_alive (const HaulReaderProcess *process)
{
  return process->socket >= 0;
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
  if (process->socket >= 0 && !process->is_busy)
    {
      shutdown (process->socket, SHUT_WR);
      if (reap (process, FAREWELL_MS) && process->status != 0)
        {
          g_autofree char *how = describe_status (process->status);
          g_autofree char *why = haul_record_dup_text (process->complaint->str, MAX_COMPLAINT);
          g_warning ("The idle reader process ended badly (%s): %s", how, why);
        }
    }
  haul_reader_process_kill (process);
  haul_frame_buffer_free (process->buffer);
  g_string_free (process->complaint, TRUE);
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
      struct pollfd fds[] = { { .fd = self->socket, .events = events },
                              { .fd = self->errors, .events = POLLIN },
                              { .fd = stop.fd, .events = POLLIN } };
      int n = poll (fds, G_N_ELEMENTS (fds), (int)MIN (left / 1000 + 1, G_MAXINT));
      if (n > 0 && fds[1].revents != 0)
        take_complaints (self);
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
  if (self->socket >= 0)
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
      ssize_t n = send (process->socket, out->data + sent, out->len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
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
  ssize_t n = recv (self->socket, to, room, MSG_DONTWAIT);

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

  self->socket = self->errors = -1;
  self->patience_ms = patience_ms;
  self->buffer = haul_frame_buffer_new ();
  self->complaint = g_string_new (NULL);
  if (!spawn (self, error))
    return NULL;
  if (!shake_hands (self, root, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}
