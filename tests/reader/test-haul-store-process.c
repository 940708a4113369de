/* test-haul-store-process.c - a store behind a process: listing, bodies, crashes that cost one message, stopping
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-store-error.h"
#include "store/haul-store-process.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define N_MESSAGES 200
#define PATIENCE_MS 1500

static HaulStore *
open_rig (const char *format)
{
  g_autoptr (HaulStoreInfo) info = haul_store_info_new ("Rig", format, HAUL_GRADE_EXACT, g_get_tmp_dir ());
  HaulStore *store = haul_store_process_new (info);

  haul_reader_slot_set_patience (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)), PATIENCE_MS);
  return store;
}

static HaulReader *
open_first_folder (HaulStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, NULL, &error);

  g_assert_no_error (error);
  HaulReader *reader = haul_store_open_folder (store, folders->pdata[0], NULL, &error);
  g_assert_no_error (error);
  return reader;
}

/* All messages of the first folder; the error that ended it, if any. */
static GPtrArray *
list (HaulReader *reader, GError **error)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_message_free);
  HaulMessage *message;

  while ((message = haul_reader_next (reader, NULL, error)) != NULL)
    {
      g_assert_cmpuint (message->ordinal, ==, messages->len);
      g_ptr_array_add (messages, message);
    }
  return messages;
}

static char *
read_all (HaulReader *reader, const HaulMessage *message, GError **error)
{
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, error);
  g_autoptr (GString) text = g_string_new (NULL);
  char chunk[7];
  gssize n;

  if (stream == NULL)
    return NULL;
  while ((n = g_input_stream_read (stream, chunk, sizeof chunk, NULL, error)) > 0)
    g_string_append_len (text, chunk, n);
  return n < 0 ? NULL : g_strdup (text->str);
}

static void
assert_digest (const HaulMessage *message, const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[HAUL_DIGEST_LENGTH];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *)text, (gssize)strlen (text));
  g_checksum_get_digest (checksum, digest, &length);
  g_assert_true (message->is_measured);
  g_assert_cmpuint (message->size, ==, strlen (text));
  g_assert_cmpmem (message->digest, HAUL_DIGEST_LENGTH, digest, sizeof digest);
}

