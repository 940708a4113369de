/* haul-place.c - from a generation into the person's mailboxes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR.
 * See:     docs/upload.md, rungs R1 and R3.
 */
#include "migrate/haul-place.h"

#include <string.h>

#include "base/haul-fault.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-uids.h"
#include "migrate/haul-find.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-settle.h"
#include "migrate/haul-trial.h"

#define MOVE_AT_ONCE 500
/* What is copied is there twice for a while, and counts twice against the mailbox's room. */
#define COPY_AT_ONCE 100

/**
 * haul_place_get_verb:
 * @run: the run
 * @session: a session
 *
 * Returns: how messages are placed: by MOVE, where the server has it and it was not seen to do something else
 */
HaulMoveVerb
haul_place_get_verb (HaulRun *run, HaulImapSession *session)
{
  gboolean can_move = (haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_MOVE) != 0;

  return can_move && haul_run_get_trust (run, HAUL_MOVE_BY_MOVE) != HAUL_TRUST_BAD ? HAUL_MOVE_BY_MOVE
                                                                                   : HAUL_MOVE_BY_COPY;
}

/* What COPYUID says, if it speaks of every message of the batch and names a new one for each; NULL when not. */
static GArray *
read_copy_uid (HaulRun *run, HaulMove *move, const HaulImapCopyUid *copy_uid, GPtrArray *batch)
{
  g_autoptr (GHashTable) uids = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) destinations = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (haul_run_has_lied (run, HAUL_LIE_COPY_UID) || copy_uid->source == NULL || copy_uid->destination == NULL
      || copy_uid->source->len != copy_uid->destination->len || copy_uid->uid_validity != move->uid_validity)
    return NULL;
  for (guint i = 0; i < copy_uid->source->len; i++)
    g_hash_table_insert (uids, GUINT_TO_POINTER (g_array_index (copy_uid->source, guint32, i)),
                         GUINT_TO_POINTER (g_array_index (copy_uid->destination, guint32, i)));
  for (guint i = 0; i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      guint32 uid = GPOINTER_TO_UINT (g_hash_table_lookup (uids, GUINT_TO_POINTER (item->staged_uid)));
      if (uid == 0 || !g_hash_table_add (destinations, GUINT_TO_POINTER (uid)))
        return NULL;
      g_array_append_val (told, uid);
    }
  return g_steal_pointer (&told);
}

/* One of UIDNEXT and COPYUID is wrong: neither is believed again, and it is looked for from the lower. */
static gboolean
is_told_below (HaulRun *run, HaulMove *move, const GArray *told)
{
  guint32 lowest = G_MAXUINT32;

  for (guint i = 0; i < told->len; i++)
    lowest = MIN (lowest, g_array_index (told, guint32, i));
  if (lowest >= move->uid_next)
    return FALSE;
  haul_run_add_lie (run, HAUL_LIE_UID_NEXT);
  haul_run_add_lie (run, HAUL_LIE_COPY_UID);
  move->uid_next = lowest;
  return TRUE;
}

static gboolean
place_told (HaulRun *run, const HaulMove *move, GPtrArray *batch, const GArray *told, GError **error)
{
  for (guint i = 0; i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      if (!haul_journal_item_place (run->journal, item->row, move->mailbox, move->uid_validity,
                                    g_array_index (told, guint32, i), error))
        return FALSE;
    }
  return TRUE;
}

/* By COPYUID, where that is believed; what it does not say is looked up. */
static gboolean
settle (HaulStaging *self,
        HaulImapSession *session,
        HaulMove *move,
        GPtrArray *batch,
        HaulTrial *trial,
        const HaulImapCopyUid *copy_uid,
        GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GArray) told = read_copy_uid (run, move, copy_uid, batch);

  if (trial != NULL
      && !haul_trial_look (trial, self, session, move, told == NULL ? 0 : g_array_index (told, guint32, 0), error))
    return FALSE;
  gboolean is_believed = told != NULL && (trial == NULL ? !is_told_below (run, move, told) : trial->is_told);
  return (is_believed ? place_told (run, move, batch, told, error) : haul_journal_commit (run->journal, error))
         && haul_settle_move (self, session, move, FALSE, error)
         && (trial == NULL || haul_trial_judge (trial, run, move, error));
}

static gboolean
is_unplaced (GPtrArray *left, gint64 item)
{
  for (guint i = 0; i < left->len; i++)
    if (((const HaulGenerationItem *)left->pdata[i])->row == item)
      return TRUE;
  return FALSE;
}

