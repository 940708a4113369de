/* haul-census.c - what of a folder is in the mailbox: before the copy, and after it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Memory:  one row a message of the mailbox.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-census.h"

#include <string.h>

#include "base/haul-fault.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-uids.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-match.h"
#include "migrate/haul-merging.h"
#include "migrate/haul-proof.h"
#include "migrate/haul-recognition.h"
#include "migrate/haul-refusal.h"
#include "migrate/haul-rewriting.h"

/* Damage at a server is about few messages; where it refuses more, it does not want to be asked at all. */
#define REFUSALS_BORNE 20

/* A server that was set back to an older state counts UIDs from there again: what stood there is forgotten, since
 * other messages will get these UIDs. */
static gboolean
forget_undone (HaulTransfer *self, const HaulListing *listing, const GArray *known, GError **error)
{
  guint32 next = listing->status.uid_next;

  if (next == 0 || known->len == 0 || g_array_index (known, HaulJournalKnown, known->len - 1).uid < next)
    return TRUE;
  /* What it lists all the same shows that its UIDNEXT is not to be believed. */
  if (listing->rows->len > 0 && g_array_index (listing->rows, HaulListingRow, listing->rows->len - 1).uid >= next)
    return TRUE;
  return haul_journal_item_forget_from (self->run->journal, self->folder->mailbox, listing->status.uid_validity, next,
                                        error);
}

/* The run ended before it looked at what it had placed, and a message is not where the server had said: then none of
 * them need be. */
static gboolean
is_misled (const HaulListing *listing, const GArray *known)
{
  for (guint i = 0; i < known->len; i++)
    {
      const HaulJournalKnown *one = &g_array_index (known, HaulJournalKnown, i);
      const HaulListingRow *row = one->is_unchecked ? haul_listing_find (listing, one->uid) : NULL;
      if (row != NULL && (row->size != one->size || row->date != one->date))
        return TRUE;
    }
  return FALSE;
}

/* Gives rows the digests that the journal knows, and lists what we placed before that is not there any more. */
static GArray *
apply_known (HaulTransfer *self, HaulListing *listing, GError **error)
{
  g_autoptr (GArray) known = g_steal_pointer (&self->known_ahead);
  if (known == NULL)
    known = haul_journal_item_list_known (self->run->journal, self->folder->mailbox, listing->status.uid_validity, 0,
                                          error);
  g_autoptr (GArray) removed = g_array_new (FALSE, FALSE, sizeof (HaulJournalKnown));

  if (known == NULL || !forget_undone (self, listing, known, error))
    return NULL;
  gboolean is_led_astray = is_misled (listing, known);
  for (guint i = 0; i < known->len; i++)
    {
      const HaulJournalKnown *one = &g_array_index (known, HaulJournalKnown, i);
      HaulListingRow *row = haul_listing_find (listing, one->uid);
      if (row != NULL && row->size == one->size && !(one->is_unchecked && is_led_astray))
        {
          memcpy (row->digest, one->digest, HAUL_DIGEST_LENGTH);
          row->has_digest = TRUE;
          row->is_recorded = TRUE;
        }
      /* After a server was set back nobody removed anything. */
      else if (row == NULL && one->is_ours && listing->status.uid_next > one->uid)
        g_array_append_vals (removed, one, 1);
    }
  return g_steal_pointer (&removed);
}

static gboolean
learn_one (HaulTransfer *self, const HaulListingRow *row, const guint8 *digest, GError **error)
{
  HaulJournalKnown known = { .uid = row->uid, .size = row->size };

  memcpy (known.digest, digest, HAUL_DIGEST_LENGTH);
  return haul_journal_item_learn (self->run->journal, self->folder->mailbox, self->uid_validity, &known, error);
}

static gboolean
learn (HaulTransfer *self, HaulListing *listing, GError **error)
{
  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      if (row->has_digest && !row->is_recorded && !learn_one (self, row, row->digest, error))
        return FALSE;
    }
  /* What stands there in another form is known by what it stands for. */
  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      gboolean is_rewritten = item->proof == HAUL_PROOF_HEADER || item->proof == HAUL_PROOF_FINGERPRINT;
      if (item->is_present && is_rewritten
          && !learn_one (self, haul_listing_find (listing, item->uid), item->digest, error))
        return FALSE;
    }
  return haul_journal_commit (self->run->journal, error);
}

