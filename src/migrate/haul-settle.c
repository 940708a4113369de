/* haul-settle.c - what came of a move, and of a sending in doubt: found out by listing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL; nothing is concluded then, and it may be done again.
 * See:     docs/upload.md.
 */
#include "migrate/haul-settle.h"

#include "base/haul-fault.h"
#include "migrate/haul-journal-item.h"
#include "migrate/haul-listing.h"
#include "migrate/haul-match.h"

static HaulMatchEntry *
make_entries (GPtrArray *items)
{
  HaulMatchEntry *entries = g_new0 (HaulMatchEntry, MAX (items->len, 1));

  for (guint i = 0; i < items->len; i++)
    {
      const HaulGenerationItem *item = items->pdata[i];
      entries[i] = (HaulMatchEntry){ item->digest, item->date, item->flags, HAUL_MATCH_NONE };
    }
  return entries;
}

static HaulMatchEntry *
make_row_entries (const HaulListing *listing)
{
  HaulMatchEntry *entries = g_new0 (HaulMatchEntry, MAX (listing->rows->len, 1));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      entries[i] = (HaulMatchEntry){ row->has_digest && !row->is_taken ? row->digest : NULL, row->date, row->flags,
                                     HAUL_MATCH_NONE };
    }
  return entries;
}

/* The messages of the target that a move may have brought: those since it began that are not another item's. */
static HaulListing *
list_target (
    HaulStaging *staging, HaulImapSession *session, const HaulGenerationMove *move, GPtrArray *items, GError **error)
{
  HaulRun *run = staging->run;

  guint32 first_uid = move->uid_next;

  staging->is_selected = FALSE;
  g_autoptr (HaulListing) listing = haul_listing_read (session, move->mailbox, first_uid, FALSE, run->hard, error);
  if (listing != NULL && listing->status.uid_validity != move->uid_validity)
    {
      g_clear_pointer (&listing, haul_listing_free);
      first_uid = 1;
      listing = haul_listing_read (session, move->mailbox, first_uid, FALSE, run->hard, error);
    }
  if (listing == NULL)
    return NULL;

  /* Known digests are of messages that somebody has looked at or placed: none of this move. */
  g_autoptr (GArray) known
      = haul_journal_item_list_known (run->journal, move->mailbox, listing->status.uid_validity, first_uid, error);
  if (known == NULL)
    return NULL;
  for (guint i = 0; i < known->len; i++)
    {
      HaulListingRow *row = haul_listing_find (listing, g_array_index (known, HaulJournalKnown, i).uid);
      if (row != NULL)
        row->is_taken = TRUE;
    }
  return haul_listing_fetch_digests (listing, session, NULL, run->hard, error) ? g_steal_pointer (&listing) : NULL;
}

