/* test-haul-run.c - what is decided about one message, one wait, one folder, without a server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "imap/haul-imap-append.h"
#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-run-report.h"
#include "migrate/haul-transfer.h"

typedef struct
{
  char *dir;
  HaulRun *run;
  gint64 generation;
  HaulTransfer *transfer;
  HaulItem *item; /* borrowed */
} Fixture;

static HaulPlan *
make_plan (void)
{
  static const char *const inbox[] = { "Inbox", NULL };
  static const char *const trash[] = { "Deleted Items", NULL };
  HaulStoreSummary summary = { .info = haul_store_info_new ("Outlook Express", "dbx", HAUL_GRADE_EXACT, "/mail/oe"),
                               .folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref) };
  g_autoptr (GPtrArray) summaries = g_ptr_array_new ();
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (summary.folders, haul_folder_new ("Inbox", inbox, HAUL_ROLE_INBOX));
  g_ptr_array_add (summary.folders, haul_folder_new ("Deleted Items", trash, HAUL_ROLE_TRASH));
  ((HaulFolder *)summary.folders->pdata[0])->messages = 1;
  ((HaulFolder *)summary.folders->pdata[1])->messages = -1;
  g_ptr_array_add (summaries, &summary);
  HaulPlan *plan = haul_plan_new (summaries, server, choices, &error);
  g_assert_no_error (error);
  haul_store_info_unref (summary.info);
  g_ptr_array_unref (summary.folders);
  return plan;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("localhost", 993, HAUL_SECURITY_TLS);
  g_autoptr (HaulAccount) account = haul_account_new ("bob", endpoint);
  g_autoptr (HaulPlan) plan = make_plan ();
  g_autoptr (HaulMessage) message = haul_message_new ("1", 1);
  g_autoptr (GError) error = NULL;

  f->dir = g_dir_make_tmp ("run-XXXXXX", NULL);
  f->run = haul_run_new (account, plan);
  f->run->stop = g_cancellable_new ();
  f->run->journal = haul_journal_open (f->dir, "0123456789abcdef", &error);
  g_assert_no_error (error);
  f->run->row = haul_journal_begin_run (f->run->journal, "job", &error);
  f->generation = haul_journal_generation_new (f->run->journal, f->run->row,
                                               &(HaulGeneration){ .mailbox = (char *)"Mailhaul-upload-1-1" }, &error);
  f->run->report = haul_run_report_new (f->run, "job");
  f->transfer = haul_transfer_new (f->run, 0);
  f->transfer->row = haul_journal_begin_folder (f->run->journal, f->run->row, "INBOX", "/mail/oe", "Inbox", &error);
  g_assert_no_error (error);
  message->size = 100;
  f->item = haul_item_new (message);
  g_ptr_array_add (f->transfer->items, f->item);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -r %s", f->dir);

  haul_transfer_free (f->transfer);
  haul_run_free (f->run);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
}

/* The message was being sent when the connection ended by @reason, and was not found afterwards. */
static void
lose_sending (Fixture *f, const GError *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (haul_journal_item_add (f->run->journal, f->transfer->row, f->item, &error));
  g_assert_true (haul_journal_item_intend (f->run->journal, f->item->row, f->generation, &error));
  g_assert_true (haul_journal_item_lose (f->run->journal, f->item->row, &error));
  haul_transfer_begin_item (f->transfer, 0);
  f->item->state = HAUL_ITEM_STAGED;
  g_assert_true (haul_transfer_sync (f->transfer, reason, &error));
  g_assert_no_error (error);
}

/* To wait is no attempt: however often a server asks for patience, the message is still to be sent. */
static void
test_throttled (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) later = haul_imap_error_new (HAUL_IMAP_ERROR_THROTTLED, NULL, "later", "x");
  g_autoptr (GError) closed = haul_imap_error_new (HAUL_IMAP_ERROR_CLOSED, NULL, NULL, "x");

  for (guint i = 0; i < 6; i++)
    {
      lose_sending (f, later);
      g_assert_cmpint (f->item->state, ==, HAUL_ITEM_OPEN);
    }
  g_assert_cmpuint (f->run->report->messages->len, ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      lose_sending (f, closed);
      g_assert_cmpint (f->item->state, ==, HAUL_ITEM_OPEN);
    }
  /* The third time that the connection breaks over it. */
  lose_sending (f, closed);
  g_assert_cmpint (f->item->state, ==, HAUL_ITEM_DONE);
  g_assert_cmpuint (f->run->report->messages->len, ==, 1);
  const HaulReportMessage *line = f->run->report->messages->pdata[0];
  g_assert_cmpint (line->outcome, ==, HAUL_OUTCOME_FAILED);
  g_assert_cmpstr (line->code, ==, "connection-lost");
}

