/* haul-cli-password.c - where the password comes from, never from argv or the environment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 * Memory:  one buffer, wiped.
 * Errors:  HAUL_ACCOUNT_ERROR_NO_PASSWORD, HAUL_CLI_USAGE_ERROR, G_IO_ERROR_CANCELLED.
 * See:     docs/wire.md
 */
#include "cli/haul-cli-password.h"

#include "haul-config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "account/haul-account-error.h"
#include "account/haul-keyring.h"

#define LONGEST 1024

static HaulSecret *
fail (GError **error, const char *message)
{
  g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD, message);
  return NULL;
}

/* Octet by octet, so that nothing of it stays in a buffer of the C library. */
static HaulSecret *
read_line (int fd, GCancellable *cancellable, GError **error)
{
  char line[LONGEST + 1] = { 0 };
  gsize length = 0;
  gboolean is_bad = FALSE;
  GPollFD polls[2] = { { .fd = fd, .events = G_IO_IN } };
  guint n_polls = g_cancellable_make_pollfd (cancellable, &polls[1]) ? 2 : 1;

  while (length < LONGEST)
    {
      if (g_poll (polls, n_polls, -1) < 0 && errno != EINTR)
        break;
      if (g_cancellable_is_cancelled (cancellable))
        break;
      if (polls[0].revents == 0)
        continue;
      gssize n = read (fd, line + length, 1);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || line[length] == '\n')
        {
          is_bad = n < 0;
          break;
        }
      is_bad = line[length] == '\0';
      if (is_bad)
        break;
      length++;
    }
  if (n_polls == 2)
    g_cancellable_release_fd (cancellable);
  if (length < sizeof line && line[length] == '\n')
    line[length] = '\0';
  if (length > 0 && line[length - 1] == '\r')
    line[--length] = '\0';

  gboolean is_cancelled = g_cancellable_set_error_if_cancelled (cancellable, error);
  HaulSecret *secret = is_cancelled || is_bad || length == 0 || length == LONGEST ? NULL : haul_secret_new (line);
  explicit_bzero (line, sizeof line);
  if (secret == NULL && !is_cancelled)
    return fail (error, is_bad ? "what was given as the password cannot be read" : "the password is empty or too long");
  return secret;
}

static HaulSecret *
read_file (const char *path, GCancellable *cancellable, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  struct stat info;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                   _ ("The password file “%s” cannot be opened: %s."), path, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (S_ISREG (info.st_mode) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    {
      g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                   _ ("Others may read the password file “%s”: type chmod 600 “%s”."), path, path);
      close (fd);
      return NULL;
    }
  HaulSecret *secret = read_line (fd, cancellable, error);
  close (fd);
  return secret;
}

/* A command that prints more than the password, as password stores do, must not fail for want of a reader. */
static void
drain (int fd)
{
  char rest[4096];

  for (int i = 0; i < 256; i++)
    {
      gssize n = read (fd, rest, sizeof rest);
      if (n == 0 || (n < 0 && errno != EINTR))
        break;
    }
  explicit_bzero (rest, sizeof rest);
}

static HaulSecret *
read_command (const char *command, GCancellable *cancellable, GError **error)
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
      g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                   _ ("The command for the password cannot be run: %s"), local_error->message);
      return NULL;
    }
  HaulSecret *secret = read_line (fd, cancellable, &local_error);
  drain (fd);
  close (fd);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    continue;
  g_spawn_close_pid (pid);
  if (g_spawn_check_wait_status (status, NULL) || g_cancellable_is_cancelled (cancellable))
    {
      if (secret == NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return secret;
    }
  g_clear_pointer (&secret, haul_secret_unref);
  return fail (error, "the command for the password failed");
}

static HaulSecret *
ask (const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  struct termios before, silent;
  g_autofree char *whom = haul_account_dup_display (account);
  g_autofree char *question = g_strdup_printf (_ ("Password of %s: "), whom);

  if (fd < 0 || tcgetattr (fd, &before) != 0)
    {
      if (fd >= 0)
        close (fd);
      return fail (error, "there is nobody to ask");
    }
  silent = before;
  silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
  /* Silent before the question is seen: what is typed at once is neither shown nor flushed. */
  if (tcsetattr (fd, TCSAFLUSH, &silent) != 0 || write (fd, question, strlen (question)) < 0)
    {
      tcsetattr (fd, TCSAFLUSH, &before);
      close (fd);
      return fail (error, "the terminal does not hide what is typed");
    }
  HaulSecret *secret = read_line (fd, cancellable, error);
  tcsetattr (fd, TCSAFLUSH, &before);
  if (write (fd, "\n", 1) < 0)
    g_debug ("the terminal is gone");
  close (fd);
  return secret;
}

/**
 * haul_cli_password_get:
 * @options: options
 * @account: whose password
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Takes the password from where the options say; else from the keyring; else asks, at a terminal.
 *
 * Returns: (transfer full) (nullable): the password
 */
HaulSecret *
haul_cli_password_get (const HaulCliOptions *options,
                       const HaulAccount *account,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GError) keyring_error = NULL;

  if (options->password_fd >= 0)
    return read_line (options->password_fd, cancellable, error);
  if (options->password_file != NULL)
    return read_file (options->password_file, cancellable, error);
  if (options->password_command != NULL)
    return read_command (options->password_command, cancellable, error);

  HaulSecret *secret = haul_keyring_lookup (account, cancellable, &keyring_error);
  if (secret != NULL)
    return secret;
  if (keyring_error != NULL)
    g_debug ("keyring: %s", keyring_error->message);
  if (!options->batch && isatty (STDERR_FILENO))
    return ask (account, cancellable, error);
  return fail (error, "no password was given and the keyring has none");
}
