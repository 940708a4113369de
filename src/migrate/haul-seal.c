/* haul-seal.c - a generation whose connection broke, and what comes of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages of a staging generation are placed at once. A generation that was to become the person's mailbox waits,
 * sealed, for the end of its folder; so does one in the person's mailbox with a message in doubt.
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-seal.h"

#include "migrate/haul-direct.h"
#include "migrate/haul-recovery.h"
#include "migrate/haul-rename.h"
#include "migrate/haul-settle.h"
#include "migrate/haul-target.h"

/* It was being renamed. *has_name: it is the person's mailbox now. */
static gboolean
settle_rename (HaulTransfer *self, HaulImapSession *session, HaulStaging *staging, gboolean *has_name, GError **error)
{
  g_autoptr (GPtrArray) moves = haul_journal_move_list (self->run->journal, staging->row, error);

  *has_name = FALSE;
  if (moves == NULL || moves->len == 0)
    return moves != NULL;
  if (!haul_rename_settle (staging, session, moves->pdata[0], &self->uid_validity, error))
    return FALSE;
  *has_name = self->uid_validity != 0;
  self->is_given_up = !*has_name;
  return TRUE;
}

/* Lists a mailbox of ours. *is_worth: there is something in it. */
static gboolean
seal_whole (HaulStaging *self, HaulImapSession *session, gboolean *is_worth, GError **error)
{
  gboolean is_gone;

  *is_worth = FALSE;
  if (!haul_target_is_gone (session, self->mailbox, &is_gone, self->run->hard, error))
    return FALSE;
  if (is_gone || self->uid_validity == 0)
    return TRUE;
  g_autoptr (GPtrArray) items = haul_settle_sendings (self, session, TRUE, error);
  *is_worth = items != NULL && items->len > 0;
  return items != NULL;
}

static gboolean
seal_direct (HaulStaging *self, HaulImapSession *session, gboolean *is_worth, GError **error)
{
  gboolean is_gone;

  *is_worth = FALSE;
  if (!haul_target_is_gone (session, self->mailbox, &is_gone, self->run->hard, error))
    return FALSE;
  if (is_gone)
    return TRUE;
  if (!haul_direct_settle (self, session, TRUE, FALSE, error))
    return FALSE;
  g_autoptr (GPtrArray) items = haul_journal_generation_list_items (self->run->journal, self->row, error);
  *is_worth = items != NULL && items->len > 0;
  return items != NULL;
}

/* Recovery does not know what this process knows: that the server was not in the middle of anything. */
static gboolean
settle_answered (HaulStaging *self, HaulImapSession *session, GError **error)
{
  gboolean is_gone;

  if (!self->is_answered || self->kind != HAUL_GENERATION_STAGING || self->uid_validity == 0)
    return TRUE;
  if (!haul_target_is_gone (session, self->mailbox, &is_gone, self->run->hard, error))
    return FALSE;
  g_autoptr (GPtrArray) items = is_gone ? NULL : haul_settle_sendings (self, session, TRUE, error);
  return is_gone || items != NULL;
}

/**
 * haul_seal_run:
 * @transfer: (nullable): the folder at work
 * @session: a new session
 * @staging: (inout): the lane's generation, whose connection broke; %NULL afterwards
 * @error: return location
 *
 * Finds out what is in it, and places that or keeps it for the end of the folder.
 *
 * Returns: %TRUE when that is done; else it may be done again
 */
gboolean
haul_seal_run (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  HaulStaging *self = *staging;
  gboolean has_name = FALSE, is_worth = FALSE;

  if (transfer != NULL && self->kind == HAUL_GENERATION_WHOLE
      && (!settle_rename (transfer, session, self, &has_name, error)
          || (!has_name && !seal_whole (self, session, &is_worth, error))))
    return FALSE;
  if (transfer != NULL && self->kind == HAUL_GENERATION_DIRECT && !seal_direct (self, session, &is_worth, error))
    return FALSE;
  if (is_worth)
    {
      if (self->kind == HAUL_GENERATION_DIRECT)
        haul_transfer_hold (transfer);
      g_ptr_array_add (transfer->sealed, g_steal_pointer (staging));
      return TRUE;
    }
  /* While it is still known that nothing was in flight. */
  if (!settle_answered (self, session, error) || !haul_recovery_run (self->run, session, self->row, error))
    return FALSE;
  g_clear_pointer (staging, haul_staging_free);
  return !has_name || haul_seal_release (transfer, session, error);
}

/**
 * haul_seal_release:
 * @transfer: a folder whose mailbox exists now
 * @session: the session
 * @error: return location
 *
 * Ends what was kept: what is staged is placed out of it, what is held is waited for, and found or lost.
 *
 * Returns: %TRUE when nothing is kept any more, and the folder knows what came of it
 */
gboolean
haul_seal_release (HaulTransfer *transfer, HaulImapSession *session, GError **error)
{
  while (transfer->sealed->len > 0)
    {
      if (!haul_recovery_run (transfer->run, session, ((HaulStaging *)transfer->sealed->pdata[0])->row, error))
        return FALSE;
      g_ptr_array_remove_index (transfer->sealed, 0);
    }
  g_hash_table_remove_all (transfer->held);
  return haul_transfer_sync (transfer, NULL, error);
}