/* Copies of this run stay theirs; of the rest, those that fit a message are downloaded for their digest. */
static gboolean
find_candidates (
    HaulTransfer *self, HaulListing *listing, HaulImapSession *session, gboolean every_byte, GError **error)
{
  g_autoptr (GHashTable) sizes = haul_listing_new_sizes ();

  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      HaulListingRow *row = item->uid == 0 ? NULL : haul_listing_find (listing, item->uid);
      if (row != NULL)
        row->is_taken = TRUE;
      if (item->state == HAUL_ITEM_OPEN)
        haul_listing_add_size (sizes, item->size);
    }
  return haul_listing_fetch_digests (listing, session, every_byte ? NULL : sizes, self->run->hard, error);
}

static HaulMatchEntry *
make_entries (GPtrArray *items)
{
  HaulMatchEntry *entries = g_new0 (HaulMatchEntry, MAX (items->len, 1));

  for (guint i = 0; i < items->len; i++)
    {
      const HaulItem *item = items->pdata[i];
      entries[i] = (HaulMatchEntry){ item->digest, item->sent_date, haul_item_get_imap_flags (item), HAUL_MATCH_NONE };
    }
  return entries;
}

static void
mark_present (HaulTransfer *self, HaulListing *listing)
{
  g_autoptr (GPtrArray) open = haul_recognition_list_open (self);
  g_autofree HaulMatchEntry *left = make_entries (open);
  g_autofree HaulMatchEntry *right = g_new0 (HaulMatchEntry, MAX (listing->rows->len, 1));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      right[i] = (HaulMatchEntry){ row->has_digest && !row->is_taken ? row->digest : NULL, row->date, row->flags,
                                   HAUL_MATCH_NONE };
    }
  haul_match_run (left, open->len, right, listing->rows->len);
  for (guint i = 0; i < open->len; i++)
    {
      if (left[i].partner == HAUL_MATCH_NONE)
        continue;
      haul_recognition_mark (self, open->pdata[i], &g_array_index (listing->rows, HaulListingRow, left[i].partner),
                             HAUL_MATCH_BY_DIGEST);
    }
}

/* What nobody could look at matches nothing, and the report says so. */
static void
note_refused (HaulTransfer *self, const HaulListing *listing)
{
  self->n_refused = MAX (self->n_refused, listing->n_refused);
}

/**
 * haul_census_match:
 * @transfer: a folder
 * @listing: its mailbox, open on @session
 * @session: the session
 * @every_byte: download all; else only what has the size of a message still open
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Finds the open messages that the mailbox holds, each once, and counts them as present.
 *
 * Returns: %TRUE when it was compared
 */
gboolean
haul_census_match (
    HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, gboolean every_byte, GError **error)
{
  listing->refusals_borne = REFUSALS_BORNE;
  if (!find_candidates (transfer, listing, session, every_byte, error))
    return FALSE;
  note_refused (transfer, listing);
  mark_present (transfer, listing);
  g_autoptr (GPtrArray) open = haul_recognition_list_open (transfer);
  /* Of a server that writes everything anew no digest is to be expected. */
  if (open->len == 0 || haul_rewriting_get (transfer->run, session) == HAUL_REWRITING_ALL)
    return TRUE;
  if (!haul_listing_try_sizes (listing, session, transfer->run->hard, error))
    return FALSE;
  note_refused (transfer, listing);
  if (listing->has_wrong_sizes)
    mark_present (transfer, listing);
  return TRUE;
}

