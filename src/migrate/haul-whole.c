/* haul-whole.c - a mailbox that is filled under another name, checked, and then becomes the person's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   CREATE ─ append … append ─ list, expunge what is surplus ─ intent ─ RENAME ─ list: placed
 *                        ╳ break: listed and sealed; at the end all sealed ones are copied into a fresh one,
 *                                 over one connection, and that gets the name
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md, rung R2.
 */
#include "migrate/haul-whole.h"

#include "imap/haul-imap-uids.h"
#include "migrate/haul-join.h"
#include "migrate/haul-rename.h"
#include "migrate/haul-seal.h"
#include "migrate/haul-settle.h"

/* Expunges what is in the mailbox and nobody's. *is_exact: then each of @parts is there, and nothing else. */
static gboolean
make_exact (HaulStaging *self, HaulImapSession *session, GArray *parts, gboolean *is_exact, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) surplus = g_array_new (FALSE, FALSE, sizeof (guint32));

  self->is_selected = FALSE;
  g_autoptr (HaulListing) listing = haul_listing_read (session, self->mailbox, 1, TRUE, run->hard, error);
  if (listing == NULL)
    return FALSE;
  *is_exact = listing->status.uid_validity == self->uid_validity;
  for (guint i = 0; i < parts->len; i++)
    {
      const HaulMoveItem *part = &g_array_index (parts, HaulMoveItem, i);
      *is_exact = *is_exact && haul_listing_find (listing, part->whole_uid) != NULL
                  && g_hash_table_add (wanted, GUINT_TO_POINTER (part->whole_uid));
    }
  for (guint i = 0; i < listing->rows->len; i++)
    {
      guint32 uid = g_array_index (listing->rows, HaulListingRow, i).uid;
      if (!g_hash_table_contains (wanted, GUINT_TO_POINTER (uid)))
        g_array_append_val (surplus, uid);
    }
  if (!*is_exact || surplus->len == 0)
    return TRUE;
  /* Ours alone, and selected just now. */
  if (!haul_imap_uids_mark_deleted (session, (const guint32 *)(gpointer)surplus->data, surplus->len, run->hard, error)
      || !haul_imap_uids_expunge_marked (session, run->hard, error))
    return FALSE;
  g_autoptr (HaulListing) after = haul_listing_read (session, self->mailbox, 1, FALSE, run->hard, error);
  if (after == NULL)
    return FALSE;
  *is_exact = after->rows->len == parts->len;
  for (guint i = 0; i < after->rows->len; i++)
    *is_exact
        = *is_exact
          && g_hash_table_contains (wanted, GUINT_TO_POINTER (g_array_index (after->rows, HaulListingRow, i).uid));
  return TRUE;
}

static gboolean
give_name (HaulTransfer *self, HaulImapSession *session, HaulStaging *staging, GArray *parts, GError **error)
{
  HaulMove move = { 0, HAUL_MOVE_BY_RENAME, self->folder->mailbox, staging->uid_validity, 1 };

  if (!haul_staging_leave (staging, session, error))
    return FALSE;
  staging->is_exact = TRUE;
  move.row = haul_journal_move_begin (self->run->journal, staging->row, &move, parts, error);
  return move.row != 0 && haul_rename_settle (staging, session, &move, &self->uid_validity, error);
}

/* The parts of a mailbox that was filled over one connection. NULL with @error set. */
static GArray *
list_parts (HaulStaging *self, HaulImapSession *session, GError **error)
{
  g_autoptr (GPtrArray) items = haul_settle_sendings (self, session, FALSE, error);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (HaulMoveItem));

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const HaulGenerationItem *item = items->pdata[i];
      HaulMoveItem part = { item->row, item->staged_uid };
      g_array_append_val (parts, part);
    }
  return items == NULL ? NULL : g_steal_pointer (&parts);
}

/**
 * haul_whole_finish:
 * @transfer: a folder of which everything is sent
 * @session: the session
 * @staging: (inout): the generation it was sent to over this connection; %NULL when it is done with
 * @error: return location
 *
 * Makes sure that the mailbox holds just what it should, and gives it the person's name. Where it does not, or the
 * server refuses, the folder gives up to have it so: its messages are copied by the next pass.
 *
 * Returns: %TRUE when that is so, or the folder needs another pass
 */
gboolean
haul_whole_finish (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  gboolean is_exact = FALSE;
  g_autoptr (GArray) parts = transfer->sealed->len > 0 ? haul_join_run (transfer, session, staging, error)
                                                       : list_parts (*staging, session, error);

  if (parts == NULL)
    return FALSE;
  if (parts->len > 0
      && (!make_exact (*staging, session, parts, &is_exact, error)
          || (is_exact && !give_name (transfer, session, *staging, parts, error))))
    return FALSE;
  transfer->is_given_up = transfer->uid_validity == 0;
  if (!transfer->is_given_up)
    {
      g_clear_pointer (staging, haul_staging_free);
      return haul_seal_release (transfer, session, error);
    }
  if (*staging != NULL)
    g_ptr_array_add (transfer->sealed, g_steal_pointer (staging));
  return TRUE;
}
