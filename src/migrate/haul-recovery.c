/* haul-recovery.c - generations that were left behind by a broken connection or an ended process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL. May be broken off anywhere and done again.
 * See:     docs/upload.md.
 */
#include "migrate/haul-recovery.h"

#include "base/haul-fault.h"
#include "imap/haul-imap-mailbox.h"
#include "migrate/haul-direct.h"
#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-rename.h"
#include "migrate/haul-settle.h"
#include "migrate/haul-target.h"

/* None of its items is worth anything any more; what was placed stays placed. */
static gboolean
lose_all (HaulRun *run, gint64 generation, GError **error)
{
  g_autoptr (GPtrArray) moves = haul_journal_move_list (run->journal, generation, error);
  g_autoptr (GPtrArray) items
      = moves == NULL ? NULL : haul_journal_generation_list_items (run->journal, generation, error);

  if (items == NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    if (!haul_journal_item_lose (run->journal, ((HaulGenerationItem *)items->pdata[i])->row, error))
      return FALSE;
  for (guint i = 0; i < moves->len; i++)
    if (!haul_journal_move_end (run->journal, ((HaulMove *)moves->pdata[i])->row, error))
      return FALSE;
  return haul_journal_commit (run->journal, error);
}

static gboolean
ensure_targets (HaulRun *run, HaulImapSession *session, gint64 generation, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (run->journal, generation, error);

  if (items == NULL)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      const char *mailbox = ((HaulGenerationItem *)items->pdata[i])->mailbox;
      if (g_hash_table_add (done, (gpointer)mailbox) && !haul_target_ensure (run, session, mailbox, error))
        return FALSE;
    }
  return TRUE;
}

