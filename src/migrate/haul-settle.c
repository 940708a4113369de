/* haul-settle.c - what came of a move, and of a sending in doubt: found out by listing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL; nothing is concluded then, and it may be done again.
 * See:     docs/upload.md.
 */
#include "migrate/haul-settle.h"

#include <string.h>

#include "base/haul-fault.h"
#include "migrate/haul-find.h"
#include "migrate/haul-hold.h"
#include "journal/haul-journal-item.h"

/* What a move did is looked up here. */
typedef struct
{
  HaulStaging *staging;     /* borrowed */
  HaulImapSession *session; /* borrowed */
  const HaulMove *move;     /* borrowed */
  gboolean is_in_doubt;
  gboolean is_last;    /* nothing more is waited for: what is nowhere is lost */
  HaulListing *staged; /* borrowed */
  HaulListing *target; /* borrowed */
} Look;

static gboolean
place (Look *self, const HaulGenerationItem *item, HaulListingRow *row, GError **error)
{
  row->is_taken = TRUE;
  return haul_journal_item_place (self->staging->run->journal, item->row, self->move->mailbox,
                                  self->target->status.uid_validity, row->uid, error);
}

/* Pairs those of @items whose presence in the staging mailbox is @is_in_staging with free rows of the target. */
static gboolean
place_found (Look *self, GPtrArray *items, gboolean is_in_staging, GError **error)
{
  g_autoptr (GPtrArray) some = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    if ((haul_listing_find (self->staged, ((HaulGenerationItem *)items->pdata[i])->staged_uid) != NULL)
        == is_in_staging)
      g_ptr_array_add (some, items->pdata[i]);
  g_autofree HaulListingRow **rows = haul_find_pair (some, self->target);
  /* The server said that they were moved, and as many came, some of which are not known again: it writes messages anew.
   */
  g_autofree HaulListingRow **ordered
      = !is_in_staging && !self->is_in_doubt ? haul_find_pair_by_order (some, self->target) : NULL;
  if (ordered != NULL && !haul_find_is_in_order (some, rows, ordered))
    g_clear_pointer (&ordered, g_free);
  for (guint i = 0; i < some->len; i++)
    {
      const HaulGenerationItem *item = some->pdata[i];
      HaulListingRow *row = ordered != NULL ? ordered[i] : rows[i];
      if (row != NULL && !place (self, item, row, error))
        return FALSE;
      /* In neither mailbox: gone. In the staging mailbox only: still to be moved. */
      if (row != NULL || is_in_staging || !self->is_last)
        continue;
      haul_run_set_told_trust (self->staging->run, HAUL_TRUST_BAD);
      if (!haul_journal_item_lose (self->staging->run->journal, item->row, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_free_row (const HaulListing *listing)
{
  for (guint i = 0; i < listing->rows->len; i++)
    if (!g_array_index (listing->rows, HaulListingRow, i).is_taken)
      return TRUE;
  return FALSE;
}

/* A server that writes messages anew keeps the staged message as it keeps the copy: their octets are compared, not
 * those that were sent. */
static gboolean
place_rewritten (Look *self, GError **error)
{
  HaulRun *run = self->staging->run;
  g_autoptr (GPtrArray) items = haul_journal_move_list_items (run->journal, self->move->row, error);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (items == NULL || items->len == 0 || !has_free_row (self->target))
    return items != NULL;
  for (guint i = 0; i < items->len; i++)
    g_array_append_val (uids, ((HaulGenerationItem *)items->pdata[i])->staged_uid);
  g_autoptr (HaulListing) staged
      = haul_listing_read (self->session, self->staging->mailbox, 1, FALSE, run->hard, error);
  if (staged == NULL || !haul_listing_fetch_some (staged, self->session, uids, run->hard, error))
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      HaulGenerationItem *item = items->pdata[i];
      const HaulListingRow *row = haul_listing_find (staged, item->staged_uid);
      if (row != NULL && row->has_digest)
        memcpy (item->digest, row->digest, HAUL_DIGEST_LENGTH);
    }
  g_autofree HaulListingRow **rows = haul_find_pair (items, self->target);
  for (guint i = 0; i < items->len; i++)
    if (rows[i] != NULL && !place (self, items->pdata[i], rows[i], error))
      return FALSE;
  return TRUE;
}

/* Looks once. *n_left: items of the move that are neither placed nor lost. */
static gboolean
look_for_move (Look *self, guint *n_left, GError **error)
{
  HaulRun *run = self->staging->run;
  const HaulMove *move = self->move;
  g_autoptr (GPtrArray) items = haul_journal_move_list_items (run->journal, move->row, error);

  *n_left = 0;
  if (items == NULL || items->len == 0)
    return items != NULL;
  self->staging->is_selected = FALSE;
  HAUL_FAULT (F22, "begin");
  g_autoptr (HaulListing) staged
      = haul_listing_read (self->session, self->staging->mailbox, 1, FALSE, run->hard, error);
  HAUL_FAULT (F22, "staging listed");
  if (staged == NULL)
    return FALSE;
  g_autoptr (HaulListing) target
      = haul_find_list (run, self->session, &(HaulFind){ move->mailbox, move->uid_validity, move->uid_next }, error);
  HAUL_FAULT (F22, "target listed");
  if (target == NULL)
    return FALSE;
  self->staged = staged;
  self->target = target;
  if (!place_found (self, items, FALSE, error) || !place_found (self, items, TRUE, error)
      || !place_rewritten (self, error))
    return FALSE;
  g_autoptr (GPtrArray) left = haul_journal_move_list_items (run->journal, move->row, error);
  *n_left = left == NULL ? 0 : left->len;
  return left != NULL;
}

/**
 * haul_settle_move:
 * @staging: the generation
 * @session: a session
 * @move: a move whose outcome is not known
 * @is_in_doubt: the connection broke before the server's answer
 * @error: return location
 *
 * Finds out what a move did: what is in the target is placed, even where the staging mailbox still holds it too (a
 * server that died between copying and expunging); what is only in the staging mailbox may be moved again. Where that
 * is in doubt the server is given time, and looked at once more: while it is still at work for the connection that
 * broke, the same again would make second copies. Dovecot moves as a whole for one session, not between two.
 *
 * Returns: %TRUE when every item of the move is settled, durably
 */
gboolean
haul_settle_move (
    HaulStaging *staging, HaulImapSession *session, const HaulMove *move, gboolean is_in_doubt, GError **error)
{
  HaulRun *run = staging->run;
  Look look = { staging, session, move, is_in_doubt, !is_in_doubt, NULL, NULL };
  guint n_left;

  if (!look_for_move (&look, &n_left, error))
    return FALSE;
  look.is_last = TRUE;
  if (is_in_doubt && n_left > 0
      && (!haul_hold_wait (run, session, HAUL_HOLD_COPY_MS, error) || !look_for_move (&look, &n_left, error)))
    return FALSE;
  HAUL_FAULT (F22, "end");
  return haul_journal_move_end (run->journal, move->row, error) && haul_journal_commit (run->journal, error);
}

/* By order where that is certain, else by digest; and where some digests do not fit, since the server writes messages
 * anew, by order again, unless the others speak against it. */
static HaulListingRow **
find_sendings (HaulRun *run,
               HaulImapSession *session,
               HaulListing *listing,
               GPtrArray *doubtful,
               gboolean may_order,
               GError **error)
{
  g_autofree HaulListingRow **ordered = may_order ? haul_find_pair_by_order (doubtful, listing) : NULL;
  gboolean is_alike = ordered != NULL;

  for (guint i = 0; is_alike && i < doubtful->len; i++)
    {
      const HaulGenerationItem *item = doubtful->pdata[i];
      is_alike = ordered[i]->size == item->size && ordered[i]->date == item->date;
    }
  if (is_alike)
    return g_steal_pointer (&ordered);
  /* Whatever their size is said to be: what is not assigned is in doubt, or very little. */
  if (!haul_listing_fetch_digests (listing, session, NULL, run->hard, error))
    return NULL;
  g_autofree HaulListingRow **rows = haul_find_pair (doubtful, listing);
  gboolean is_in_order = ordered != NULL && haul_find_is_in_order (doubtful, rows, ordered);
  return is_in_order ? g_steal_pointer (&ordered) : g_steal_pointer (&rows);
}

/* Those of @items that nobody knows the UID of; what was known and is not there is lost. NULL with @error set. */
static GPtrArray *
list_doubtful (HaulRun *run, GPtrArray *items, HaulListing *listing, GError **error)
{
  g_autoptr (GPtrArray) doubtful = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    {
      HaulGenerationItem *item = items->pdata[i];
      HaulListingRow *row = item->staged_uid == 0 ? NULL : haul_listing_find (listing, item->staged_uid);
      if (item->staged_uid == 0)
        g_ptr_array_add (doubtful, item);
      else if (row != NULL)
        row->is_taken = TRUE;
      else if (!haul_journal_item_lose (run->journal, item->row, error))
        return NULL;
    }
  return g_steal_pointer (&doubtful);
}

/* Some servers say OK first and store a moment later: where less is there than was taken, on a connection that lasted,
 * it is looked again, and once more. */
static HaulListing *
list_staging (HaulStaging *self, HaulImapSession *session, guint n_taken, GError **error)
{
  static const gint64 waits_ms[] = { 500, 2000 };
  HaulRun *run = self->run;
  HaulListing *listing = haul_listing_read (session, self->mailbox, 1, TRUE, run->hard, error);

  guint n_first = listing == NULL ? 0 : listing->rows->len;

  for (guint i = 0; i < G_N_ELEMENTS (waits_ms); i++)
    {
      if (listing == NULL || listing->rows->len >= n_taken || haul_run_is_stopping (run)
          || haul_run_has_lied (run, HAUL_LIE_OK))
        return listing;
      haul_hold_pause (run, waits_ms[i]);
      haul_listing_free (listing);
      listing = haul_listing_read (session, self->mailbox, 1, TRUE, run->hard, error);
    }
  /* In vain: it is not waited again. */
  if (listing != NULL && listing->rows->len == n_first)
    haul_run_add_lie (run, HAUL_LIE_OK);
  return listing;
}

/* An APPENDUID is a hint. The first that a run is told are compared with the listing, which has to hold these messages
 * and no other; later, what is not there was told wrongly. *items: read again. */
static gboolean
check_told (HaulStaging *self, const HaulListing *listing, GPtrArray **items, gboolean is_whole, GError **error)
{
  HaulRun *run = self->run;
  gboolean is_untried = haul_run_get_told_trust (run) == HAUL_TRUST_UNTRIED;
  guint n_told = 0, n_there = 0;

  for (guint i = 0; i < (*items)->len; i++)
    {
      guint32 uid = ((HaulGenerationItem *)(*items)->pdata[i])->staged_uid;
      n_told += uid != 0;
      n_there += uid != 0 && haul_listing_find (listing, uid) != NULL;
    }
  gboolean is_exact = n_told == (*items)->len && listing->rows->len == n_told;
  gboolean is_good = n_there == n_told && (!is_whole || !is_untried || is_exact);
  if (n_told > 0 && (is_whole || !is_good))
    haul_run_set_told_trust (run, is_good ? HAUL_TRUST_GOOD : HAUL_TRUST_BAD);
  if (n_told == 0 || is_good)
    return TRUE;
  for (guint i = 0; i < (*items)->len; i++)
    {
      const HaulGenerationItem *item = (*items)->pdata[i];
      if (item->staged_uid != 0 && (is_untried || haul_listing_find (listing, item->staged_uid) == NULL)
          && !haul_journal_generation_unassign (run->journal, item->row, error))
        return FALSE;
    }
  GPtrArray *list = haul_journal_generation_list_items (run->journal, self->row, error);
  if (list == NULL)
    return FALSE;
  g_ptr_array_unref (*items);
  *items = list;
  return TRUE;
}

static gboolean
settle_listed (HaulStaging *self, HaulImapSession *session, GPtrArray **items, gboolean may_order, GError **error)
{
  HaulRun *run = self->run;

  HAUL_FAULT (F20, "begin");
  self->is_selected = FALSE;
  g_autoptr (HaulListing) listing = list_staging (self, session, may_order ? (*items)->len : 0, error);
  HAUL_FAULT (F20, "listed");
  if (listing == NULL || !check_told (self, listing, items, may_order, error))
    return FALSE;
  g_autoptr (GPtrArray) doubtful = list_doubtful (run, *items, listing, error);
  if (doubtful == NULL)
    return FALSE;
  g_autofree HaulListingRow **rows
      = doubtful->len == 0 ? NULL : find_sendings (run, session, listing, doubtful, may_order, error);
  if (doubtful->len > 0 && rows == NULL)
    return FALSE;
  for (guint i = 0; i < doubtful->len; i++)
    {
      gint64 item = ((HaulGenerationItem *)doubtful->pdata[i])->row;
      gboolean is_written = rows[i] == NULL
                                ? haul_journal_item_lose (run->journal, item, error)
                                : haul_journal_generation_assign (run->journal, self->row, item, rows[i]->uid, error);
      if (!is_written)
        return FALSE;
    }
  HAUL_FAULT (F20, "matched");
  return haul_journal_commit (run->journal, error);
}

/**
 * haul_settle_sendings:
 * @staging: the generation, of a mailbox of ours
 * @session: a session
 * @is_after_break: the connection it was filled on is gone: it is sealed. Where all sendings were answered before, it
 *   still holds what was taken, in its order
 * @error: return location
 *
 * Lists the staging mailbox, where it has to be (there is doubt, or no UID that the server told was looked at yet), and
 * assigns its messages to the items in doubt, as a multiset of
 * digests. What is not found is lost for this generation, for ever: should it arrive later it is never placed.
 *
 * Returns: (transfer full) (nullable) (element-type HaulGenerationItem): its items, none in doubt any more, durably
 */
GPtrArray *
haul_settle_sendings (HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, GError **error)
{
  HaulJournal *journal = staging->run->journal;
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (journal, staging->row, error);
  gboolean has_doubt = is_after_break;

  gboolean is_told = haul_run_get_told_trust (staging->run) == HAUL_TRUST_GOOD;
  for (guint i = 0; items != NULL && i < items->len; i++)
    has_doubt = has_doubt || !is_told || ((HaulGenerationItem *)items->pdata[i])->staged_uid == 0;
  if (items == NULL || !has_doubt)
    return g_steal_pointer (&items);
  if (!settle_listed (staging, session, &items, !is_after_break || staging->is_answered, error)
      || (is_after_break && !haul_journal_generation_set_state (journal, staging->row, HAUL_GENERATION_SEALED, error)))
    return NULL;
  return haul_journal_generation_list_items (journal, staging->row, error);
}
