/* haul-journal-item.c - the journal's messages: intended, staged, placed, known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, errors: as haul-journal.c. Nothing here commits but haul_journal_item_intend().
 */
#include "journal/haul-journal-item.h"

#include <string.h>

#include "journal/haul-journal-private.h"

/**
 * haul_journal_item_add:
 * @journal: a journal
 * @folder: haul_journal_begin_folder()
 * @item: (inout): gets its row
 * @error: return location
 *
 * Writes down a message that is to be sent. A message that has to be sent again gets a new row: a row is assigned to
 * one place in one generation at most, for ever.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_item_add (HaulJournal *journal, gint64 folder, HaulItem *item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  item->row = 0;
  if (!haul_journal_execute (journal, error,
                             "INSERT INTO item(folder, key, ordinal, size, digest, date, flags) VALUES(?, ?, ?, ?, ?, "
                             "?, ?)",
                             "itiidii", folder, item->key, (gint64)item->ordinal, (gint64)item->size, item->digest,
                             item->sent_date, (gint64)haul_item_get_imap_flags (item)))
    return FALSE;
  item->row = haul_journal_get_last_row (journal);
  if (item->sent_keywords == NULL || item->sent_keywords[0] == NULL)
    return TRUE;
  g_autofree char *words = g_strjoinv (" ", item->sent_keywords);
  return haul_journal_execute (journal, error, "INSERT INTO label(item, words) VALUES(?, ?)", "it", item->row, words);
}

/**
 * haul_journal_item_intend:
 * @journal: a journal
 * @item: the message's row
 * @generation: where it is being sent
 * @error: return location
 *
 * Makes durable that the message's last octet may leave, and with it all that was written before.
 *
 * Returns: %TRUE when the last octet may leave
 */
gboolean
haul_journal_item_intend (HaulJournal *journal, gint64 item, gint64 generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_item_intend_ahead (journal, item, generation, error) && haul_journal_commit (journal, error);
}

/**
 * haul_journal_item_intend_ahead:
 * @journal: a journal
 * @item: the message's row
 * @generation: where it will be sent
 * @error: return location
 *
 * As haul_journal_item_intend(), without the commit: one haul_journal_commit() makes the intents of many messages
 * durable before the first of them is sent. A message whose intent is durable and that was never sent is in doubt, no
 * more; the listing of its generation settles it.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_item_intend_ahead (HaulJournal *journal, gint64 item, gint64 generation, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F05);

  return haul_journal_execute (journal, error, "UPDATE item SET state = 1, generation = ? WHERE id = ? AND state = 0",
                               "ii", generation, item);
}

/* Nothing of it was sent, as this process knows: it is as if nothing had been intended. Need not be durable. */
gboolean
haul_journal_item_withdraw (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "UPDATE item SET state = 0 WHERE id = ? AND state = 1", "i", item);
}

/* The server said no: it holds nothing of this message. */
gboolean
haul_journal_item_refuse (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "UPDATE item SET state = 5 WHERE id = ? AND state IN (0, 1)", "i", item);
}

/* Its mailbox was replaced: where it was placed means nothing any more. */
gboolean
haul_journal_item_forget (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "UPDATE item SET state = 4 WHERE id = ? AND state = 3", "i", item);
}

/**
 * haul_journal_item_forget_from:
 * @journal: the journal
 * @mailbox: octets on the wire
 * @uid_validity: the mailbox's
 * @first_uid: this UID and all above it
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * The mailbox was set back to a time before these UIDs were given: they will be other messages'.
 *
 * Returns: %TRUE when nothing is known of them any more
 */
gboolean
haul_journal_item_forget_from (
    HaulJournal *journal, const char *mailbox, guint32 uid_validity, guint32 first_uid, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error,
                               "UPDATE item SET state = 4 WHERE state = 3 AND id IN (SELECT item FROM placed"
                               " WHERE mailbox = ? AND uid_validity = ? AND uid >= ?)",
                               "tii", mailbox, (gint64)uid_validity, (gint64)first_uid)
         && haul_journal_execute (journal, error,
                                  "DELETE FROM placed WHERE mailbox = ? AND uid_validity = ? AND uid >= ?", "tii",
                                  mailbox, (gint64)uid_validity, (gint64)first_uid)
         && haul_journal_execute (journal, error,
                                  "DELETE FROM known WHERE mailbox = ? AND uid_validity = ? AND uid >= ?", "tii",
                                  mailbox, (gint64)uid_validity, (gint64)first_uid);
}

