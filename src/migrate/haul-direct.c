/* haul-direct.c - messages sent to the person's own mailbox, where the server lets no other be made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   STATUS ─ intent ─ append ─ … ─ list what came since: placed
 *                       ╳ break: list; what is not there is held ─ the rest ─ a minute later: list; sent again
 *
 * Nothing here is deleted or expunged: the mailbox is the person's.
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md, rung R4.
 */
#include "migrate/haul-direct.h"

#include "base/haul-fault.h"
#include "imap/haul-imap-mailbox.h"
#include "migrate/haul-find.h"
#include "migrate/haul-hold.h"
#include "journal/haul-journal-item.h"

/**
 * haul_direct_make:
 * @run: the run
 * @session: the lane's session
 * @mailbox: the person's, octets on the wire; it exists
 * @staging: (out) (transfer full): the generation
 * @error: return location
 *
 * Notes what the mailbox's next UID is: what is sent from now on is looked for from there.
 *
 * Returns: %TRUE when messages can be sent, durably noted
 */
gboolean
haul_direct_make (HaulRun *run, HaulImapSession *session, const char *mailbox, HaulStaging **staging, GError **error)
{
  HaulFind find = { .mailbox = mailbox };
  HaulGeneration generation = { .kind = HAUL_GENERATION_DIRECT, .mailbox = (char *)mailbox };
  guint32 told_uid_next;

  if (!haul_find_note (run, session, &find, &told_uid_next, error))
    return FALSE;
  generation.uid_validity = find.uid_validity;
  generation.uid_next = find.uid_next;
  generation.row = haul_journal_generation_new (run->journal, run->row, &generation, error);
  if (generation.row == 0)
    return FALSE;
  *staging = haul_staging_new (run, &generation);
  return TRUE;
}

static gboolean
place (HaulStaging *self, const HaulGenerationItem *item, HaulListing *listing, HaulListingRow *row, GError **error)
{
  HaulJournal *journal = self->run->journal;

  row->is_taken = TRUE;
  return (item->staged_uid != 0 || haul_journal_generation_assign (journal, self->row, item->row, row->uid, error))
         && haul_journal_item_place (journal, item->row, self->mailbox, listing->status.uid_validity, row->uid, error);
}

/* Lists what came since, and places what is there: by its APPENDUID, else by its digest; where the server took all and
 * as many came of which none is known again, since it writes messages anew, by their order. @missing gets the rest. */
static gboolean
look (HaulStaging *self,
      HaulImapSession *session,
      GPtrArray *items,
      gboolean may_order,
      GPtrArray *missing,
      GError **error)
{
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  HAUL_FAULT (F22, "direct");
  HaulFind find = { self->mailbox, self->uid_validity, self->uid_next };
  g_autoptr (HaulListing) listing = haul_find_list (self->run, session, &find, error);

  if (listing == NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      HaulGenerationItem *item = items->pdata[i];
      gboolean is_told = item->staged_uid >= self->uid_next && listing->status.uid_validity == self->uid_validity;
      HaulListingRow *row = is_told ? haul_listing_find (listing, item->staged_uid) : NULL;
      if (row == NULL || row->is_taken)
        g_ptr_array_add (unknown, item);
      else if (!place (self, item, listing, row, error))
        return FALSE;
    }
  g_autofree HaulListingRow **rows = haul_find_pair (unknown, listing);
  gboolean is_known = FALSE;
  for (guint i = 0; i < unknown->len; i++)
    is_known = is_known || rows[i] != NULL;
  g_autofree HaulListingRow **ordered = may_order && !is_known ? haul_find_pair_by_order (unknown, listing) : NULL;
  if (ordered != NULL)
    {
      g_free (rows);
      rows = g_steal_pointer (&ordered);
    }
  for (guint i = 0; i < unknown->len; i++)
    if (rows[i] == NULL)
      g_ptr_array_add (missing, unknown->pdata[i]);
    else if (!place (self, unknown->pdata[i], listing, rows[i], error))
      return FALSE;
  return haul_journal_commit (self->run->journal, error);
}

static gboolean
lose (HaulStaging *self, GPtrArray *items, GError **error)
{
  for (guint i = 0; i < items->len; i++)
    if (!haul_journal_item_lose (self->run->journal, ((HaulGenerationItem *)items->pdata[i])->row, error))
      return FALSE;
  return haul_journal_commit (self->run->journal, error);
}

/**
 * haul_direct_settle:
 * @staging: a DIRECT generation
 * @session: a session
 * @is_after_break: the connection it was filled on is gone: it is sealed
 * @is_final: what is not there is waited for, and then given up: it is sent again
 * @error: return location
 *
 * Places what is in the mailbox. What is not stays in doubt, unless @is_final: the server may still be at work with it.
 *
 * Returns: %TRUE when it was looked
 */
gboolean
haul_direct_settle (
    HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, gboolean is_final, GError **error)
{
  HaulJournal *journal = staging->run->journal;
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (journal, staging->row, error);
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autoptr (GPtrArray) lost = g_ptr_array_new ();

  if (items == NULL
      || (is_after_break && !haul_journal_generation_set_state (journal, staging->row, HAUL_GENERATION_SEALED, error)))
    return FALSE;
  if (items->len > 0 && !look (staging, session, items, !is_after_break, missing, error))
    return FALSE;
  if (missing->len == 0 || !is_final)
    return TRUE;
  HAUL_FAULT (F31, "hold");
  return haul_hold_wait (staging->run, session, HAUL_HOLD_APPEND_MS, error)
         && look (staging, session, missing, FALSE, lost, error) && lose (staging, lost, error);
}