/* What an earlier run placed and somebody took away since is not brought back behind his back (docs/upload.md). */
static void
mark_removed (HaulTransfer *self, GArray *removed)
{
  g_autoptr (GPtrArray) open = haul_recognition_list_open (self);
  g_autofree HaulMatchEntry *left = make_entries (open);
  g_autofree HaulMatchEntry *right = g_new0 (HaulMatchEntry, MAX (removed->len, 1));

  for (guint i = 0; i < removed->len; i++)
    right[i] = (HaulMatchEntry){ g_array_index (removed, HaulJournalKnown, i).digest, 0, 0, HAUL_MATCH_NONE };
  haul_match_run (left, open->len, right, removed->len);
  for (guint i = 0; i < open->len; i++)
    {
      HaulItem *item = open->pdata[i];
      HaulRunLine line = { item->key,
                           item->date,
                           item->size,
                           HAUL_OUTCOME_SKIPPED,
                           "removed-since",
                           "An earlier run copied it, and it was removed from the mailbox since.",
                           NULL };
      if (left[i].partner == HAUL_MATCH_NONE)
        continue;
      item->state = HAUL_ITEM_DONE;
      haul_run_count (self->run, self->index, &(HaulCounts){ .skipped = 1 });
      haul_run_count_item (self->run, self->index, item, item->size);
      haul_run_add_line (self->run, self->index, &line);
    }
}

/* Another UIDVALIDITY than in the pass before: no UID of ours means anything any more, and what was present before may
 * be gone too. */
static gboolean
forget_copies (HaulTransfer *self, GError **error)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      HaulItem *item = self->items->pdata[i];
      gboolean is_placed = item->state == HAUL_ITEM_COPIED;
      if (!is_placed && !item->is_present)
        continue;
      if (is_placed && !haul_journal_item_forget (self->run->journal, item->row, error))
        return FALSE;
      gboolean is_copied = item->is_ours = is_placed || item->is_ours;
      item->state = HAUL_ITEM_OPEN;
      item->is_present = FALSE;
      item->uid = 0;
      haul_item_forget_row (item);
      self->first_open = MIN (self->first_open, i);
      haul_run_count (self->run, self->index,
                      &(HaulCounts){ .copied = is_copied ? (guint64)-1 : 0, .present = is_copied ? 0 : (guint64)-1 });
      haul_run_count_item (self->run, self->index, item, 0);
    }
  return TRUE;
}

/* The mailbox as it was listed while the folder was read, if it is still the same; open in any case. */
static HaulListing *
list (HaulTransfer *self, HaulImapSession *session, GError **error)
{
  const char *mailbox = self->folder->mailbox;
  g_autoptr (HaulListing) ahead = g_steal_pointer (&self->listed_ahead);
  g_auto (HaulImapStatus) now = { 0 };

  if (ahead != NULL && !haul_imap_mailbox_select (session, mailbox, &now, self->run->hard, error))
    return NULL;
  if (ahead != NULL && now.uid_next != 0 && now.uid_validity == ahead->status.uid_validity
      && now.uid_next == ahead->status.uid_next && now.messages == ahead->rows->len)
    return g_steal_pointer (&ahead);
  haul_transfer_forget_ahead (self);
  return haul_listing_read (session, mailbox, 1, TRUE, self->run->hard, error);
}

typedef struct
{
  HaulListing *listing;     /* borrowed */
  HaulImapSession *session; /* borrowed */
  GArray *removed;          /* borrowed (nullable) */
} Forms;

static gboolean
match_form (HaulTransfer *self, gpointer user_data, GError **error)
{
  Forms *forms = user_data;

  if (!haul_census_match (self, forms->listing, forms->session, FALSE, error))
    return FALSE;
  gboolean may_rewrite
      = self->run->report->is_verification || haul_rewriting_get (self->run, forms->session) != HAUL_REWRITING_NONE;
  if (may_rewrite && !haul_recognition_run (self, forms->listing, forms->session, FALSE, error))
    return FALSE;
  if (forms->removed != NULL)
    mark_removed (self, forms->removed);
  return TRUE;
}

/**
 * haul_census_match_forms:
 * @transfer: a folder after haul_census_match()
 * @listing: its mailbox, open on @session
 * @session: the session
 * @is_mild: only with their last line end, after everything else
 * @removed: (nullable) (element-type HaulJournalKnown): what somebody took away
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Looks for the messages that are still open as they are when they are repaired.
 *
 * Returns: %TRUE when it was compared
 */
