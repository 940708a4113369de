/* haul-trial.c - a command for placing messages is tried with one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some servers have a MOVE that copies only, or that loses messages. The first one moved is looked for in both
 * mailboxes, in the octets that the server itself keeps of it, since a server may rewrite messages; by its size only
 * where the server does not hand it out.
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_UNPROVABLE.
 */
#include "migrate/haul-trial.h"

#include <string.h>

#include "migrate/haul-listing.h"

void
haul_trial_free (HaulTrial *trial)
{
  g_free (trial);
}

/**
 * haul_trial_new:
 * @staging: a generation
 * @session: a session
 * @uid: the message in it that will be placed
 * @error: return location
 *
 * Remembers the message as the server keeps it.
 *
 * Returns: (transfer full) (nullable): the trial
 */
HaulTrial *
haul_trial_new (HaulStaging *staging, HaulImapSession *session, guint32 uid, GError **error)
{
  HaulRun *run = staging->run;
  g_autoptr (HaulTrial) self = g_new0 (HaulTrial, 1);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  staging->is_selected = FALSE;
  g_autoptr (HaulListing) listing = haul_listing_read (session, staging->mailbox, uid, FALSE, run->hard, error);
  g_array_append_val (uids, uid);
  if (listing == NULL)
    return NULL;
  listing->refusals_borne = 1;
  if (!haul_listing_fetch_some (listing, session, uids, run->hard, error))
    return NULL;
  const HaulListingRow *row = haul_listing_find (listing, uid);
  if (row == NULL)
    {
      g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                                     "the server does not list a message it has just taken"));
      return NULL;
    }
  self->uid = uid;
  self->size = row->size;
  self->has_digest = row->has_digest;
  memcpy (self->digest, row->digest, HAUL_DIGEST_LENGTH);
  return g_steal_pointer (&self);
}

/* The copies among what came; where the server says the truth, the one that it told of. */
static void
count_arrived (HaulTrial *self, HaulRun *run, const HaulListing *listing, guint32 told_uid)
{
  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      gboolean is_same = row->size == self->size;
      if (self->has_digest && row->has_digest)
        is_same = memcmp (row->digest, self->digest, HAUL_DIGEST_LENGTH) == 0;
      self->n_arrived += is_same;
      self->is_told = self->is_told || (is_same && row->uid == told_uid);
      if (is_same && row->uid < self->told_uid_next)
        haul_run_add_lie (run, HAUL_LIE_UID_NEXT);
    }
  /* A server that makes up a message's text each time it is asked: the only new one is it, or the one told of. */
  if (self->n_arrived > 0)
    return;
  self->is_told = told_uid != 0 && haul_listing_find (listing, told_uid) != NULL;
  self->n_arrived = self->is_told || listing->rows->len == 1;
}

/**
 * haul_trial_look:
 * @trial: begun before
 * @staging: the generation
 * @session: the session
 * @move: what was done with the one message; the server said OK
 * @told_uid: what COPYUID says, 0 nothing
 * @error: return location
 *
 * Looks where the message is now, and whether what the server says of it is so. Nothing is concluded yet.
 *
 * Returns: %TRUE when both mailboxes were listed
 */
gboolean
haul_trial_look (HaulTrial *trial,
                 HaulStaging *staging,
                 HaulImapSession *session,
                 const HaulMove *move,
                 guint32 told_uid,
                 GError **error)
{
  HaulRun *run = staging->run;

  staging->is_selected = FALSE;
  g_autoptr (HaulListing) left = haul_listing_read (session, staging->mailbox, trial->uid, FALSE, run->hard, error);
  g_autoptr (HaulListing) arrived
      = left == NULL ? NULL : haul_listing_read (session, move->mailbox, move->uid_next, FALSE, run->hard, error);
  if (arrived == NULL)
    return FALSE;
  arrived->refusals_borne = arrived->rows->len;
  if (trial->has_digest && !haul_listing_fetch_digests (arrived, session, NULL, run->hard, error))
    return FALSE;
  trial->is_left = haul_listing_find (left, trial->uid) != NULL;
  count_arrived (trial, run, arrived, told_uid);
  if (told_uid != 0 && !trial->is_told)
    haul_run_add_lie (run, HAUL_LIE_COPY_UID);
  return TRUE;
}

/**
 * haul_trial_judge:
 * @trial: looked at
 * @run: the run
 * @move: what was done
 * @error: return location; %HAUL_MIGRATE_ERROR_UNPROVABLE when even COPY does something else
 *
 * It should be in the mailbox exactly once, and after MOVE no longer in the staging mailbox. The run knows the answer
 * then. A message that MOVE lost is in the journal as lost, and is sent again.
 *
 * Returns: %TRUE when it can be gone on with, by this command or another
 */
gboolean
haul_trial_judge (const HaulTrial *trial, HaulRun *run, const HaulMove *move, GError **error)
{
  gboolean is_good = trial->n_arrived == 1 && trial->is_left == (move->verb == HAUL_MOVE_BY_COPY);

  haul_run_set_trust (run, move->verb, is_good ? HAUL_TRUST_GOOD : HAUL_TRUST_BAD);
  if (is_good)
    return TRUE;
  if (move->verb == HAUL_MOVE_BY_MOVE)
    {
      haul_run_add_note (run, 0,
                         "The server's command to move messages did not do what it should with the first one; the "
                         "others were copied instead.");
      return TRUE;
    }
  g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_UNPROVABLE,
               "the server's command to copy messages does not do what it should: one message arrived %u times",
               trial->n_arrived);
  return FALSE;
}
