/* haul-staging.c - one generation: a mailbox of ours where messages arrive before they are placed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   CREATE ─ append … append ─ settle: assign, move intent, UID MOVE, placed ─ append … ─ settle ─ DELETE
 *                        ╳ break: settle on a new connection (seal), DELETE; what is lost is sent in a new generation
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-staging.h"

#include <string.h>

#include "base/haul-fault.h"
#include "imap/haul-imap-append.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-uids.h"
#include "migrate/haul-journal-generation.h"
#include "migrate/haul-journal-item.h"
#include "migrate/haul-settle.h"
#include "migrate/haul-target.h"

#define MOVE_AT_ONCE 500
#define NAMES_TRIED 5

static HaulStaging *
adopt (HaulRun *run, gint64 row, const char *mailbox, guint32 uid_validity)
{
  HaulStaging *self = g_new0 (HaulStaging, 1);

  self->run = run;
  self->row = row;
  self->mailbox = g_strdup (mailbox);
  self->uid_validity = uid_validity;
  return self;
}

void
haul_staging_free (HaulStaging *staging)
{
  g_free (staging->mailbox);
  g_free (staging);
}

static gboolean
select_staging (HaulStaging *self, HaulImapSession *session, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };

  if (self->is_selected)
    return TRUE;
  if (!haul_imap_mailbox_select (session, self->mailbox, &status, self->run->hard, error))
    return FALSE;
  if (self->uid_validity != 0 && status.uid_validity != self->uid_validity)
    {
      g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                                     "the mailbox %s was replaced", self->mailbox));
      return FALSE;
    }
  self->uid_validity = status.uid_validity;
  self->is_selected = TRUE;
  return TRUE;
}

/* *is_taken: the name exists; it is somebody else's then, and its row in the journal is closed. */
static gboolean
make_mailbox (HaulStaging *self, HaulImapSession *session, gboolean *is_taken, GError **error)
{
  HaulRun *run = self->run;
  g_autoptr (GError) local_error = NULL;

  *is_taken = FALSE;
  if (haul_imap_mailbox_create (session, self->mailbox, run->hard, &local_error))
    return select_staging (self, session, error)
           && haul_journal_generation_set_uid_validity (run->journal, self->row, self->uid_validity, error);
  *is_taken = g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_EXISTS)
              && haul_journal_generation_set_state (run->journal, self->row, HAUL_GENERATION_GONE, error);
  if (g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED))
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_UNPROVABLE,
                 "the server does not let a mailbox be made, which is needed to copy exactly once: %s",
                 local_error->message);
  else if (!g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_EXISTS))
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_staging_make:
 * @run: the run
 * @session: the lane's session
 * @staging: (out) (transfer full): the generation; also after an error when its mailbox may have come into being
 * @error: return location
 *
 * Makes a staging mailbox whose name was never used, and selects it. Its journal row is on disk before it exists. It is
 * never subscribed.
 *
 * Returns: %TRUE when it can be filled; else what @staging says has to be recovered
 */
gboolean
haul_staging_make (HaulRun *run, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  for (guint i = 0; i < NAMES_TRIED; i++)
    {
      g_autofree char *name = haul_run_dup_next_staging (run);
      gint64 row = haul_journal_generation_new (run->journal, run->row, name, error);
      gboolean is_taken;
      if (row == 0)
        return FALSE;
      *staging = adopt (run, row, name, 0);
      HAUL_FAULT (F02, "recorded");
      if (make_mailbox (*staging, session, &is_taken, error))
        return TRUE;
      if (!is_taken)
        return FALSE;
      g_clear_pointer (staging, haul_staging_free);
    }
  g_set_error_literal (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_UNPROVABLE,
                       "the server says of every new mailbox that it exists already");
  return FALSE;
}

typedef struct
{
  HaulStaging *staging;
  HaulItem *item;
  guint folder;
} Sending;

static gboolean
before_last (gpointer user_data, GError **error)
{
  Sending *sending = user_data;

  if (sending->item->is_intended)
    return TRUE;
  sending->item->is_intended = TRUE;
  return haul_journal_item_intend (sending->staging->run->journal, sending->item->row, sending->staging->row, error);
}

static void
on_sent (guint64 bytes, gpointer user_data)
{
  Sending *sending = user_data;
  HaulItem *item = sending->item;

  haul_run_count_item (sending->staging->run, sending->folder, item, MIN (item->counted_bytes + bytes, item->size));
  haul_run_limit_rate (sending->staging->run, bytes);
}

