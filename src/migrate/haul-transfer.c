/* haul-transfer.c - one folder on its way into one mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Memory:  one item a message of the folder, without its text.
 */
#include "migrate/haul-transfer.h"

#include <string.h>

#include "base/haul-clock.h"
#include "imap/haul-imap-quirks.h"
#include "imap/haul-imap-text.h"
#include "report/haul-error-text.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-mailbox-name.h"
#include "migrate/haul-merging.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-proof.h"
#include "migrate/haul-refusal.h"
#include "base/haul-repair.h"

#define ATTEMPTS_MAX 3

static guint
hash_digest (gconstpointer digest)
{
  guint hash;

  memcpy (&hash, digest, sizeof hash);
  return hash;
}

static gboolean
equal_digests (gconstpointer left, gconstpointer right)
{
  return memcmp (left, right, HAUL_DIGEST_LENGTH) == 0;
}

/**
 * haul_transfer_new:
 * @run: the run
 * @index: the folder's, in the plan
 *
 * Returns: (transfer full): a transfer without items
 */
HaulTransfer *
haul_transfer_new (HaulRun *run, guint index)
{
  HaulTransfer *self = g_new0 (HaulTransfer, 1);

  self->run = run;
  self->index = index;
  self->folder = haul_plan_get_folder (run->plan, index);
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_item_free);
  self->keywords = haul_keywords_new (run->plan->server);
  self->needs_census = TRUE;
  self->n_ahead = HAUL_TRANSFER_AHEAD_MAX;
  self->begun = g_array_new (FALSE, FALSE, sizeof (guint));
  self->sealed = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_staging_free);
  self->held = g_hash_table_new_full (hash_digest, equal_digests, g_free, NULL);
  return self;
}

/* What was listed for the census is not needed, or not true any more. */
void
haul_transfer_forget_ahead (HaulTransfer *transfer)
{
  g_clear_pointer (&transfer->listed_ahead, haul_listing_free);
  g_clear_pointer (&transfer->known_ahead, g_array_unref);
}

void
haul_transfer_free (HaulTransfer *transfer)
{
  g_clear_pointer (&transfer->source, haul_source_free);
  haul_transfer_forget_ahead (transfer);
  haul_keywords_free (transfer->keywords);
  g_free (transfer->moved.mailbox);
  g_free (transfer->moved.mailbox_display);
  g_ptr_array_unref (transfer->items);
  g_array_unref (transfer->begun);
  g_ptr_array_unref (transfer->sealed);
  g_hash_table_unref (transfer->held);
  g_free (transfer);
}

/**
 * haul_transfer_move:
 * @transfer: a folder
 * @mailbox: octets on the wire
 * @refusal: why it cannot go into the mailbox that was planned
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * The folder goes into another mailbox; the report says so.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_transfer_move (HaulTransfer *transfer, const char *mailbox, const GError *refusal, GError **error)
{
  HaulRun *run = transfer->run;
  HaulReportFolder *row = g_ptr_array_index (run->report->folders, transfer->index);
  const char *words = haul_imap_error_get_server_text (refusal);

  g_return_val_if_fail (transfer->moved.mailbox == NULL, FALSE);
  if (!haul_journal_set_folder_mailbox (run->journal, transfer->row, mailbox, error))
    return FALSE;
  transfer->moved = *transfer->folder;
  transfer->moved.mailbox = g_strdup (mailbox);
  transfer->moved.mailbox_display = haul_mailbox_name_dup_display (mailbox, run->plan->server);
  g_autofree char *note
      = g_strdup_printf ("The server does not let a mailbox be called “%s” (“%s”), so it is called “%s”.",
                         transfer->folder->mailbox_display, words == NULL ? "" : words,
                         transfer->moved.mailbox_display);
  transfer->folder = &transfer->moved;
  haul_run_add_note (run, transfer->index, note);
  g_free (row->mailbox);
  row->mailbox = g_strdup (transfer->moved.mailbox_display);
  haul_transfer_forget_ahead (transfer);
  return TRUE;
}

static void
add_line (HaulTransfer *self, HaulItem *item, HaulOutcome outcome, const char *code, const char *text)
{
  HaulRunLine line = { item->key, item->date, item->size, outcome, code, text, NULL };

  haul_run_add_line (self->run, self->index, &line);
}

/* The same, with this line. */
void
haul_transfer_fail_line (HaulTransfer *transfer, HaulItem *item, const HaulRunLine *line)
{
  gboolean was_copied = item->state == HAUL_ITEM_COPIED;

  item->state = HAUL_ITEM_DONE;
  haul_run_count (transfer->run, transfer->index, &(HaulCounts){ .failed = 1, .copied = was_copied ? (guint64)-1 : 0 });
  haul_run_count_item (transfer->run, transfer->index, item, item->size);
  haul_run_add_line (transfer->run, transfer->index, line);
}

