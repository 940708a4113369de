/* haul-verify.c - compare the server with the sources again, changing nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the caller's.
 * Errors:  what ends it early is in the report.
 * See:     docs/upload.md. Mailboxes are opened by EXAMINE; no journal is used, so that nothing is believed that
 *          was not looked at; that of a job says what was placed where, and is not written to.
 */
#include "migrate/haul-verify.h"

#include <string.h>

#include "account/haul-connection.h"
#include "migrate/haul-census.h"
#include "migrate/haul-recognition.h"
#include "migrate/haul-run-report.h"
#include "migrate/haul-scan.h"
#include "migrate/haul-verify-job.h"

#define KEEP_ALIVE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  HaulRun *run;
  HaulImapSession *session; /* (owned) (nullable) */
  HaulVerifyOptions options;
  HaulVerifyJob *job; /* (owned) (nullable) */
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

static void
fail_missing (Verify *self, HaulTransfer *transfer, gboolean has_mailbox)
{
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      const char *code = "missing";
      const char *text = "It is not in the mailbox.";
      if (item->state != HAUL_ITEM_OPEN)
        continue;
      item->proof = HAUL_PROOF_MISSING;
      if (!has_mailbox)
        text = "The mailbox is not on the server.";
      else if (self->job != NULL && haul_verify_job_placed (self->job, item))
        {
          code = "removed-since";
          text = "It was copied, and it is not in the mailbox any more.";
        }
      haul_transfer_fail (transfer, item, code, text);
    }
}

static void
add_evidence (Verify *self, const HaulTransfer *transfer, const HaulReportEvidence *one, const HaulListingRow *row)
{
  GPtrArray *evidence = self->run->report->evidence;

  if (evidence == NULL)
    return;
  HaulReportEvidence *copy = g_memdup2 (one, sizeof *one);
  copy->folder = transfer->index;
  copy->source = g_strdup (one->source);
  if (row != NULL && row->has_digest)
    memcpy (copy->server_digest, row->digest, sizeof copy->server_digest);
  g_ptr_array_add (evidence, copy);
}

static void
add_all_evidence (Verify *self, const HaulTransfer *transfer, const HaulListing *listing)
{
  for (guint i = 0; i < transfer->items->len; i++)
    {
      const HaulItem *item = transfer->items->pdata[i];
      HaulReportEvidence one
          = { .source = item->key, .date = item->date, .bytes = item->size, .proof = item->proof, .uid = item->uid };
      memcpy (one.digest, item->digest, sizeof one.digest);
      add_evidence (self, transfer, &one,
                    listing == NULL || item->uid == 0 ? NULL : haul_listing_find (listing, item->uid));
    }
}

/* Is this the only folder of the plan that goes into its mailbox? */
static gboolean
is_alone (Verify *self, const HaulTransfer *transfer)
{
  for (guint i = 0; i < self->run->plan->folders->len; i++)
    {
      const HaulPlanFolder *other = haul_plan_get_folder (self->run->plan, i);
      if (i != transfer->index && other->action == HAUL_PLAN_COPY
          && g_strcmp0 (other->mailbox, transfer->folder->mailbox) == 0)
        return FALSE;
    }
  return TRUE;
}

static void
report_surplus (Verify *self, HaulTransfer *transfer, const HaulListing *listing)
{
  HaulReportFolder *folder = g_ptr_array_index (self->run->report->folders, transfer->index);
  g_autoptr (GArray) uids = haul_verify_job_list_surplus (self->job, transfer, listing);

  for (guint i = 0; i < uids->len; i++)
    {
      guint32 uid = g_array_index (uids, guint32, i);
      const HaulListingRow *row = haul_listing_find (listing, uid);
      g_autofree char *text = g_strdup_printf ("Mailhaul placed this copy, and there is one of it already; in the "
                                               "mailbox its number (UID) is %u. Nothing was removed.",
                                               uid);
      HaulReportEvidence one
          = { .source = (char *)"", .date = row->date, .bytes = row->size, .proof = HAUL_PROOF_SURPLUS, .uid = uid };
      haul_run_add_line (self->run, transfer->index,
                         &(HaulRunLine){ "", row->date, row->size, HAUL_OUTCOME_COPIED, "surplus", text, NULL, NULL });
      folder->proved[HAUL_PROOF_SURPLUS]++;
      add_evidence (self, transfer, &one, row);
    }
}

/* With the journal: what stands where the job placed it, and what the job placed once too often. */
static gboolean
compare_with_job (Verify *self, HaulTransfer *transfer, HaulListing *listing, GError **error)
{
  return haul_verify_job_load (self->job, transfer->folder->mailbox, listing->status.uid_validity, error)
         && haul_verify_job_recognise (self->job, transfer, listing, self->session, error);
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
      if (!haul_census_match (transfer, listing, self->session, self->options.every_byte, error)
          || (self->job != NULL && !compare_with_job (self, transfer, listing, error))
          || !haul_recognition_run (transfer, listing, self->session, FALSE, error)
          || !haul_census_match_forms (transfer, listing, self->session, FALSE, NULL, error)
          || !haul_census_match_forms (transfer, listing, self->session, TRUE, NULL, error))
        return FALSE;
    }
  fail_missing (self, transfer, listing != NULL);
  add_all_evidence (self, transfer, listing);
  if (listing != NULL && self->job != NULL && is_alone (self, transfer))
    report_surplus (self, transfer, listing);
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
 * @options: how
 * @progress: (nullable): counters with a row for each folder of the plan
 * @cancellable: (nullable): stops it
 * @error: return location; %HAUL_MIGRATE_ERROR_BUSY, %HAUL_MIGRATE_ERROR_JOURNAL of the job's journal. What goes wrong
 *   later is in the report
 *
 * Looks for every message of the sources in its mailbox, octet for octet; where a server keeps it in another form, by
 * its header or its fingerprint, and says so. Changes nothing anywhere.
 *
 * Returns: (transfer full) (nullable): present means found; what is missing is failed, with the code `missing`
 */
HaulReport *
haul_verify_run (HaulAccount *account,
                 HaulPlan *plan,
                 const HaulVerifyOptions *options,
                 HaulProgress *progress,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (HaulRun) run = haul_run_new (account, plan);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (HaulVerifyJob) job = NULL;

  if (options->job != NULL && (job = haul_verify_job_open (options->state_dir, account, options->job, error)) == NULL)
    return NULL;
  Verify self = { .run = run, .options = *options, .job = job };
  if (progress != NULL)
    {
      haul_progress_unref (run->progress);
      run->progress = haul_progress_ref (progress);
    }
  run->stop = cancellable == NULL ? g_cancellable_new () : g_object_ref (cancellable);
  g_set_object (&run->hard, run->stop);
  run->report = haul_run_report_new (run, options->job == NULL ? "" : options->job);
  run->report->is_verification = TRUE;
  if (options->wants_evidence)
    haul_report_ask_for_evidence (run->report);
  if (!verify_all (&self, &local_error) && local_error != NULL)
    haul_run_stop (run, g_steal_pointer (&local_error));
  g_clear_pointer (&self.session, haul_imap_session_close);
  haul_run_report_finish (run);
  haul_progress_set_folder (run->progress, -1);
  haul_progress_set_phase (run->progress, HAUL_PHASE_FINISHED);
  return g_steal_pointer (&run->report);
}