/**
 * haul_staging_append:
 * @staging: the generation
 * @session: its lane's session
 * @item: (inout): written in the journal, with its sent_ fields filled in
 * @folder: index in the plan, for the progress
 * @body: the message, exactly @item's size
 * @error: return location; %HAUL_IMAP_ERROR_REFUSED and the like are about this message, others about the connection
 *
 * Sends one message into the staging mailbox. The intent is on disk before its last octet leaves.
 *
 * Returns: %TRUE when the server has it; its UID is taken only if it is of the UIDVALIDITY that was selected
 */
gboolean
haul_staging_append (
    HaulStaging *staging, HaulImapSession *session, HaulItem *item, guint folder, GInputStream *body, GError **error)
{
  Sending sending = { staging, item, folder };
  HaulImapAppendUid uid = { 0 };
  HaulImapAppend append = { .mailbox = staging->mailbox,
                            .flags = item->sent_flags,
                            .keywords = (const char *const *)item->sent_keywords,
                            .internal_date = item->sent_date,
                            .size = item->size,
                            .body = body,
                            .before_last = before_last,
                            .sent = on_sent,
                            .user_data = &sending };

  if (!select_staging (staging, session, error)
      || !haul_imap_append_run (session, &append, &uid, staging->run->hard, error))
    return FALSE;
  item->staged_uid = uid.uid_validity == staging->uid_validity && uid.uid > staging->last_uid ? uid.uid : 0;
  staging->last_uid = MAX (staging->last_uid, item->staged_uid);
  return item->staged_uid == 0
         || haul_journal_generation_assign (staging->run->journal, staging->row, item->row, item->staged_uid, error);
}

