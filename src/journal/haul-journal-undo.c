/* haul-journal-undo.c - the journal's knowledge for taking back: what a job placed and made, and what is on its way out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, errors: as haul-journal.c.
 * See:     docs/undo.md.
 */
#include "journal/haul-journal-undo.h"

#include <string.h>

#include "journal/haul-journal-private.h"

void
haul_undo_place_free (HaulUndoPlace *place)
{
  g_free (place->mailbox);
  g_free (place);
}

void
haul_undo_mailbox_free (HaulUndoMailbox *mailbox)
{
  g_free (mailbox->mailbox);
  g_free (mailbox);
}

void
haul_undo_origin_free (HaulUndoOrigin *origin)
{
  g_free (origin->store);
  g_free (origin->folder);
  g_free (origin->key);
  g_free (origin);
}

/**
 * haul_journal_undo_add_mailbox:
 * @journal: a journal
 * @run: the run
 * @mailbox: octets on the wire; it was looked for and is not there
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Makes durable that a mailbox of the person's is about to be made by us.
 *
 * Returns: %TRUE when it may be made
 */
gboolean
haul_journal_undo_add_mailbox (HaulJournal *journal, gint64 run, const char *mailbox, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "INSERT OR REPLACE INTO made(mailbox, run) VALUES(?, ?)", "ti", mailbox,
                               run)
         && haul_journal_commit (journal, error);
}

/* Not committed: without it the mailbox is ours all the same. */
gboolean
haul_journal_undo_set_uid_validity (HaulJournal *journal, const char *mailbox, guint32 uid_validity, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "UPDATE made SET uid_validity = ? WHERE mailbox = ?", "it",
                               (gint64)uid_validity, mailbox);
}

/**
 * haul_journal_undo_is_half_made:
 * @journal: a journal
 * @mailbox: octets on the wire
 * @is_half_made: (out): the making of it was begun, and not ended
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: %TRUE when that is known
 */
gboolean
haul_journal_undo_is_half_made (HaulJournal *journal, const char *mailbox, gboolean *is_half_made, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  g_autoptr (GError) local_error = NULL;
  sqlite3_stmt *statement
      = haul_journal_query (journal, &local_error,
                            "SELECT 1 FROM made WHERE mailbox = ? AND coalesce(uid_validity, 0) = 0", "t", mailbox);

  *is_half_made = FALSE;
  while (statement != NULL && haul_journal_next (journal, statement, &local_error))
    *is_half_made = TRUE;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* It was not made by us after all, or is deleted. */
gboolean
haul_journal_undo_remove_mailbox (HaulJournal *journal, const char *mailbox, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "DELETE FROM made WHERE mailbox = ?", "t", mailbox)
         && haul_journal_commit (journal, error);
}

/**
 * haul_journal_undo_list_mailboxes:
 * @journal: a journal
 * @job: the job's name
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable) (element-type HaulUndoMailbox): those that runs of the job made, the longest
 * names first, so that a mailbox comes before its parents
 */
GPtrArray *
haul_journal_undo_list_mailboxes (HaulJournal *journal, const char *job, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_undo_mailbox_free);
  sqlite3_stmt *statement = haul_journal_query (journal, &local_error,
                                                "SELECT mailbox, uid_validity FROM made JOIN run ON run.id = made.run"
                                                " WHERE job = ? ORDER BY length(mailbox) DESC, mailbox",
                                                "t", job);

  while (statement != NULL && haul_journal_next (journal, statement, &local_error))
    {
      HaulUndoMailbox *mailbox = g_new0 (HaulUndoMailbox, 1);
      mailbox->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 0));
      mailbox->uid_validity = (guint32)sqlite3_column_int64 (statement, 1);
      g_ptr_array_add (list, mailbox);
    }
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static GPtrArray *
read_places (HaulJournal *journal, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_undo_place_free);

  if (statement == NULL)
    return NULL;
  while (haul_journal_next (journal, statement, &local_error))
    {
      HaulUndoPlace *place = g_new0 (HaulUndoPlace, 1);
      place->mailbox = g_strdup ((const char *)sqlite3_column_text (statement, 0));
      place->uid_validity = (guint32)sqlite3_column_int64 (statement, 1);
      place->messages = (guint64)sqlite3_column_int64 (statement, 2);
      g_ptr_array_add (list, place);
    }
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static void
clear_item (gpointer data)
{
  g_free (((HaulUndoItem *)data)->words);
}

static GArray *
read_items (HaulJournal *journal, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (HaulUndoItem));

  g_array_set_clear_func (list, clear_item);
  if (statement == NULL)
    return NULL;
  while (haul_journal_next (journal, statement, &local_error))
    {
      HaulUndoItem item = { .row = sqlite3_column_int64 (statement, 0),
                            .uid = (guint32)sqlite3_column_int64 (statement, 1),
                            .size = (guint64)sqlite3_column_int64 (statement, 2),
                            .date = sqlite3_column_int64 (statement, 3),
                            .flags = (guint)sqlite3_column_int64 (statement, 4) };
      if (sqlite3_column_bytes (statement, 5) == HAUL_DIGEST_LENGTH)
        memcpy (item.digest, sqlite3_column_blob (statement, 5), HAUL_DIGEST_LENGTH);
      item.words = g_strdup ((const char *)sqlite3_column_text (statement, 6));
      g_array_append_val (list, item);
    }
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * haul_journal_undo_list_places:
 * @journal: a journal
 * @job: the job's name
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable) (element-type HaulUndoPlace): where runs of the job placed messages that were not
 * taken back
 */
