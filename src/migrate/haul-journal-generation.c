/* haul-journal-generation.c - the journal's generations: staging mailboxes, and moves out of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, errors: as haul-journal.c.
 * See:     docs/upload.md.
 */
#include "migrate/haul-journal-generation.h"

#include <string.h>

#include "migrate/haul-journal-private.h"

void
haul_generation_free (HaulGeneration *generation)
{
  g_free (generation->mailbox);
  g_free (generation);
}

void
haul_generation_item_free (HaulGenerationItem *item)
{
  g_free (item->mailbox);
  g_free (item);
}

void
haul_generation_move_free (HaulGenerationMove *move)
{
  g_free (move->mailbox);
  g_free (move);
}

/**
 * haul_journal_generation_new:
 * @journal: a journal
 * @run: the run
 * @mailbox: the staging mailbox that is about to be made; a name is never used twice
 * @error: return location
 *
 * Makes a generation durable, before its mailbox exists.
 *
 * Returns: its row, or 0 with @error set
 */
gint64
haul_journal_generation_new (HaulJournal *journal, gint64 run, const char *mailbox, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F02);

  if (!haul_journal_execute (journal, error, "INSERT INTO generation(run, mailbox) VALUES(?, ?)", "it", run, mailbox))
    return 0;
  gint64 row = haul_journal_get_last_row (journal);
  return haul_journal_commit (journal, error) ? row : 0;
}

/* Durable before the first message is sent there. */
gboolean
haul_journal_generation_set_uid_validity (HaulJournal *journal, gint64 generation, guint32 uid_validity, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F02);

  return haul_journal_execute (journal, error, "UPDATE generation SET uid_validity = ? WHERE id = ?", "ii",
                               (gint64)uid_validity, generation)
         && haul_journal_commit (journal, error);
}

/* Durable: a sealed generation stays sealed. */
gboolean
haul_journal_generation_set_state (HaulJournal *journal, gint64 generation, HaulGenerationState state, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F21);

  return haul_journal_execute (journal, error, "UPDATE generation SET state = max(state, ?) WHERE id = ?", "ii",
                               (gint64)state, generation)
         && haul_journal_commit (journal, error);
}

/* Rows of a question as an array of what @read makes of each. */
static GPtrArray *
collect (HaulJournal *journal,
         sqlite3_stmt *statement,
         gpointer (*read) (sqlite3_stmt *statement),
         GDestroyNotify destroy,
         GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (destroy);
  g_autoptr (GError) local_error = NULL;

  if (statement == NULL)
    return NULL;
  while (haul_journal_next (journal, statement, &local_error))
    g_ptr_array_add (list, read (statement));
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static gpointer
read_generation (sqlite3_stmt *statement)
{
  HaulGeneration *generation = g_new0 (HaulGeneration, 1);

  generation->row = sqlite3_column_int64 (statement, 0);
  generation->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 1));
  generation->uid_validity = (guint32)sqlite3_column_int64 (statement, 2);
  generation->state = (HaulGenerationState)sqlite3_column_int (statement, 3);
  return generation;
}

/**
 * haul_journal_generation_list:
 * @journal: a journal
 * @only: one generation's row, or 0 for all
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulGeneration): those whose mailbox may still exist, oldest first
 */
GPtrArray *
haul_journal_generation_list (HaulJournal *journal, gint64 only, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return collect (journal,
                  haul_journal_query (journal, error,
                                      "SELECT id, mailbox, uid_validity, state FROM generation"
                                      " WHERE state < 2 AND (?1 = 0 OR id = ?1) ORDER BY id",
                                      "i", only),
                  read_generation, (GDestroyNotify)haul_generation_free, error);
}

/**
 * haul_journal_generation_find:
 * @journal: a journal
 * @mailbox: octets on the wire
 * @generation: (out) (transfer full) (nullable): the one whose staging mailbox this is or was; %NULL: none
 * @error: return location
 *
 * Returns: %TRUE when the journal could be asked
 */
gboolean
haul_journal_generation_find (HaulJournal *journal, const char *mailbox, HaulGeneration **generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  g_autoptr (GPtrArray) list
      = collect (journal,
                 haul_journal_query (journal, error,
                                     "SELECT id, mailbox, uid_validity, state FROM generation WHERE mailbox = ?", "t",
                                     mailbox),
                 read_generation, (GDestroyNotify)haul_generation_free, error);

  *generation = list == NULL || list->len == 0 ? NULL : g_ptr_array_steal_index (list, 0);
  return list != NULL;
}

