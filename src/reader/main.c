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
#include "store/haul-clients.h"
#include "store/haul-file.h"
#include "store/haul-formats.h"
#include "store/haul-store-error.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EX_USAGE 64
#define HEAD_SIZE 4096

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static HaulStoreInfo *
recognise (const char *root, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) head = NULL;
  HaulStoreInfo *info = NULL;
  const char *name;

  if (g_file_test (root, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) dir = g_dir_open (root, 0, error);
      if (dir == NULL)
        return NULL;
      while ((name = g_dir_read_name (dir)) != NULL)
        g_ptr_array_add (names, g_strdup (name));
      g_ptr_array_sort (names, compare_names);
      info = haul_clients_recognise (root, names);
    }
  else
    {
      g_autoptr (HaulFile) file = haul_file_open_root (root, error);
      head = file != NULL ? haul_file_read_head (file, HEAD_SIZE, error) : NULL;
      if (head == NULL)
        return NULL;
    }
  const HaulFormat *format = info == NULL ? haul_formats_sniff (root, head) : NULL;
  return format != NULL ? haul_store_info_new (format->name, format->name, format->grade, root) : info;
}

/* Only what the path itself is. */
static gboolean
walk (const char *root, HaulReaderFound found, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  found (NULL, root, user_data);
  HaulStoreInfo *info = recognise (root, &local_error);
  if (info != NULL)
    {
      found (info, root, user_data);
      haul_store_info_unref (info);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

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
  static const HaulReaderBackend backend = { .walk = walk, .open = open_store };
  struct stat info;

  if (argc != 1 || fstat (STDIN_FILENO, &info) != 0 || !S_ISSOCK (info.st_mode))
    {
      fprintf (stderr,
               "mailhaul-reader %s is started by mailhaul and mailhaul-cli to read mail on this computer; "
               "it does nothing when run by hand.\n",
               HAUL_VERSION);
      return EX_USAGE;
    }
  haul_sandbox_limit ();
  setlocale (LC_ALL, "");
  haul_reader_service_run (STDIN_FILENO, STDOUT_FILENO, &backend);
  return 0;
}
