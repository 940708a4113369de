/* haul-upload.c - sends a folder's open messages, and has them placed in batches
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL; what is about one message is reported.
 * See:     docs/upload.md.
 */
#include "migrate/haul-upload.h"

#include <string.h>

#include "migrate/haul-direct.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-patience.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-refusal.h"

#define BATCH_MESSAGES 500
#define BATCH_BYTES (64 * 1024 * 1024)
#define BATCH_US (10 * G_USEC_PER_SEC)
#define INTENTS_BYTES (8 * 1024 * 1024)

/* Is the error about this one message? Some servers close the connection after so many refusals; the answer holds. */
static gboolean
is_about_message (const GError *error, HaulImapSession *session)
{
  HaulPolicy policy = haul_policy_decide (error, 0);
  gboolean is_answer = g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
                       && g_str_has_prefix (error->message, "APPEND: ");

  return policy.scope == HAUL_SCOPE_MESSAGE && policy.action == HAUL_ACTION_FAIL
         && (is_answer || haul_imap_session_is_usable (session));
}

static void
fail_source (HaulTransfer *self, HaulItem *item, const GError *error)
{
  const char *code = haul_source_get_code (error);

  /* The message is well, and comes with the next run when there is room. */
  if (g_error_matches (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_SPOOL))
    haul_run_worsen (self->run, HAUL_EXIT_CANNOT_WRITE);
  if (strcmp (code, "nul-octets") == 0)
    haul_transfer_fail (self, item, code, "It holds octets of value zero, which a mail server cannot store.");
  else
    haul_transfer_fail_with (self, item, code, error);
}

/* It is not sent: the server said, or showed with a smaller one, that it does not take it. */
static void
fail_too_big (HaulTransfer *self, HaulItem *item)
{
  g_autoptr (GError) error
      = haul_imap_error_new (HAUL_IMAP_ERROR_TOO_BIG, NULL, NULL, "bigger than what the server takes");

  haul_transfer_fail_with (self, item, haul_policy_get_code (error), error);
}

/* In the tagged answer to this message. LIMIT may be about the message, and is judged where the connection has ended.
 */
static gboolean
is_told_to_wait (const GError *error)
{
  return g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_THROTTLED)
         && g_str_has_prefix (error->message, "APPEND: ")
         && g_strcmp0 (haul_imap_error_get_server_code (error), "LIMIT") != 0;
}

/* The server holds nothing of it, and has answered all that were sent before it. @is_end: the connection ends with
 * that. */
static gboolean
put_back (HaulTransfer *self, HaulStaging *staging, HaulItem *item, gboolean is_end, GError **error)
{
  haul_run_count_item (self->run, self->index, item, 0);
  if (!haul_journal_item_refuse (self->run->journal, item->row, error))
    return FALSE;
  haul_item_forget_row (item);
  staging->is_answered = is_end;
  return TRUE;
}

/* What was intended and not begun is in nobody's doubt. */
static gboolean
withdraw (HaulTransfer *self, GError **error)
{
  for (guint i = self->first_intended; i < self->end_intended; i++)
    {
      HaulItem *item = self->items->pdata[i];
      if (!item->is_intended || item->is_begun || item->state != HAUL_ITEM_OPEN)
        continue;
      item->is_intended = FALSE;
      if (!haul_journal_item_withdraw (self->run->journal, item->row, error))
        return FALSE;
    }
  self->first_intended = self->end_intended;
  return TRUE;
}

/* It goes once more, in another form. Rows stand in the order of sending, so what was intended behind it gets rows
 * behind this one. */
static gboolean
add_again (HaulTransfer *self, HaulItem *item, GError **error)
{
  self->n_ahead = MAX (self->n_ahead / 4, 1);
  if (!withdraw (self, error) || !haul_journal_item_add (self->run->journal, self->row, item, error))
    return FALSE;
  item->is_begun = TRUE;
  return TRUE;
}

/* The server does not take it as it is. %TRUE: there is another form, in which it is open. */
static gboolean
take_refusal (HaulTransfer *self, HaulItem *item, const GError *refusal)
{
  if (g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TOO_BIG))
    haul_run_add_refused_size (self->run, item->size);
  if (!g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED))
    {
      haul_transfer_fail_with (self, item, haul_policy_get_code (refusal), refusal);
      return FALSE;
    }
  /* docs/wire.md: once more with the labels that the server took before, then with system flags only. */
  if (!haul_keywords_reduce (self->keywords, item) && !haul_refusal_next (self, item))
    {
      haul_refusal_give_up (self, item, refusal);
      return FALSE;
    }
  item->is_doubtful = TRUE; /* its octets are compared in the end */
  return TRUE;
}

static gboolean
append_item (HaulTransfer *self, HaulImapSession *session, HaulStaging *staging, HaulItem *item, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GInputStream) body = haul_source_load (self->source, item, run->spool_dir, run->stop, &local_error);

  if (body == NULL)
    {
      item->is_begun = FALSE;
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return TRUE;
      fail_source (self, item, local_error);
      return haul_journal_item_refuse (run->journal, item->row, error);
    }
  haul_keywords_narrow (&staging->status, item);
  if (haul_staging_append (staging, session, item, self->index, body, &local_error))
    {
      haul_keywords_learn (self->keywords, item);
      item->state = HAUL_ITEM_STAGED;
      haul_patience_succeed (run);
      return TRUE;
    }
  gboolean is_wait = is_told_to_wait (local_error);
  gboolean is_end = is_wait || !haul_imap_session_is_usable (session);
  gboolean is_known = is_wait || is_about_message (local_error, session);
  if (is_known && !put_back (self, staging, item, is_end, error))
    return FALSE;
  gboolean is_again = is_known && !is_wait && take_refusal (self, item, local_error);
  if (!is_known || is_end)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return !is_again || (add_again (self, item, error) && append_item (self, session, staging, item, error));
}