static gpointer
read_item (sqlite3_stmt *statement)
{
  HaulGenerationItem *item = g_new0 (HaulGenerationItem, 1);

  item->row = sqlite3_column_int64 (statement, 0);
  item->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 1));
  item->size = (guint64)sqlite3_column_int64 (statement, 2);
  if (sqlite3_column_bytes (statement, 3) == HAUL_DIGEST_LENGTH)
    memcpy (item->digest, sqlite3_column_blob (statement, 3), HAUL_DIGEST_LENGTH);
  item->date = sqlite3_column_int64 (statement, 4);
  item->flags = (guint)sqlite3_column_int64 (statement, 5);
  item->staged_uid = (guint32)sqlite3_column_int64 (statement, 6);
  return item;
}

/**
 * haul_journal_generation_list_items:
 * @journal: a journal
 * @generation: a generation
 * @move: only the items of this move, or 0 for all
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulGenerationItem): those sent or staged and not yet placed or
 * lost
 */
GPtrArray *
haul_journal_generation_list_items (HaulJournal *journal, gint64 generation, gint64 move, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return collect (journal,
                  haul_journal_query (journal, error,
                                      "SELECT item.id, folder.mailbox, size, digest, date, flags, staged.uid"
                                      " FROM item JOIN folder ON folder.id = item.folder"
                                      " LEFT JOIN staged ON staged.item = item.id"
                                      " WHERE item.generation = ?1 AND state IN (1, 2) AND (?2 = 0 OR EXISTS"
                                      " (SELECT 1 FROM move_item WHERE move_item.move = ?2 AND move_item.item = "
                                      "item.id))"
                                      " ORDER BY item.id",
                                      "ii", generation, move),
                  read_item, (GDestroyNotify)haul_generation_item_free, error);
}

/**
 * haul_journal_generation_assign:
 * @journal: a journal
 * @generation: where the item was sent
 * @item: its row
 * @uid: the message it is there
 * @error: return location
 *
 * Assigns a staged message to an item, for ever. A second assignment of either is an error. Not committed: that is
 * done with the next intent or move.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_generation_assign (HaulJournal *journal, gint64 generation, gint64 item, guint32 uid, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F16);

  return haul_journal_execute (journal, error, "INSERT INTO staged(item, generation, uid) VALUES(?, ?, ?)", "iii", item,
                               generation, (gint64)uid)
         && haul_journal_execute (journal, error, "UPDATE item SET state = 2 WHERE id = ?", "i", item);
}

/**
 * haul_journal_generation_begin_move:
 * @journal: a journal
 * @generation: where from
 * @move: where to; its row is not looked at
 * @items: (element-type gint64): assigned items
 * @error: return location
 *
 * Makes durable that these items may be moved, and all their assignments with it.
 *
 * Returns: the move's row, or 0 with @error set
 */
gint64
haul_journal_generation_begin_move (
    HaulJournal *journal, gint64 generation, const HaulGenerationMove *move, GArray *items, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F17);

  if (!haul_journal_execute (journal, error,
                             "INSERT INTO move(generation, mailbox, uid_validity, uid_next) VALUES(?, ?, ?, ?)", "itii",
                             generation, move->mailbox, (gint64)move->uid_validity, (gint64)move->uid_next))
    return 0;
  gint64 row = haul_journal_get_last_row (journal);
  for (guint i = 0; i < items->len; i++)
    if (!haul_journal_execute (journal, error, "INSERT INTO move_item(move, item) VALUES(?, ?)", "ii", row,
                               g_array_index (items, gint64, i)))
      return 0;
  return haul_journal_commit (journal, error) ? row : 0;
}

/* The outcome of every item of the move is written. */
gboolean
haul_journal_generation_end_move (HaulJournal *journal, gint64 move, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F19);

  return haul_journal_execute (journal, error, "UPDATE move SET is_done = 1 WHERE id = ?", "i", move);
}

static gpointer
read_move (sqlite3_stmt *statement)
{
  HaulGenerationMove *move = g_new0 (HaulGenerationMove, 1);

  move->row = sqlite3_column_int64 (statement, 0);
  move->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 1));
  move->uid_validity = (guint32)sqlite3_column_int64 (statement, 2);
  move->uid_next = (guint32)sqlite3_column_int64 (statement, 3);
  return move;
}

/**
 * haul_journal_generation_list_moves:
 * @journal: a journal
 * @generation: a generation
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulGenerationMove): those whose outcome is not known, oldest first
 */
GPtrArray *
haul_journal_generation_list_moves (HaulJournal *journal, gint64 generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return collect (journal,
                  haul_journal_query (journal, error,
                                      "SELECT id, mailbox, uid_validity, uid_next FROM move"
                                      " WHERE generation = ? AND is_done = 0 ORDER BY id",
                                      "i", generation),
                  read_move, (GDestroyNotify)haul_generation_move_free, error);
}
