/* store-dump.c - shows a store as the readers see it: the tests' eye, in this process and without a sandbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   store-dump PATH             one JSON object a line: {"store":…}, then {"folder":…}, {"message":…}, {"error":…}
 *   store-dump PATH FOLDER KEY  the octets of one message, FOLDER being a folder's id
 *
 * Exit status: 0 the store could be listed, 2 no reader knows it, 1 anything else.
 */
#include "store/haul-clients.h"
#include "store/haul-formats.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#define HEAD_SIZE 4096

static const struct
{
  guint flag;
  const char *word;
} flag_words[] = {
  { HAUL_MESSAGE_SEEN, "seen" },   { HAUL_MESSAGE_ANSWERED, "answered" }, { HAUL_MESSAGE_FLAGGED, "flagged" },
  { HAUL_MESSAGE_DRAFT, "draft" }, { HAUL_MESSAGE_DELETED, "deleted" },   { HAUL_MESSAGE_FORWARDED, "forwarded" },
  { HAUL_MESSAGE_JUNK, "junk" },   { HAUL_MESSAGE_NOT_JUNK, "not-junk" },
};

static const char *const state_words[] = { "whole", "cut", "absent", "unreadable" };

static void
add_text (GString *line, const char *name, const char *value)
{
  g_string_append_printf (line, "\"%s\":", name);
  if (value == NULL)
    {
      g_string_append (line, "null");
      return;
    }
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_string_append_c (line, '"');
  for (const char *p = valid; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (line, "\\%c", *p);
    else if ((guchar)*p < 0x20 || *p == 0x7f)
      g_string_append_printf (line, "\\u%04x", (guchar)*p);
    else
      g_string_append_c (line, *p);
  g_string_append_c (line, '"');
}

static void
add_texts (GString *line, const char *name, char **values)
{
  g_string_append_printf (line, "\"%s\":[", name);
  for (gsize i = 0; values != NULL && values[i] != NULL; i++)
    {
      g_autoptr (GString) item = g_string_new (NULL);
      add_text (item, "", values[i]);
      g_string_append_printf (line, "%s%s", i > 0 ? "," : "", item->str + strlen ("\"\":"));
    }
  g_string_append_c (line, ']');
}

static void
print_line (const char *kind, GString *line)
{
  printf ("{\"%s\":{%s}}\n", kind, line->str); /* g_print() would convert UTF-8 to the locale's charset */
}

static void
print_error (const char *place, const GError *error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  add_text (line, "place", place);
  g_string_append_c (line, ',');
  add_text (line, "domain", g_quark_to_string (error->domain));
  g_string_append_printf (line, ",\"code\":%d,", error->code);
  add_text (line, "text", error->message);
  print_line ("error", line);
}

static void
print_store (const HaulStoreInfo *info)
{
  g_autoptr (GString) line = g_string_new (NULL);

  add_text (line, "program", info->program);
  g_string_append_c (line, ',');
  add_text (line, "format", info->format);
  g_string_append_c (line, ',');
  add_text (line, "grade", haul_grade_to_string (info->grade));
  g_string_append_c (line, ',');
  add_text (line, "path", info->path);
  g_string_append_c (line, ',');
  add_text (line, "owner", info->owner);
  g_string_append_c (line, ',');
  add_text (line, "warning", info->warning);
  print_line ("store", line);
}

static void
print_folder (const HaulFolder *folder)
{
  g_autoptr (GString) line = g_string_new (NULL);

  add_text (line, "id", folder->id);
  g_string_append_c (line, ',');
  add_texts (line, "path", folder->path);
  g_string_append_c (line, ',');
  add_text (line, "role", haul_role_to_string (folder->role));
  g_string_append_printf (line, ",\"messages\":%" G_GINT64_FORMAT ",\"bytes\":%" G_GINT64_FORMAT, folder->messages,
                          folder->bytes);
  g_string_append_printf (line, ",\"deleted\":%" G_GINT64_FORMAT ",\"oldest\":%" G_GINT64_FORMAT, folder->deleted,
                          folder->oldest);
  g_string_append_printf (line, ",\"newest\":%" G_GINT64_FORMAT ",", folder->newest);
  add_text (line, "problem", folder->problem);
  print_line ("folder", line);
}

static void
print_message (const HaulFolder *folder, const HaulMessage *message, guint64 estimate)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GPtrArray) flags = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (flag_words); i++)
    if (message->flags & flag_words[i].flag)
      g_ptr_array_add (flags, (char *)flag_words[i].word);
  g_ptr_array_add (flags, NULL);

  add_text (line, "folder", folder->id);
  g_string_append_c (line, ',');
  add_text (line, "key", message->key);
  g_string_append_printf (line, ",\"ordinal\":%" G_GUINT64_FORMAT ",\"estimate\":%" G_GUINT64_FORMAT, message->ordinal,
                          estimate);
  if (message->is_measured)
    {
      g_string_append_printf (line, ",\"size\":%" G_GUINT64_FORMAT ",\"sha256\":\"", message->size);
      for (gsize i = 0; i < HAUL_DIGEST_LENGTH; i++)
        g_string_append_printf (line, "%02x", message->digest[i]);
      g_string_append_c (line, '"');
    }
  g_string_append_printf (line, ",\"received\":%" G_GINT64_FORMAT ",", message->received);
  add_texts (line, "flags", (char **)flags->pdata);
  g_string_append_c (line, ',');
  add_texts (line, "keywords", message->keywords);
  g_string_append_c (line, ',');
  add_text (line, "state", state_words[message->state]);
  g_string_append_c (line, ',');
  add_text (line, "problem", message->problem);
  print_line ("message", line);
}

