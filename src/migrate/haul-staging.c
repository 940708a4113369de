/* haul-staging.c - one generation: a mailbox where messages arrive, most often ours, before they are placed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   CREATE ─ append … append ─ settle: assign, move intent, UID MOVE or COPY, placed ─ append … ─ settle ─ DELETE
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
#include "migrate/haul-direct.h"
#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-place.h"
#include "migrate/haul-settle.h"
#include "migrate/haul-target.h"

#define NAMES_TRIED 5

/**
 * haul_staging_new:
 * @run: the run
 * @generation: as the journal has it
 *
 * Returns: (transfer full): the generation, not selected
 */
HaulStaging *
haul_staging_new (HaulRun *run, const HaulGeneration *generation)
{
  HaulStaging *self = g_new0 (HaulStaging, 1);

  self->run = run;
  self->kind = generation->kind;
  self->row = generation->row;
  self->mailbox = g_strdup (generation->mailbox);
  self->uid_validity = generation->uid_validity;
  self->uid_next = generation->uid_next;
  self->keywords = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->last_uid = self->uid_next == 0 ? 0 : self->uid_next - 1;
  return self;
}

void
haul_staging_free (HaulStaging *staging)
{
  haul_imap_status_clear (&staging->status);
  g_hash_table_unref (staging->keywords);
  g_free (staging->mailbox);
  g_free (staging);
}

/**
 * haul_staging_select:
 * @staging: a generation with a mailbox of ours
 * @session: a session
 * @error: return location; %HAUL_IMAP_ERROR_PROTOCOL when another mailbox has its name now
 *
 * Selects its mailbox, unless that is believed to be selected.
 *
 * Returns: %TRUE when what is selected is this generation's mailbox
 */
gboolean
haul_staging_select (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };

  g_return_val_if_fail (staging->kind != HAUL_GENERATION_DIRECT, FALSE);
  if (staging->is_selected)
    return TRUE;
  if (!haul_imap_mailbox_select (session, staging->mailbox, &status, staging->run->hard, error))
    return FALSE;
  if (staging->uid_validity != 0 && status.uid_validity != staging->uid_validity)
    {
      g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                                     "the mailbox %s was replaced", staging->mailbox));
      return FALSE;
    }
  staging->uid_validity = status.uid_validity;
  haul_imap_status_clear (&staging->status);
  staging->status = status;
  status = (HaulImapStatus){ 0 };
  staging->is_selected = TRUE;
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
    return haul_staging_select (self, session, error)
           && haul_journal_generation_set_uid_validity (run->journal, self->row, self->uid_validity, error);
  gboolean is_refused = g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED);
  *is_taken = g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_EXISTS);
  if ((is_refused || *is_taken)
      && !haul_journal_generation_set_state (run->journal, self->row, HAUL_GENERATION_GONE, error))
    return *is_taken = FALSE;
  if (is_refused)
    haul_run_set_no_staging (run);
  if (!*is_taken)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_staging_make:
 * @run: the run
 * @session: the lane's session
 * @kind: what it is for; not DIRECT
 * @staging: (out) (transfer full): the generation; also after an error when its mailbox may have come into being
 * @error: return location; %HAUL_IMAP_ERROR_REFUSED when the server lets no mailbox be made, which the run knows then
 *
 * Makes a staging mailbox whose name was never used, and selects it. Its journal row is on disk before it exists. It is
 * never subscribed.
 *
 * Returns: %TRUE when it can be filled; else what @staging says has to be recovered
 */
gboolean
haul_staging_make (
    HaulRun *run, HaulImapSession *session, HaulGenerationKind kind, HaulStaging **staging, GError **error)
{
  for (guint i = 0; i < NAMES_TRIED; i++)
    {
      g_autofree char *name = haul_run_dup_next_staging (run);
      HaulGeneration generation = { .kind = kind, .mailbox = name };
      gboolean is_taken;
      generation.row = haul_journal_generation_new (run->journal, run->row, &generation, error);
      if (generation.row == 0)
        return FALSE;
      *staging = haul_staging_new (run, &generation);
      HAUL_FAULT (F02, "recorded");
      g_autoptr (GError) local_error = NULL;
      if (make_mailbox (*staging, session, &is_taken, &local_error))
        return TRUE;
      gboolean is_refused = g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED);
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      if (!is_taken && (!is_refused || haul_run_can_stage (run)))
        return FALSE;
      g_clear_pointer (staging, haul_staging_free);
      if (is_refused)
        return FALSE;
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
 * Sends one message into the generation's mailbox. The intent is on disk before its last octet leaves.
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

  if ((staging->kind != HAUL_GENERATION_DIRECT && !haul_staging_select (staging, session, error))
      || !haul_imap_append_run (session, &append, &uid, staging->run->hard, error))
    return FALSE;
  for (guint i = 0; item->sent_keywords != NULL && item->sent_keywords[i] != NULL; i++)
    g_hash_table_add (staging->keywords, g_ascii_strdown (item->sent_keywords[i], -1));
  gboolean is_believed = uid.uid_validity == staging->uid_validity && uid.uid > staging->last_uid
                         && haul_run_get_told_trust (staging->run) != HAUL_TRUST_BAD;
  item->staged_uid = is_believed ? uid.uid : 0;
  staging->last_uid = MAX (staging->last_uid, item->staged_uid);
  return item->staged_uid == 0
         || haul_journal_generation_assign (staging->run->journal, staging->row, item->row, item->staged_uid, error);
}

