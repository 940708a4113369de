/* haul-rename.c - a generation gets the name of the person's mailbox, and it is found out whether it has it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md, rung R2.
 */
#include "migrate/haul-rename.h"

#include "base/haul-fault.h"
#include "imap/haul-imap-mailbox.h"
#include "migrate/haul-find.h"
#include "journal/haul-journal-item.h"
#include "journal/haul-journal-undo.h"
#include "migrate/haul-target.h"

/* RENAME as often as it may be needed; LIST tells what came of it. */
static gboolean
rename_mailbox (HaulStaging *self,
                HaulImapSession *session,
                const HaulMove *move,
                gboolean *is_here,
                gboolean *is_there,
                GError **error)
{
  GCancellable *hard = self->run->hard;

  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (GError) refusal = NULL;
      gboolean is_gone, is_missing;
      if (!haul_target_is_gone (session, self->mailbox, &is_gone, hard, error)
          || !haul_target_is_gone (session, move->mailbox, &is_missing, hard, error))
        return FALSE;
      *is_here = !is_gone;
      *is_there = !is_missing;
      if (!*is_here || *is_there || attempt == 2)
        return TRUE;
      /* Before it may exist: an undo takes away what was made for it. */
      if (!haul_journal_undo_add_mailbox (self->run->journal, self->run->row, move->mailbox, error))
        return FALSE;
      HAUL_FAULT (F24, "rename");
      if (!haul_imap_mailbox_rename (session, self->mailbox, move->mailbox, hard, &refusal)
          && !haul_imap_session_is_usable (session))
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return FALSE;
        }
    }
}

static int
compare_whole_uids (gconstpointer a, gconstpointer b)
{
  const HaulGenerationItem *left = *(HaulGenerationItem *const *)a, *right = *(HaulGenerationItem *const *)b;

  return left->whole_uid < right->whole_uid ? -1 : left->whole_uid > right->whole_uid;
}

/* The server gave other UIDs with the name. By digest; where it keeps messages in another form, by the order in which
 * they stood before, if that is known of the mailbox and the others do not speak against it. */
static HaulListingRow **
find_unknown (HaulStaging *self, HaulListing *listing, GPtrArray *unknown)
{
  g_ptr_array_sort (unknown, compare_whole_uids);
  g_autofree HaulListingRow **rows = haul_find_pair (unknown, listing);
  g_autofree HaulListingRow **ordered = self->is_exact ? haul_find_pair_by_order (unknown, listing) : NULL;

  if (ordered != NULL && haul_find_is_in_order (unknown, rows, ordered))
    return g_steal_pointer (&ordered);
  return g_steal_pointer (&rows);
}

/* The mailbox has its name: where each message is in it now. By UID where the server kept those. */
static gboolean
place_renamed (HaulStaging *self, HaulImapSession *session, const HaulMove *move, guint32 *uid_validity, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GPtrArray) items = haul_journal_move_list_items (run->journal, move->row, error);
  g_autoptr (GPtrArray) unknown = g_ptr_array_new ();
  g_autoptr (HaulListing) listing
      = items == NULL ? NULL : haul_listing_read (session, move->mailbox, 1, FALSE, run->hard, error);

  if (listing == NULL)
    return FALSE;
  *uid_validity = listing->status.uid_validity;
  for (guint i = 0; i < items->len; i++)
    {
      HaulGenerationItem *item = items->pdata[i];
      HaulListingRow *row = *uid_validity == move->uid_validity ? haul_listing_find (listing, item->whole_uid) : NULL;
      if (row == NULL)
        {
          g_ptr_array_add (unknown, item);
          continue;
        }
      row->is_taken = TRUE;
      if (!haul_journal_item_place (run->journal, item->row, move->mailbox, *uid_validity, row->uid, error))
        return FALSE;
    }
  if (unknown->len > 0 && !haul_listing_fetch_digests (listing, session, NULL, run->hard, error))
    return FALSE;
  g_autofree HaulListingRow **rows = find_unknown (self, listing, unknown);
  for (guint i = 0; i < unknown->len; i++)
    {
      gint64 item = ((HaulGenerationItem *)unknown->pdata[i])->row;
      if (!(rows[i] == NULL
                ? haul_journal_item_lose (run->journal, item, error)
                : haul_journal_item_place (run->journal, item, move->mailbox, *uid_validity, rows[i]->uid, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
lose_all (HaulRun *run, const HaulMove *move, GError **error)
{
  g_autoptr (GPtrArray) items = haul_journal_move_list_items (run->journal, move->row, error);

  for (guint i = 0; items != NULL && i < items->len; i++)
    if (!haul_journal_item_lose (run->journal, ((HaulGenerationItem *)items->pdata[i])->row, error))
      return FALSE;
  return items != NULL;
}

/**
 * haul_rename_settle:
 * @staging: the generation that gets the name
 * @session: a session with another mailbox or none selected
 * @move: the intent; the name may have been given already
 * @uid_validity: (out): the mailbox's, where it has the name now; else 0
 * @error: return location
 *
 * Gives the name, or finds out that it was given. Where both mailboxes are there, or the server refuses, nothing is
 * placed: the messages stay where they are, to be copied. Where neither is there, they are lost.
 *
 * Returns: %TRUE when the outcome is known, durably
 */
gboolean
haul_rename_settle (
    HaulStaging *staging, HaulImapSession *session, const HaulMove *move, guint32 *uid_validity, GError **error)
{
  HaulRun *run = staging->run;
  gboolean is_here, is_there;

  *uid_validity = 0;
  if (!rename_mailbox (staging, session, move, &is_here, &is_there, error))
    return FALSE;
  if (!is_here && is_there)
    {
      HAUL_FAULT (F24, "renamed");
      if (!place_renamed (staging, session, move, uid_validity, error)
          || !haul_journal_undo_set_uid_validity (run->journal, move->mailbox, *uid_validity, error))
        return FALSE;
      if (!haul_target_subscribe (session, move->mailbox, run->hard, error))
        return FALSE;
    }
  else if (!haul_journal_undo_remove_mailbox (run->journal, move->mailbox, error)
           || (!is_here && !lose_all (run, move, error)))
    return FALSE;
  HAUL_FAULT (F24, "settled");
  return haul_journal_move_end (run->journal, move->row, error)
         && (is_here ? haul_journal_commit (run->journal, error)
                     : haul_journal_generation_set_state (run->journal, staging->row, HAUL_GENERATION_GONE, error));
}
