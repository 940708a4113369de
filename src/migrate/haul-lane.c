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
#include <string.h>

#include "account/haul-connection.h"
#include "base/haul-clock.h"
#include "base/haul-fault.h"
#include "migrate/haul-ahead.h"
#include "migrate/haul-census.h"
#include "report/haul-error-text.h"
#include "base/haul-migrate-error.h"
#include "imap/haul-imap-quirks.h"
#include "migrate/haul-patience.h"
#include "migrate/haul-place.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-recovery.h"
#include "migrate/haul-scan.h"
#include "migrate/haul-seal.h"
#include "migrate/haul-strangers-private.h"
#include "migrate/haul-target.h"
#include "migrate/haul-upload.h"
#include "migrate/haul-undo-place.h"
#include "migrate/haul-whole.h"

#define FAILURES_MAX 8
/* A server that is away: 1, 2, 4 … 60 seconds make half an hour. */
#define ABSENCES_MAX 35
/* Exchange says the same of a full mailbox as of itself when it is busy; twice is enough. */
#define PERHAPS_FULL_MAX 2
/* One connection may break for any reason; twice before it is signed in, while others work, it is one too many. */
#define DROPS_MAX 2
#define NOT_CONNECTED_MS 60000
/* For what is left over at the end. */
#define CLEANING_RECONNECTS 2
/* From so many messages on a folder is read while its mailbox is listed. */
#define AHEAD_MESSAGES 200
#define IDLE_US (60 * G_USEC_PER_SEC)

typedef struct
{
  HaulRun *run;         /* borrowed */
  HaulLaneQueue *queue; /* borrowed */
  guint number;
  HaulImapSession *session; /* (owned) (nullable) */
  HaulStaging *staging;     /* (owned) (nullable) */
  HaulTransfer *transfer;   /* borrowed (nullable) the folder at work */
  guint failures;           /* in a row, without a message copied between them */
  guint n_perhaps_full;     /* of those, that may mean a full mailbox */
  guint n_drops;            /* of those, before the sign-in was over, while other lanes were connected */
  gboolean has_place;       /* among the connections that may be open */
  gboolean is_connecting;   /* no sign-in has ended yet on this connection */
  guint64 copied_before;    /* with what is staged */
  gboolean was_let_in;      /* signed in once */
  gboolean was_connected;   /* and what was left was recovered */
  gboolean has_recovered;   /* what earlier runs left; the first lane's */
  gint64 idle_since_us;
} Lane;

static void
disconnect (Lane *self)
{
  g_clear_pointer (&self->session, haul_imap_session_close);
  if (self->has_place)
    haul_patience_leave (self->run);
  self->has_place = FALSE;
}

/* FALSE without an error: another lane was refused. */
static gboolean
log_in (Lane *self, HaulImapSession *session, GError **error)
{
  HaulRun *run = self->run;
  gboolean is_one = self->was_connected && haul_run_begin_return (run);
  gboolean is_open = FALSE;
  g_autoptr (GError) local_error = NULL;

  if (!haul_run_is_locked_out (run))
    is_open = haul_connection_login (session, run->account, run->stop, &local_error);
  if (self->was_connected && g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED))
    haul_run_set_locked_out (run);
  if (is_one)
    haul_run_end_return (run, is_open);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return is_open;
}

static gboolean
sign_in (Lane *self, GError **error)
{
  haul_progress_set_phase (self->run->progress, HAUL_PHASE_CONNECTING);
  g_autoptr (HaulImapSession) session = haul_connection_open (self->run->account, NULL, NULL, self->run->stop, error);
  HAUL_FAULT (F30, "connected");
  if (session == NULL)
    return FALSE;
  gboolean is_open = log_in (self, session, error);
  self->was_let_in = self->was_let_in || haul_imap_session_is_signed_in (session);
  if (!is_open)
    return FALSE;
  HAUL_FAULT (F30, "signed in");
  self->session = g_steal_pointer (&session);
  return TRUE;
}

/* Others may do all the work of a lane that has nothing of its own. */
static gboolean
is_idle (const Lane *self)
{
  return self->number > 0 && self->transfer == NULL && self->staging == NULL;
}