/**
 * haul_staging_has_room:
 * @staging: the generation
 * @item: prepared
 *
 * A server that keeps so many labels in a mailbox and no more counts those of every message that ever was in it.
 *
 * Returns: whether @item's labels can be kept here as well
 */
gboolean
haul_staging_has_room (const HaulStaging *staging, const HaulItem *item)
{
  guint max = staging->run->plan->server->max_keywords;
  guint n = g_hash_table_size (staging->keywords);

  if (max == 0 || staging->kind != HAUL_GENERATION_STAGING || n == 0)
    return TRUE;
  for (guint i = 0; item->sent_keywords != NULL && item->sent_keywords[i] != NULL; i++)
    {
      g_autofree char *folded = g_ascii_strdown (item->sent_keywords[i], -1);
      n += !g_hash_table_contains (staging->keywords, folded);
    }
  return n <= max;
}

/**
 * haul_staging_is_empty:
 * @staging: the generation
 * @error: return location; %HAUL_IMAP_ERROR_PROTOCOL when it is not: the server did not do what it said
 *
 * Asks the journal, not the server.
 *
 * Returns: %TRUE when each of its messages is placed or lost
 */
gboolean
haul_staging_is_empty (HaulStaging *staging, GError **error)
{
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (staging->run->journal, staging->row, error);

  if (items == NULL || items->len == 0)
    return items != NULL;
  g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                                 "the server did not place %u messages out of %s", items->len,
                                                 staging->mailbox));
  return FALSE;
}

/**
 * haul_staging_settle:
 * @staging: the generation
 * @session: a session
 * @is_after_break: the connection it was filled on is gone: it is sealed, and looked at as a whole
 * @error: return location
 *
 * Finds out what is not known, and places everything that is assigned. Afterwards each of its items is placed or lost;
 * but nothing happens to a generation that becomes the person's mailbox as a whole, before its end, and in the person's
 * own mailbox what is in doubt is held (haul-direct.c).
 *
 * Returns: %TRUE when that is so
 */
gboolean
haul_staging_settle (HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, GError **error)
{
  HaulJournal *journal = staging->run->journal;

  if (staging->kind == HAUL_GENERATION_WHOLE)
    return TRUE;
  if (staging->kind == HAUL_GENERATION_DIRECT)
    return haul_direct_settle (staging, session, is_after_break, FALSE, error);
  g_autoptr (GPtrArray) moves = haul_journal_move_list (journal, staging->row, error);
  if (moves == NULL)
    return FALSE;
  for (guint i = 0; i < moves->len; i++)
    if (!haul_settle_move (staging, session, moves->pdata[i], is_after_break, error))
      return FALSE;
  g_autoptr (GPtrArray) items = haul_settle_sendings (staging, session, is_after_break, error);
  HAUL_FAULT (F23, "place");
  return items != NULL && haul_place_run (staging, session, items, error) && haul_staging_is_empty (staging, error);
}

/**
 * haul_staging_leave:
 * @staging: a generation
 * @session: a session
 * @error: return location
 *
 * Leaves the mailbox: a server may end a session whose mailbox is deleted or gets another name.
 *
 * Returns: %TRUE unless the connection broke
 */
gboolean
haul_staging_leave (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  HaulRun *run = staging->run;
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;

  staging->is_selected = FALSE;
  gboolean is_left = haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_UNSELECT
                         ? haul_imap_mailbox_unselect (session, run->hard, &local_error)
                         : haul_imap_mailbox_examine (session, "INBOX", &status, run->hard, &local_error);
  /* Without a selected mailbox UNSELECT is refused. */
  if (is_left || haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_staging_delete:
 * @staging: a generation whose items are all placed or lost
 * @session: a session
 * @error: return location
 *
 * Leaves its mailbox and deletes it, if that is ours.
 *
 * Returns: %TRUE when it is gone
 */
gboolean
haul_staging_delete (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  HaulRun *run = staging->run;
  g_autoptr (GError) local_error = NULL;
  gboolean is_gone;

  if (!haul_staging_is_empty (staging, error))
    return FALSE;
  /* The person's own mailbox is never deleted. */
  if (staging->kind == HAUL_GENERATION_DIRECT)
    return haul_journal_generation_set_state (run->journal, staging->row, HAUL_GENERATION_GONE, error);
  if (!haul_staging_leave (staging, session, error))
    return FALSE;
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