gboolean
haul_census_match_forms (HaulTransfer *transfer,
                         HaulListing *listing,
                         HaulImapSession *session,
                         gboolean is_mild,
                         GArray *removed,
                         GError **error)
{
  Forms forms = { listing, session, removed };
  gboolean has_free = removed != NULL && removed->len > 0;

  for (guint i = 0; i < listing->rows->len && !has_free; i++)
    has_free = !g_array_index (listing->rows, HaulListingRow, i).is_taken;
  const HaulListing *exact = haul_rewriting_get (transfer->run, session) == HAUL_REWRITING_NONE ? listing : NULL;
  return !has_free || haul_refusal_try_forms (transfer, exact, is_mild, match_form, &forms, error);
}

/**
 * haul_census_take:
 * @transfer: a folder whose mailbox exists
 * @session: the lane's session
 * @error: return location
 *
 * Lists the mailbox and finds the messages that are there already, each once: `after = max (before, in source)`. Only
 * what has the size of a message still wanted is downloaded.
 *
 * Returns: %TRUE when every item is present, removed by somebody, or open
 */
gboolean
haul_census_take (HaulTransfer *transfer, HaulImapSession *session, GError **error)
{
  HaulRun *run = transfer->run;

  haul_progress_set_phase (run->progress, HAUL_PHASE_READING);
  if (!haul_rewriting_clean (transfer, session, error))
    return FALSE;
  g_autoptr (HaulListing) listing = list (transfer, session, error);
  if (listing == NULL)
    return FALSE;
  HAUL_FAULT (F25, "before listed");
  if (transfer->uid_validity != 0 && transfer->uid_validity != listing->status.uid_validity
      && !forget_copies (transfer, error))
    return FALSE;
  transfer->uid_validity = listing->status.uid_validity;
  haul_transfer_prepare (transfer, &listing->status);

  g_autoptr (GArray) removed = apply_known (transfer, listing, error);
  if (removed == NULL || !haul_census_match (transfer, listing, session, FALSE, error)
      || !haul_census_match_forms (transfer, listing, session, FALSE, removed, error)
      || !haul_recognition_run (transfer, listing, session, TRUE, error)
      || !haul_census_match_forms (transfer, listing, session, TRUE, removed, error)
      || !learn (transfer, listing, error))
    return FALSE;
  HAUL_FAULT (F25, "before taken");
  mark_removed (transfer, removed);
  haul_merging_begin (transfer, session);
  transfer->last_uid = listing->status.uid_next == 0 ? 0 : listing->status.uid_next - 1;
  transfer->needs_census = FALSE;
  haul_progress_set_phase (run->progress, HAUL_PHASE_COPYING);
  return TRUE;
}

/**
 * haul_census_renew:
 * @transfer: a folder whose mailbox exists
 * @session: a new session of the lane
 * @error: return location
 *
 * What a census found stays true when a connection breaks: what came of the sendings is settled by then. So the mailbox
 * is listed again only where it was replaced or set back meanwhile, or where something staged is nowhere to be found;
 * to list it after each break would take as long as the copying where it is big.
 *
 * Returns: %TRUE when every item is present, removed by somebody, copied, or open
 */
gboolean
haul_census_renew (HaulTransfer *transfer, HaulImapSession *session, GError **error)
{
  HaulRun *run = transfer->run;
  g_auto (HaulImapStatus) status = { 0 };

  if (!transfer->needs_census)
    {
      if (!haul_imap_mailbox_status (session, transfer->folder->mailbox, &status, run->hard, error))
        return FALSE;
      transfer->needs_census = status.uid_validity != transfer->uid_validity || status.uid_next <= transfer->last_uid;
    }
  return !transfer->needs_census || haul_census_take (transfer, session, error);
}