GPtrArray *
haul_journal_undo_list_places (HaulJournal *journal, const char *job, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return read_places (journal,
                      haul_journal_query (journal, error,
                                          "SELECT placed.mailbox, placed.uid_validity, count(*) FROM placed"
                                          " CROSS JOIN item ON item.id = placed.item CROSS JOIN folder ON folder.id = "
                                          "item.folder CROSS JOIN run ON run.id = folder.run"
                                          " WHERE state = 3 AND job = ? GROUP BY 1, 2 ORDER BY 1, 2",
                                          "t", job),
                      error);
}

/**
 * haul_journal_undo_list_items:
 * @journal: a journal
 * @job: the job's name
 * @place: one of its places
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable) (element-type HaulUndoItem): the job's messages there, by rising UID
 */
GArray *
haul_journal_undo_list_items (HaulJournal *journal, const char *job, const HaulUndoPlace *place, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return read_items (journal,
                     haul_journal_query (journal, error,
                                         "SELECT item.id, placed.uid, size, date, flags, digest, words FROM placed"
                                         " CROSS JOIN item ON item.id = placed.item"
                                         " CROSS JOIN folder ON folder.id = item.folder"
                                         " CROSS JOIN run ON run.id = folder.run"
                                         " LEFT JOIN label ON label.item = item.id"
                                         " WHERE placed.mailbox = ? AND placed.uid_validity = ? AND state = 3"
                                         " AND job = ? ORDER BY placed.uid",
                                         "tit", place->mailbox, (gint64)place->uid_validity, job),
                     error);
}

/**
 * haul_journal_undo_list_taking_places:
 * @journal: a journal
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable) (element-type HaulUndoPlace): where messages may bear a mark of ours, of whatever
 * job
 */
GPtrArray *
haul_journal_undo_list_taking_places (HaulJournal *journal, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  /* What a server that was set back made worthless is nothing to look for. */
  if (!haul_journal_execute (journal, error, "DELETE FROM taking WHERE item NOT IN (SELECT item FROM placed)", ""))
    return NULL;
  return read_places (journal,
                      haul_journal_query (journal, error,
                                          "SELECT mailbox, uid_validity, count(*) FROM taking"
                                          " JOIN placed ON placed.item = taking.item GROUP BY 1, 2 ORDER BY 1, 2",
                                          ""),
                      error);
}

/**
 * haul_journal_undo_list_taking:
 * @journal: a journal
 * @place: one of haul_journal_undo_list_taking_places()
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable) (element-type HaulUndoItem): the messages there that may bear a mark of ours, by
 * rising UID
 */
GArray *
haul_journal_undo_list_taking (HaulJournal *journal, const HaulUndoPlace *place, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return read_items (journal,
                     haul_journal_query (journal, error,
                                         "SELECT item.id, placed.uid, size, date, flags, digest, NULL FROM taking"
                                         " CROSS JOIN placed ON placed.item = taking.item"
                                         " CROSS JOIN item ON item.id = taking.item"
                                         " WHERE placed.mailbox = ? AND placed.uid_validity = ? ORDER BY placed.uid",
                                         "ti", place->mailbox, (gint64)place->uid_validity),
                     error);
}

/**
 * haul_journal_undo_begin:
 * @journal: a journal
 * @items: (array length=n_items): rows
 * @n_items: how many
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Makes durable that these messages may from now on be marked as deleted by us, or be gone.
 *
 * Returns: %TRUE when they may be marked
 */
gboolean
haul_journal_undo_begin (HaulJournal *journal, const gint64 *items, guint n_items, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  for (guint i = 0; i < n_items; i++)
    if (!haul_journal_execute (journal, error, "INSERT OR IGNORE INTO taking(item) VALUES(?)", "i", items[i]))
      return FALSE;
  return haul_journal_commit (journal, error);
}

/**
 * haul_journal_undo_end:
 * @journal: a journal
 * @item: a message's row
 * @is_gone: it is not in the mailbox any more; else it is, and unmarked
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * What is gone was never placed, as far as a later copy is concerned: it is copied again. Not committed.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_undo_end (HaulJournal *journal, gint64 item, gboolean is_gone, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  if (!haul_journal_execute (journal, error, "DELETE FROM taking WHERE item = ?", "i", item))
    return FALSE;
  if (!is_gone)
    return TRUE;
  return haul_journal_execute (journal, error,
                               "DELETE FROM known WHERE (mailbox, uid_validity, uid) IN"
                               " (SELECT mailbox, uid_validity, uid FROM placed WHERE item = ?)",
                               "i", item)
         && haul_journal_execute (journal, error, "DELETE FROM placed WHERE item = ?", "i", item)
         && haul_journal_execute (journal, error, "UPDATE item SET state = 4 WHERE id = ? AND state = 3", "i", item);
}

/**
 * haul_journal_undo_find_origin:
 * @journal: a journal
 * @item: a message's row
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable): where it came from
 */
HaulUndoOrigin *
haul_journal_undo_find_origin (HaulJournal *journal, gint64 item, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  g_autoptr (HaulUndoOrigin) origin = g_new0 (HaulUndoOrigin, 1);
  g_autoptr (GError) local_error = NULL;
  sqlite3_stmt *statement = haul_journal_query (journal, &local_error,
                                                "SELECT store, folder.folder, key FROM item JOIN folder ON folder.id = "
                                                "item.folder WHERE item.id = ?",
                                                "i", item);

  while (statement != NULL && haul_journal_next (journal, statement, &local_error))
    {
      g_free (origin->store);
      g_free (origin->folder);
      g_free (origin->key);
      origin->store = g_strdup ((const char *)sqlite3_column_text (statement, 0));
      origin->folder = g_strdup ((const char *)sqlite3_column_text (statement, 1));
      origin->key = g_strdup ((const char *)sqlite3_column_text (statement, 2));
    }
  if (local_error == NULL)
    return g_steal_pointer (&origin);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}