/* Makes it durable that this and the next open messages may be sent: a sync for each would cost more than the rest. */
static gboolean
intend (HaulTransfer *self, const HaulStaging *staging, guint first, GError **error)
{
  HaulJournal *journal = self->run->journal;
  guint64 bytes = 0;
  guint end = first;

  /* In the person's own mailbox an intent that was never carried out would have to be waited for. */
  guint n_max = staging->kind == HAUL_GENERATION_DIRECT ? 1 : self->n_ahead;

  for (guint i = first, n = 0; i < self->items->len && n < n_max && bytes < INTENTS_BYTES; i++)
    {
      HaulItem *item = self->items->pdata[i];
      if (item->state != HAUL_ITEM_OPEN)
        continue;
      /* Rows stand in the order of sending: one that was withdrawn would be before those that are sent again. */
      if (item->row != 0 && !haul_journal_item_lose (journal, item->row, error))
        return FALSE;
      haul_item_forget_row (item);
      if (!haul_journal_item_add (journal, self->row, item, error)
          || !haul_journal_item_intend_ahead (journal, item->row, staging->row, error))
        return FALSE;
      item->is_intended = TRUE;
      end = i + 1;
      bytes += item->size;
      n++;
    }
  self->n_ahead = MIN (self->n_ahead * 2, HAUL_TRANSFER_AHEAD_MAX);
  self->first_intended = first;
  self->end_intended = end;
  return haul_journal_commit (journal, error);
}

static void
start_batch (HaulTransfer *self)
{
  self->n_staged = 0;
  self->staged_bytes = 0;
  self->batch_since_us = g_get_monotonic_time ();
}

/* Places what is staged, and learns where it is. */
static gboolean
settle (HaulTransfer *self, HaulImapSession *session, HaulStaging *staging, GError **error)
{
  haul_progress_set_phase (self->run->progress, HAUL_PHASE_PLACING);
  if (!withdraw (self, error) || !haul_staging_settle (staging, session, FALSE, error))
    return FALSE;
  haul_progress_set_phase (self->run->progress, HAUL_PHASE_COPYING);
  start_batch (self);
  return haul_transfer_sync (self, NULL, error);
}

/* Sends one open message, and looks whether those that are staged are enough for a batch. */
static gboolean
send_open (HaulTransfer *self, HaulImapSession *session, HaulStaging *staging, guint index, GError **error)
{
  HaulItem *item = self->items->pdata[index];

  if (!item->is_intended && !intend (self, staging, index, error))
    return FALSE;
  haul_transfer_begin_item (self, index);
  if (!append_item (self, session, staging, item, error))
    return FALSE;
  if (item->state == HAUL_ITEM_STAGED)
    {
      self->n_staged++;
      self->staged_bytes += item->size;
    }
  if (self->n_staged < BATCH_MESSAGES && self->staged_bytes < BATCH_BYTES
      && g_get_monotonic_time () - self->batch_since_us < BATCH_US)
    return TRUE;
  return staging->kind == HAUL_GENERATION_WHOLE || settle (self, session, staging, error);
}

/* A staging mailbox; where the server lets none be made, the person's own. */
static gboolean
make_generation (HaulTransfer *self, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GError) refusal = NULL;

  if (haul_run_can_stage (run) && haul_staging_make (run, session, HAUL_GENERATION_STAGING, staging, &refusal))
    return TRUE;
  if (!haul_run_can_stage (run))
    {
      self->way = HAUL_RUNG_DIRECT;
      return haul_direct_make (run, session, self->folder->mailbox, staging, error);
    }
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

static gboolean
end_generation (HaulTransfer *self, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  if (!settle (self, session, *staging, error) || !haul_staging_delete (*staging, session, error))
    return FALSE;
  g_clear_pointer (staging, haul_staging_free);
  return TRUE;
}

static gboolean
upload (HaulTransfer *self, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  HaulRun *run = self->run;

  start_batch (self);
  haul_refusal_foresee (self, session);
  for (guint i = haul_transfer_find_open (self); i < self->items->len && !haul_run_is_stopping (run); i++)
    {
      HaulItem *item = self->items->pdata[i];
      if (item->state != HAUL_ITEM_OPEN || g_hash_table_contains (self->held, item->digest))
        continue;
      if (!haul_run_wait_while_paused (run, session, error) || !haul_patience_wait (run, session, error))
        return FALSE;
      if (haul_run_is_stopping (run))
        break;
      if (item->size > haul_run_get_size_limit (run))
        {
          fail_too_big (self, item);
          continue;
        }
      if (*staging != NULL && !haul_staging_has_room (*staging, item)
          && !end_generation (self, session, staging, error))
        return FALSE;
      if (*staging == NULL && !make_generation (self, session, staging, error))
        return FALSE;
      if (!send_open (self, session, *staging, i, error))
        return FALSE;
    }
  /* Also what an earlier pass left there. */
  return *staging == NULL || settle (self, session, *staging, error);
}

/**
 * haul_upload_run:
 * @transfer: a folder after its census
 * @session: the lane's session
 * @staging: (inout): the lane's generation; made when there is none and something has to be sent
 * @error: return location; about the connection, the account or the journal. What is about one message is reported
 *
 * Sends the messages that are open, and places them in batches. When the run is stopped it places what it has sent.
 *
 * Returns: %TRUE when nothing is open any more or the run is stopping
 */
gboolean
haul_upload_run (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  gboolean is_done = upload (transfer, session, staging, error);

  /* Where the journal fails here, nothing is sent any more anyway, and the next run settles it. */
  return withdraw (transfer, is_done ? error : NULL) && is_done;
}
