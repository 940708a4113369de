/* haul-journal-generation.c - the journal's generations: mailboxes that messages are sent to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, errors: as haul-journal.c.
 * See:     docs/upload.md.
 */
#include "journal/haul-journal-generation.h"

#include <string.h>

#include "journal/haul-journal-private.h"

#define COLUMNS "id, mailbox, uid_validity, state, kind, uid_next"

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

/**
 * haul_journal_generation_new:
 * @journal: a journal
 * @run: the run
 * @generation: its kind, and its mailbox: one that is about to be made, whose name is never used twice, or the
 *   person's own with its UIDVALIDITY and UIDNEXT
 * @error: return location
 *
 * Makes a generation durable, before its mailbox exists.
 *
 * Returns: its row, or 0 with @error set
 */
gint64
haul_journal_generation_new (HaulJournal *journal, gint64 run, const HaulGeneration *generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F02);

  if (!haul_journal_execute (journal, error,
                             "INSERT INTO generation(run, kind, mailbox, uid_validity, uid_next) VALUES(?, ?, ?, ?, ?)",
                             "iitii", run, (gint64)generation->kind, generation->mailbox,
                             (gint64)generation->uid_validity, (gint64)generation->uid_next))
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

static gpointer
read_generation (sqlite3_stmt *statement)
{
  HaulGeneration *generation = g_new0 (HaulGeneration, 1);

  generation->row = sqlite3_column_int64 (statement, 0);
  generation->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 1));
  generation->uid_validity = (guint32)sqlite3_column_int64 (statement, 2);
  generation->state = (HaulGenerationState)sqlite3_column_int (statement, 3);
  generation->kind = (HaulGenerationKind)sqlite3_column_int (statement, 4);
  generation->uid_next = (guint32)sqlite3_column_int64 (statement, 5);
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

  return haul_journal_collect (journal,
                               haul_journal_query (journal, error,
                                                   "SELECT " COLUMNS " FROM generation"
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
      = haul_journal_collect (journal,
                              haul_journal_query (journal, error,
                                                  "SELECT " COLUMNS " FROM generation WHERE mailbox = ? AND kind < 2",
                                                  "t", mailbox),
                              read_generation, (GDestroyNotify)haul_generation_free, error);

  *generation = list == NULL || list->len == 0 ? NULL : g_ptr_array_steal_index (list, 0);
  return list != NULL;
}

/* Columns: id, mailbox, size, digest, date, flags, UID in its generation, UID in a mailbox that is renamed. */
gpointer
haul_generation_item_read (sqlite3_stmt *statement)
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
  item->whole_uid = (guint32)sqlite3_column_int64 (statement, 7);
  return item;
}

/**
 * haul_journal_generation_list_items:
 * @journal: a journal
 * @generation: a generation
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulGenerationItem): those sent or staged and not yet placed or
 * lost
 */
GPtrArray *
haul_journal_generation_list_items (HaulJournal *journal, gint64 generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_collect (journal,
                               haul_journal_query (journal, error,
                                                   "SELECT item.id, folder.mailbox, size, digest, date, flags,"
                                                   " staged.uid, 0"
                                                   " FROM item JOIN folder ON folder.id = item.folder"
                                                   " LEFT JOIN staged ON staged.item = item.id"
                                                   " WHERE item.generation = ? AND state IN (1, 2) ORDER BY item.id",
                                                   "i", generation),
                               haul_generation_item_read, (GDestroyNotify)haul_generation_item_free, error);
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
 * haul_journal_generation_unassign:
 * @journal: a journal
 * @item: its row
 * @error: return location
 *
 * The UID that the server told of it is not to be believed: the item is in doubt again. One that was in a move keeps
 * its UID. Not committed.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_generation_unassign (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error,
                               "DELETE FROM staged WHERE item = ?1 AND NOT EXISTS"
                               " (SELECT 1 FROM move_item WHERE move_item.item = ?1)",
                               "i", item)
         && haul_journal_execute (journal, error,
                                  "UPDATE item SET state = 1 WHERE id = ?1 AND state = 2 AND NOT EXISTS"
                                  " (SELECT 1 FROM staged WHERE staged.item = ?1)",
                                  "i", item);
}
