/* test-haul-walk.c - what mail is found in a directory, and what is not taken for mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-walk.h"

#include "store/haul-store-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MBOX "From a@b.org Thu Jul  9 12:13:14 1998\nFrom: a@b.org\nSubject: x\n\nHello\n\n"
#define EML "From: a@b.org\nTo: b@b.org\nSubject: x\nDate: Thu, 9 Jul 1998 12:13:14 +0000\n\nHello\n"

typedef struct
{
  char *root; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->root = g_dir_make_tmp ("haul-walk-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  char *argv[] = { (char *)"rm", (char *)"-rf", fixture->root, NULL };

  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (fixture->root);
}

static void
put (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_autofree char *directory = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  if (g_str_has_suffix (name, "/"))
    g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  else
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
collect (HaulStoreInfo *info, const char *place, gpointer user_data)
{
  g_assert_nonnull (place);
  g_assert_true (g_utf8_validate (place, -1, NULL));
  if (info != NULL)
    g_ptr_array_add (user_data, haul_store_info_ref (info));
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* The stores found, as “format:path below the root”, sorted, one a line. */
static char *
find (Fixture *fixture, const char *below)
{
  g_autofree char *path = g_build_filename (fixture->root, below, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_info_unref);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (haul_walk_run (path, collect, found, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    {
      const HaulStoreInfo *info = g_ptr_array_index (found, i);
      g_assert_true (g_str_has_prefix (info->path, fixture->root));
      g_ptr_array_add (lines, g_strconcat (info->format, ":", info->path + strlen (fixture->root), NULL));
    }
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **)lines->pdata);
}

static void
assert_found (Fixture *fixture, const char *below, const char *want)
{
  g_autofree char *got = find (fixture, below);

  g_assert_cmpstr (got, ==, want);
}

/* The files of Outlook Express are one store; what lies beside and below them is found too. */
static void
test_outlook_express (Fixture *fixture, gconstpointer data)
{
  static const char dbx[] = "\xCF\xAD\x12\xFE\xC5\xFD\x74\x6F\x66\xE3\xD1\x11\x9A\x4E\x00\xC0";
  static const char *const names[] = { "backup/Inbox.dbx", "backup/Sent Items.dbx", "backup/Inbox.bak" };

  put (fixture, "backup/Unix/inbox", MBOX);
  put (fixture, "backup/letter.eml", EML);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->root, names[i], NULL);
      g_assert_true (g_file_set_contents (path, dbx, sizeof dbx - 1, NULL));
    }
  assert_found (fixture, ".", "dbx:/backup\neml:/backup/letter.eml\nmbox:/backup/Unix");
}

static void
test_a_home (Fixture *fixture, gconstpointer data)
{
  put (fixture, "Mail/inbox", MBOX);
  put (fixture, "Mail/sent", MBOX);
  put (fixture, "Mail/old.sbd/1998", MBOX);
  put (fixture, "Mail/lists/cur/", "");
  put (fixture, "Mail/lists/new/", "");
  put (fixture, ".maildir/cur/", "");
  put (fixture, ".maildir/new/900000000.1.x", EML);
  put (fixture, "export/a.eml", EML);
  put (fixture, "export/deep/b.EML", EML);
  put (fixture, "Downloads/one.mbox", MBOX);
  put (fixture, "Downloads/notes", "Hello\n");
  put (fixture, "Downloads/more", "Hello\n");
  put (fixture, "Downloads/letter.eml", EML);
  put (fixture, "notes.txt", "From here on all is text: see below.\n\nHello\n");
  assert_found (fixture, "",
                "eml:/Downloads/letter.eml\neml:/export\nmaildir:/.maildir\nmaildir:/Mail/lists\n"
                "mbox:/Downloads/one.mbox\nmbox:/Mail");
}

