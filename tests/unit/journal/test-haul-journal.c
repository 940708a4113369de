/* test-haul-journal.c - the journal keeps what was committed, refuses what would make a duplicate, and stands damage
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-item.h"
#include "journal/haul-journal-move.h"

static const HaulGeneration generation_1 = { .mailbox = (char *)"Mailhaul-upload-1-1" };

typedef struct
{
  char *dir;
  HaulJournal *journal;
  gint64 run;
  gint64 folder;
  gint64 generation;
} Fixture;

static HaulItem *
make_item (guint8 which)
{
  g_autoptr (HaulMessage) message = haul_message_new ("12:34", which);

  message->size = 100u + which;
  message->digest[0] = which;
  message->flags = HAUL_MESSAGE_SEEN | HAUL_MESSAGE_JUNK;
  return haul_item_new (message);
}

static void
open_journal (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->journal = haul_journal_open (f->dir, "0123456789abcdef", &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("journal-XXXXXX", NULL);
  open_journal (f);
  f->run = haul_journal_begin_run (f->journal, "20261124-2315-3f9a", &error);
  f->folder = haul_journal_begin_folder (f->journal, f->run, "INBOX", "/store", "Inbox", &error);
  f->generation = haul_journal_generation_new (f->journal, f->run, &generation_1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (f->generation, >, 0);
}

static void
remove_dir (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_dir (child);
      else
        g_remove (child);
    }
  g_rmdir (path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->journal, haul_journal_close);
  remove_dir (f->dir);
  g_free (f->dir);
}

static char *
get_path (Fixture *f)
{
  return g_build_filename (f->dir, "journal", "0123456789abcdef.db", NULL);
}

static gint64
send_item (Fixture *f, guint8 which)
{
  g_autoptr (HaulItem) item = make_item (which);
  g_autoptr (GError) error = NULL;

  haul_journal_item_add (f->journal, f->folder, item, &error);
  haul_journal_item_intend (f->journal, item->row, f->generation, &error);
  g_assert_no_error (error);
  return item->row;
}

/* The moment of a kill -9: the process ends without closing anything. */
static void
crash_and_reopen (Fixture *f, gint64 (*work) (Fixture *f))
{
  g_clear_pointer (&f->journal, haul_journal_close);
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      open_journal (f);
      work (f);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  open_journal (f);
}

static gint64
work_until_intent (Fixture *f)
{
  g_autoptr (HaulItem) later = make_item (9);

  gint64 row = send_item (f, 1);
  /* Written after the last commit: lost with the process. */
  haul_journal_item_add (f->journal, f->folder, later, NULL);
  haul_journal_generation_assign (f->journal, f->generation, row, 7, NULL);
  return row;
}

static void
test_intent_survives (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  crash_and_reopen (f, work_until_intent);
  g_autoptr (GPtrArray) generations = haul_journal_generation_list (f->journal, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (generations->len, ==, 1);
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (f->journal, f->generation, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (items->len, ==, 1);
  HaulGenerationItem *item = items->pdata[0];
  g_assert_cmpuint (item->staged_uid, ==, 0);
  g_assert_cmpuint (item->digest[0], ==, 1);
  g_assert_cmpuint (item->size, ==, 101);
  g_assert_cmpstr (item->mailbox, ==, "INBOX");
}

static gint64
work_until_move (Fixture *f)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (HaulMoveItem));
  gint64 row = send_item (f, 1);
  HaulMove move = { 0, HAUL_MOVE_BY_COPY, (char *)"INBOX", 5, 100 };

  haul_journal_generation_assign (f->journal, f->generation, row, 7, NULL);
  HaulMoveItem one = { row, 0 };
  g_array_append_val (rows, one);
  g_assert_cmpint (haul_journal_move_begin (f->journal, f->generation, &move, rows, NULL), >, 0);
  haul_journal_item_place (f->journal, row, "INBOX", 5, 100, NULL);
  return row;
}