/* FALSE without an error: there is no place for another connection, or the run is stopping. */
static gboolean
connect_once (Lane *self, GError **error)
{
  if (!self->has_place)
    self->has_place = haul_patience_enter (self->run, is_idle (self));
  if (!self->has_place || haul_run_is_stopping (self->run))
    return FALSE;
  self->is_connecting = TRUE;
  if (!sign_in (self, error))
    return FALSE;
  self->is_connecting = FALSE;
  return TRUE;
}

static gboolean
recover_earlier (Lane *self, GError **error)
{
  g_autofree char *strangers = NULL;
  guint64 n_gone = 0;

  if (self->has_recovered)
    return TRUE;
  /* No message may bear the mark of an undo that broke off: the census would count on it. */
  if (!haul_undo_place_settle (self->run, self->session, &n_gone, error)
      || !haul_recovery_run (self->run, self->session, 0, error)
      || (self->run->removes_strangers && !haul_strangers_remove (self->run, self->session, error))
      || !haul_recovery_sweep (self->run, self->session, &strangers, error))
    return FALSE;
  if (*strangers != '\0')
    {
      g_autofree char *note = g_strdup_printf (
          "There are mailboxes that another Mailhaul works with, or left behind: %s. They were left alone.", strangers);
      haul_run_add_note (self->run, 0, note);
    }
  self->has_recovered = TRUE;
  return TRUE;
}

/* On a new connection: what the broken one left is settled, and the folder learns what came of it. */
static gboolean
recover (Lane *self, const GError *reason, GError **error)
{
  if (!recover_earlier (self, error))
    return FALSE;
  if (self->staging != NULL && !haul_seal_run (self->transfer, self->session, &self->staging, error))
    return FALSE;
  return self->transfer == NULL || haul_transfer_sync (self->transfer, reason, error);
}

static gboolean
wait_for_server (Lane *self, gint64 wait_ms, const HaulPolicy *policy, const GError *error)
{
  haul_patience_pause (self->run, wait_ms, policy == NULL ? HAUL_WAIT_NETWORK : policy->reason,
                       haul_imap_error_get_server_text (error));
  return !haul_run_is_stopping (self->run);
}

/* A server that was never reached, or never let us in; or that, in the state in which it was found, refuses what is
 * needed to begin. */
static gboolean
is_hopeless (Lane *self, const HaulPolicy *policy, const GError *error)
{
  if (self->was_connected || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_THROTTLED))
    return FALSE;
  return !self->was_let_in || policy->action != HAUL_ACTION_RECONNECT;
}

/* A message that was copied meanwhile is a new beginning. */
static void
look_for_progress (Lane *self)
{
  HaulProgressSnapshot snapshot;

  haul_progress_get_snapshot (self->run->progress, &snapshot);
  guint64 copied = snapshot.all.copied + snapshot.all.failed;
  if (self->transfer != NULL)
    copied += self->transfer->begun->len + self->transfer->n_steps;
  if (copied > self->copied_before)
    self->failures = self->n_perhaps_full = self->n_drops = 0;
  self->copied_before = MAX (self->copied_before, copied);
}

/* What the state of things adds to what the error says. */
static HaulPolicy
decide (Lane *self, const GError *error)
{
  HaulPolicy policy = haul_policy_decide (error, self->failures);

  if (policy.pressure == HAUL_PRESSURE_THROTTLE)
    policy = haul_policy_decide (error, haul_patience_get_throttles (self->run));
  /* It opened before: it is too busy now, or has too many connections. */
  gboolean is_busy = policy.pressure == HAUL_PRESSURE_SESSION || policy.pressure == HAUL_PRESSURE_SERVER;
  if (is_busy && policy.action == HAUL_ACTION_STOP && self->was_connected)
    {
      policy.scope = HAUL_SCOPE_CONNECTION;
      policy.action = HAUL_ACTION_RECONNECT;
      policy.wait_ms = policy.pressure == HAUL_PRESSURE_SESSION ? NOT_CONNECTED_MS : 0;
    }
  return policy;
}