static gboolean
check_item (HaulTransfer *self, HaulItem *item, const HaulListingRow *row, GError **error)
{
  if (row == NULL)
    {
      haul_transfer_fail (self, item, "not-found-afterwards",
                          "The server said that it was stored, but it is not in the mailbox.");
      return TRUE;
    }
  /* The next run knows it again by what this server calls its size (docs/wire.md: a hint only). */
  if (row->size != item->size && !learn_one (self, row, item->digest, error))
    return FALSE;
  haul_proof_compare (self, item, row);
  return haul_journal_item_verify (self->run->journal, item->row, error);
}

/* The whole mailbox, where one of the copies is not listed: it may have another UID than was said. */
static HaulListing *
list_copies (HaulTransfer *self, HaulImapSession *session, guint32 first_uid, GError **error)
{
  const char *mailbox = self->folder->mailbox;
  g_autoptr (HaulListing) listing = haul_listing_read (session, mailbox, first_uid, FALSE, self->run->hard, error);
  gboolean is_whole = TRUE;

  for (guint i = 0; listing != NULL && i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      is_whole = is_whole && (item->state != HAUL_ITEM_COPIED || haul_listing_find (listing, item->uid) != NULL);
    }
  if (is_whole || first_uid <= 1)
    return g_steal_pointer (&listing);
  return haul_listing_read (session, mailbox, 1, FALSE, self->run->hard, error);
}

/* Exchange keeps \Flagged of a message that arrives for IMAP alone; set afterwards it counts for all
 * (docs/wire.md). A refusal is seen when flags are compared. */
static gboolean
flag_again (HaulTransfer *self, HaulImapSession *session, GError **error)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; self->run->plan->server->forgets_flagged && i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      if (item->state == HAUL_ITEM_COPIED && (item->sent_flags & HAUL_IMAP_FLAG_FLAGGED) != 0)
        g_array_append_val (uids, item->uid);
    }
  if (uids->len == 0)
    return TRUE;
  if (!haul_imap_mailbox_select (session, self->folder->mailbox, &status, self->run->hard, error))
    return FALSE;
  if (status.uid_validity != self->uid_validity
      || haul_imap_uids_mark_flagged (session, (const guint32 *)(gpointer)uids->data, uids->len, self->run->hard,
                                      &local_error)
      || haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_census_check:
 * @transfer: a folder of which nothing is open any more
 * @session: the lane's session
 * @error: return location
 *
 * Looks at every message that this run placed: UID there, size, date to the second, flags; and the octets of some. What
 * is missing becomes failed, what is different is listed.
 *
 * Returns: %TRUE when the mailbox was compared
 */
gboolean
haul_census_check (HaulTransfer *transfer, HaulImapSession *session, GError **error)
{
  HaulRun *run = transfer->run;
  guint32 first_uid = G_MAXUINT32;

  for (guint i = 0; i < transfer->items->len; i++)
    {
      const HaulItem *item = transfer->items->pdata[i];
      if (item->state == HAUL_ITEM_COPIED)
        first_uid = MIN (first_uid, item->uid);
    }
  transfer->is_checked = first_uid == G_MAXUINT32;
  if (transfer->is_checked)
    return TRUE;

  haul_progress_set_phase (run->progress, HAUL_PHASE_CHECKING);
  if (!flag_again (transfer, session, error))
    return FALSE;
  g_autoptr (HaulListing) listing = list_copies (transfer, session, first_uid, error);
  if (listing == NULL)
    return FALSE;
  if (listing->status.uid_validity != transfer->uid_validity)
    {
      g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                                     "the mailbox %s was replaced", transfer->folder->mailbox));
      return FALSE;
    }
  HAUL_FAULT (F25, "after listed");
  listing->refusals_borne = REFUSALS_BORNE;
  if (!haul_proof_download (transfer, listing, session, error))
    return FALSE;
  note_refused (transfer, listing);
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (item->state == HAUL_ITEM_COPIED
          && !check_item (transfer, item, haul_listing_find (listing, item->uid), error))
        return FALSE;
    }
  HAUL_FAULT (F25, "after compared");
  transfer->is_checked = TRUE;
  return haul_journal_commit (run->journal, error);
}