/* Counts the item as failed and lists it. */
void
haul_transfer_fail (HaulTransfer *transfer, HaulItem *item, const char *code, const char *text)
{
  haul_transfer_fail_line (transfer, item,
                           &(HaulRunLine){ item->key, item->date, item->size, HAUL_OUTCOME_FAILED, code, text, NULL,
                                           NULL });
}

/* The same, with the error's sentence and the server's words. */
void
haul_transfer_fail_with (HaulTransfer *transfer, HaulItem *item, const char *code, const GError *error)
{
  g_autoptr (HaulErrorText) words = haul_error_text_new (error);

  haul_transfer_fail_line (transfer, item,
                           &(HaulRunLine){ item->key, item->date, item->size, HAUL_OUTCOME_FAILED, code,
                                           words->sentence, words->advice, words->server_text });
}

/* The mailbox cannot be had: every message that is not there yet is failed with the reason. */
void
haul_transfer_fail_all (HaulTransfer *transfer, const GError *error)
{
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (item->state == HAUL_ITEM_OPEN || item->state == HAUL_ITEM_STAGED)
        haul_transfer_fail_with (transfer, item, haul_policy_get_code (error), error);
    }
}

static void
set_copied (HaulTransfer *self, HaulItem *item, guint32 uid)
{
  gboolean is_distrusted = haul_run_get_trust (self->run, HAUL_MOVE_BY_MOVE) == HAUL_TRUST_BAD;

  /* The weakest counts. */
  self->rung = MAX (self->rung, self->way == HAUL_RUNG_MOVE && is_distrusted ? HAUL_RUNG_COPY : self->way);
  item->state = HAUL_ITEM_COPIED;
  item->uid = uid;
  self->last_uid = MAX (self->last_uid, uid);
  haul_run_count (self->run, self->index, &(HaulCounts){ .copied = 1 });
  haul_run_count_item (self->run, self->index, item, item->size);
}

/* From here on its outcome is what the server, or the journal, says. */
void
haul_transfer_begin_item (HaulTransfer *transfer, guint index)
{
  ((HaulItem *)transfer->items->pdata[index])->is_begun = TRUE;
  g_array_append_val (transfer->begun, index);
}

/**
 * haul_transfer_hold:
 * @transfer: a folder
 *
 * Marks what is in doubt in the person's own mailbox: it is not sent again yet, nor anything identical, since two of
 * them could not be told apart.
 */
void
haul_transfer_hold (HaulTransfer *transfer)
{
  for (guint i = 0; i < transfer->begun->len; i++)
    {
      HaulItem *item = transfer->items->pdata[g_array_index (transfer->begun, guint, i)];
      HaulJournalOutcome outcome;
      if (item->row == 0 || !haul_journal_item_find_outcome (transfer->run->journal, item->row, &outcome, NULL)
          || !outcome.is_pending)
        continue;
      item->is_held = TRUE;
      item->is_doubtful = TRUE;
      g_hash_table_add (transfer->held, g_memdup2 (item->digest, HAUL_DIGEST_LENGTH));
    }
}

/* The server said BAD while this was in flight, and it is not there: once that may be anything. */
static void
refuse_again (HaulTransfer *self, HaulItem *item, const GError *reason)
{
  gboolean is_first = !item->is_stumbling;

  item->is_stumbling = TRUE;
  /* A server may call a label it does not know a mistake, whatever it said before. */
  item->is_plain = item->is_plain || item->sent_keywords != NULL;
  g_clear_pointer (&item->sent_keywords, g_strfreev);
  if (!is_first && !haul_refusal_next (self, item))
    haul_refusal_give_up (self, item, reason);
}

/* To be told to wait says nothing about the message. */
static gboolean
is_patience (const GError *reason)
{
  return g_error_matches (reason, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_THROTTLED);
}

/* LIMIT is said of a server that has too much to do, and of a message that it never takes: where no wait helps it is
 * the message, which must not hold the others up. */
