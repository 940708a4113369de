/* test-haul-file.c - only ordinary files are opened, and a change while reading is noticed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-file.h"

#include "store/haul-store-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *dir;  /* (owned) */
  char *path; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("haul-file-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, "file", NULL);
  g_assert_true (g_file_set_contents (fixture->path, "0123456789", 10, NULL));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
      if (g_unlink (path) < 0)
        g_rmdir (path);
    }
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->path);
}

static void
test_range (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFile) file = haul_file_open (fixture->path, &error);
  g_assert_no_error (error);
  g_autoptr (GInputStream) stream = haul_file_read_range (file, 3, 4);
  char buffer[16] = { 0 };
  gsize n;

  g_assert_cmpint (file->identity.size, ==, 10);
  g_assert_true (g_input_stream_read_all (stream, buffer, sizeof buffer, &n, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (buffer, ==, "3456");
  g_assert_cmpint (haul_file_pread (file, buffer, sizeof buffer, 8, &error), ==, 2);
  g_assert_cmpint (haul_file_pread (file, buffer, sizeof buffer, 11, &error), ==, 0);
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFile) file = haul_file_open (fixture->path, &error);
  g_autoptr (GInputStream) stream = haul_file_read_range (file, 0, 10);
  char buffer[16];

  g_assert_cmpint (g_input_stream_read (stream, buffer, 10, NULL, &error), ==, 10);
  int fd = open (fixture->path, O_WRONLY | O_APPEND);
  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  close (fd);
  g_assert_cmpint (g_input_stream_read (stream, buffer, 10, NULL, &error), ==, -1);
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
}

static void
test_shorter (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFile) file = haul_file_open (fixture->path, &error);
  g_autoptr (GInputStream) stream = haul_file_read_range (file, 0, 10);
  char buffer[16];

  g_assert_cmpint (truncate (fixture->path, 0), ==, 0);
  g_assert_cmpint (g_input_stream_read (stream, buffer, 10, NULL, &error), ==, -1);
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->dir, "other", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_file_open (other, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (mkfifo (other, 0600), ==, 0);
  g_assert_null (haul_file_open (other, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (haul_file_open (fixture->dir, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_null (haul_file_open ("/dev/zero", &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
}

static void
test_links (Fixture *fixture, gconstpointer data)
{
  g_autofree char *link_path = g_build_filename (fixture->dir, "link", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (symlink (fixture->path, link_path), ==, 0);
  g_assert_null (haul_file_open (link_path, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_autoptr (HaulFile) file = haul_file_open_root (link_path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (file->identity.size, ==, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/file/range", Fixture, NULL, set_up, test_range, tear_down);
  g_test_add ("/file/change", Fixture, NULL, set_up, test_change, tear_down);
  g_test_add ("/file/shorter", Fixture, NULL, set_up, test_shorter, tear_down);
  g_test_add ("/file/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/file/links", Fixture, NULL, set_up, test_links, tear_down);
  return g_test_run ();
}