/* Where the server refuses to place, the source still has it: it is lost for this generation and sent again. */
static gboolean
settle_or_lose (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (ensure_targets (staging->run, session, staging->row, &local_error)
      && haul_staging_settle (staging, session, TRUE, &local_error))
    return TRUE;
  if (g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED) && haul_imap_session_is_usable (session))
    {
      g_autoptr (GPtrArray) moves = haul_journal_move_list (staging->run->journal, staging->row, error);
      /* A refused move may have moved a part: that is looked up once more before anything is given up. */
      if (moves == NULL
          || (moves->len > 0 && !haul_staging_settle (staging, session, TRUE, NULL)
              && !haul_imap_session_is_usable (session)))
        {
          if (moves != NULL)
            g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      return lose_all (staging->run, staging->row, error);
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Another process filled it, and nobody knows what another machine has copied since. Only what was being placed is
 * looked up; the rest is lost for this generation. The census finds what the mailbox lacks, and that is sent again. */
static gboolean
look_up_or_lose (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  HaulRun *run = staging->run;
  g_autoptr (GPtrArray) moves = haul_journal_move_list (run->journal, staging->row, error);

  for (guint i = 0; moves != NULL && i < moves->len; i++)
    {
      const HaulMove *move = moves->pdata[i];
      g_autoptr (GError) local_error = NULL;
      gboolean is_gone;
      if (!haul_target_is_gone (session, move->mailbox, &is_gone, run->hard, error))
        return FALSE;
      if (is_gone || haul_settle_move (staging, session, move, TRUE, &local_error)
          || (g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
              && haul_imap_session_is_usable (session)))
        continue;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return moves != NULL && lose_all (run, staging->row, error);
}

/* A server that does not let a mailbox be deleted must not keep us from copying: nothing of worth is in it. */
static gboolean
delete_or_leave (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (haul_staging_delete (staging, session, &local_error))
    return TRUE;
  if ((g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
       || g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE))
      && haul_imap_session_is_usable (session))
    {
      haul_run_add_left_behind (staging->run, staging->mailbox);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* In the person's own mailbox: looked for, and looked for again a while later. */
static gboolean
recover_direct (HaulStaging *staging, HaulImapSession *session, GError **error)
{
  return haul_direct_settle (staging, session, TRUE, TRUE, error) && haul_staging_delete (staging, session, error);
}

static gboolean
recover_staging (HaulStaging *staging, HaulImapSession *session, gboolean may_place, GError **error)
{
  HaulRun *run = staging->run;
  g_auto (HaulImapStatus) status = { 0 };
  guint32 uid_validity = staging->uid_validity;

  if (!haul_imap_mailbox_select (session, staging->mailbox, &status, run->hard, error))
    return FALSE;
  staging->uid_validity = status.uid_validity;
  staging->is_selected = TRUE;
  /* What was to become the person's mailbox does not any more: its messages are copied. */
  staging->kind = HAUL_GENERATION_STAGING;
  /* Never selected by us: nothing was sent to it. If it holds something all the same, it is not ours to delete. */
  if (uid_validity == 0 && status.messages > 0)
    return haul_journal_generation_set_state (run->journal, staging->row, HAUL_GENERATION_GONE, error);
  gboolean is_settled = uid_validity != 0 && uid_validity != status.uid_validity ? lose_all (run, staging->row, error)
                        : may_place ? settle_or_lose (staging, session, error)
                                    : look_up_or_lose (staging, session, error);
  return is_settled && delete_or_leave (staging, session, error);
}

static gboolean
recover_one (
    HaulRun *run, HaulImapSession *session, const HaulGeneration *generation, gboolean may_place, GError **error)
{
  g_autoptr (HaulStaging) staging = haul_staging_new (run, generation);
  gboolean is_gone;

  HAUL_FAULT (F31, "generation");
  if (!haul_target_is_gone (session, generation->mailbox, &is_gone, run->hard, error))
    return FALSE;
  if (is_gone)
    return lose_all (run, generation->row, error)
           && haul_journal_generation_set_state (run->journal, generation->row, HAUL_GENERATION_GONE, error);
  return generation->kind == HAUL_GENERATION_DIRECT ? recover_direct (staging, session, error)
                                                    : recover_staging (staging, session, may_place, error);
}

/* Those that were being renamed come first: their messages are in other generations too. */
static gboolean
settle_renames (HaulRun *run, HaulImapSession *session, gint64 only, GError **error)
{
  g_autoptr (GPtrArray) generations = haul_journal_generation_list (run->journal, only, error);

  for (guint i = 0; generations != NULL && i < generations->len; i++)
    {
      const HaulGeneration *generation = generations->pdata[i];
      g_autoptr (HaulStaging) staging = haul_staging_new (run, generation);
      guint32 uid_validity;
      if (generation->kind != HAUL_GENERATION_WHOLE)
        continue;
      g_autoptr (GPtrArray) moves = haul_journal_move_list (run->journal, generation->row, error);
      if (moves == NULL)
        return FALSE;
      for (guint j = 0; j < moves->len; j++)
        if (((HaulMove *)moves->pdata[j])->verb == HAUL_MOVE_BY_RENAME
            && !haul_rename_settle (staging, session, moves->pdata[j], &uid_validity, error))
          return FALSE;
    }
  return generations != NULL;
}

/* The mailboxes that generations were to become and that are not there: nobody else has filled them. Asked before the
 * first message is placed, which makes one. */
static gboolean
find_absent (HaulRun *run, HaulImapSession *session, GPtrArray *generations, GHashTable *absent, GError **error)
{
  for (guint i = 0; i < generations->len; i++)
    {
      const HaulGeneration *generation = generations->pdata[i];
      gboolean is_gone;
      if (generation->kind != HAUL_GENERATION_WHOLE)
        continue;
      g_autoptr (GPtrArray) items = haul_journal_generation_list_items (run->journal, generation->row, error);
      if (items == NULL)
        return FALSE;
      if (items->len == 0)
        continue;
      const char *mailbox = ((HaulGenerationItem *)items->pdata[0])->mailbox;
      if (!haul_target_is_gone (session, mailbox, &is_gone, run->hard, error))
        return FALSE;
      if (is_gone)
        g_hash_table_add (absent, GSIZE_TO_POINTER (generation->row));
    }
  return TRUE;
}

/**
 * haul_recovery_run:
 * @run: the run
 * @session: a new session
 * @only: one generation's row in the journal, or 0 for all that were left
 * @error: return location
 *
 * Seals what was left behind: lists it, places what is there, forgets what is not, deletes the mailbox. A generation
 * whose mailbox somebody deleted, or replaced, is given up; the census finds out what is missing.
 *
 * Out of generations of earlier runs nothing is placed, since another machine may have copied everything meanwhile;
 * but for one that was to become a mailbox which is not there yet.
 *
 * Returns: %TRUE when none of them is left
 */
gboolean
haul_recovery_run (HaulRun *run, HaulImapSession *session, gint64 only, GError **error)
{
  g_autoptr (GHashTable) absent = g_hash_table_new (NULL, NULL); /* rows of generations */

  if (!settle_renames (run, session, only, error))
    return FALSE;
  g_autoptr (GPtrArray) generations = haul_journal_generation_list (run->journal, only, error);
  if (generations == NULL || (only == 0 && !find_absent (run, session, generations, absent, error)))
    return FALSE;
  for (guint i = 0; i < generations->len; i++)
    {
      const HaulGeneration *generation = generations->pdata[i];
      gboolean may_place = only != 0 || g_hash_table_contains (absent, GSIZE_TO_POINTER (generation->row));
      if (!recover_one (run, session, generation, may_place, error))
        return FALSE;
    }
  return TRUE;
}

/* A generation that is done with and listed all the same: it came into being late, or its deletion was undone. What it
 * holds was never placed. */
static gboolean
delete_again (HaulRun *run, HaulImapSession *session, const HaulGeneration *generation, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;

  /* What became the person's mailbox might be there under its old name as well. */
  gboolean may_hold = generation->uid_validity != 0 && generation->kind == HAUL_GENERATION_STAGING;
  if ((may_hold
       || (haul_imap_mailbox_status (session, generation->mailbox, &status, run->hard, &local_error)
           && status.messages == 0))
      && haul_imap_mailbox_delete (session, generation->mailbox, run->hard, &local_error))
    return TRUE;
  if (haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_recovery_sweep:
 * @run: the run
 * @session: a session
 * @strangers: (out) (transfer full): names of staging mailboxes that this journal does not know, comma separated:
 * another computer's, or of a journal that is gone. They are left alone
 * @error: return location
 *
 * Lists all staging mailboxes and deletes those that are done with.
 *
 * Returns: %TRUE when the server answered
 */
gboolean
haul_recovery_sweep (HaulRun *run, HaulImapSession *session, char **strangers, GError **error)
{
  g_autofree char *pattern
      = g_strconcat (run->plan->server->prefix == NULL ? "" : run->plan->server->prefix, "Mailhaul-upload-*", NULL);
  g_autoptr (GPtrArray) list = haul_imap_mailbox_list (session, pattern, run->hard, error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const HaulImapMailbox *mailbox = list->pdata[i];
      g_autoptr (HaulGeneration) generation = NULL;
      if (!haul_journal_generation_find (run->journal, mailbox->name, &generation, error))
        return FALSE;
      if (generation == NULL)
        g_string_append_printf (names, "%s%s", names->len == 0 ? "" : ", ", mailbox->display);
      else if (generation->state == HAUL_GENERATION_GONE && !delete_again (run, session, generation, error))
        return FALSE;
    }
  *strangers = g_string_free (g_steal_pointer (&names), FALSE);
  return TRUE;
}
