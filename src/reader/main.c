/* main.c - the start of mailhaul-reader
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A child process of mailhaul and mailhaul-cli that reads one store and can do nothing else.
 *
 * See:     haul-reader-service.c, haul-sandbox.c
 */
#include "haul-config.h"
#include "reader/haul-reader-service.h"
#include "reader/haul-sandbox.h"
#include "store/haul-formats.h"
#include "store/haul-store-error.h"
#include "store/haul-walk.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define EX_USAGE 64

static HaulStore *
open_store (const char *format, const char *path, GError **error)
{
  const HaulFormat *row = haul_formats_find (format);

  if (row != NULL)
    return row->open (path, NULL, error);
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED,
               "This version cannot read mail of the format “%s”.", format);
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HaulReaderBackend backend = { .walk = haul_walk_run, .open = open_store };
  struct stat info;

  if (argc != 1 || fstat (STDIN_FILENO, &info) != 0 || !S_ISSOCK (info.st_mode))
    {
      fprintf (stderr,
               "mailhaul-reader %s is started by mailhaul and mailhaul-cli to read mail on this computer; "
               "it does nothing when run by hand.\n",
               HAUL_VERSION);
      return EX_USAGE;
    }
  signal (SIGINT, SIG_IGN); /* Ctrl+C is for the parent, which ends this process when it is done with it */
  haul_sandbox_limit ();
  setlocale (LC_ALL, "");
  haul_reader_service_run (STDIN_FILENO, STDOUT_FILENO, &backend);
  return 0;
}
