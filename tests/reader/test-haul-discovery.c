/* test-haul-discovery.c - finding and counting mail by the real reader, in a thread's and in a main loop's way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-discovery.h"
#include "store/haul-store-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *top;

static void
make_mbox (const char *name, guint messages)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autoptr (GString) text = g_string_new (NULL);

  g_mkdir_with_parents (directory, 0700);
  for (guint i = 0; i < messages; i++)
    g_string_append_printf (text,
                            "From a@example.org Thu Oct 16 10:00:%02u 2003\nFrom: a@example.org\nSubject: %u\n\nx\n\n",
                            i, i);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

static char *
in_top (const char *name)
{
  return g_build_filename (top, name, NULL);
}

static void
note (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
  GPtrArray *seen = user_data;

  g_assert_true (g_utf8_validate (place, -1, NULL));
  if (summary != NULL)
    g_ptr_array_add (seen, haul_store_summary_ref (summary));
}

static GPtrArray *
new_seen (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_summary_unref);
}

static gint64
count (GPtrArray *found)
{
  gint64 messages = 0;

  for (guint i = 0; i < found->len; i++)
    {
      HaulFolder totals;
      haul_store_summary_get_totals (found->pdata[i], &totals);
      messages += totals.messages;
    }
  return messages;
}

static void
test_run (void)
{
  g_autofree char *one = in_top ("one");
  const char *const paths[] = { one, NULL };
  g_autoptr (GPtrArray) seen = new_seen ();
  g_autoptr (GError) error = NULL;

  make_mbox ("one/Inbox", 3);
  make_mbox ("one/deep/er/Sent", 4);
  g_autoptr (GPtrArray) found = haul_discovery_run (paths, note, seen, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (found), ==, 7);
  g_assert_cmpuint (seen->len, ==, found->len);
  for (guint i = 0; i < found->len; i++)
    g_assert_true (seen->pdata[i] == found->pdata[i]);

  HaulFolder totals;
  haul_store_summary_get_totals (found->pdata[0], &totals);
  g_assert_cmpint (totals.oldest, ==, 1066298400);
  g_assert_cmpint (totals.newest, >=, 1066298402);
}

/* The same mail by two ways is found once; a link that was named is followed. */
static void
test_twice (void)
{
  g_autofree char *twice = in_top ("twice");
  g_autofree char *link = in_top ("link");
  const char *const paths[] = { twice, link, twice, NULL };
  g_autoptr (GError) error = NULL;

  make_mbox ("twice/Inbox", 5);
  g_assert_cmpint (symlink (twice, link), ==, 0);
  g_autoptr (GPtrArray) found = haul_discovery_run (paths, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (found), ==, 5);
  g_autoptr (GPtrArray) by_link = haul_discovery_run (paths + 1, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (by_link), ==, 5);
}

static void
test_one_file (void)
{
  g_autofree char *file = in_top ("file/Inbox");
  const char *const paths[] = { file, NULL };
  g_autoptr (GError) error = NULL;

  make_mbox ("file/Inbox", 2);
  make_mbox ("file/Other", 9);
  g_autoptr (GPtrArray) found = haul_discovery_run (paths, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (found), ==, 2);
}

static void
test_nothing_there (void)
{
  g_autofree char *missing = in_top ("missing");
  g_autofree char *empty = in_top ("empty");
  g_autofree char *picture = in_top ("picture.png");
  const struct
  {
    const char *path;
    HaulStoreError code;
  } cases[] = { { missing, HAUL_STORE_ERROR_NOT_FOUND },
                { empty, HAUL_STORE_ERROR_NO_MAIL },
                { picture, HAUL_STORE_ERROR_NO_MAIL } };

  g_mkdir (empty, 0700);
  g_assert_true (g_file_set_contents (picture, "\x89PNG\r\n\x1a\n", 8, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const paths[] = { cases[i].path, NULL };
      g_autoptr (GError) error = NULL;
      g_assert_null (haul_discovery_run (paths, NULL, NULL, NULL, &error));
      g_assert_error (error, HAUL_STORE_ERROR, (int)cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].path));
    }
}