static void
test_move_survives (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  crash_and_reopen (f, work_until_move);
  g_autoptr (GPtrArray) moves = haul_journal_move_list (f->journal, f->generation, &error);
  g_assert_cmpuint (moves->len, ==, 1);
  HaulMove *move = moves->pdata[0];
  g_assert_cmpuint (move->uid_next, ==, 100);
  g_assert_cmpint (move->verb, ==, HAUL_MOVE_BY_COPY);
  g_autoptr (GPtrArray) items = haul_journal_move_list_items (f->journal, move->row, &error);
  g_assert_cmpuint (items->len, ==, 1);
  g_assert_cmpuint (((HaulGenerationItem *)items->pdata[0])->staged_uid, ==, 7);

  g_assert_true (
      haul_journal_item_place (f->journal, ((HaulGenerationItem *)items->pdata[0])->row, "INBOX", 5, 100, &error));
  g_assert_true (haul_journal_move_end (f->journal, move->row, &error));
  g_assert_true (haul_journal_generation_set_state (f->journal, f->generation, HAUL_GENERATION_GONE, &error));
  g_autoptr (GPtrArray) rest = haul_journal_generation_list (f->journal, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rest->len, ==, 0);
}

/* A message that may still arrive is not sent a second time. */
static void
test_under_way_once (Fixture *f, gconstpointer data)
{
  g_autoptr (HaulItem) again = make_item (1);
  g_autoptr (GError) error = NULL;
  gint64 first = send_item (f, 1);

  if (data == NULL)
    g_assert_true (haul_journal_item_lose (f->journal, first, NULL));
  gboolean is_added = haul_journal_item_add (f->journal, f->folder, again, &error);
  g_assert_cmpint (is_added, ==, data == NULL);
}

static void
test_one_assignment (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 first = send_item (f, 1);
  gint64 second = send_item (f, 2);

  g_assert_true (haul_journal_generation_assign (f->journal, f->generation, first, 7, &error));
  g_assert_false (haul_journal_generation_assign (f->journal, f->generation, second, 7, &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL);
  /* After an error nothing is done any more: no last octet leaves. */
  g_clear_error (&error);
  g_assert_false (haul_journal_item_intend (f->journal, second, f->generation, &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL);
}

static void
test_item_assigned_once (Fixture *f, gconstpointer data)
{
  gint64 row = send_item (f, 1);

  g_assert_true (haul_journal_generation_assign (f->journal, f->generation, row, 7, NULL));
  g_assert_false (haul_journal_generation_assign (f->journal, f->generation, row, 8, NULL));
}

static void
test_unassigned_never_placed (Fixture *f, gconstpointer data)
{
  gint64 row = send_item (f, 1);

  g_assert_false (haul_journal_item_place (f->journal, row, "INBOX", 5, 100, NULL));
}

static void
test_one_place (Fixture *f, gconstpointer data)
{
  gint64 first = send_item (f, 1);
  gint64 second = send_item (f, 2);

  haul_journal_generation_assign (f->journal, f->generation, first, 7, NULL);
  haul_journal_generation_assign (f->journal, f->generation, second, 8, NULL);
  g_assert_true (haul_journal_item_place (f->journal, first, "INBOX", 5, 100, NULL));
  g_assert_false (haul_journal_item_place (f->journal, second, "INBOX", 5, 100, NULL));
}

static void
test_generation_name_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (haul_journal_generation_new (f->journal, f->run, &generation_1, &error), ==, 0);
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL);
}

