/* fuzz-dbx.c - any octets as an Outlook Express file: each folder, each message, each octet is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Octets with the magic of Folders.dbx become one in a directory of its own; everything else is a file by itself.
 */
#include "store/haul-dbx-file.h"
#include "store/haul-format-dbx.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static char *directory; /* (owned) of this process, for Folders.dbx */
static char *folders_path;

static void
remove_directory (void)
{
  g_unlink (folders_path);
  g_rmdir (directory);
}

static void
make_directory (void)
{
  directory = g_dir_make_tmp ("haul-fuzz-XXXXXX", NULL);
  folders_path = g_build_filename (directory, "Folders.dbx", NULL);
  atexit (remove_directory);
}

static void
read_message (HaulReader *reader, HaulMessage *message)
{
  g_assert_true (message->key != NULL && g_utf8_validate (message->key, -1, NULL));
  g_assert_true (message->state == HAUL_MESSAGE_WHOLE || message->problem != NULL);
  gboolean is_read = haul_reader_measure (reader, message, NULL, NULL);
  g_assert_true (is_read || message->state != HAUL_MESSAGE_WHOLE);
}

static void
read_folder (HaulStore *store, const HaulFolder *folder)
{
  g_autoptr (HaulFolder) counted = haul_store_count_folder (store, folder, NULL, NULL);
  g_autoptr (HaulReader) reader = haul_store_open_folder (store, folder, NULL, NULL);
  HaulMessage *message;
  gint64 n = 0;

  for (guint i = 0; folder->path[i] != NULL; i++)
    g_assert_true (g_utf8_validate (folder->path[i], -1, NULL));
  while (reader != NULL && (message = haul_reader_next (reader, NULL, NULL)) != NULL)
    {
      n++;
      read_message (reader, message);
      haul_message_free (message);
    }
  g_assert_true (reader == NULL || n == counted->messages);
}

static void
read_store (const char *path)
{
  g_autoptr (HaulStore) store = haul_format_dbx.open (path, NULL, NULL);
  g_autoptr (GPtrArray) folders = store == NULL ? NULL : haul_store_list_folders (store, NULL, NULL);

  for (guint i = 0; folders != NULL && i < folders->len; i++)
    read_folder (store, g_ptr_array_index (folders, i));
}

static void
read_file (const guint8 *data, gsize size)
{
  int fd = memfd_create ("fuzz.dbx", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  if (write (fd, data, size) == (gssize)size)
    read_store (path);
  close (fd);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) head = g_bytes_new (data, MIN (size, 4096));

  if (directory == NULL)
    make_directory ();
  haul_format_dbx.sniff ("", head);
  if (haul_dbx_kind_from_head (data, size) != HAUL_DBX_KIND_FOLDERS)
    read_file (data, size);
  else if (g_file_set_contents_full (folders_path, (const char *)data, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0600,
                                     NULL))
    read_store (directory);
  return 0;
}
