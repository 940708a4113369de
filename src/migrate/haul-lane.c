/* haul-lane.c - one thread, one connection, one folder after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   connect ─ recover what was left ─┬─ folder: read, ensure mailbox, census, upload + place, check ─┬─ delete staging
 *                                    └─ break: wait, connect, settle the own generation, go on ──────┘
 *
 * Thread:  its own; the first lane runs on the engine's.
 * Errors:  end the run through haul_run_stop(), or the folder through its report, by haul-policy.c.
 */
#include "migrate/haul-lane.h"

#include <malloc.h>

#include "base/haul-clock.h"
#include "migrate/haul-ahead.h"
#include "migrate/haul-census.h"
#include "migrate/haul-lane-private.h"
#include "migrate/haul-patience.h"
#include "migrate/haul-place.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-recovery.h"
#include "migrate/haul-scan.h"
#include "migrate/haul-seal.h"
#include "migrate/haul-target.h"
#include "migrate/haul-upload.h"
#include "migrate/haul-whole.h"
#include "report/haul-error-text.h"

/* For what is left over at the end. */
#define CLEANING_RECONNECTS 2
/* From so many messages on a folder is read while its mailbox is listed. */
#define AHEAD_MESSAGES 200
#define IDLE_US (60 * G_USEC_PER_SEC)

static void
keep_alive (gpointer user_data)
{
  HaulLane *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  haul_run_wait_while_paused (self->run, NULL, NULL);
  if (self->session == NULL || now_us - self->idle_since_us < IDLE_US)
    return;
  self->idle_since_us = now_us;
  /* A connection that broke meanwhile is found out when it is used. */
  haul_imap_session_noop (self->session, self->run->hard, NULL);
}

static gboolean
has_open_items (HaulTransfer *transfer)
{
  return transfer->begun->len > 0 || haul_transfer_find_open (transfer) < transfer->items->len;
}

/* The lane's generation is of another kind than is needed now: what is in it is placed. */
static gboolean
change_generation (HaulLane *self, HaulRung rung, GError **error)
{
  HaulStaging *staging = self->staging;
  HaulGenerationKind kind = rung == HAUL_RUNG_RENAME   ? HAUL_GENERATION_WHOLE
                            : rung == HAUL_RUNG_DIRECT ? HAUL_GENERATION_DIRECT
                                                       : HAUL_GENERATION_STAGING;

  if (staging == NULL || staging->kind == kind)
    return TRUE;
  if (staging->kind == HAUL_GENERATION_WHOLE)
    g_ptr_array_add (self->transfer->sealed, g_steal_pointer (&self->staging));
  else if (!haul_staging_settle (staging, self->session, FALSE, error)
           || !haul_staging_delete (staging, self->session, error))
    return FALSE;
  g_clear_pointer (&self->staging, haul_staging_free);
  return TRUE;
}

/* Decides by which rung this pass goes, and makes the mailbox that it needs. */
static gboolean
choose_rung (HaulLane *self, HaulRung *rung, GError **error)
{
  HaulTransfer *transfer = self->transfer;
  HaulRun *run = self->run;
  const char *mailbox = transfer->folder->mailbox;
  gboolean can_move = haul_place_get_verb (run, self->session) == HAUL_MOVE_BY_MOVE;
  gboolean exists, has_other = FALSE;

  if (!haul_target_exists (self->session, mailbox, &exists, run->hard, error)
      || (!exists && !can_move && !haul_target_has_other (transfer, self->session, &has_other, error)))
    return FALSE;
  gboolean may_rename = !exists && !has_other && !transfer->is_given_up && transfer->items->len > 0;
  *rung = haul_rung_choose (can_move, haul_run_can_stage (run), !may_rename);
  if (*rung == HAUL_RUNG_RENAME)
    return haul_target_ensure_parents (run, self->session, mailbox, error);
  return exists ? haul_target_complete (run, self->session, mailbox, error)
                : haul_target_ensure_any (transfer, self->session, error);
}

/* The mailbox is filled under another name. */
static gboolean
upload_whole (HaulLane *self, GError **error)
{
  HaulTransfer *transfer = self->transfer;
  HaulRun *run = self->run;
  g_auto (HaulImapStatus) status = { 0 };

  if (self->staging == NULL && !haul_staging_make (run, self->session, HAUL_GENERATION_WHOLE, &self->staging, error))
    return FALSE;
  if (!haul_imap_mailbox_select (self->session, self->staging->mailbox, &status, run->hard, error))
    return FALSE;
  haul_transfer_prepare (transfer, &status);
  return haul_upload_run (transfer, self->session, &self->staging, error)
         && (haul_run_is_stopping (run) || haul_whole_finish (transfer, self->session, &self->staging, error));
}

