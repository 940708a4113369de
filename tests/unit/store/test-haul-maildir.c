/* test-haul-maildir.c - what a Maildir's names and file times tell of its messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-maildir-name.h"
#include "store/haul-maildir-reader.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define DELIVERED 1078736400
#define EML "From: a@b.org\nSubject: x\n\nHello\n"

static void
test_flags (void)
{
  static const struct
  {
    const char *name;
    guint flags;
  } rows[] = {
    { "1.x:2,", 0 },
    { "1.x:2,D", HAUL_MESSAGE_DRAFT },
    { "1.x:2,F", HAUL_MESSAGE_FLAGGED },
    { "1.x:2,P", HAUL_MESSAGE_FORWARDED },
    { "1.x:2,R", HAUL_MESSAGE_ANSWERED },
    { "1.x:2,S", HAUL_MESSAGE_SEEN },
    { "1.x:2,T", HAUL_MESSAGE_DELETED },
    { "1.x!2,ST", HAUL_MESSAGE_SEEN | HAUL_MESSAGE_DELETED },
    { "1.ST", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmphex (haul_maildir_name_get_flags (rows[i].name), ==, rows[i].flags);
}

static gint64
read_date (gint64 modified, gboolean has_server_dates)
{
  g_autofree char *dir = g_dir_make_tmp ("haul-maildir-XXXXXX", NULL);
  g_autofree char *cur = g_build_filename (dir, "cur", NULL);
  g_autofree char *path = g_build_filename (cur, G_STRINGIFY (DELIVERED) ".M1P1.host:2,S", NULL);
  struct timespec times[2] = { { .tv_sec = modified }, { .tv_sec = modified } };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (cur, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, EML, -1, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
  g_autoptr (HaulReader) reader = haul_maildir_reader_new (dir, HAUL_ROLE_NONE, has_server_dates);
  g_autoptr (HaulMessage) message = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (cur);
  g_rmdir (dir);
  return message->received;
}

/* A server's file time is the received date; a copy's, younger than the delivery, is not. */
static void
test_dates (void)
{
  g_assert_cmpint (read_date (DELIVERED - 5000, TRUE), ==, DELIVERED - 5000);
  g_assert_cmpint (read_date (DELIVERED + 30, TRUE), ==, DELIVERED + 30);
  g_assert_cmpint (read_date (DELIVERED + 86400, TRUE), ==, DELIVERED);
  g_assert_cmpint (read_date (DELIVERED - 5000, FALSE), ==, DELIVERED);
}

static HaulMessageState
read_state (const char *name, const char *text, gssize length)
{
  g_autofree char *dir = g_dir_make_tmp ("haul-maildir-XXXXXX", NULL);
  g_autofree char *cur = g_build_filename (dir, "cur", NULL);
  g_autofree char *path = g_build_filename (cur, name, NULL);

  g_assert_cmpint (g_mkdir (cur, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, length, NULL));
  g_autoptr (HaulReader) reader = haul_maildir_reader_new (dir, HAUL_ROLE_NONE, FALSE);
  g_autoptr (HaulMessage) message = haul_reader_next (reader, NULL, NULL);
  g_unlink (path);
  g_rmdir (cur);
  g_rmdir (dir);
  return message->state;
}

/* A message of which only a part was copied to this disk is not taken for whole. */
static void
test_cut (void)
{
  g_assert_cmpint (read_state ("1078736400.x,S=32:2,S", EML, 32), ==, HAUL_MESSAGE_WHOLE);
  g_assert_cmpint (read_state ("1078736400.x,S=30:2,S", EML, 32), ==, HAUL_MESSAGE_WHOLE);
  g_assert_cmpint (read_state ("1078736400.x,S=32:2,S", EML, 20), ==, HAUL_MESSAGE_CUT);
  g_assert_cmpint (read_state ("1078736400.x,S=32:2,S", "\x1f\x8b\x08", 3), ==, HAUL_MESSAGE_WHOLE);
  g_assert_cmpint (read_state ("1078736400.x,S=32:2,S", "", 0), ==, HAUL_MESSAGE_UNREADABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/maildir/flags", test_flags);
  g_test_add_func ("/maildir/dates", test_dates);
  g_test_add_func ("/maildir/cut", test_cut);
  return g_test_run ();
}