/**
 * haul_journal_item_lose:
 * @journal: a journal
 * @item: the message's row
 * @error: return location
 *
 * Its sending came to nothing, or its generation is gone; it never enters the mailbox by this row.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_item_lose (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F21);

  return haul_journal_execute (journal, error,
                               "UPDATE item SET state = CASE state WHEN 0 THEN 5 ELSE 4 END WHERE id = ? AND state <> "
                               "3",
                               "i", item);
}

/**
 * haul_journal_item_place:
 * @journal: a journal
 * @item: the message's row, assigned before
 * @mailbox: the user's mailbox, octets on the wire
 * @uid_validity: the mailbox's UIDVALIDITY
 * @uid: the message there
 * @error: return location
 *
 * Writes down where a message is; a UID that belongs to another message already is an error.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_item_place (
    HaulJournal *journal, gint64 item, const char *mailbox, guint32 uid_validity, guint32 uid, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F19);

  return haul_journal_execute (journal, error,
                               "INSERT INTO placed(item, mailbox, uid_validity, uid) VALUES(?, ?, ?, ?)", "itii", item,
                               mailbox, (gint64)uid_validity, (gint64)uid)
         && haul_journal_execute (journal, error, "UPDATE item SET state = 3 WHERE id = ?", "i", item)
         && haul_journal_execute (journal, error,
                                  "INSERT OR REPLACE INTO known(mailbox, uid_validity, uid, size, digest)"
                                  " SELECT ?, ?, ?, size, digest FROM item WHERE id = ?",
                                  "tiii", mailbox, (gint64)uid_validity, (gint64)uid, item);
}

/**
 * haul_journal_item_displace:
 * @journal: a journal
 * @item: the message's row, placed before
 * @error: return location
 *
 * It is not where the server said: it counts as lost until it is placed again.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_item_displace (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error,
                               "DELETE FROM known WHERE (mailbox, uid_validity, uid) ="
                               " (SELECT mailbox, uid_validity, uid FROM placed WHERE item = ?)",
                               "i", item)
         && haul_journal_execute (journal, error, "DELETE FROM placed WHERE item = ?", "i", item)
         && haul_journal_execute (journal, error, "UPDATE item SET state = 4 WHERE id = ? AND state = 3", "i", item);
}

/* The message was seen in its place after the copy. */
gboolean
haul_journal_item_verify (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F25);

  return haul_journal_execute (journal, error, "UPDATE placed SET is_verified = 1 WHERE item = ?", "i", item);
}

/**
 * haul_journal_item_find_outcome:
 * @journal: a journal
 * @item: a message's row
 * @outcome: (out caller-allocates): what came of it
 * @error: return location
 *
 * Returns: %TRUE when the journal could be asked
 */
gboolean
haul_journal_item_find_outcome (HaulJournal *journal, gint64 item, HaulJournalOutcome *outcome, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  g_autoptr (GError) local_error = NULL;
  sqlite3_stmt *statement
      = haul_journal_query (journal, &local_error,
                            "SELECT placed.uid, state IN (1, 2), staged.uid IS NOT NULL FROM item"
                            " LEFT JOIN placed ON placed.item = item.id LEFT JOIN staged ON staged.item = item.id"
                            " WHERE item.id = ?",
                            "i", item);

  *outcome = (HaulJournalOutcome){ 0 };
  while (statement != NULL && haul_journal_next (journal, statement, &local_error))
    {
      outcome->uid = (guint32)sqlite3_column_int64 (statement, 0);
      outcome->is_pending = sqlite3_column_int (statement, 1) == 1;
      outcome->was_staged = sqlite3_column_int (statement, 2) == 1;
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* A digest that was downloaded need not be downloaded again. */
gboolean
haul_journal_item_learn (
    HaulJournal *journal, const char *mailbox, guint32 uid_validity, const HaulJournalKnown *known, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (
      journal, error, "INSERT OR REPLACE INTO known(mailbox, uid_validity, uid, size, digest) VALUES(?, ?, ?, ?, ?)",
      "tiiid", mailbox, (gint64)uid_validity, (gint64)known->uid, (gint64)known->size, known->digest);
}

static void
read_known (sqlite3_stmt *statement, HaulJournalKnown *known)
{
  known->uid = (guint32)sqlite3_column_int64 (statement, 0);
  known->size = (guint64)sqlite3_column_int64 (statement, 1);
  if (sqlite3_column_bytes (statement, 2) == HAUL_DIGEST_LENGTH)
    memcpy (known->digest, sqlite3_column_blob (statement, 2), HAUL_DIGEST_LENGTH);
  known->is_ours = sqlite3_column_int (statement, 3) == 1;
  known->is_unchecked = sqlite3_column_type (statement, 4) != SQLITE_NULL;
  known->date = sqlite3_column_int64 (statement, 4);
}

/**
 * haul_journal_item_list_known:
 * @journal: a journal
 * @mailbox: octets on the wire
 * @uid_validity: as it is now; what was known under another is worthless
 * @first_uid: only from this UID on; 0 for all
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type HaulJournalKnown): by rising UID
 */
GArray *
haul_journal_item_list_known (
    HaulJournal *journal, const char *mailbox, guint32 uid_validity, guint32 first_uid, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (HaulJournalKnown));
  sqlite3_stmt *statement
      = haul_journal_query (journal, &local_error,
                            "SELECT known.uid, known.size, known.digest, placed.is_verified, item.date FROM known"
                            " LEFT JOIN placed ON placed.mailbox = known.mailbox AND placed.uid_validity ="
                            " known.uid_validity AND placed.uid = known.uid"
                            " LEFT JOIN item ON item.id = placed.item AND placed.is_verified = 0"
                            " WHERE known.mailbox = ? AND known.uid_validity = ? AND known.uid >= ? ORDER BY known.uid",
                            "tii", mailbox, (gint64)uid_validity, (gint64)first_uid);

  while (statement != NULL && haul_journal_next (journal, statement, &local_error))
    {
      HaulJournalKnown known = { 0 };
      read_known (statement, &known);
      g_array_append_val (list, known);
    }
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}