/* Into a mailbox that exists. *is_mailbox: the error is about the mailbox. */
static gboolean
upload_into (HaulLane *self, gboolean *is_mailbox, GError **error)
{
  HaulTransfer *transfer = self->transfer;
  gboolean is_direct = !haul_run_can_stage (self->run);

  /* What was gathered for a mailbox of its own is copied; what is held waits for the others. */
  if ((!is_direct && transfer->sealed->len > 0 && !haul_seal_release (transfer, self->session, error))
      || !haul_census_renew (transfer, self->session, error))
    return FALSE;
  *is_mailbox = FALSE;
  return haul_upload_run (transfer, self->session, &self->staging, error)
         && (haul_run_is_stopping (self->run) || transfer->sealed->len == 0
             || haul_seal_release (transfer, self->session, error));
}

/* One pass over the folder on one connection. *is_mailbox: the error is about the mailbox, not the connection. */
static gboolean
run_pass (HaulLane *self, gboolean *is_mailbox, GError **error)
{
  HaulTransfer *transfer = self->transfer;
  HaulRun *run = self->run;
  HaulRung rung;

  *is_mailbox = TRUE;
  if (self->staging != NULL)
    self->staging->is_selected = FALSE; /* the census selects the user's mailbox */
  if (!choose_rung (self, &rung, error) || !change_generation (self, rung, error))
    return FALSE;
  transfer->way = rung;
  if (transfer->items->len == 0)
    {
      transfer->is_checked = TRUE;
      return TRUE;
    }
  if (rung == HAUL_RUNG_RENAME)
    *is_mailbox = FALSE;
  gboolean is_uploaded = rung == HAUL_RUNG_RENAME ? upload_whole (self, error) : upload_into (self, is_mailbox, error);
  if (!is_uploaded)
    return FALSE;
  *is_mailbox = TRUE;
  return haul_journal_set_rung (run->journal, transfer->row, transfer->rung, error)
         && (haul_run_is_stopping (run) || has_open_items (transfer)
             || haul_census_check (transfer, self->session, error));
}

/* The mailbox cannot be made or opened: the folder ends here, the run goes on. */
static gboolean
ends_folder (HaulLane *self, gboolean is_mailbox, const GError *error)
{
  if (!is_mailbox || haul_policy_decide (error, 0).action != HAUL_ACTION_FAIL
      || !haul_imap_session_is_usable (self->session))
    return FALSE;
  /* What an earlier pass copied stays unchecked, and the report says so. */
  haul_transfer_fail_all (self->transfer, error);
  g_autoptr (HaulErrorText) words = haul_error_text_new (error);
  haul_run_add_note (self->run, self->transfer->index, words->sentence);
  return TRUE;
}

/* The run ends by an error that leaves the connection well, a full mailbox for one: what was sent is still placed. */
static void
place_rest (HaulLane *self)
{
  if (self->session == NULL || self->staging == NULL || !haul_imap_session_is_usable (self->session))
    return;
  if (self->staging->kind == HAUL_GENERATION_WHOLE)
    haul_whole_finish (self->transfer, self->session, &self->staging, NULL);
  else if (haul_staging_settle (self->staging, self->session, FALSE, NULL))
    haul_transfer_sync (self->transfer, NULL, NULL);
}

static void
leave_behind (HaulLane *self, const HaulStaging *staging)
{
  if (staging->kind != HAUL_GENERATION_DIRECT)
    haul_run_add_left_behind (self->run, staging->mailbox);
}

static void
end_generation (HaulLane *self, HaulStaging *staging)
{
  if (self->session == NULL || !haul_imap_session_is_usable (self->session)
      || !haul_staging_delete (staging, self->session, NULL))
    leave_behind (self, staging);
}

/* What was of this folder only is done with; what could not be settled is for the next run. */
static void
end_generations (HaulLane *self)
{
  for (guint i = 0; i < self->transfer->sealed->len; i++)
    {
      HaulStaging *sealed = self->transfer->sealed->pdata[i];
      /* Never selected: what it holds may not be ours. */
      if (sealed->uid_validity == 0)
        leave_behind (self, sealed);
      else
        end_generation (self, sealed);
    }
  if (self->staging == NULL || self->staging->kind == HAUL_GENERATION_STAGING)
    return;
  end_generation (self, self->staging);
  g_clear_pointer (&self->staging, haul_staging_free);
}

static void
transfer_items (HaulLane *self)
{
  HaulTransfer *transfer = self->transfer;
  g_autoptr (GError) error = NULL;

  while (!haul_run_is_stopping (self->run) && (!transfer->is_checked || has_open_items (transfer)))
    {
      gboolean is_mailbox;
      if (!haul_lane_connection_ensure (self, error))
        return;
      g_clear_error (&error);
      if (run_pass (self, &is_mailbox, &error))
        {
          self->failures = 0;
          haul_patience_succeed (self->run);
        }
      else if (ends_folder (self, is_mailbox, error))
        return;
      else if (!haul_lane_connection_bear (self, error))
        return;
    }
}

