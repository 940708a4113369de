/* test-haul-dbx.c - an Outlook Express message file, read message by message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HAUL_DBX_MESSAGES names a file made by dbxwriter.py --small-messages: three messages, one that was never fetched, and
 * a deleted one whose entry still lies in unused places of the tree.
 */
#include "store/haul-dbx-chain.h"
#include "store/haul-dbx-object.h"
#include "store/haul-format-dbx.h"
#include "store/haul-store-error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *sample_path;

static HaulReader *
open_first_folder (const char *path, HaulStore **store)
{
  g_autoptr (GError) error = NULL;
  *store = haul_format_dbx.open (path, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) folders = haul_store_list_folders (*store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 1);
  HaulReader *reader = haul_store_open_folder (*store, g_ptr_array_index (folders, 0), NULL, &error);
  g_assert_no_error (error);
  return reader;
}

static char *
read_text (HaulReader *reader, const HaulMessage *message, gsize step)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  g_assert_no_error (error);
  while ((n = g_input_stream_read (stream, buffer, MIN (step, sizeof buffer), NULL, &error)) > 0)
    g_string_append_len (text, buffer, n);
  g_assert_no_error (error);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_messages (void)
{
  g_autoptr (HaulStore) store = NULL;
  g_autoptr (HaulReader) reader = open_first_folder (sample_path, &store);
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulMessage) first = haul_reader_next (reader, NULL, &error);
  g_autoptr (HaulMessage) second = haul_reader_next (reader, NULL, &error);
  g_autoptr (HaulMessage) third = haul_reader_next (reader, NULL, &error);
  g_autoptr (HaulMessage) fourth = haul_reader_next (reader, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (haul_reader_next (reader, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (first->flags, ==, HAUL_MESSAGE_SEEN);
  g_assert_cmpuint (second->flags, ==, 0);
  g_assert_cmpuint (third->flags, ==, HAUL_MESSAGE_ANSWERED);
  g_assert_cmpint (first->received, ==, 1073296800);  /* the received date */
  g_assert_cmpint (second->received, ==, 1073296900); /* none: the date it was saved */
  g_assert_cmpint (third->received, ==, 1073293200);  /* neither: the Date: field */
  g_assert_cmpint (second->size, ==, 653);
  g_assert_cmpint (third->state, ==, HAUL_MESSAGE_WHOLE);
  g_assert_cmpint (fourth->state, ==, HAUL_MESSAGE_ABSENT);
  g_assert_nonnull (fourth->problem);

  g_autofree char *text = read_text (reader, second, 4096);
  g_autofree char *trickled = read_text (reader, second, 1);
  g_assert_cmpuint (strlen (text), ==, 653);
  g_assert_true (g_str_has_suffix (text, "yyyy\r\n"));
  g_assert_cmpstr (text, ==, trickled);
  g_assert_null (haul_reader_open (reader, fourth, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_MESSAGE_DAMAGED);
}

/* A key alone, from another process, is enough; one that points elsewhere is not. */
static void
test_keys (void)
{
  static const char *const bad[]
      = { "", "zz", "00000000.00000000", "ffffffff.ffffffff", "12345678901.0", "2ad4.2ad4", "3524.2ad4x" };
  g_autoptr (HaulStore) store = NULL;
  g_autoptr (HaulReader) reader = open_first_folder (sample_path, &store);
  g_autoptr (HaulMessage) first = haul_reader_next (reader, NULL, NULL);
  g_autoptr (HaulStore) other_store = NULL;
  g_autoptr (HaulReader) other = open_first_folder (sample_path, &other_store);
  g_autoptr (HaulMessage) copy = haul_message_new (first->key, 0);
  g_autofree char *text = read_text (other, copy, 100);

  g_assert_true (g_str_has_suffix (text, "one\r\n"));
  /* The entry is there, its text is elsewhere: the file was compacted. */
  g_autofree char *moved = g_strdup (first->key);
  memcpy (strchr (moved, '.'), ".00002ce4", strlen (".00002ce4"));
  g_autoptr (HaulMessage) compacted = haul_message_new (moved, 0);
  g_autoptr (GError) changed = NULL;
  g_assert_null (haul_reader_open (reader, compacted, NULL, &changed));
  g_assert_error (changed, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);

  /* Only so much of the text is this message's own. */
  g_autofree char *part = g_strconcat (first->key, ".5", NULL);
  g_autoptr (HaulMessage) shared = haul_message_new (part, 0);
  g_autofree char *beginning = read_text (reader, shared, 100);
  g_assert_cmpstr (beginning, ==, "From:");

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (HaulMessage) message = haul_message_new (bad[i], 0);
      g_autoptr (GError) error = NULL;
      g_assert_null (haul_reader_open (reader, message, NULL, &error));
      g_assert_nonnull (error);
    }
}

static char *
copy_sample (void)
{
  g_autofree char *contents = NULL;
  g_autofree char *dir = g_dir_make_tmp ("haul-dbx-XXXXXX", NULL);
  char *path = g_build_filename (dir, "Copy.dbx", NULL);
  gsize length;

  g_assert_true (g_file_get_contents (sample_path, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (path, contents, (gssize)length, NULL));
  return path;
}

static void
remove_copy (const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (dir);
}

static void
test_changed (void)
{
  g_autofree char *path = copy_sample ();
  g_autoptr (HaulStore) store = NULL;
  g_autoptr (HaulReader) reader = open_first_folder (path, &store);
  g_autoptr (HaulMessage) first = haul_reader_next (reader, NULL, NULL);
  g_autoptr (HaulMessage) second = haul_reader_next (reader, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = haul_reader_open (reader, first, NULL, &error);
  char buffer[4096];

  g_assert_no_error (error);
  int fd = g_open (path, O_WRONLY | O_APPEND, 0);
  g_assert_cmpint (write (fd, "more", 4), ==, 4);
  close (fd);

  /* Neither the message that is being read nor another one is passed off as whole. */
  gssize n;
  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error)) > 0)
    ;
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
  g_clear_error (&error);
  g_assert_null (haul_reader_open (reader, second, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
  remove_copy (path);
}

static void
test_not_files (void)
{
  g_autofree char *dir = g_dir_make_tmp ("haul-dbx-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (dir, "Inbox.dbx", NULL);
  g_autofree char *loop = g_build_filename (dir, "Loop.dbx", NULL);
  g_autofree char *link = g_build_filename (dir, "Link.dbx", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  g_assert_cmpint (symlink (sample_path, link), ==, 0);
  g_assert_null (haul_format_dbx.open (fifo, NULL, &error)); /* and does not wait for a writer */
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (haul_format_dbx.open (loop, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  /* A link inside a store is not followed; the store itself may be one. */
  g_assert_null (haul_format_dbx.open (dir, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL);
  g_autoptr (HaulStore) store = haul_format_dbx.open (link, NULL, NULL);
  g_assert_nonnull (store);
  g_unlink (fifo);
  g_unlink (loop);
  g_unlink (link);
  g_rmdir (dir);
}

static void
test_kinds (void)
{
  guint8 head[16] = { 0xCF, 0xAD, 0x12, 0xFE, 0xC5, 0xFD, 0x74, 0x6F, 0x66, 0xE3, 0xD1, 0x11, 0x9A, 0x4E, 0x00, 0xC0 };

  g_assert_cmpint (haul_dbx_kind_from_head (head, 16), ==, HAUL_DBX_KIND_MESSAGES);
  g_assert_cmpint (haul_dbx_kind_from_head (head, 15), ==, HAUL_DBX_KIND_NONE);
  head[4] = 0xC6;
  g_assert_cmpint (haul_dbx_kind_from_head (head, 16), ==, HAUL_DBX_KIND_FOLDERS);
  head[4] = 0xC7;
  g_assert_cmpint (haul_dbx_kind_from_head (head, 16), ==, HAUL_DBX_KIND_OTHER);
  head[0] = 'J';
  g_assert_cmpint (haul_dbx_kind_from_head (head, 16), ==, HAUL_DBX_KIND_NONE);
}

static void
test_offsets (void)
{
  g_auto (HaulDbxOffsets) offsets = { NULL };

  haul_dbx_offsets_init (&offsets);
  for (guint32 at = 0; at < 1000000; at += 4)
    g_assert_true (haul_dbx_offsets_add (&offsets, at));
  g_assert_true (haul_dbx_offsets_add (&offsets, 0xFFFFFFFC));
  for (guint32 at = 0; at < 1000000; at += 4)
    g_assert_false (haul_dbx_offsets_add (&offsets, at));
  g_assert_false (haul_dbx_offsets_add (&offsets, 0xFFFFFFFC));
}

/* A string without its NUL ends where the next value begins; one beyond the object is none. */
static void
test_strings (void)
{
  static const guint8 octets[]
      = { 0,   0,   0,   0,   26,  0,   0, 0,   0,   0,   4,   1,              /* head: four entries */
          2,   0,   0,   0,   3,   3,   0, 0,   5,   7,   0,   0,  6, 0, 1, 0, /* at 0, at 3, at 7, outside */
          'o', 'n', 'e', 't', 'w', 'o', 0, 't', 'h', 'r', 'e', 'e' };
  g_autofree HaulDbxObject *object = g_new0 (HaulDbxObject, 1);
  memcpy (object->octets, octets, sizeof octets);
  object->length = sizeof octets;
  object->n_entries = 4;
  g_autofree char *one = haul_dbx_object_dup_string (object, 2, 255);
  g_autofree char *two = haul_dbx_object_dup_string (object, 3, 255);
  g_autofree char *three = haul_dbx_object_dup_string (object, 5, 255);
  g_autofree char *short_three = haul_dbx_object_dup_string (object, 5, 2);
  guint32 value = 7;

  g_assert_cmpstr (one, ==, "one");
  g_assert_cmpstr (two, ==, "two");
  g_assert_cmpstr (three, ==, "three");
  g_assert_cmpstr (short_three, ==, "th");
  g_assert_null (haul_dbx_object_dup_string (object, 6, 255));
  g_assert_null (haul_dbx_object_dup_string (object, 9, 255));
  g_assert_true (haul_dbx_object_has (object, 6));
  g_assert_false (haul_dbx_object_get_u32 (object, 6, &value));
  g_assert_cmpuint (value, ==, 7);
}

/* Reads near the end of the window, across it and at the end of the file. */
static void
test_reading (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (sample_path, &contents, &length, NULL));
  g_autoptr (HaulDbxFile) file = haul_dbx_file_new (haul_file_open (sample_path, NULL), &error);
  guint8 buffer[HAUL_DBX_WINDOW];

  g_assert_no_error (error);
  for (gsize at = 0; at <= length; at += 7)
    for (gsize n = 0; n <= 600 && n <= length - at; n += 199)
      {
        g_assert_true (haul_dbx_file_read (file, at, buffer, n, &error));
        g_assert_cmpmem (buffer, n, contents + at, n);
      }
  g_assert_false (haul_dbx_file_read (file, length, buffer, 1, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED);
  g_assert_false (haul_dbx_file_read (file, G_MAXUINT64, buffer, 2, NULL));
}

static void
test_cancel (void)
{
  g_autoptr (HaulStore) store = NULL;
  g_autoptr (HaulReader) reader = open_first_folder (sample_path, &store);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (haul_reader_next (reader, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sample_path = g_getenv ("HAUL_DBX_MESSAGES");
  g_assert_nonnull (sample_path);
  g_test_add_func ("/dbx/messages", test_messages);
  g_test_add_func ("/dbx/keys", test_keys);
  g_test_add_func ("/dbx/changed", test_changed);
  g_test_add_func ("/dbx/not-files", test_not_files);
  g_test_add_func ("/dbx/kinds", test_kinds);
  g_test_add_func ("/dbx/offsets", test_offsets);
  g_test_add_func ("/dbx/strings", test_strings);
  g_test_add_func ("/dbx/reading", test_reading);
  g_test_add_func ("/dbx/cancel", test_cancel);
  return g_test_run ();
}