/* Half of what Thunderbird deleted is marked in its index alone: a person must be told. */
static void
test_thunderbird (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_info_unref);

  put (fixture, "p/Inbox", MBOX);
  put (fixture, "p/Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
  put (fixture, "p/Inbox.sbd/Old", MBOX);
  put (fixture, "p/Inbox.sbd/Old.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
  g_assert_true (haul_walk_run (fixture->root, collect, found, NULL, NULL));
  g_assert_cmpuint (found->len, ==, 1);
  const HaulStoreInfo *info = g_ptr_array_index (found, 0);
  g_assert_cmpstr (info->program, ==, "Thunderbird");
  g_assert_cmpint (info->grade, ==, HAUL_GRADE_GOOD);
  g_assert_nonnull (strstr (info->warning, "Compact Folders"));
}

/* A lone mbox in a person's home is one file: the home is not a store that swallows all others. */
static void
test_lone_mbox_in_home (Fixture *fixture, gconstpointer data)
{
  put (fixture, "home/anna/mbox", MBOX);
  put (fixture, "home/anna/Mail/inbox", MBOX);
  put (fixture, "home/anna/Mail/lists/gnome", MBOX);
  put (fixture, "disk/mbox", MBOX);
  put (fixture, "disk/.config/x", "x");
  assert_found (fixture, ".", "mbox:/disk/mbox\nmbox:/home/anna/Mail\nmbox:/home/anna/mbox");
}

/* Nothing is found by two readers: a From_ line in an .eml, an mbox among messages, messages beside mboxes. */
static void
test_mixed (Fixture *fixture, gconstpointer data)
{
  put (fixture, "a/1.eml", EML);
  put (fixture, "a/2.eml", MBOX);
  put (fixture, "a/3.eml", MBOX);
  put (fixture, "a/4.eml", MBOX);
  put (fixture, "a/box", MBOX);
  put (fixture, "b/1", MBOX);
  put (fixture, "b/2", MBOX);
  put (fixture, "b/3.eml", MBOX);
  put (fixture, "b/c/1.eml", EML);
  assert_found (fixture, "", "eml:/a\neml:/b/3.eml\neml:/b/c\nmbox:/a/box\nmbox:/b");
}

static void
test_no_mail (Fixture *fixture, gconstpointer data)
{
  put (fixture, "0001.patch",
       "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: a <a@b.org>\nDate: x\n"
       "Subject: [PATCH] x\n\n---\n");
  put (fixture, "cur", "a file\n");
  put (fixture, "a/cur/notes.txt", "text\n");
  put (fixture, "b/cur/", "");
  put (fixture, "c/new/", "");
  put (fixture, "letter", "From Monday on\nSubject to change\n");
  put (fixture, "config", "Name: value\nOther: value\n");
  put (fixture, "empty.mbox", "");
  put (fixture, ".git/x.mbox", MBOX);
  put (fixture, ".cache/x.mbox", MBOX);
  put (fixture, "node_modules/x/x.eml", EML);
  assert_found (fixture, "", "");
}

static void
test_the_path_is_a_store (Fixture *fixture, gconstpointer data)
{
  g_autofree char *link_path = g_build_filename (fixture->root, "link", NULL);
  g_autofree char *box = g_build_filename (fixture->root, "x", NULL);

  put (fixture, "x", MBOX);
  put (fixture, "one.eml", EML);
  put (fixture, "M/cur/900000000.1.x:2,S", EML);
  put (fixture, "M/new/", "");
  g_assert_cmpint (symlink (box, link_path), ==, 0);
  assert_found (fixture, "x", "mbox:/x");
  assert_found (fixture, "link", "mbox:/link");
  assert_found (fixture, "one.eml", "eml:/one.eml");
  assert_found (fixture, "M", "maildir:/M");
  assert_found (fixture, "M/cur", "maildir:/M");
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *missing = g_build_filename (fixture->root, "missing", NULL);
  g_autofree char *text = g_build_filename (fixture->root, "text", NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_info_unref);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  put (fixture, "text", "Hello\n");
  g_assert_false (haul_walk_run (missing, collect, found, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (haul_walk_run (text, collect, found, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL);
  g_clear_error (&error);
  g_assert_false (haul_walk_run ("/dev/null", collect, found, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (haul_walk_run (fixture->root, collect, found, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_links_and_twins (Fixture *fixture, gconstpointer data)
{
  g_autofree char *box = g_build_filename (fixture->root, "a", "x.mbox", NULL);
  g_autofree char *twin = g_build_filename (fixture->root, "b", "y.mbox", NULL);
  g_autofree char *loop = g_build_filename (fixture->root, "a", "loop", NULL);
  g_autofree char *soft = g_build_filename (fixture->root, "b", "z.mbox", NULL);
  g_autofree char *fifo = g_build_filename (fixture->root, "b", "fifo.mbox", NULL);

  put (fixture, "a/x.mbox", MBOX);
  put (fixture, "a/1", "text\n");
  put (fixture, "a/2", "text\n");
  put (fixture, "b/1", "text\n");
  put (fixture, "b/2", "text\n");
  g_assert_cmpint (link (box, twin), ==, 0);
  g_assert_cmpint (symlink (fixture->root, loop), ==, 0);
  g_assert_cmpint (symlink (box, soft), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  assert_found (fixture, "", "mbox:/a/x.mbox");
}

/* Deeper than the walk goes, and than a path may be long. */
static void
test_depth (Fixture *fixture, gconstpointer data)
{
  char *here = g_get_current_dir ();

  put (fixture, "top.mbox", MBOX);
  put (fixture, "1", "text\n");
  put (fixture, "2", "text\n");
  g_assert_cmpint (g_chdir (fixture->root), ==, 0);
  for (int i = 0; i < 300; i++)
    {
      g_assert_cmpint (g_mkdir ("a directory with a longer name", 0700), ==, 0);
      g_assert_cmpint (g_chdir ("a directory with a longer name"), ==, 0);
    }
  g_assert_true (g_file_set_contents ("deep.mbox", MBOX, -1, NULL));
  g_assert_cmpint (g_chdir (here), ==, 0);
  g_free (here);
  assert_found (fixture, "", "mbox:/top.mbox");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/walk/outlook-express", Fixture, NULL, set_up, test_outlook_express, tear_down);
  g_test_add ("/walk/home", Fixture, NULL, set_up, test_a_home, tear_down);
  g_test_add ("/walk/thunderbird", Fixture, NULL, set_up, test_thunderbird, tear_down);
  g_test_add ("/walk/lone-mbox-in-home", Fixture, NULL, set_up, test_lone_mbox_in_home, tear_down);
  g_test_add ("/walk/mixed", Fixture, NULL, set_up, test_mixed, tear_down);
  g_test_add ("/walk/no-mail", Fixture, NULL, set_up, test_no_mail, tear_down);
  g_test_add ("/walk/path-is-a-store", Fixture, NULL, set_up, test_the_path_is_a_store, tear_down);
  g_test_add ("/walk/errors", Fixture, NULL, set_up, test_errors, tear_down);
  g_test_add ("/walk/links-and-twins", Fixture, NULL, set_up, test_links_and_twins, tear_down);
  g_test_add ("/walk/depth", Fixture, NULL, set_up, test_depth, tear_down);
  return g_test_run ();
}