/* Pairs those of @items whose presence in the staging mailbox is @is_in_staging with free rows of the target. */
static gboolean
place_found (HaulStaging *staging,
             HaulListing *target,
             const HaulGenerationMove *move,
             GPtrArray *items,
             const HaulListing *staged,
             gboolean is_in_staging,
             GError **error)
{
  g_autoptr (GPtrArray) some = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    if ((haul_listing_find (staged, ((HaulGenerationItem *)items->pdata[i])->staged_uid) != NULL) == is_in_staging)
      g_ptr_array_add (some, items->pdata[i]);
  g_autofree HaulMatchEntry *left = make_entries (some);
  g_autofree HaulMatchEntry *right = make_row_entries (target);
  haul_match_run (left, some->len, right, target->rows->len);
  for (guint i = 0; i < some->len; i++)
    {
      const HaulGenerationItem *item = some->pdata[i];
      if (left[i].partner == HAUL_MATCH_NONE)
        {
          /* In neither mailbox: gone. In the staging mailbox only: still to be moved. */
          if (!is_in_staging && !haul_journal_item_lose (staging->run->journal, item->row, error))
            return FALSE;
          continue;
        }
      HaulListingRow *row = &g_array_index (target->rows, HaulListingRow, left[i].partner);
      row->is_taken = TRUE;
      if (!haul_journal_item_place (staging->run->journal, item->row, move->mailbox, target->status.uid_validity,
                                    row->uid, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * haul_settle_move:
 * @staging: the generation
 * @session: a session
 * @move: a move whose outcome is not known
 * @error: return location
 *
 * Finds out what a move did: what is in the target is placed, even where the staging mailbox still holds it too (a
 * server that died between copying and expunging); what is only in the staging mailbox may be moved again.
 *
 * Returns: %TRUE when every item of the move is settled, durably
 */
gboolean
haul_settle_move (HaulStaging *staging, HaulImapSession *session, const HaulGenerationMove *move, GError **error)
{
  HaulRun *run = staging->run;
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (run->journal, staging->row, move->row, error);

  if (items == NULL)
    return FALSE;
  if (items->len > 0)
    {
      HAUL_FAULT (F22, "begin");
      g_autoptr (HaulListing) staged = haul_listing_read (session, staging->mailbox, 1, FALSE, run->hard, error);
      HAUL_FAULT (F22, "staging listed");
      if (staged == NULL)
        return FALSE;
      g_autoptr (HaulListing) target = list_target (staging, session, move, items, error);
      HAUL_FAULT (F22, "target listed");
      if (target == NULL || !place_found (staging, target, move, items, staged, FALSE, error)
          || !place_found (staging, target, move, items, staged, TRUE, error))
        return FALSE;
    }
  HAUL_FAULT (F22, "end");
  return haul_journal_generation_end_move (run->journal, move->row, error) && haul_journal_commit (run->journal, error);
}

/**
 * haul_settle_sendings:
 * @staging: the generation
 * @session: a session
 * @items: (element-type HaulGenerationItem): the generation's items
 * @error: return location
 *
 * Lists the staging mailbox and assigns its messages to the items in doubt, as a multiset of digests. What is not found
 * is lost for this generation, for ever: should it arrive later it is never moved.
 *
 * Returns: %TRUE when no item is in doubt any more, durably; the staging mailbox is selected then
 */
gboolean
haul_settle_sendings (HaulStaging *staging, HaulImapSession *session, GPtrArray *items, GError **error)
{
  HAUL_FAULT (F20, "begin");
  HaulRun *run = staging->run;
  g_autoptr (GPtrArray) doubtful = g_ptr_array_new ();

  staging->is_selected = FALSE;
  g_autoptr (HaulListing) listing = haul_listing_read (session, staging->mailbox, 1, TRUE, run->hard, error);
  HAUL_FAULT (F20, "listed");
  if (listing == NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      HaulGenerationItem *item = items->pdata[i];
      HaulListingRow *row = item->staged_uid == 0 ? NULL : haul_listing_find (listing, item->staged_uid);
      if (item->staged_uid == 0)
        g_ptr_array_add (doubtful, item);
      else if (row != NULL)
        row->is_taken = TRUE;
      else if (!haul_journal_item_lose (run->journal, item->row, error))
        return FALSE;
    }
  /* Whatever their size is said to be: what is not assigned is in doubt, or very little. */
  if (doubtful->len > 0 && !haul_listing_fetch_digests (listing, session, NULL, run->hard, error))
    return FALSE;

  g_autofree HaulMatchEntry *left = make_entries (doubtful);
  g_autofree HaulMatchEntry *right = make_row_entries (listing);
  haul_match_run (left, doubtful->len, right, listing->rows->len);
  for (guint i = 0; i < doubtful->len; i++)
    {
      gint64 item = ((HaulGenerationItem *)doubtful->pdata[i])->row;
      gboolean is_written
          = left[i].partner == HAUL_MATCH_NONE
                ? haul_journal_item_lose (run->journal, item, error)
                : haul_journal_generation_assign (run->journal, staging->row, item,
                                                  g_array_index (listing->rows, HaulListingRow, left[i].partner).uid,
                                                  error);
      if (!is_written)
        return FALSE;
    }
  staging->is_selected = TRUE;
  HAUL_FAULT (F20, "matched");
  return haul_journal_commit (run->journal, error);
}
