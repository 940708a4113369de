/* main.c - the start of mailhaul-old-tls
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A child process of mailhaul and mailhaul-cli that has one connection to a server which knows old TLS only.
 *
 * See:     imap/haul-imap-old-tls.c
 */
#include "haul-config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/haul-process.h"
#include "imap/haul-imap-old-tls.h"

#define EX_USAGE 64
#define NETWORK_FD 3

static gboolean
is_socket (int fd)
{
  struct stat info;
  return fstat (fd, &info) == 0 && S_ISSOCK (info.st_mode);
}

int
main (int argc, char **argv)
{
  if (argc != 1 || !is_socket (STDIN_FILENO) || !is_socket (NETWORK_FD))
    {
      fprintf (stderr,
               "mailhaul-old-tls %s is started by mailhaul and mailhaul-cli for a connection to an old mail server; "
               "it does nothing when run by hand.\n",
               HAUL_VERSION);
      return EX_USAGE;
    }
  signal (SIGINT, SIG_IGN); /* Ctrl+C is for the parent, which closes the connection when it is done with it */
  haul_process_harden ();
  setlocale (LC_ALL, "");
  return haul_imap_old_tls_serve (STDIN_FILENO, NETWORK_FD);
}