/* Writes down what COPYUID says, if it speaks of every message of the batch and names a new one for each. */
static gboolean
read_copy_uid (HaulStaging *self,
               const HaulGenerationMove *move,
               const HaulImapCopyUid *copy_uid,
               GPtrArray *batch,
               GError **error)
{
  g_autoptr (GHashTable) uids = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) destinations = g_hash_table_new (NULL, NULL);
  gboolean is_complete = copy_uid->source != NULL && copy_uid->destination != NULL
                         && copy_uid->source->len == copy_uid->destination->len
                         && copy_uid->uid_validity == move->uid_validity;

  for (guint i = 0; is_complete && i < copy_uid->source->len; i++)
    g_hash_table_insert (uids, GUINT_TO_POINTER (g_array_index (copy_uid->source, guint32, i)),
                         GUINT_TO_POINTER (g_array_index (copy_uid->destination, guint32, i)));
  for (guint i = 0; is_complete && i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      guint32 uid = GPOINTER_TO_UINT (g_hash_table_lookup (uids, GUINT_TO_POINTER (item->staged_uid)));
      is_complete = uid >= move->uid_next && g_hash_table_add (destinations, GUINT_TO_POINTER (uid));
    }
  if (!is_complete)
    return haul_journal_commit (self->run->journal, error);
  for (guint i = 0; i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      guint32 uid = GPOINTER_TO_UINT (g_hash_table_lookup (uids, GUINT_TO_POINTER (item->staged_uid)));
      if (!haul_journal_item_place (self->run->journal, item->row, move->mailbox, move->uid_validity, uid, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
move_batch (HaulStaging *self, HaulImapSession *session, GPtrArray *batch, GError **error)
{
  HaulRun *run = self->run;
  g_auto (HaulImapStatus) status = { 0 };
  g_auto (HaulImapCopyUid) copy_uid = { 0 };
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  const char *mailbox = ((HaulGenerationItem *)batch->pdata[0])->mailbox;

  for (guint i = 0; i < batch->len; i++)
    {
      const HaulGenerationItem *item = batch->pdata[i];
      g_array_append_val (rows, item->row);
      g_array_append_val (uids, item->staged_uid);
    }
  /* A UID names another message in another mailbox. So before each move the staging mailbox is selected anew, whatever
   * is believed to be selected: nothing but our own messages can ever be moved. */
  self->is_selected = FALSE;
  if (!haul_imap_mailbox_status (session, mailbox, &status, run->hard, error) || !select_staging (self, session, error))
    return FALSE;
  HaulGenerationMove move = { 0, (char *)mailbox, status.uid_validity, MAX (status.uid_next, 1) };
  move.row = haul_journal_generation_begin_move (run->journal, self->row, &move, rows, error);
  if (move.row == 0
      || !haul_imap_uids_move (session, (const guint32 *)(gpointer)uids->data, uids->len, mailbox, &copy_uid, run->hard,
                               error))
    return FALSE;
  /* Ends with a look at the target where COPYUID did not say everything. */
  return read_copy_uid (self, &move, &copy_uid, batch, error) && haul_settle_move (self, session, &move, error);
}

/* Moves what is assigned, one mailbox after the other, in batches. */
static gboolean
place (HaulStaging *self, HaulImapSession *session, GPtrArray *items, GError **error)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();

  for (guint i = 0; i <= items->len; i++)
    {
      HaulGenerationItem *item = i < items->len ? items->pdata[i] : NULL;
      gboolean is_full
          = batch->len == MOVE_AT_ONCE
            || (batch->len > 0
                && (item == NULL || strcmp (item->mailbox, ((HaulGenerationItem *)batch->pdata[0])->mailbox) != 0));
      if (is_full && !move_batch (self, session, batch, error))
        return FALSE;
      if (is_full)
        g_ptr_array_set_size (batch, 0);
      if (item != NULL && item->staged_uid != 0)
        g_ptr_array_add (batch, item);
    }
  return TRUE;
}

/* Nothing is staged any more, or the server did not do what it said. */
static gboolean
is_empty (HaulStaging *self, GError **error)
{
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (self->run->journal, self->row, 0, error);

  if (items == NULL || items->len == 0)
    return items != NULL;
  g_propagate_error (error,
                     haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                          "the server did not move %u messages out of %s", items->len, self->mailbox));
  return FALSE;
}

/**
 * haul_staging_settle:
 * @staging: the generation
 * @session: a session
 * @is_after_break: the connection it was filled on is gone: it is sealed, and looked at as a whole
 * @error: return location
 *
 * Finds out what is not known, and places everything that is assigned. Afterwards each of its items is placed or lost.
 *
 * Returns: %TRUE when that is so
 */
gboolean
haul_staging_settle (HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, GError **error)
{
  HaulJournal *journal = staging->run->journal;
  g_autoptr (GPtrArray) moves = haul_journal_generation_list_moves (journal, staging->row, error);

  if (moves == NULL)
    return FALSE;
  for (guint i = 0; i < moves->len; i++)
    if (!haul_settle_move (staging, session, moves->pdata[i], error))
      return FALSE;

  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (journal, staging->row, 0, error);
  if (items == NULL)
    return FALSE;
  gboolean has_doubt = is_after_break;
  for (guint i = 0; i < items->len; i++)
    has_doubt = has_doubt || ((HaulGenerationItem *)items->pdata[i])->staged_uid == 0;
  if (has_doubt)
    {
      if (!haul_settle_sendings (staging, session, items, error))
        return FALSE;
      if (is_after_break && !haul_journal_generation_set_state (journal, staging->row, HAUL_GENERATION_SEALED, error))
        return FALSE;
      g_ptr_array_unref (items);
      items = haul_journal_generation_list_items (journal, staging->row, 0, error);
      if (items == NULL)
        return FALSE;
    }
  HAUL_FAULT (F23, "place");
  return place (staging, session, items, error) && is_empty (staging, error);
}

/**
 * haul_staging_delete:
 * @staging: a generation whose items are all placed or lost
 * @session: a session
 * @error: return location
 *
 * Leaves the mailbox (a server may end a session whose mailbox is deleted) and deletes it.
 *
 * Returns: %TRUE when it is gone
 */
gboolean
haul_staging_delete (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  HaulRun *run = staging->run;
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;
  gboolean is_gone;

  if (!is_empty (staging, error))
    return FALSE;
  staging->is_selected = FALSE;
  gboolean is_left = haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_UNSELECT
                         ? haul_imap_mailbox_unselect (session, run->hard, &local_error)
                         : haul_imap_mailbox_examine (session, "INBOX", &status, run->hard, &local_error);
  /* Without a selected mailbox UNSELECT is refused. */
  if (!is_left && !haul_imap_session_is_usable (session))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_clear_error (&local_error);
  HAUL_FAULT (F26, "left");
  if (!haul_imap_mailbox_delete (session, staging->mailbox, run->hard, &local_error))
    {
      if (!haul_imap_session_is_usable (session))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!haul_target_is_gone (session, staging->mailbox, &is_gone, run->hard, error))
        return FALSE;
      if (!is_gone)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  HAUL_FAULT (F26, "deleted");
  return haul_journal_generation_set_state (run->journal, staging->row, HAUL_GENERATION_GONE, error);
}