/* Reads the folder. A big one meanwhile has its mailbox listed. */
static void
scan_folder (HaulLane *self)
{
  HaulTransfer *transfer = self->transfer;

  if (self->session == NULL || transfer->folder->folder->messages < AHEAD_MESSAGES)
    {
      haul_scan_run (transfer, keep_alive, self);
      return;
    }
  HaulAhead *ahead = haul_ahead_start (transfer);
  if (self->staging != NULL)
    self->staging->is_selected = FALSE;
  haul_ahead_list (transfer, self->session);
  self->idle_since_us = g_get_monotonic_time ();
  haul_ahead_wait (ahead, keep_alive, self);
}

static void
run_folder (HaulLane *self, guint index)
{
  HaulRun *run = self->run;
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulTransfer) transfer = haul_transfer_new (run, index);
  const HaulPlanFolder *folder = transfer->folder;
  g_autofree char *store = g_filename_display_name (folder->store->path);

  haul_progress_set_folder (run->progress, (int)index);
  haul_progress_set_phase (run->progress, HAUL_PHASE_READING);
  transfer->row
      = haul_journal_begin_folder (run->journal, run->row, folder->mailbox, store, folder->folder->id, &error);
  if (transfer->row == 0)
    {
      haul_run_stop (run, g_steal_pointer (&error));
      return;
    }
  self->transfer = transfer;
  self->idle_since_us = g_get_monotonic_time ();
  if (folder->action == HAUL_PLAN_COPY)
    scan_folder (self);
  transfer_items (self);
  if (haul_run_is_stopping (run))
    place_rest (self);
  end_generations (self);
  haul_transfer_finish (transfer);
  self->transfer = NULL;
  g_clear_pointer (&transfer, haul_transfer_free);
  /* Very many small pieces: what a big folder took does not stay with us for the next ones. Where the address
   * sanitizer puts a heap of its own beside glibc's, this call has crashed. */
#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__
  malloc_trim (0);
#endif
}

/* The last generation is settled and deleted, on another connection than it was filled on it is sealed first; and what
 * came late is swept up. */
static gboolean
tidy (HaulLane *self, gboolean is_after_break, GError **error)
{
  HaulStaging *staging = self->staging;
  g_autofree char *strangers = NULL;

  if (staging != NULL && is_after_break && !haul_recovery_run (self->run, self->session, staging->row, error))
    return FALSE;
  if (staging != NULL && !is_after_break
      && (!haul_staging_settle (staging, self->session, FALSE, error)
          || !haul_staging_delete (staging, self->session, error)))
    return FALSE;
  g_clear_pointer (&self->staging, haul_staging_free);
  return haul_recovery_sweep (self->run, self->session, &strangers, error);
}

/* At the end nothing of ours stays behind. If the connection breaks just then, there is another for it, twice at most.
 */
static void
clean_up (HaulLane *self)
{
  g_autoptr (GError) error = NULL;
  gboolean is_well = self->session != NULL && haul_imap_session_is_usable (self->session);

  if (!is_well && self->staging == NULL)
    return;
  for (guint attempt = is_well ? 0 : 1; attempt <= CLEANING_RECONNECTS; attempt++)
    {
      g_clear_error (&error);
      if (attempt > 0)
        haul_lane_connection_close (self);
      if (attempt > 0
          && (haul_run_is_stopping (self->run)
              || !haul_lane_connection_wait (self, haul_clock_back_off_ms (attempt - 1), NULL, NULL)))
        break;
      if (self->session == NULL && !haul_lane_connection_try (self, &error))
        continue;
      if (tidy (self, attempt > 0, &error))
        return;
      if (haul_imap_session_is_usable (self->session))
        break;
    }
  if (self->staging == NULL)
    return;
  /* Not worth an error: the messages are placed and checked, and the next run takes the mailbox away. */
  g_debug ("lane %u: %s is left behind: %s", self->number, self->staging->mailbox,
           error == NULL ? "no connection" : error->message);
  haul_run_add_left_behind (self->run, self->staging->mailbox);
}

/**
 * haul_lane_run:
 * @run: the run
 * @queue: the folders
 * @number: 0 for the first lane, which also takes care of what earlier runs left behind and must be connected before
 *   others start
 *
 * Works until the queue is empty or the run is stopping. The first lane connects even if there is nothing to do.
 */
void
haul_lane_run (HaulRun *run, HaulLaneQueue *queue, guint number)
{
  HaulLane self = { .run = run, .queue = queue, .number = number, .has_recovered = number > 0 };
  GArray *group;

  if (number > 0)
    haul_lane_queue_wait (queue);
  haul_patience_begin_lane (run);
  gboolean is_connected = !haul_run_is_stopping (run) && haul_lane_connection_ensure (&self, NULL);
  if (number == 0)
    haul_lane_queue_open (queue);
  while (is_connected && !haul_run_is_stopping (run) && (group = haul_lane_queue_take (queue)) != NULL)
    for (guint i = 0; i < group->len && !haul_run_is_stopping (run); i++)
      run_folder (&self, g_array_index (group, guint, i));
  clean_up (&self);
  g_clear_pointer (&self.staging, haul_staging_free);
  haul_lane_connection_close (&self);
  haul_patience_end_lane (run);
}
