/* test-haul-journal-undo.c - what a job placed is found again, and what is taken back was never placed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-item.h"
#include "journal/haul-journal-undo.h"

#define JOB "20261124-2315-3f9a"
#define OTHER_JOB "20261124-2315-ffff"

typedef struct
{
  char *dir;
  HaulJournal *journal;
  gint64 run;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("journal-XXXXXX", NULL);
  f->journal = haul_journal_open (f->dir, "0123456789abcdef", &error);
  g_assert_no_error (error);
  f->run = haul_journal_begin_run (f->journal, JOB, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  haul_journal_close (f->journal);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat ("0123456789abcdef.db", suffixes[i], NULL);
      g_autofree char *path = g_build_filename (f->dir, "journal", name, NULL);
      g_remove (path);
    }
  g_autofree char *journal_dir = g_build_filename (f->dir, "journal", NULL);
  g_rmdir (journal_dir);
  g_rmdir (f->dir);
  g_free (f->dir);
}

/* One message, all the way. */
static gint64
place (Fixture *f, gint64 run, const char *mailbox, guint8 which, const char *label)
{
  g_autoptr (HaulMessage) message = haul_message_new ("12:34", which);
  g_autoptr (GError) error = NULL;
  g_autofree char *staging = g_strdup_printf ("Mailhaul-upload-%s-%u", mailbox, which);

  message->size = 100u + which;
  message->digest[0] = which;
  message->flags = HAUL_MESSAGE_SEEN;
  g_autoptr (HaulItem) item = haul_item_new (message);
  if (label != NULL)
    item->sent_keywords = g_strsplit (label, " ", -1);
  gint64 folder = haul_journal_begin_folder (f->journal, run, mailbox, "/store", "Inbox", &error);
  gint64 generation = haul_journal_generation_new (f->journal, run, &(HaulGeneration){ .mailbox = staging }, &error);
  haul_journal_item_add (f->journal, folder, item, &error);
  haul_journal_item_intend (f->journal, item->row, generation, &error);
  haul_journal_generation_assign (f->journal, generation, item->row, which, &error);
  haul_journal_item_place (f->journal, item->row, mailbox, 7, which, &error);
  haul_journal_commit (f->journal, &error);
  g_assert_no_error (error);
  return item->row;
}

static void
test_places (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 again = haul_journal_begin_run (f->journal, JOB, &error);
  gint64 other = haul_journal_begin_run (f->journal, OTHER_JOB, &error);

  place (f, f->run, "A", 1, NULL);
  place (f, again, "A", 2, "$Forwarded blue");
  place (f, again, "B", 3, NULL);
  place (f, other, "A", 4, NULL);
  g_autoptr (GPtrArray) places = haul_journal_undo_list_places (f->journal, JOB, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (places->len, ==, 2);
  const HaulUndoPlace *first = places->pdata[0];
  g_assert_cmpstr (first->mailbox, ==, "A");
  g_assert_cmpuint (first->uid_validity, ==, 7);
  g_assert_cmpuint (first->messages, ==, 2);

  g_autoptr (GArray) items = haul_journal_undo_list_items (f->journal, JOB, first, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (items->len, ==, 2);
  const HaulUndoItem *second = &g_array_index (items, HaulUndoItem, 1);
  g_assert_null (g_array_index (items, HaulUndoItem, 0).words);
  g_assert_cmpstr (second->words, ==, "$Forwarded blue");
  g_assert_cmpuint (second->uid, ==, 2);
  g_assert_cmpuint (second->size, ==, 102);
  g_assert_cmpuint (second->digest[0], ==, 2);

  g_autoptr (HaulUndoOrigin) origin = haul_journal_undo_find_origin (f->journal, second->row, &error);
  g_assert_cmpstr (origin->store, ==, "/store");
  g_assert_cmpstr (origin->folder, ==, "Inbox");
  g_assert_cmpstr (origin->key, ==, "12:34");
}

static void
test_taking (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 rows[] = { place (f, f->run, "A", 1, NULL), place (f, f->run, "A", 2, NULL) };

  g_assert_true (haul_journal_undo_begin (f->journal, rows, 2, &error));
  g_autoptr (GPtrArray) places = haul_journal_undo_list_taking_places (f->journal, &error);
  g_assert_cmpuint (places->len, ==, 1);
  g_autoptr (GArray) taking = haul_journal_undo_list_taking (f->journal, places->pdata[0], &error);
  g_assert_cmpuint (taking->len, ==, 2);

  g_assert_true (haul_journal_undo_end (f->journal, rows[0], TRUE, &error));
  g_assert_true (haul_journal_undo_end (f->journal, rows[1], FALSE, &error));
  g_autoptr (GPtrArray) none = haul_journal_undo_list_taking_places (f->journal, &error);
  g_assert_cmpuint (none->len, ==, 0);
  g_autoptr (GArray) left = haul_journal_undo_list_items (f->journal, JOB, places->pdata[0], &error);
  g_assert_no_error (error);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_cmpint (g_array_index (left, HaulUndoItem, 0).row, ==, rows[1]);

  /* Else the next copy would take it for a message that the person removed. */
  g_autoptr (GArray) known = haul_journal_item_list_known (f->journal, "A", 7, 1, &error);
  g_assert_cmpuint (known->len, ==, 1);
  g_assert_cmpuint (g_array_index (known, HaulJournalKnown, 0).uid, ==, 2);
}

static void
test_mailboxes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 other = haul_journal_begin_run (f->journal, OTHER_JOB, &error);

  g_assert_true (haul_journal_undo_add_mailbox (f->journal, f->run, "A", &error));
  g_assert_true (haul_journal_undo_add_mailbox (f->journal, f->run, "A/B", &error));
  g_assert_true (haul_journal_undo_set_uid_validity (f->journal, "A/B", 9, &error));
  g_assert_true (haul_journal_undo_add_mailbox (f->journal, f->run, "C", &error));
  g_assert_true (haul_journal_undo_remove_mailbox (f->journal, "C", &error));
  g_assert_true (haul_journal_undo_add_mailbox (f->journal, other, "D", &error));
  g_autoptr (GPtrArray) list = haul_journal_undo_list_mailboxes (f->journal, JOB, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((HaulUndoMailbox *)list->pdata[0])->mailbox, ==, "A/B");
  g_assert_cmpuint (((HaulUndoMailbox *)list->pdata[0])->uid_validity, ==, 9);
  g_assert_cmpstr (((HaulUndoMailbox *)list->pdata[1])->mailbox, ==, "A");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/journal-undo/places", test_places);
  ADD ("/journal-undo/taking", test_taking);
  ADD ("/journal-undo/mailboxes", test_mailboxes);
  return g_test_run ();
}
