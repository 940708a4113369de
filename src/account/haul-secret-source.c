/* haul-secret-source.c - a password or token from a descriptor, or from a command that prints it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * Memory:  one buffer, wiped.
 * Errors:  %HAUL_ACCOUNT_ERROR_NO_PASSWORD, %HAUL_ACCOUNT_ERROR_COMMAND, %G_IO_ERROR_CANCELLED
 */
#include "account/haul-secret-source.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account/haul-account-error.h"

/* A token that carries a person's groups has some 10,000 octets. */
#define LONGEST (32 * 1024)
/* For a person who is asked for something by the command. */
#define PATIENCE_S 300
#define REST_MAX (1024 * 1024)

static HaulSecret *
fail (GError **error, const char *message)
{
  g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD, message);
  return NULL;
}

typedef enum
{
  LINE_WHOLE,
  LINE_UNREADABLE,
  LINE_LATE,
} LineState;

/* Octet by octet, so that nothing of it stays in a buffer of the C library. @deadline: monotonic, 0 for none. */
static LineState
fill (int fd, char *line, gsize *length, gint64 deadline, GCancellable *cancellable)
{
  GPollFD polls[2] = { { .fd = fd, .events = G_IO_IN } };
  guint n_polls = g_cancellable_make_pollfd (cancellable, &polls[1]) ? 2 : 1;
  LineState state = LINE_WHOLE;

  while (*length < LONGEST && state == LINE_WHOLE)
    {
      gint64 left = deadline == 0 ? -1 : MAX (0, deadline - g_get_monotonic_time ()) / 1000;
      int n_ready = g_poll (polls, n_polls, (int)left);
      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (n_ready == 0 && deadline != 0)
        state = LINE_LATE;
      if (n_ready < 0 && errno != EINTR)
        state = LINE_UNREADABLE;
      if (n_ready <= 0 || polls[0].revents == 0)
        continue;
      gssize n = read (fd, line + *length, 1);
      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0 || (n == 1 && line[*length] == '\n'))
        break;
      if (n < 0 || line[*length] == '\0')
        state = LINE_UNREADABLE;
      else
        (*length)++;
    }
  if (n_polls == 2)
    g_cancellable_release_fd (cancellable);
  return state;
}

static HaulSecret *
read_line (int fd, gint64 deadline, GCancellable *cancellable, GError **error)
{
  g_autofree char *line = g_malloc0 (LONGEST + 1);
  gsize length = 0;
  LineState state = fill (fd, line, &length, deadline, cancellable);
  HaulSecret *secret = NULL;

  if (length < LONGEST)
    line[length] = '\0';
  if (length > 0 && line[length - 1] == '\r')
    line[--length] = '\0';
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      if (state == LINE_UNREADABLE)
        fail (error, "what was given as the password cannot be read");
      else if (state == LINE_LATE)
        fail (error, "the command for the password took too long");
      else if (length == 0 || length == LONGEST)
        fail (error, "the password is empty or too long");
      else
        secret = haul_secret_new (line);
    }
  explicit_bzero (line, LONGEST + 1);
  return secret;
}

/**
 * haul_secret_source_read:
 * @fd: a descriptor
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_ACCOUNT_ERROR_NO_PASSWORD
 *
 * Reads one line, as it stands there, and nothing behind it.
 *
 * Returns: (transfer full) (nullable): the line without its end
 */
HaulSecret *
haul_secret_source_read (int fd, GCancellable *cancellable, GError **error)
{
  return read_line (fd, 0, cancellable, error);
}

/* A command that prints more than the password, as password stores do, must not fail for want of a reader. */
static void
drain (int fd)
{
  char rest[4096];

  for (gsize total = 0; total < REST_MAX;)
    {
      gssize n = read (fd, rest, sizeof rest);
      if (n == 0 || (n < 0 && errno != EINTR))
        break;
      total += n < 0 ? 0 : (gsize)n;
    }
  explicit_bzero (rest, sizeof rest);
}

/**
 * haul_secret_source_run:
 * @command: words, quoted as for a shell; no shell sees them
 * @cancellable: (nullable): to stop it, which ends the command
 * @error: return location; %HAUL_ACCOUNT_ERROR_COMMAND if it cannot be run, %HAUL_ACCOUNT_ERROR_NO_PASSWORD if it
 *   fails, prints nothing, or takes five minutes
 *
 * Runs a command and takes the first line it prints.
 *
 * Returns: (transfer full) (nullable): the line without its end
 */
HaulSecret *
haul_secret_source_run (const char *command, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) local_error = NULL;
  GPid pid;
  int fd = -1;
  int status = 0;

  if (!g_shell_parse_argv (command, NULL, &words, &local_error)
      || !g_spawn_async_with_pipes (NULL, words, NULL,
                                    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN,
                                    NULL, NULL, &pid, NULL, &fd, NULL, &local_error))
    {
      g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_COMMAND, local_error->message);
      return NULL;
    }
  gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_TIME_SPAN_SECOND;
  g_autoptr (HaulSecret) secret = read_line (fd, deadline, cancellable, &local_error);
  if (secret == NULL && (g_cancellable_is_cancelled (cancellable) || g_get_monotonic_time () >= deadline))
    kill (pid, SIGTERM);
  else
    drain (fd);
  close (fd);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  g_spawn_close_pid (pid);
  if (secret == NULL && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (!g_spawn_check_wait_status (status, NULL))
    return fail (error, "the command for the password failed");
  if (secret == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return g_steal_pointer (&secret);
}