/* The mailbox may be full although the server does not say so. FALSE: the run ends by that. */
static gboolean
bear_perhaps_full (Lane *self, const GError *error)
{
  const char *words = haul_imap_error_get_server_text (error);

  if (!g_str_has_prefix (error->message, "APPEND") || !haul_imap_quirks_is_perhaps_full (words))
    return TRUE;
  if (++self->n_perhaps_full < PERHAPS_FULL_MAX)
    return TRUE;
  haul_run_stop (self->run, haul_imap_error_new (HAUL_IMAP_ERROR_PERHAPS_FULL, haul_imap_error_get_server_code (error),
                                                 words, "APPEND: refused again and again"));
  return FALSE;
}

/* A connection that was refused while others work. *is_over: it is not needed. */
static gboolean
bear_one_too_many (Lane *self, const HaulPolicy *policy, const GError *error, gboolean *is_over)
{
  gboolean is_told = policy->pressure == HAUL_PRESSURE_CONNECTIONS || policy->pressure == HAUL_PRESSURE_SESSION;
  gboolean is_dropped = self->is_connecting && policy->pressure == HAUL_PRESSURE_SERVER;

  *is_over = FALSE;
  if (!is_told && !is_dropped)
    return FALSE;
  disconnect (self);
  if (!is_told && ++self->n_drops < DROPS_MAX)
    return FALSE;
  guint n_left = haul_patience_limit (self->run);
  if (n_left == 0)
    return FALSE;
  g_debug ("lane %u: %u connections at once and no more: %s", self->number, n_left, error->message);
  *is_over = is_idle (self);
  return TRUE;
}

/* The run ends by an error, or because the server was away for too long. */
static void
give_up (Lane *self, const HaulPolicy *policy, const GError *error)
{
  if (policy->pressure != HAUL_PRESSURE_SERVER || !self->was_connected)
    {
      haul_run_stop (self->run, g_error_copy (error));
      return;
    }
  haul_run_set_given_up (self->run);
  haul_run_stop (self->run, g_error_new_literal (HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_GIVEN_UP, error->message));
}

static void
wait_out (Lane *self, const HaulPolicy *policy, const GError *error)
{
  HaulRun *run = self->run;

  if (policy->pressure == HAUL_PRESSURE_THROTTLE)
    haul_patience_throttle (run, policy, haul_imap_error_get_server_text (error));
  disconnect (self);
  if (self->transfer != NULL)
    haul_transfer_forget_ahead (self->transfer);
  if (self->staging != NULL)
    self->staging->is_selected = FALSE;
  gint64 wait_ms = MAX (policy->wait_ms, haul_clock_back_off_ms (self->failures - 1));
  g_debug ("lane %u: %s; again in %" G_GINT64_FORMAT " ms", self->number, error->message, wait_ms);
  /* The whole account waits before it connects again. */
  if (policy->pressure != HAUL_PRESSURE_THROTTLE)
    wait_for_server (self, wait_ms, policy, error);
}

/* Decides about an error of the connection. FALSE: the lane ends here, or the run. */
static gboolean
bear (Lane *self, const GError *error)
{
  gboolean is_over;

  look_for_progress (self);
  HaulPolicy policy = decide (self, error);
  gboolean has_no_hope = is_hopeless (self, &policy, error);
  guint n_max = policy.pressure == HAUL_PRESSURE_SERVER && self->was_connected ? ABSENCES_MAX : FAILURES_MAX;
  self->failures++;
  if (bear_one_too_many (self, &policy, error, &is_over))
    return !is_over;
  /* A first end of a connection may have any reason; a refusal leaves the work to the others. */
  gboolean is_first_drop = self->n_drops == 1 && policy.action == HAUL_ACTION_RECONNECT;
  if (has_no_hope && self->number > 0 && !is_first_drop)
    return FALSE;
  has_no_hope = has_no_hope && self->number == 0;
  if (self->was_let_in && g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED))
    haul_run_set_locked_out (self->run);
  if (policy.action == HAUL_ACTION_STOP || has_no_hope || self->failures > n_max)
    {
      give_up (self, &policy, error);
      return FALSE;
    }
  if (!bear_perhaps_full (self, error))
    return FALSE;
  wait_out (self, &policy, error);
  return !haul_run_is_stopping (self->run);
}

