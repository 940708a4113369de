/* haul-rewriting.c - does this server keep messages as they are sent?
 *
 * Only what was seen counts: a message of ours that came back with other octets, or a greeting of a program that is
 * known for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; haul_rewriting_prove() a lane's.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-rewriting.h"

#include <string.h>

#include "imap/haul-imap-append.h"
#include "migrate/haul-recovery.h"

/**
 * haul_rewriting_get:
 * @run: the run
 * @session: (nullable): a session, for its kind
 *
 * Returns: what is known so far
 */
HaulRewriting
haul_rewriting_get (HaulRun *run, const HaulImapSession *session)
{
  g_mutex_lock (&run->lock);
  if (session != NULL && haul_imap_session_get_kind (session)->rewrites)
    run->rewriting = HAUL_REWRITING_ALL;
  HaulRewriting rewriting = run->rewriting;
  g_mutex_unlock (&run->lock);
  return rewriting;
}

/**
 * haul_rewriting_learn:
 * @run: the run
 * @sent: a message of ours
 * @kept: the same message as the server gives it back; its octets are others
 *
 * Remembers what the server does; never less than it did before.
 */
void
haul_rewriting_learn (HaulRun *run, const HaulFingerprint *sent, const HaulFingerprint *kept)
{
  HaulRewriting rewriting = haul_match_compare (sent, kept);

  g_mutex_lock (&run->lock);
  run->rewriting = MAX (run->rewriting, rewriting);
  g_mutex_unlock (&run->lock);
}

/* Outside the journal: whatever comes of it, nothing of this mailbox is ever placed. *is_sent: the server has it. */
static gboolean
send_sample (HaulTransfer *self,
             HaulImapSession *session,
             const HaulStaging *staging,
             HaulItem *item,
             gboolean *is_sent,
             GError **error)
{
  HaulRun *run = self->run;
  HaulImapAppendUid uid = { 0 };
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GInputStream) body = haul_source_load (self->source, item, run->spool_dir, run->stop, NULL);
  HaulImapAppend append = { .mailbox = staging->mailbox,
                            .flags = item->sent_flags,
                            .internal_date = item->sent_date,
                            .size = item->size,
                            .body = body };

  *is_sent = body != NULL && haul_imap_append_run (session, &append, &uid, run->hard, &local_error);
  if (local_error == NULL || haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
compare_samples (
    HaulTransfer *self, HaulImapSession *session, const HaulStaging *staging, GPtrArray *sent, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (HaulListing) listing = haul_listing_read (session, staging->mailbox, 1, TRUE, run->hard, error);

  if (listing == NULL)
    return FALSE;
  listing->keeps_fingerprints = TRUE;
  listing->refusals_borne = sent->len;
  if (!haul_listing_fetch_digests (listing, session, NULL, run->hard, error))
    return FALSE;
  /* One after the other went in; another number of messages proves nothing. */
  for (guint i = 0; listing->rows->len == sent->len && i < sent->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      const HaulItem *item = sent->pdata[i];
      if (row->has_digest && memcmp (row->digest, item->digest, HAUL_DIGEST_LENGTH) != 0)
        haul_rewriting_learn (run, &item->fingerprint, row->fingerprint);
    }
  return TRUE;
}

static gboolean
prove (HaulTransfer *self, HaulImapSession *session, HaulStaging *staging, GPtrArray *items, GError **error)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    {
      gboolean is_sent;
      if (!send_sample (self, session, staging, items->pdata[i], &is_sent, error))
        return FALSE;
      if (is_sent)
        g_ptr_array_add (sent, items->pdata[i]);
    }
  return compare_samples (self, session, staging, sent, error) && haul_staging_delete (staging, session, error);
}

/**
 * haul_rewriting_prove:
 * @transfer: a folder
 * @session: the lane's session
 * @items: (element-type HaulItem): a few of its messages, prepared
 * @error: return location
 *
 * Sends the messages into a staging mailbox of their own, looks at what has become of them, and deletes it. Where no
 * mailbox can be made nothing is proved. Another mailbox is selected afterwards. After an error the mailbox may be
 * left; haul_rewriting_clean() takes it away.
 *
 * Returns: %TRUE when the connection is well
 */
gboolean
haul_rewriting_prove (HaulTransfer *transfer, HaulImapSession *session, GPtrArray *items, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (HaulStaging) staging = NULL;
  gboolean is_made = haul_staging_make (transfer->run, session, HAUL_GENERATION_STAGING, &staging, &local_error);

  if (is_made && prove (transfer, session, staging, items, &local_error))
    return TRUE;
  transfer->sample_generation = staging == NULL ? 0 : staging->row;
  if (!haul_run_can_stage (transfer->run))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_rewriting_clean:
 * @transfer: a folder
 * @session: the lane's session
 * @error: return location
 *
 * Takes away what a proof that was broken off has left behind.
 *
 * Returns: %TRUE when nothing is left
 */
gboolean
haul_rewriting_clean (HaulTransfer *transfer, HaulImapSession *session, GError **error)
{
  if (transfer->sample_generation != 0
      && !haul_recovery_run (transfer->run, session, transfer->sample_generation, error))
    return FALSE;
  transfer->sample_generation = 0;
  return TRUE;
}