/* What was copied, as the journal knows, is in the way of what is still to come, where room is scarce. Ours only. */
static gboolean
purge (HaulStaging *self, HaulImapSession *session, const HaulMove *move, GPtrArray *batch, GError **error)
{
  g_autoptr (GPtrArray) left = haul_journal_move_list_items (self->run->journal, move->row, error);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; left != NULL && i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      if (!is_unplaced (left, item->row))
        g_array_append_val (uids, item->staged_uid);
    }
  if (left == NULL || uids->len == 0)
    return left != NULL;
  HAUL_FAULT (F24, "purge");
  /* Selected anew: nothing but our own copies can ever be expunged. */
  self->is_selected = FALSE;
  if (!haul_staging_select (self, session, error))
    return FALSE;
  if (haul_imap_uids_mark_deleted (session, (const guint32 *)(gpointer)uids->data, uids->len, self->run->hard,
                                   &local_error)
      && haul_imap_uids_expunge_marked (session, self->run->hard, &local_error))
    return TRUE;
  /* Where that is refused they go with the mailbox. */
  if (haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The server has MOVE, and calls it a mistake. That closed the connection; on the next one it goes by COPY, unless MOVE
 * has worked before and this is the first time. */
static void
distrust_move (HaulRun *run)
{
  if (haul_run_get_trust (run, HAUL_MOVE_BY_MOVE) == HAUL_TRUST_GOOD)
    {
      haul_run_set_trust (run, HAUL_MOVE_BY_MOVE, HAUL_TRUST_DOUBTED);
      return;
    }
  haul_run_set_trust (run, HAUL_MOVE_BY_MOVE, HAUL_TRUST_BAD);
  haul_run_add_note (run, 0,
                     "The server says that it can move messages, and does not understand its own command for it; they "
                     "were copied instead.");
}

/* Commits the intent and gives the command. */
static gboolean
transfer (HaulStaging *self,
          HaulImapSession *session,
          HaulMove *move,
          GPtrArray *batch,
          HaulImapCopyUid *copy_uid,
          GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (HaulMoveItem));

  for (guint i = 0; i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      HaulMoveItem one = { item->row, 0 };
      g_array_append_val (rows, one);
      g_array_append_val (uids, item->staged_uid);
    }
  const guint32 *list = (const guint32 *)(gpointer)uids->data;
  move->row = haul_journal_move_begin (run->journal, self->row, move, rows, error);
  if (move->row == 0)
    return FALSE;
  gboolean is_done = move->verb == HAUL_MOVE_BY_MOVE
                         ? haul_imap_uids_move (session, list, uids->len, move->mailbox, copy_uid, run->hard, error)
                         : haul_imap_uids_copy (session, list, uids->len, move->mailbox, copy_uid, run->hard, error);
  HAUL_FAULT (F24, "placed");
  if (!is_done && move->verb == HAUL_MOVE_BY_MOVE && error != NULL
      && g_error_matches (*error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_BAD))
    distrust_move (run);
  return is_done;
}

/* Where the batch will be looked for. With the first one UIDNEXT is put to the proof; afterwards it is believed unless
 * it was wrong, which spares a command. */
static gboolean
note_target (HaulRun *run, HaulImapSession *session, HaulTrial *trial, HaulMove *move, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  HaulFind find = { .mailbox = move->mailbox };
  guint32 told_uid_next = 0;

  if (trial == NULL && !haul_run_has_lied (run, HAUL_LIE_UID_NEXT))
    {
      if (!haul_imap_mailbox_status (session, move->mailbox, &status, run->hard, error))
        return FALSE;
      find.uid_validity = status.uid_validity;
      find.uid_next = MAX (status.uid_next, 1);
    }
  else if (!haul_find_note (run, session, &find, &told_uid_next, error))
    return FALSE;
  if (trial != NULL)
    trial->told_uid_next = told_uid_next;
  move->uid_validity = find.uid_validity;
  move->uid_next = find.uid_next;
  return TRUE;
}

static gboolean
place_batch (HaulStaging *self, HaulImapSession *session, HaulMoveVerb verb, GPtrArray *batch, GError **error)
{
  HaulRun *run = self->run;
  g_auto (HaulImapCopyUid) copy_uid = { 0 };
  g_autoptr (HaulTrial) trial = NULL;
  const HaulGenerationItem *first = batch->pdata[0];
  HaulMove move = { .verb = verb, .mailbox = first->mailbox };

  if (haul_run_get_trust (run, verb) == HAUL_TRUST_UNTRIED)
    {
      trial = haul_trial_new (self, session, first->staged_uid, error);
      if (trial == NULL)
        return FALSE;
    }
  /* A UID names another message in another mailbox. So before each batch the staging mailbox is selected anew, whatever
   * is believed to be selected: nothing but our own messages can ever be placed. */
  self->is_selected = FALSE;
  return note_target (run, session, trial, &move, error) && haul_staging_select (self, session, error)
         && transfer (self, session, &move, batch, &copy_uid, error)
         && settle (self, session, &move, batch, trial, &copy_uid, error)
         && (verb == HAUL_MOVE_BY_MOVE || purge (self, session, &move, batch, error));
}

static guint
count_batch (HaulRun *run, HaulMoveVerb verb)
{
  if (haul_run_get_trust (run, verb) == HAUL_TRUST_UNTRIED)
    return 1;
  return verb == HAUL_MOVE_BY_MOVE ? MOVE_AT_ONCE : COPY_AT_ONCE;
}

/**
 * haul_place_run:
 * @staging: the generation
 * @session: a session
 * @items: (element-type HaulGenerationItem): its items; those that are assigned are placed
 * @error: return location
 *
 * Places one mailbox's messages after the other's, in batches: by MOVE, or by COPY where that cannot be had. The first
 * batch of either is one message that is then looked for.
 *
 * Returns: %TRUE when all is placed
 */
gboolean
haul_place_run (HaulStaging *staging, HaulImapSession *session, GPtrArray *items, GError **error)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  HaulMoveVerb verb = haul_place_get_verb (staging->run, session);

  for (guint i = 0; i <= items->len; i++)
    {
      HaulGenerationItem *item = i < items->len ? items->pdata[i] : NULL;
      gboolean is_full
          = batch->len >= count_batch (staging->run, verb)
            || (batch->len > 0
                && (item == NULL || strcmp (item->mailbox, ((HaulGenerationItem *)batch->pdata[0])->mailbox) != 0));
      if (is_full && !place_batch (staging, session, verb, batch, error))
        return FALSE;
      if (is_full)
        {
          g_ptr_array_set_size (batch, 0);
          verb = haul_place_get_verb (staging->run, session);
        }
      if (item != NULL && item->staged_uid != 0)
        g_ptr_array_add (batch, item);
    }
  return TRUE;
}