static gboolean
may_be_about_message (const GError *reason)
{
  return g_strcmp0 (haul_imap_error_get_server_code (reason), "LIMIT") == 0
         && haul_imap_quirks_parse_backoff (haul_imap_error_get_server_text (reason)) == 0;
}

/* Its sending came to nothing. @is_last: it was in flight when the connection broke. */
static gboolean
open_again (HaulTransfer *self, guint index, gboolean is_last, const GError *reason, GError **error)
{
  HaulItem *item = self->items->pdata[index];
  gboolean was_in_flight = is_last && item->state == HAUL_ITEM_OPEN;

  if (!haul_journal_item_lose (self->run->journal, item->row, error))
    return FALSE;
  item->state = HAUL_ITEM_OPEN;
  haul_item_forget_row (item);
  item->is_doubtful = TRUE;
  self->first_open = MIN (self->first_open, index);
  if (was_in_flight && g_error_matches (reason, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_BAD))
    {
      haul_run_count_item (self->run, self->index, item, 0);
      refuse_again (self, item, reason);
      return TRUE;
    }
  item->attempts += !is_patience (reason) || (is_last && may_be_about_message (reason));
  /* The last that was begun is the one that the server ended the connection about, and would again. */
  if (is_last && g_error_matches (reason, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TOO_BIG)
      && haul_run_add_refused_size (self->run, item->size))
    item->attempts = ATTEMPTS_MAX;
  haul_run_count_item (self->run, self->index, item, 0);
  if (item->attempts < ATTEMPTS_MAX)
    return TRUE;
  if (reason != NULL)
    haul_transfer_fail_with (self, item, haul_policy_get_code (reason), reason);
  else
    haul_transfer_fail (self, item, "refused", "The server took the message, but it is nowhere to be found.");
  return TRUE;
}

/**
 * haul_transfer_sync:
 * @transfer: a folder
 * @reason: (nullable): what broke the connection
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * After the staging mailbox was settled: what the journal calls placed is copied, what it calls lost is open again, and
 * what may still be placed is left as it is. A message over which the connection broke three times is failed with the
 * reason; a server's wish for patience does not count.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_transfer_sync (HaulTransfer *transfer, const GError *reason, GError **error)
{
  GArray *begun = transfer->begun;
  guint n_kept = 0;

  for (guint i = 0; i < begun->len; i++)
    {
      guint index = g_array_index (begun, guint, i);
      HaulItem *item = transfer->items->pdata[index];
      HaulJournalOutcome outcome;
      if (item->row == 0 || !item->is_begun || item->state == HAUL_ITEM_DONE || item->state == HAUL_ITEM_COPIED)
        continue;
      if (!haul_journal_item_find_outcome (transfer->run->journal, item->row, &outcome, error))
        return FALSE;
      /* Staged and gone from there: it may be in the user's mailbox all the same. */
      gboolean is_missed = outcome.was_staged && !outcome.is_pending && outcome.uid == 0;
      transfer->needs_census |= is_missed;
      item->is_ours |= is_missed;
      if (outcome.is_pending)
        {
          /* Also what was being sent when the connection broke, and was found to be there. */
          item->state = HAUL_ITEM_STAGED;
          g_array_index (begun, guint, n_kept++) = index;
        }
      else if (outcome.uid != 0)
        set_copied (transfer, item, outcome.uid);
      else if (!open_again (transfer, index, i + 1 == begun->len, reason, error))
        return FALSE;
    }
  g_array_set_size (begun, n_kept);
  return TRUE;
}

/**
 * haul_transfer_find_open:
 * @transfer: a folder
 *
 * Looks from where it stopped the last time: what was dealt with before is not gone through again.
 *
 * Returns: index of its first open item; the number of items when there is none
 */
guint
haul_transfer_find_open (HaulTransfer *transfer)
{
  while (transfer->first_open < transfer->items->len
         && ((HaulItem *)transfer->items->pdata[transfer->first_open])->state != HAUL_ITEM_OPEN)
    transfer->first_open++;
  return transfer->first_open;
}

/**
 * haul_transfer_prepare:
 * @transfer: a folder
 * @status: of its mailbox, when it was selected
 *
 * Decides with which date, flags and labels the open messages go. What the census decides about must be known: the
 * journal's date is the one that is sent.
 */
void
haul_transfer_prepare (HaulTransfer *transfer, const HaulImapStatus *status)
{
  gint64 now = haul_clock_now ();

  haul_keywords_choose (transfer->keywords, status, transfer->items);
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (item->state != HAUL_ITEM_OPEN)
        continue;
      haul_keywords_apply (transfer->keywords, item);
      item->sent_date = haul_imap_text_clamp_date (item->date == 0 ? now : item->date, now);
    }
}