static gpointer
end_run (gpointer data)
{
  HaulRun *run = data;

  g_usleep (100 * 1000);
  haul_run_stop (run, g_error_new_literal (HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_OVERQUOTA, "full"));
  return NULL;
}

static gpointer
cancel_run (gpointer data)
{
  HaulRun *run = data;

  g_usleep (100 * 1000);
  g_cancellable_cancel (run->stop);
  return NULL;
}

/* A lane that waits for the server does not keep the others from ending, nor the person from stopping. */
static void
test_sleep (Fixture *f, gconstpointer data)
{
  GThread *watch = haul_run_start_watch (f->run);
  GThread *other = g_thread_new ("other", data, f->run);
  gint64 start_us = g_get_monotonic_time ();

  haul_run_sleep (f->run, 8000);
  gint64 waited_us = g_get_monotonic_time () - start_us;
  g_assert_true (haul_run_is_stopping (f->run));
  g_assert_cmpint (waited_us, >=, 50 * 1000);
  g_assert_cmpint (waited_us, <, 6000 * 1000);
  g_thread_join (other);
  haul_run_end_watch (f->run, watch);
}

/* Each flag by itself becomes its own. */
static void
test_flags (void)
{
  static const struct
  {
    HaulMessageFlags local;
    guint server;
  } rows[] = {
    { 0, 0 },
    { HAUL_MESSAGE_SEEN, HAUL_IMAP_FLAG_SEEN },
    { HAUL_MESSAGE_ANSWERED, HAUL_IMAP_FLAG_ANSWERED },
    { HAUL_MESSAGE_FLAGGED, HAUL_IMAP_FLAG_FLAGGED },
    { HAUL_MESSAGE_DRAFT, HAUL_IMAP_FLAG_DRAFT },
    { HAUL_MESSAGE_DELETED, 0 },
    { HAUL_MESSAGE_FORWARDED, 0 },
    { HAUL_MESSAGE_JUNK, 0 },
    { HAUL_MESSAGE_SEEN | HAUL_MESSAGE_DRAFT, HAUL_IMAP_FLAG_SEEN | HAUL_IMAP_FLAG_DRAFT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HaulItem item = { .flags = rows[i].local };
      g_assert_cmpuint (haul_item_get_imap_flags (&item), ==, rows[i].server);
    }
}

/* A folder left out by rule is told of, also where nobody knows how many messages it holds. */
static void
test_left_out (Fixture *f, gconstpointer data)
{
  haul_run_count (f->run, 0, &(HaulCounts){ .found = 1, .present = 1 });
  ((HaulReportFolder *)f->run->report->folders->pdata[0])->is_checked = TRUE;
  haul_run_report_finish (f->run);
  g_assert_cmpuint (f->run->report->messages->len, ==, 1);
  const HaulReportMessage *line = f->run->report->messages->pdata[0];
  g_assert_cmpuint (line->folder, ==, 1);
  g_assert_cmpint (line->outcome, ==, HAUL_OUTCOME_SKIPPED);
  g_assert_cmpstr (line->code, ==, "folder-of-deleted");
  g_assert_nonnull (strstr (line->text, "however much it holds"));
  g_assert_cmpint (f->run->report->verdict, ==, HAUL_VERDICT_COMPLETE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/run/throttled", Fixture, NULL, set_up, test_throttled, tear_down);
  g_test_add ("/run/sleep/error", Fixture, end_run, set_up, test_sleep, tear_down);
  g_test_add ("/run/sleep/cancelled", Fixture, cancel_run, set_up, test_sleep, tear_down);
  g_test_add_func ("/run/flags", test_flags);
  g_test_add ("/run/left-out", Fixture, NULL, set_up, test_left_out, tear_down);
  return g_test_run ();
}