/* A signed-in session with nothing in doubt behind it. FALSE: the run ends. */
static gboolean
ensure_connected (Lane *self, const GError *reason)
{
  g_autoptr (GError) error = NULL;

  while (self->session == NULL)
    {
      g_clear_error (&error);
      if (haul_run_is_stopping (self->run))
        return FALSE;
      if (connect_once (self, &error) && recover (self, reason, &error))
        {
          self->was_connected = TRUE;
          return TRUE;
        }
      if (error == NULL || !bear (self, error))
        return FALSE;
    }
  return TRUE;
}

static void
keep_alive (gpointer user_data)
{
  Lane *self = user_data;
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
change_generation (Lane *self, HaulRung rung, GError **error)
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
choose_rung (Lane *self, HaulRung *rung, GError **error)
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
upload_whole (Lane *self, GError **error)
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
upload_into (Lane *self, gboolean *is_mailbox, GError **error)
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
run_pass (Lane *self, gboolean *is_mailbox, GError **error)
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
ends_folder (Lane *self, gboolean is_mailbox, const GError *error)
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
place_rest (Lane *self)
{
  if (self->session == NULL || self->staging == NULL || !haul_imap_session_is_usable (self->session))
    return;
  if (self->staging->kind == HAUL_GENERATION_WHOLE)
    haul_whole_finish (self->transfer, self->session, &self->staging, NULL);
  else if (haul_staging_settle (self->staging, self->session, FALSE, NULL))
    haul_transfer_sync (self->transfer, NULL, NULL);
}

static void
leave_behind (Lane *self, const HaulStaging *staging)
{
  if (staging->kind != HAUL_GENERATION_DIRECT)
    haul_run_add_left_behind (self->run, staging->mailbox);
}

static void
end_generation (Lane *self, HaulStaging *staging)
{
  if (self->session == NULL || !haul_imap_session_is_usable (self->session)
      || !haul_staging_delete (staging, self->session, NULL))
    leave_behind (self, staging);
}

/* What was of this folder only is done with; what could not be settled is for the next run. */
static void
end_generations (Lane *self)
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
transfer_items (Lane *self)
{
  HaulTransfer *transfer = self->transfer;
  g_autoptr (GError) error = NULL;

  while (!haul_run_is_stopping (self->run) && (!transfer->is_checked || has_open_items (transfer)))
    {
      gboolean is_mailbox;
      if (!ensure_connected (self, error))
        return;
      g_clear_error (&error);
      if (run_pass (self, &is_mailbox, &error))
        {
          self->failures = 0;
          haul_patience_succeed (self->run);
        }
      else if (ends_folder (self, is_mailbox, error))
        return;
      else if (!bear (self, error))
        return;
    }
}

/* Reads the folder. A big one meanwhile has its mailbox listed. */
static void
scan_folder (Lane *self)
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
run_folder (Lane *self, guint index)
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
tidy (Lane *self, gboolean is_after_break, GError **error)
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
clean_up (Lane *self)
{
  g_autoptr (GError) error = NULL;
  gboolean is_well = self->session != NULL && haul_imap_session_is_usable (self->session);

  if (!is_well && self->staging == NULL)
    return;
  for (guint attempt = is_well ? 0 : 1; attempt <= CLEANING_RECONNECTS; attempt++)
    {
      g_clear_error (&error);
      if (attempt > 0)
        disconnect (self);
      if (attempt > 0
          && (haul_run_is_stopping (self->run)
              || !wait_for_server (self, haul_clock_back_off_ms (attempt - 1), NULL, NULL)))
        break;
      if (self->session == NULL && !connect_once (self, &error))
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
  Lane self = { .run = run, .queue = queue, .number = number, .has_recovered = number > 0 };
  GArray *group;

  if (number > 0)
    haul_lane_queue_wait (queue);
  haul_patience_begin_lane (run);
  gboolean is_connected = !haul_run_is_stopping (run) && ensure_connected (&self, NULL);
  if (number == 0)
    haul_lane_queue_open (queue);
  while (is_connected && !haul_run_is_stopping (run) && (group = haul_lane_queue_take (queue)) != NULL)
    for (guint i = 0; i < group->len && !haul_run_is_stopping (run); i++)
      run_folder (&self, g_array_index (group, guint, i));
  clean_up (&self);
  g_clear_pointer (&self.staging, haul_staging_free);
  disconnect (&self);
  haul_patience_end_lane (run);
}