static void
dump_message (HaulReader *reader, const HaulFolder *folder, HaulMessage *message)
{
  g_autoptr (GError) error = NULL;
  guint64 estimate = message->size;

  if (message->state == HAUL_MESSAGE_WHOLE || message->state == HAUL_MESSAGE_CUT)
    haul_reader_measure (reader, message, NULL, &error);
  print_message (folder, message, estimate);
  if (error != NULL)
    print_error (message->key, error);
}

static void
dump_folder (HaulStore *store, const HaulFolder *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFolder) counted = haul_store_count_folder (store, folder, NULL, &error);

  print_folder (counted != NULL ? counted : folder);
  if (counted == NULL)
    {
      print_error (folder->id, error);
      return;
    }

  g_autoptr (HaulReader) reader = haul_store_open_folder (store, folder, NULL, &error);
  HaulMessage *message;
  while (reader != NULL && (message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      dump_message (reader, folder, message);
      haul_message_free (message);
    }
  if (error != NULL)
    print_error (folder->id, error);
}

static const HaulFolder *
find_folder (GPtrArray *folders, const char *id)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const HaulFolder *folder = g_ptr_array_index (folders, i);
      if (g_str_equal (folder->id, id))
        return folder;
    }
  return NULL;
}

static int
write_octets (HaulStore *store, const HaulFolder *folder, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulMessage) message = haul_message_new (key, 0);
  g_autoptr (HaulReader) reader = haul_store_open_folder (store, folder, NULL, &error);
  g_autoptr (GInputStream) stream = reader == NULL ? NULL : haul_reader_open (reader, message, NULL, &error);
  char buffer[65536];
  gssize n = 0;

  while (stream != NULL && (n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error)) > 0)
    if (fwrite (buffer, 1, (size_t)n, stdout) != (size_t)n)
      return 1;
  if (error == NULL)
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static HaulStoreInfo *
recognise_directory (const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  HaulStoreInfo *info = haul_clients_recognise (path, names);
  if (info != NULL)
    return info;
  const HaulFormat *format = haul_formats_sniff (path, NULL);
  return format == NULL ? NULL : haul_store_info_new ("", format->name, format->grade, path);
}

static HaulStoreInfo *
recognise_file (const char *path)
{
  char head[HEAD_SIZE];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read (fd, head, sizeof head);

  if (fd >= 0)
    close (fd);
  if (n < 0)
    return NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (head, (gsize)n);
  const HaulFormat *format = haul_formats_sniff (path, bytes);
  return format == NULL ? NULL : haul_store_info_new ("", format->name, format->grade, path);
}

static int
run (HaulStore *store, const char *folder_id, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, NULL, &error);

  if (folders == NULL)
    {
      print_error ("", error);
      return 1;
    }
  if (folder_id == NULL)
    {
      for (guint i = 0; i < folders->len; i++)
        dump_folder (store, g_ptr_array_index (folders, i));
      return 0;
    }
  const HaulFolder *folder = find_folder (folders, folder_id);
  return folder == NULL ? 1 : write_octets (store, folder, key);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean is_whole = argc == 2;

  if (!is_whole && argc != 4)
    return 64;
  g_autofree char *path = g_canonicalize_filename (argv[1], NULL);
  g_autoptr (HaulStoreInfo) info
      = g_file_test (path, G_FILE_TEST_IS_DIR) ? recognise_directory (path) : recognise_file (path);
  if (info == NULL)
    return 2;
  if (is_whole)
    print_store (info);

  const HaulFormat *format = haul_formats_find (info->format);
  g_autoptr (HaulStore) store = format == NULL ? NULL : format->open (info->path, NULL, &error);
  if (store == NULL)
    {
      if (error != NULL)
        print_error ("", error);
      return 1;
    }
  return run (store, is_whole ? NULL : argv[2], is_whole ? NULL : argv[3]);
}
