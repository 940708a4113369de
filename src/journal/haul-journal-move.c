/* haul-journal-move.c - the journal's moves: messages on their way from a generation into the person's mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, errors: as haul-journal.c.
 * See:     docs/upload.md.
 */
#include "journal/haul-journal-move.h"

#include "base/haul-fault.h"
#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-private.h"

void
haul_move_free (HaulMove *move)
{
  g_free (move->mailbox);
  g_free (move);
}

/**
 * haul_journal_move_begin:
 * @journal: a journal
 * @generation: where from
 * @move: where to; its row is not looked at
 * @items: (element-type HaulMoveItem): assigned items
 * @error: return location
 *
 * Makes durable that these items may be placed, and all their assignments with it.
 *
 * Returns: the move's row, or 0 with @error set
 */
gint64
haul_journal_move_begin (HaulJournal *journal, gint64 generation, const HaulMove *move, GArray *items, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  if (!haul_journal_execute (
          journal, error, "INSERT INTO move(generation, verb, mailbox, uid_validity, uid_next) VALUES(?, ?, ?, ?, ?)",
          "iitii", generation, (gint64)move->verb, move->mailbox, (gint64)move->uid_validity, (gint64)move->uid_next))
    return 0;
  gint64 row = haul_journal_get_last_row (journal);
  for (guint i = 0; i < items->len; i++)
    {
      const HaulMoveItem *one = &g_array_index (items, HaulMoveItem, i);
      if (!haul_journal_execute (journal, error, "INSERT INTO move_item(move, item, uid) VALUES(?, ?, nullif(?, 0))",
                                 "iii", row, one->item, (gint64)one->whole_uid))
        return 0;
    }
  return haul_journal_commit (journal, error) ? row : 0;
}

/* The outcome of every item of the move is written. */
gboolean
haul_journal_move_end (HaulJournal *journal, gint64 move, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F19);

  return haul_journal_execute (journal, error, "UPDATE move SET is_done = 1 WHERE id = ?", "i", move);
}

static gpointer
read_move (sqlite3_stmt *statement)
{
  HaulMove *move = g_new0 (HaulMove, 1);

  move->row = sqlite3_column_int64 (statement, 0);
  move->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 1));
  move->uid_validity = (guint32)sqlite3_column_int64 (statement, 2);
  move->uid_next = (guint32)sqlite3_column_int64 (statement, 3);
  move->verb = (HaulMoveVerb)sqlite3_column_int (statement, 4);
  return move;
}

/**
 * haul_journal_move_list:
 * @journal: a journal
 * @generation: a generation
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulMove): those whose outcome is not known, oldest first
 */
GPtrArray *
haul_journal_move_list (HaulJournal *journal, gint64 generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_collect (journal,
                               haul_journal_query (journal, error,
                                                   "SELECT id, mailbox, uid_validity, uid_next, verb FROM move"
                                                   " WHERE generation = ? AND is_done = 0 ORDER BY id",
                                                   "i", generation),
                               read_move, (GDestroyNotify)haul_move_free, error);
}

/**
 * haul_journal_move_list_items:
 * @journal: a journal
 * @move: a move, of whichever generations
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulGenerationItem): its items that are not placed or lost
 */
GPtrArray *
haul_journal_move_list_items (HaulJournal *journal, gint64 move, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_collect (journal,
                               haul_journal_query (journal, error,
                                                   "SELECT item.id, folder.mailbox, size, digest, date, flags,"
                                                   " staged.uid, move_item.uid"
                                                   " FROM move_item JOIN item ON item.id = move_item.item"
                                                   " JOIN folder ON folder.id = item.folder"
                                                   " JOIN staged ON staged.item = item.id"
                                                   " WHERE move_item.move = ? AND state IN (1, 2) ORDER BY item.id",
                                                   "i", move),
                               haul_generation_item_read, (GDestroyNotify)haul_generation_item_free, error);
}
