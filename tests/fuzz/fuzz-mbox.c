/* fuzz-mbox.c - any octets as an mbox: scan, flags, wire form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-format-mbox.h"

#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
read_folder (HaulReader *reader)
{
  HaulMessage *message;

  while ((message = haul_reader_next (reader, NULL, NULL)) != NULL)
    {
      haul_reader_measure (reader, message, NULL, NULL);
      haul_message_free (message);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int fd = memfd_create ("mbox", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  if (fd < 0 || write (fd, data, size) != (ssize_t)size)
    g_error ("no memory file");
  g_autoptr (HaulStore) store = haul_format_mbox.open (path, NULL, NULL);
  g_autoptr (GPtrArray) folders = store == NULL ? NULL : haul_store_list_folders (store, NULL, NULL);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      g_autoptr (HaulReader) reader = haul_store_open_folder (store, g_ptr_array_index (folders, i), NULL, NULL);
      if (reader != NULL)
        read_folder (reader);
    }
  close (fd);
  return 0;
}
