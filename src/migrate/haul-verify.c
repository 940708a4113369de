/* haul-verify.c - compare the server with the sources again, changing nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the caller's.
 * Errors:  what ends it early is in the report.
 * See:     docs/upload.md. Mailboxes are opened by EXAMINE; no journal is used, so that nothing is believed that
 *          was not looked at.
 */
#include "migrate/haul-verify.h"

#include "account/haul-connection.h"
#include "migrate/haul-census.h"
#include "migrate/haul-recognition.h"
#include "migrate/haul-run-report.h"
#include "migrate/haul-scan.h"

#define KEEP_ALIVE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  HaulRun *run;
  HaulImapSession *session; /* (owned) (nullable) */
  gboolean every_byte;
  gint64 idle_since_us;
} Verify;

static void
keep_alive (gpointer user_data)
{
  Verify *self = user_data;

  if (g_get_monotonic_time () - self->idle_since_us < KEEP_ALIVE_US)
    return;
  self->idle_since_us = g_get_monotonic_time ();
  haul_imap_session_noop (self->session, self->run->stop, NULL);
}

static gboolean
is_no_mailbox (const GError *error)
{
  return g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
         || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE);
}

static gboolean
compare (Verify *self, HaulTransfer *transfer, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GError) local_error = NULL;

  haul_progress_set_phase (run->progress, HAUL_PHASE_CHECKING);
  g_autoptr (HaulListing) listing
      = haul_listing_read (self->session, transfer->folder->mailbox, 1, FALSE, run->stop, &local_error);
  if (listing == NULL && !is_no_mailbox (local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (listing != NULL)
    {
      haul_transfer_prepare (transfer, &listing->status);
      transfer->n_keywords_lost = 0;
      if (!haul_census_match (transfer, listing, self->session, self->every_byte, error)
          || !haul_recognition_run (transfer, listing, self->session, FALSE, error))
        return FALSE;
    }
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (item->state != HAUL_ITEM_OPEN)
        continue;
      item->proof = HAUL_PROOF_MISSING;
      haul_transfer_fail (transfer, item, "missing",
                          listing == NULL ? "The mailbox is not on the server." : "It is not in the mailbox.");
    }
  transfer->is_checked = TRUE;
  return TRUE;
}

static gboolean
verify_folder (Verify *self, guint index, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (HaulTransfer) transfer = haul_transfer_new (run, index);

  haul_progress_set_folder (run->progress, (int)index);
  haul_progress_set_phase (run->progress, HAUL_PHASE_READING);
  self->idle_since_us = g_get_monotonic_time ();
  if (transfer->folder->action == HAUL_PLAN_COPY)
    haul_scan_run (transfer, keep_alive, self);
  gboolean is_compared = !haul_run_is_stopping (run) && compare (self, transfer, error);
  haul_transfer_finish (transfer);
  return is_compared;
}

static gboolean
verify_all (Verify *self, GError **error)
{
  HaulRun *run = self->run;

  haul_progress_set_phase (run->progress, HAUL_PHASE_CONNECTING);
  self->session = haul_connection_open (run->account, NULL, NULL, run->stop, error);
  if (self->session == NULL || !haul_connection_login (self->session, run->account, run->stop, error))
    return FALSE;
  for (guint i = 0; i < run->plan->folders->len && !haul_run_is_stopping (run); i++)
    if (haul_plan_get_folder (run->plan, i)->action == HAUL_PLAN_COPY && !verify_folder (self, i, error))
      return FALSE;
  return TRUE;
}

/**
 * haul_verify_run:
 * @account: with its server and secret
 * @plan: what should be where
 * @every_byte: download every message; else those whose size fits a message of the source
 * @progress: (nullable): counters with a row for each folder of the plan
 * @cancellable: (nullable): stops it
 * @error: return location; not used at present: what goes wrong is in the report
 *
 * Looks for every message of the sources in its mailbox, octet for octet. Changes nothing anywhere.
 *
 * Returns: (transfer full) (nullable): present means found; what is missing is failed, with the code `missing`
 */
HaulReport *
haul_verify_run (HaulAccount *account,
                 HaulPlan *plan,
                 gboolean every_byte,
                 HaulProgress *progress,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (HaulRun) run = haul_run_new (account, plan);
  g_autoptr (GError) local_error = NULL;
  Verify self = { .run = run, .every_byte = every_byte };

  if (progress != NULL)
    {
      haul_progress_unref (run->progress);
      run->progress = haul_progress_ref (progress);
    }
  run->stop = cancellable == NULL ? g_cancellable_new () : g_object_ref (cancellable);
  g_set_object (&run->hard, run->stop);
  run->report = haul_run_report_new (run, "");
  run->report->is_verification = TRUE;
  if (!verify_all (&self, &local_error) && local_error != NULL)
    haul_run_stop (run, g_steal_pointer (&local_error));
  g_clear_pointer (&self.session, haul_imap_session_close);
  haul_run_report_finish (run);
  haul_progress_set_folder (run->progress, -1);
  haul_progress_set_phase (run->progress, HAUL_PHASE_FINISHED);
  return g_steal_pointer (&run->report);
}