/* Only the home directory here: it has no mail, and that is no error. */
static void
test_default_paths (void)
{
  g_auto (GStrv) paths = haul_discovery_dup_default_paths ();
  g_autofree char *home = in_top ("home");

  g_assert_true (g_strv_contains ((const char *const *)paths, home));
  for (guint i = 0; paths[i] != NULL; i++)
    g_assert_true (g_path_is_absolute (paths[i]) && !g_str_equal (paths[i], "/"));
}

typedef struct
{
  GMainLoop *loop;
  GThread *thread;
  GPtrArray *seen;
  GPtrArray *found;
  GError *error;
  guint places;
} Waiting;

static void
on_found (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
  Waiting *self = user_data;

  g_assert_true (g_thread_self () == self->thread);
  g_assert_null (self->found);
  self->places++;
  note (summary, place, self->seen);
}

static void
on_end (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *self = user_data;

  g_assert_true (g_thread_self () == self->thread);
  self->found = haul_discovery_run_finish (result, &self->error);
  g_main_loop_quit (self->loop);
}

/* From a thread with a main context of its own: everything arrives there, the end last. */
static gpointer
run_async (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GPtrArray) seen = new_seen ();
  g_autofree char *path = in_top ("async");
  const char *const paths[] = { path, NULL };
  Waiting waiting = { .loop = loop, .thread = g_thread_self (), .seen = seen };

  g_main_context_push_thread_default (context);
  haul_discovery_run_async (paths, on_found, &waiting, data, on_end, &waiting);
  gint64 start = g_get_monotonic_time ();
  if (data != NULL)
    g_cancellable_cancel (data);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
  if (data != NULL)
    {
      g_assert_error (waiting.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 500000);
      g_clear_error (&waiting.error);
      return NULL;
    }
  g_assert_no_error (waiting.error);
  g_assert_cmpint (count (waiting.found), ==, 6);
  g_assert_cmpuint (seen->len, ==, waiting.found->len);
  g_ptr_array_unref (waiting.found);
  return NULL;
}

static void
test_async (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  make_mbox ("async/Inbox", 6);
  g_thread_join (g_thread_new ("async", run_async, NULL));
  g_thread_join (g_thread_new ("async", run_async, cancellable));
}

/* Many directories: places come ten times a second at most. */
static void
count_places (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
  guint *places = user_data;

  *places += summary == NULL;
}

static void
test_places (void)
{
  g_autofree char *many = in_top ("many");
  const char *const paths[] = { many, NULL };
  guint places = 0;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("many/%u/Inbox", i);
      make_mbox (name, 1);
    }
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GPtrArray) found = haul_discovery_run (paths, count_places, &places, NULL, NULL);
  g_assert_cmpint (count (found), ==, 20);
  g_assert_cmpuint (places, >=, 1);
  g_assert_cmpuint (places, <=, (g_get_monotonic_time () - start) / 100000 + 1);
}

/* The reader that is found without being told is the one of the tree that the test runs in. */
static void
test_reader_of_the_tree (void)
{
  g_autofree char *before = g_strdup (g_getenv ("HAUL_READER"));
  g_autofree char *one = in_top ("tree/Inbox");
  const char *const paths[] = { one, NULL };
  g_autoptr (GError) error = NULL;

  make_mbox ("tree/Inbox", 1);
  g_unsetenv ("HAUL_READER");
  g_autoptr (GPtrArray) found = haul_discovery_run (paths, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&found, g_ptr_array_unref);
  g_setenv ("HAUL_READER", "relative/reader", TRUE);
  found = haul_discovery_run (paths, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_setenv ("HAUL_READER", before, TRUE);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  top = g_dir_make_tmp ("mailhaul-discovery-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *home = in_top ("home");
  g_mkdir (home, 0700);
  g_setenv ("HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/discovery/run", test_run);
  g_test_add_func ("/discovery/twice", test_twice);
  g_test_add_func ("/discovery/one file", test_one_file);
  g_test_add_func ("/discovery/nothing there", test_nothing_there);
  g_test_add_func ("/discovery/default paths", test_default_paths);
  g_test_add_func ("/discovery/async", test_async);
  g_test_add_func ("/discovery/places", test_places);
  g_test_add_func ("/discovery/reader of the tree", test_reader_of_the_tree);
  int status = g_test_run ();
  const char *const remove[] = { "rm", "-rf", top, NULL };
  g_spawn_sync (NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (top);
  return status;
}
