/* haul-cli-password.c - where the password comes from, never from argv or the environment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 * Memory:  as haul-secret-source.c.
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
#include <termios.h>
#include <unistd.h>

#include "account/haul-account-error.h"
#include "account/haul-keyring.h"
#include "account/haul-secret-source.h"

static HaulSecret *
fail (GError **error, const char *message)
{
  g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD, message);
  return NULL;
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
  HaulSecret *secret = haul_secret_source_read (fd, cancellable, error);
  close (fd);
  return secret;
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
  HaulSecret *secret = haul_secret_source_read (fd, cancellable, error);
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
    return haul_secret_source_read (options->password_fd, cancellable, error);
  if (options->password_file != NULL)
    return read_file (options->password_file, cancellable, error);
  if (options->password_command != NULL)
    return haul_secret_source_run (options->password_command, cancellable, error);

  HaulSecret *secret = haul_keyring_lookup (account, cancellable, &keyring_error);
  if (secret != NULL)
    return secret;
  if (keyring_error != NULL)
    g_debug ("keyring: %s", keyring_error->message);
  if (!options->batch && isatty (STDERR_FILENO))
    return ask (account, cancellable, error);
  return fail (error, "no password was given and the keyring has none");
}