/* Servers turn dates before 1970 and in the future into something else, each in its own way. */
static void
report_date (HaulTransfer *self, HaulItem *item)
{
  g_autoptr (GDateTime) had = g_date_time_new_from_unix_utc (item->date);
  g_autoptr (GDateTime) has = g_date_time_new_from_unix_utc (item->sent_date);
  g_autofree char *before = had == NULL ? g_strdup ("?") : g_date_time_format (had, "%Y-%m-%d %H:%M:%S");
  g_autofree char *after = g_date_time_format (has, "%Y-%m-%d %H:%M:%S");
  g_autofree char *text
      = g_strdup_printf ("Mail servers cannot keep its date of receipt, %s UTC, as it is; %s was given.", before,
                         after);

  add_line (self, item, HAUL_OUTCOME_COPIED, "date-limited", text);
}

static void
report_copied (HaulTransfer *self, HaulItem *item)
{
  if (item->is_held)
    add_line (self, item, HAUL_OUTCOME_COPIED, "held",
              "The connection broke while it was sent, and this server gives no proof: it may be there twice, if the "
              "server stored it very late.");
  if (item->repairs != 0)
    {
      g_autofree char *text = haul_refusal_dup_sentence (item->repairs);
      self->n_repaired++;
      add_line (self, item, HAUL_OUTCOME_COPIED, item->repairs & HAUL_REPAIR_CARRIER ? "carried" : "repaired", text);
    }
  if (item->problem != NULL)
    add_line (self, item, HAUL_OUTCOME_COPIED, "guessed", item->problem);
  else if (item->date == 0)
    add_line (self, item, HAUL_OUTCOME_COPIED, "no-date",
              "The store says no date of receipt; the time of copying was given.");
  else if (item->date != item->sent_date)
    report_date (self, item);
}

/**
 * haul_transfer_finish:
 * @transfer: a folder that is done, or was broken off
 *
 * Closes its row of the report: what was not reached is counted as skipped, in one line, so that the numbers add up.
 */
void
haul_transfer_finish (HaulTransfer *transfer)
{
  HaulRun *run = transfer->run;
  HaulReportFolder *row = g_ptr_array_index (run->report->folders, transfer->index);
  guint64 n_left = 0, bytes_left = 0;
  guint n_copied = 0;

  haul_merging_end (transfer);
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (item->state == HAUL_ITEM_OPEN || item->state == HAUL_ITEM_STAGED)
        {
          n_left++;
          bytes_left += item->size;
        }
      if (item->state != HAUL_ITEM_COPIED && !(item->is_present && item->is_ours))
        continue;
      n_copied++;
      report_copied (transfer, item);
    }
  if (n_left > 0)
    {
      g_autofree char *text
          = g_strdup_printf ("%" G_GUINT64_FORMAT " messages were not reached before the run ended.", n_left);
      HaulRunLine line = { "", 0, bytes_left, HAUL_OUTCOME_SKIPPED, "not-reached", text, NULL };
      haul_run_count (run, transfer->index, &(HaulCounts){ .skipped = n_left });
      haul_run_add_line (run, transfer->index, &line);
    }
  g_autofree char *labels = haul_keywords_describe (transfer->keywords, transfer->items);
  if (labels != NULL)
    haul_run_add_note (run, transfer->index, labels);
  if (transfer->n_refused > 0)
    {
      g_autofree char *note = g_strdup_printf ("The server did not hand out %u %s of this mailbox, which could not be "
                                               "compared with those "
                                               "to be copied.",
                                               transfer->n_refused, transfer->n_refused == 1 ? "message" : "messages");
      haul_run_add_note (run, transfer->index, note);
    }
  if (transfer->n_repaired > 0)
    {
      g_autofree char *note
          = transfer->n_repaired == 1
                ? g_strdup ("One message was changed so that the mail server takes it; it is listed.")
                : g_strdup_printf ("%u messages were changed so that the mail server takes them; they are listed.",
                                   transfer->n_repaired);
      haul_run_add_note (run, transfer->index, note);
    }
  row->rung = haul_rung_to_string (n_copied > 0 ? transfer->rung : HAUL_RUNG_NONE);
  row->is_checked = transfer->is_checked && n_left == 0;
  haul_proof_sum (transfer);
}
