/* test-hostile-reader.c - whatever a reader process sends ends in the right error, in time, and costs nothing else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-discovery.h"
#include "store/haul-store-error.h"
#include "store/haul-store-process.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE_MS 300

static char *directory;
static char *program;

/* The program that HAUL_READER names cannot have arguments: a script gives them. */
static void
choose (const char *way)
{
  g_autofree char *fake = g_build_filename (g_getenv ("HAUL_BUILD_DIR"), "tests/reader/fake-reader", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nexec '%s' '%s' '%s'\n", fake, way, directory);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0755, &error));
  g_assert_no_error (error);
}

static HaulStore *
open_store (void)
{
  g_autoptr (HaulStoreInfo) info = haul_store_info_new ("Fake", "fake", HAUL_GRADE_EXACT, directory);
  HaulStore *store = haul_store_process_new (info);

  haul_reader_slot_set_patience (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)), PATIENCE_MS);
  return store;
}

/* List, count, read every message and its octets: the first error met. */
static GError *
use (HaulStore *store)
{
  GError *error = NULL;
  HaulMessage *message;
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, NULL, &error);
  if (folders == NULL)
    return error;
  g_autoptr (HaulFolder) counted = haul_store_count_folder (store, folders->pdata[0], NULL, &error);
  if (counted == NULL)
    return error;
  g_autoptr (HaulReader) reader = haul_store_open_folder (store, counted, NULL, &error);
  if (reader == NULL)
    return error;
  while ((message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      g_autoptr (HaulMessage) owned = message;
      g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, &error);
      char text[16];
      gsize n;
      if (stream == NULL || !g_input_stream_read_all (stream, text, sizeof text, &n, NULL, &error))
        return error;
      g_assert_cmpmem (text, n, "abc", 3);
    }
  return error;
}

static const struct
{
  const char *way;
  int code; /* of HAUL_STORE_ERROR; -1 none, -2 G_IO_ERROR_FAILED */
} cases[] = {
  { "good", -1 },
  { "complains", -1 },
  { "silent", HAUL_STORE_ERROR_READER_DIED },
  { "gone", HAUL_STORE_ERROR_READER_DIED },
  { "garbage", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "other-version", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "data-in-list", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-variant", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "empty-variant", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "half-frame", HAUL_STORE_ERROR_READER_DIED },
  { "oversize", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "length-all-ones", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "unknown-type", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "request-back", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "endless-folders", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "fat-list", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "no-folder-name", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "long-id", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-role", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-count", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-lost", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "measure-never", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-measure", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "long-key", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "empty-key", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "huge-size", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "short-digest", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "short-message", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "long-lengths", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-key", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "open-keyword", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-flags", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "bad-state", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "many-keywords", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "long-keyword", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "long-problem", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "too-many-messages", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "more-but-none", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "error-of-ours", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "error-cancelled", -2 },
  { "empty-data", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "die-in-body", HAUL_STORE_ERROR_READER_DIED },
  { "hang-in-body", HAUL_STORE_ERROR_READER_DIED },
  { "end-without-digest", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "other-octets", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "other-octets-and-digest", HAUL_STORE_ERROR_CHANGED },
  { "wrong-size", HAUL_STORE_ERROR_READER_PROTOCOL },
  { "longer-body", HAUL_STORE_ERROR_CHANGED },
  { "endless-body", HAUL_STORE_ERROR_CHANGED },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  gint64 start = g_get_monotonic_time ();

  choose (cases[i].way);
  g_autoptr (HaulStore) store = open_store ();
  g_autoptr (GError) error = use (store);
  if (cases[i].code == -1)
    g_assert_no_error (error);
  else if (cases[i].code == -2)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  else
    g_assert_error (error, HAUL_STORE_ERROR, cases[i].code);
  g_clear_object (&store);
  g_assert_cmpint (g_get_monotonic_time () - start, <, (PATIENCE_MS + 30000) * 1000);
}

/* Ticks do not hold us for ever. */
static void
test_endless_ticks (void)
{
  choose ("endless-ticks");
  g_autoptr (HaulStore) store = open_store ();
  haul_reader_slot_set_patience (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)), 20);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = use (store);
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

/* Closing a body that never ends is bounded. */
static void
test_close_endless_body (void)
{
  const char *const path[] = { "Inbox", NULL };
  g_autoptr (HaulFolder) folder = haul_folder_new ("a", path, HAUL_ROLE_NONE);
  g_autoptr (HaulMessage) message = haul_message_new ("k0", 0);
  g_autoptr (GError) error = NULL;

  choose ("endless-body");
  g_autoptr (HaulStore) store = open_store ();
  g_autoptr (HaulReader) reader = haul_store_open_folder (store, folder, NULL, &error);
  g_assert_no_error (error);
  GInputStream *stream = haul_reader_open (reader, message, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (stream);
  g_autoptr (HaulMessage) next = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (next->key, ==, "k0");
}

static void
note_place (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
  g_assert_null (strchr (place, '\033'));
}

static void
test_scan (gconstpointer data)
{
  const char *const paths[] = { directory, NULL };
  const char *way = data;
  g_autoptr (GError) error = NULL;

  choose (way);
  g_autoptr (GPtrArray) found = haul_discovery_run (paths, note_place, NULL, NULL, &error);
  if (!g_str_equal (way, "good"))
    {
      g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  HaulStoreSummary *summary = found->pdata[0];
  g_assert_no_error (summary->error);
  HaulFolder totals;
  haul_store_summary_get_totals (summary, &totals);
  g_assert_cmpint (totals.messages, ==, 3);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  static const char *const scans[] = { "good", "store-outside", "store-sneaks-out", "long-format", "bad-grade" };

  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("mailhaul-hostile-XXXXXX", &error);
  g_assert_no_error (error);
  program = g_build_filename (directory, "reader", NULL);
  g_setenv ("HAUL_READER", program, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strconcat ("/hostile-reader/", cases[i].way, NULL);
      g_test_add_data_func (name, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/hostile-reader/endless-ticks", test_endless_ticks);
  g_test_add_func ("/hostile-reader/close endless-body", test_close_endless_body);
  for (gsize i = 0; i < G_N_ELEMENTS (scans); i++)
    {
      g_autofree char *name = g_strconcat ("/hostile-reader/scan/", scans[i], NULL);
      g_test_add_data_func (name, scans[i], test_scan);
    }
  int status = g_test_run ();
  g_remove (program);
  g_rmdir (directory);
  g_free (program);
  g_free (directory);
  return status;
}
