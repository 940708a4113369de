/* read-all.c - finds the mail under paths and reads every octet of it through reader processes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   read-all PATH…   one line each, fields split by tabs, text escaped as in C:
 *                    store PROGRAM FORMAT PATH ERROR, folder ID MESSAGES PROBLEM, message FOLDER KEY SIZE SHA256 STATE
 * RECEIVED FLAGS PROBLEM
 *
 * Exit status: 0 all found and read, 1 anything else.
 */
#include "store/haul-discovery.h"

#include <string.h>

static int status;

static void
print_field (const char *text)
{
  g_autofree char *escaped = g_strescape (text != NULL ? text : "", NULL);
  g_print ("\t%s", escaped);
}

static void
print_number (gint64 number)
{
  g_print ("\t%" G_GINT64_FORMAT, number);
}

static void
complain (const char *what, const GError *error)
{
  g_printerr ("%s: %s\n", what, error->message);
  status = 1;
}

/* The octets once more, after they were measured: the stream itself fails where they differ. */
static char *
read_octets (HaulReader *reader, const HaulMessage *message, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 chunk[10000];
  gssize n;

  if (!message->is_measured)
    return g_strdup ("");
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, error);
  if (stream == NULL)
    return NULL;
  while ((n = g_input_stream_read (stream, chunk, sizeof chunk, NULL, error)) > 0)
    g_checksum_update (checksum, chunk, n);
  return n < 0 ? NULL : g_strdup (g_checksum_get_string (checksum));
}

static void
read_message (HaulReader *reader, const HaulFolder *folder, const HaulMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = read_octets (reader, message, &error);

  if (digest == NULL)
    complain (message->key, error);
  g_print ("message");
  print_field (folder->id);
  print_field (message->key);
  print_number ((gint64)message->size);
  print_field (digest);
  print_number (message->state);
  print_number (message->received);
  print_number (message->flags);
  print_field (message->problem);
  g_print ("\n");
}

static void
read_folder (HaulStore *store, const HaulFolder *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulReader) reader = NULL;
  HaulMessage *message;

  g_print ("folder");
  print_field (folder->id);
  print_number (folder->messages);
  print_field (folder->problem);
  g_print ("\n");
  reader = haul_store_open_folder (store, folder, NULL, &error);
  while (reader != NULL && (message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      read_message (reader, folder, message);
      haul_message_free (message);
    }
  if (error != NULL && folder->problem == NULL)
    complain (folder->id, error);
}

static void
read_store (const HaulStoreSummary *summary)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulStore) store = NULL;

  g_print ("store");
  print_field (summary->info->program);
  print_field (summary->info->format);
  print_field (summary->info->path);
  print_field (summary->error != NULL ? summary->error->message : "");
  g_print ("\n");
  if (summary->error != NULL)
    return;
  store = haul_discovery_open_store (summary->info, NULL, &error);
  if (store == NULL)
    complain (summary->info->path, error);
  for (guint i = 0; store != NULL && i < summary->folders->len; i++)
    read_folder (store, summary->folders->pdata[i]);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = haul_discovery_run ((const char *const *)argv + 1, NULL, NULL, NULL, &error);

  if (found == NULL)
    {
      complain (argv[1], error);
      return status;
    }
  for (guint i = 0; i < found->len; i++)
    read_store (found->pdata[i]);
  return status;
}