static void
test_list_and_read (void)
{
  g_autoptr (HaulStore) store = open_rig ("plain:0");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 2);
  HaulFolder *second = folders->pdata[1];
  g_assert_cmpstr (second->id, ==, "b");
  g_assert_cmpstr (second->path[1], ==, "Über");
  g_assert_cmpint (second->messages, ==, -1);

  g_autoptr (HaulFolder) counted = haul_store_count_folder (store, second, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (counted->messages, ==, N_MESSAGES);
  g_assert_cmpint (counted->deleted, ==, N_MESSAGES / 10);
  g_assert_cmpint (counted->bytes, ==, N_MESSAGES * 100);
  g_assert_cmpint (counted->oldest, ==, 1000000000);
  g_assert_cmpint (counted->newest, ==, 1000000000 + N_MESSAGES - 1);

  g_autoptr (HaulReader) reader = haul_store_open_folder (store, second, NULL, &error);
  g_autoptr (GPtrArray) messages = list (reader, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (messages->len, ==, N_MESSAGES);
  HaulMessage *seventh = messages->pdata[7];
  g_assert_cmpstr (seventh->key, ==, "b/7");
  g_assert_cmpint (seventh->received, ==, 1000000007);
  g_assert_cmpuint (seventh->flags, ==, HAUL_MESSAGE_SEEN);
  g_assert_cmpint (seventh->state, ==, HAUL_MESSAGE_WHOLE);
  assert_digest (seventh, "Subject: 7\r\n\r\nbody\r\n");
  g_autofree char *text = read_all (reader, seventh, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "Subject: 7\r\n\r\nbody\r\n");
  g_assert_null (haul_reader_next (reader, NULL, &error));
  g_assert_no_error (error);
}

static void
test_mixed (void)
{
  g_autoptr (HaulStore) store = open_rig ("plain:0");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  HaulMessage *message;
  guint n = 0;

  while ((message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      g_autoptr (HaulMessage) owned = message;
      g_autofree char *text = n % 3 == 0 ? read_all (reader, message, &error) : NULL;
      g_assert_no_error (error);
      if (text != NULL)
        assert_digest (message, text);
      g_assert_cmpuint (message->ordinal, ==, n++);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, N_MESSAGES);
}

static void
test_one_reader (void)
{
  g_autoptr (HaulStore) store = open_rig ("plain:0");
  HaulReader *reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  const char *const path[] = { "Inbox", NULL };
  g_autoptr (HaulFolder) folder = haul_folder_new ("a", path, HAUL_ROLE_NONE);

  g_assert_null (haul_store_open_folder (store, folder, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_object_unref (reader);
  g_autoptr (HaulReader) second = haul_store_open_folder (store, folder, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (HaulMessage) message = haul_reader_next (second, NULL, &error);
  g_autoptr (GInputStream) stream = haul_reader_open (second, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (haul_reader_next (second, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
}

static void
test_unknown_format (void)
{
  g_autoptr (HaulStore) store = open_rig ("nothing");
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_store_list_folders (store, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==, "No such rig.");
}

/* Crash, hang and failure cost the one message, whichever it is. */
static void
test_costs_one (gconstpointer data)
{
  const char *how = data;
  guint bad = (guint)g_ascii_strtoull (strchr (how, ':') + 1, NULL, 10);
  g_autoptr (HaulStore) store = open_rig (how);
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = list (reader, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (messages->len, ==, N_MESSAGES);
  for (guint i = 0; i < messages->len; i++)
    {
      HaulMessage *message = messages->pdata[i];
      g_assert_cmpint (message->state, ==, i == bad ? HAUL_MESSAGE_UNREADABLE : HAUL_MESSAGE_WHOLE);
      g_assert_cmpint (message->is_measured, ==, i != bad);
      g_assert_true ((message->problem != NULL) == (i == bad));
    }
  HaulMessage *lost = messages->pdata[bad];
  g_assert_cmpstr (lost->problem, ==,
                   g_str_has_prefix (how, "fail")   ? "Its second half is missing."
                   : g_str_has_prefix (how, "long") ? "The place where it lies has a name that is too long."
                                                    : "It could not be read; the reader stopped on it.");
  g_assert_cmpint (lost->received, ==, 1000000000 + (gint64)bad);
  g_autofree char *text = read_all (reader, messages->pdata[bad == 5 ? 6 : 5], &error);
  g_assert_no_error (error);
  g_assert_nonnull (text);
}

static void
test_body_crash (void)
{
  g_autoptr (HaulStore) store = open_rig ("abort-body:5");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (HaulMessage) bad = haul_message_new ("a/5", 5);
  g_autoptr (HaulMessage) good = haul_message_new ("a/6", 6);
  g_autoptr (GError) error = NULL;

  g_assert_null (read_all (reader, bad, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
  g_clear_error (&error);
  g_autofree char *text = read_all (reader, good, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "Subject: 6\r\n\r\nbody\r\n");
}

/* A crash between two messages cannot be got past: what came before is kept, the folder ends with an error. */
static void
test_listing_crash (void)
{
  g_autoptr (HaulStore) store = open_rig ("abort-next:70");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = list (reader, &error);

  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
  g_assert_nonnull (strstr (error->message, "message number 70"));
  g_assert_cmpuint (messages->len, ==, 70);
  g_clear_error (&error);
  g_assert_null (haul_reader_next (reader, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
}

static void
test_listing_error (void)
{
  g_autoptr (HaulStore) store = open_rig ("fail-next:70");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = list (reader, &error);

  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED);
  g_assert_cmpstr (error->message, ==, "The index ends here.");
  g_assert_cmpuint (messages->len, ==, 70);
}

/* Every message crashes: bounded. */
static void
test_many_crashes (void)
{
  g_autoptr (HaulStore) store = open_rig ("each-body:0");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = list (reader, &error);

  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
  g_assert_cmpuint (messages->len, ==, 100);
}

static void
test_odd_text (void)
{
  g_autoptr (HaulStore) store = open_rig ("odd-text:3");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = list (reader, &error);
  HaulMessage *odd = messages->pdata[3];

  g_assert_no_error (error);
  g_assert_cmpstr (odd->problem, ==, "bell   escape  [2J bad \357\277\275 end");
  g_assert_cmpuint (g_strv_length (odd->keywords), ==, 64);
  g_assert_cmpstr (odd->keywords[0], ==, "word1");
}

static void
test_close_early (void)
{
  g_autoptr (HaulStore) store = open_rig ("huge-body:3");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (HaulMessage) huge = haul_message_new ("a/3", 3);
  g_autoptr (HaulMessage) small = haul_message_new ("a/4", 4);
  g_autoptr (GError) error = NULL;
  char chunk[100];
  guint before, after;

  g_autoptr (GInputStream) stream = haul_reader_open (reader, huge, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (stream, chunk, sizeof chunk, NULL, &error), ==, sizeof chunk);
  before = haul_reader_slot_get_serial (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)));
  g_assert_true (g_input_stream_close (stream, NULL, &error));
  g_autofree char *text = read_all (reader, small, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "Subject: 4\r\n\r\nbody\r\n");
  after = haul_reader_slot_get_serial (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)));
  g_assert_cmpuint (before, ==, after);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (200000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (HaulStore) store = open_rig ("hang-body:0");
  g_autoptr (HaulReader) reader = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  haul_reader_slot_set_patience (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)), 60000);
  reader = open_first_folder (store);
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 start = g_get_monotonic_time ();
  g_assert_null (haul_reader_next (reader, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 700000);
  g_thread_join (thread);
}

/* A folder goes on after a person stopped and resumed. */
static void
test_cancel_resume (void)
{
  g_autoptr (HaulStore) store = open_rig ("plain:0");
  g_autoptr (HaulReader) reader = open_first_folder (store);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  HaulMessage *message;
  guint n = 0;

  g_cancellable_cancel (cancellable);
  while ((message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      g_assert_cmpuint (message->ordinal, ==, n++);
      haul_message_free (message);
      g_assert_null (haul_reader_next (reader, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, N_MESSAGES);
}

static gpointer
open_elsewhere (gpointer data)
{
  g_assert_nonnull (haul_reader_slot_open (haul_store_process_get_slot (data), NULL, NULL));
  return NULL;
}

/* The process outlives the thread that started it. */
static void
test_threads (void)
{
  g_autoptr (HaulStore) store = open_rig ("plain:0");
  guint before, after;

  g_thread_join (g_thread_new ("opener", open_elsewhere, store));
  before = haul_reader_slot_get_serial (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)));
  g_usleep (100000);
  g_autoptr (HaulReader) reader = open_first_folder (store);
  after = haul_reader_slot_get_serial (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)));
  g_assert_cmpuint (before, ==, 1);
  g_assert_cmpuint (after, ==, 1);
}

static char *
read_proc (GPid pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", pid, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* A reader that hangs goes with the program that started it, however that ended. */
static void
test_orphan (void)
{
  const char *const argv[] = { "/proc/self/exe", "-p", "/store-process/hang costs one", NULL };
  g_autofree char *children_name = NULL;
  g_autofree char *children = NULL;
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, &pid,
                 &error);
  g_assert_no_error (error);
  children_name = g_strdup_printf ("task/%d/children", pid);
  for (guint i = 0; i < 200 && (children == NULL || *children == '\0'); i++)
    {
      g_usleep (10000);
      g_free (children);
      children = read_proc (pid, children_name);
    }
  g_usleep (700000);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  if (children == NULL || *children == '\0')
    {
      g_test_skip ("this kernel does not list a process's children");
      return;
    }
  GPid reader = (GPid)g_ascii_strtoll (children, NULL, 10);
  g_autofree char *status = NULL;
  for (guint i = 0; i < 200; i++)
    {
      g_free (status);
      status = read_proc (reader, "status");
      if (status == NULL || strstr (status, "State:\tZ") != NULL)
        return;
      g_usleep (10000);
    }
  g_assert_not_reached ();
}

static void
test_missing_program (void)
{
  g_autofree char *before = g_strdup (g_getenv ("HAUL_READER"));
  g_autoptr (HaulStore) store = open_rig ("plain:0");
  g_autoptr (GError) error = NULL;

  g_setenv ("HAUL_READER", "/nonexistent/mailhaul-reader", TRUE);
  g_assert_null (haul_store_list_folders (store, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED);
  g_assert_nonnull (strstr (error->message, "/nonexistent/mailhaul-reader"));
  g_setenv ("HAUL_READER", before, TRUE);
}

int
main (int argc, char **argv)
{
  g_autofree char *rigged = g_build_filename (g_getenv ("HAUL_BUILD_DIR"), "tests/reader/rigged-reader", NULL);

  g_test_init (&argc, &argv, NULL);
  g_setenv ("HAUL_READER", rigged, TRUE);
  g_test_add_func ("/store-process/list-and-read", test_list_and_read);
  g_test_add_func ("/store-process/listing and bodies mixed", test_mixed);
  g_test_add_func ("/store-process/one reader at a time", test_one_reader);
  g_test_add_func ("/store-process/unknown format", test_unknown_format);
  g_test_add_data_func ("/store-process/crash costs one", "abort-body:5", test_costs_one);
  g_test_add_data_func ("/store-process/crash on the first", "abort-body:0", test_costs_one);
  g_test_add_data_func ("/store-process/crash on the last", "abort-body:199", test_costs_one);
  g_test_add_data_func ("/store-process/hang costs one", "hang-body:100", test_costs_one);
  g_test_add_data_func ("/store-process/failure costs one", "fail-body:64", test_costs_one);
  g_test_add_data_func ("/store-process/key too long costs one", "long-key:9", test_costs_one);
  g_test_add_func ("/store-process/crash in a body", test_body_crash);
  g_test_add_func ("/store-process/crash in the listing", test_listing_crash);
  g_test_add_func ("/store-process/error in the listing", test_listing_error);
  g_test_add_func ("/store-process/crashes are bounded", test_many_crashes);
  g_test_add_func ("/store-process/odd text", test_odd_text);
  g_test_add_func ("/store-process/close early", test_close_early);
  g_test_add_func ("/store-process/cancel", test_cancel);
  g_test_add_func ("/store-process/cancel and go on", test_cancel_resume);
  g_test_add_func ("/store-process/other threads", test_threads);
  g_test_add_func ("/store-process/orphan", test_orphan);
  g_test_add_func ("/store-process/missing program", test_missing_program);
  return g_test_run ();
}
