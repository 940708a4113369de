/* haul-reader-child.c - the mailhaul-reader process: started, heard, ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which program is run: $HAUL_READER, for tests and packagers (ignored in a set-uid program); else the build tree's own
 * where the running executable lies in that tree; else the one in libexecdir. PATH and the working directory have no
 * say. What it writes to standard error is bounded.
 *
 * Thread:  any one thread at a time.
 * Errors:  HAUL_STORE_ERROR_READER_DIED.
 */
#include "store/haul-reader-child.h"

#include "haul-config.h"
#include "store/haul-record.h"
#include "store/haul-store-error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_COMPLAINT 4096 /* octets of its standard error that are kept */

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

/**
 * haul_reader_child_start:
 * @self: (out caller-allocates): gets the process and both ends of its pipes
 * @error: return location; %HAUL_STORE_ERROR_READER_DIED
 *
 * Starts mailhaul-reader.
 *
 * Returns: %TRUE on success; the structure is to be cleared in any case
 */
gboolean
haul_reader_child_start (HaulReaderChild *self, GError **error)
{
  g_autofree char *program = dup_program ();
  const char *argv[] = { program, NULL };
  g_auto (GStrv) environment = dup_environment ();
  g_autoptr (GError) local_error = NULL;
  int pair[2] = { -1, -1 };
  int errors[2] = { -1, -1 };
  int out = -1;
  gboolean ok = FALSE;

  self->complaint = g_string_new (NULL);
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

/**
 * haul_reader_child_take_complaints:
 * @self: a process
 *
 * Reads what stands on standard error without waiting, so that the process never blocks there; keeps the first of it.
 */
void
haul_reader_child_take_complaints (HaulReaderChild *self)
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
log_complaint (HaulReaderChild *self)
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

/**
 * haul_reader_child_reap:
 * @self: a process
 * @limit_ms: how long to wait, milliseconds
 *
 * Waits until the process has ended; its standard error closes then, so the wait ends at once.
 *
 * Returns: %TRUE when it has
 */
gboolean
haul_reader_child_reap (HaulReaderChild *self, guint limit_ms)
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
      haul_reader_child_take_complaints (self);
    }
  return self->pid == 0;
}

/* (transfer full): "signal 9", "exit status 70". */
char *
haul_reader_child_dup_status (const HaulReaderChild *self)
{
  if (WIFSIGNALED (self->status))
    return g_strdup_printf ("signal %d", WTERMSIG (self->status));
  return g_strdup_printf ("exit status %d", WEXITSTATUS (self->status));
}

/**
 * haul_reader_child_kill:
 * @self: a process, started or not
 *
 * Ends it at once and closes both ends. One that hangs in the kernel (a pulled-out disk) is waited for by a thread of
 * its own.
 */
void
haul_reader_child_kill (HaulReaderChild *self)
{
  close_fd (&self->socket);
  if (self->pid != 0)
    {
      kill (self->pid, SIGKILL);
      if (!haul_reader_child_reap (self, HAUL_READER_CHILD_REAP_MS))
        {
          g_thread_unref (g_thread_new ("haul-reaper", reap_thread, GINT_TO_POINTER (self->pid)));
          self->pid = 0;
        }
    }
  haul_reader_child_take_complaints (self);
  close_fd (&self->errors);
  log_complaint (self);
}

void
haul_reader_child_clear (HaulReaderChild *self)
{
  haul_reader_child_kill (self);
  g_string_free (self->complaint, TRUE);
}