static void
test_known (Fixture *f, gconstpointer data)
{
  gint64 row = send_item (f, 3);
  HaulJournalKnown seen = { .uid = 50, .size = 9 };

  haul_journal_generation_assign (f->journal, f->generation, row, 7, NULL);
  haul_journal_item_place (f->journal, row, "INBOX", 5, 100, NULL);
  haul_journal_item_learn (f->journal, "INBOX", 5, &seen, NULL);
  g_autoptr (GArray) before = haul_journal_item_list_known (f->journal, "INBOX", 5, 0, NULL);
  g_assert_cmpuint (before->len, ==, 2);
  g_assert_cmpuint (g_array_index (before, HaulJournalKnown, 0).uid, ==, 50);
  g_assert_false (g_array_index (before, HaulJournalKnown, 0).is_ours);
  g_assert_false (g_array_index (before, HaulJournalKnown, 1).is_ours);
  g_assert_cmpuint (g_array_index (before, HaulJournalKnown, 1).digest[0], ==, 3);

  haul_journal_item_verify (f->journal, row, NULL);
  g_autoptr (GArray) after = haul_journal_item_list_known (f->journal, "INBOX", 5, 0, NULL);
  g_assert_true (g_array_index (after, HaulJournalKnown, 1).is_ours);
  g_autoptr (GArray) other = haul_journal_item_list_known (f->journal, "INBOX", 6, 0, NULL);
  g_assert_cmpuint (other->len, ==, 0);
}

static void
test_busy (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_journal_open (f->dir, "0123456789abcdef", &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BUSY);
}

static void
damage (Fixture *f, gsize offset)
{
  g_autofree char *path = get_path (f);
  guint8 noise[1024];

  g_clear_pointer (&f->journal, haul_journal_close);
  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = (guint8)g_test_rand_int ();
  int fd = open (path, O_WRONLY);
  g_assert_cmpint (pwrite (fd, noise, sizeof noise, (off_t)offset), ==, sizeof noise);
  close (fd);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *path = get_path (f);

  damage (f, GPOINTER_TO_SIZE (data));
  open_journal (f);
  const char *kept = haul_journal_get_set_aside (f->journal);
  g_assert_nonnull (kept);
  g_assert_true (g_file_test (kept, G_FILE_TEST_IS_REGULAR));
  g_autoptr (GPtrArray) generations = haul_journal_generation_list (f->journal, 0, NULL);
  g_assert_cmpuint (generations->len, ==, 0);
}

static void
test_private (Fixture *f, gconstpointer data)
{
  g_autofree char *path = get_path (f);
  g_autofree char *dir = g_path_get_dirname (path);
  GStatBuf info;

  g_stat (path, &info);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_stat (dir, &info);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
}

static void
test_unwritable (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_journal_open ("/proc/nowhere", "a", &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL);
}

#define ADD(name, data, test) g_test_add ("/journal/" name, Fixture, data, set_up, test, tear_down)

/* Homes are reached through links on some systems; a link in the journal's own place is none of ours. */
static void
test_links (Fixture *f, gconstpointer data)
{
  g_autofree char *link = g_strconcat (f->dir, "-link", NULL);
  g_autofree char *planted = g_build_filename (f->dir, "journal", "fedcba9876543210.db", NULL);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&f->journal, haul_journal_close);
  g_assert_cmpint (symlink (f->dir, link), ==, 0);
  f->journal = haul_journal_open (link, "0123456789abcdef", &error);
  g_assert_no_error (error);
  g_assert_null (haul_journal_get_set_aside (f->journal));
  g_assert_cmpint (symlink ("/tmp/elsewhere.db", planted), ==, 0);
  g_assert_null (haul_journal_open (f->dir, "fedcba9876543210", &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL);
  g_remove (link);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("intent-survives", NULL, test_intent_survives);
  ADD ("move-survives", NULL, test_move_survives);
  ADD ("under-way-once", "", test_under_way_once);
  ADD ("lost-again", NULL, test_under_way_once);
  ADD ("one-assignment", NULL, test_one_assignment);
  ADD ("item-assigned-once", NULL, test_item_assigned_once);
  ADD ("unassigned-never-placed", NULL, test_unassigned_never_placed);
  ADD ("one-place", NULL, test_one_place);
  ADD ("generation-name-once", NULL, test_generation_name_once);
  ADD ("known", NULL, test_known);
  ADD ("links", NULL, test_links);
  ADD ("busy", NULL, test_busy);
  ADD ("damaged-head", NULL, test_damaged);
  ADD ("damaged-middle", GSIZE_TO_POINTER (8192), test_damaged);
  ADD ("private", NULL, test_private);
  g_test_add_func ("/journal/unwritable", test_unwritable);
  return g_test_run ();
}
