/* haul-lane-connection.c - a lane's connection: made, its errors borne, given up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the lane's.
 * Errors:  end the run through haul_run_stop(), by haul-policy.c.
 */
#include "migrate/haul-lane-private.h"

#include "account/haul-connection.h"
#include "base/haul-clock.h"
#include "base/haul-fault.h"
#include "base/haul-migrate-error.h"
#include "imap/haul-imap-quirks.h"
#include "migrate/haul-patience.h"
#include "migrate/haul-recovery.h"
#include "migrate/haul-seal.h"
#include "migrate/haul-strangers-private.h"
#include "migrate/haul-undo-place.h"

#define FAILURES_MAX 8
/* A server that is away: 1, 2, 4 … 60 seconds make half an hour. */
#define ABSENCES_MAX 35
/* Exchange says the same of a full mailbox as of itself when it is busy; twice is enough. */
#define PERHAPS_FULL_MAX 2
/* One connection may break for any reason; twice before it is signed in, while others work, it is one too many. */
#define DROPS_MAX 2
#define NOT_CONNECTED_MS 60000

/* Its place among the connections that may be open is free then. */
void
haul_lane_connection_close (HaulLane *self)
{
  g_clear_pointer (&self->session, haul_imap_session_close);
  if (self->has_place)
    haul_patience_leave (self->run);
  self->has_place = FALSE;
}

/* FALSE without an error: another lane was refused. */
static gboolean
log_in (HaulLane *self, HaulImapSession *session, GError **error)
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
sign_in (HaulLane *self, GError **error)
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
is_idle (const HaulLane *self)
{
  return self->number > 0 && self->transfer == NULL && self->staging == NULL;
}

/* FALSE without an error: there is no place for another connection, or the run is stopping. */
gboolean
haul_lane_connection_try (HaulLane *self, GError **error)
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
recover_earlier (HaulLane *self, GError **error)
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
recover (HaulLane *self, const GError *reason, GError **error)
{
  if (!recover_earlier (self, error))
    return FALSE;
  if (self->staging != NULL && !haul_seal_run (self->transfer, self->session, &self->staging, error))
    return FALSE;
  return self->transfer == NULL || haul_transfer_sync (self->transfer, reason, error);
}

/* FALSE: the run is stopping. @policy: (nullable) */
gboolean
haul_lane_connection_wait (HaulLane *self, gint64 wait_ms, const HaulPolicy *policy, const GError *error)
{
  haul_patience_pause (self->run, wait_ms, policy == NULL ? HAUL_WAIT_NETWORK : policy->reason,
                       haul_imap_error_get_server_text (error));
  return !haul_run_is_stopping (self->run);
}

/* A server that was never reached, or never let us in; or that, in the state in which it was found, refuses what is
 * needed to begin. */
static gboolean
is_hopeless (HaulLane *self, const HaulPolicy *policy, const GError *error)
{
  if (self->was_connected || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_THROTTLED))
    return FALSE;
  return !self->was_let_in || policy->action != HAUL_ACTION_RECONNECT;
}

/* A message that was copied meanwhile is a new beginning. */
static void
look_for_progress (HaulLane *self)
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
decide (HaulLane *self, const GError *error)
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
bear_perhaps_full (HaulLane *self, const GError *error)
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
bear_one_too_many (HaulLane *self, const HaulPolicy *policy, const GError *error, gboolean *is_over)
{
  gboolean is_told = policy->pressure == HAUL_PRESSURE_CONNECTIONS || policy->pressure == HAUL_PRESSURE_SESSION;
  gboolean is_dropped = self->is_connecting && policy->pressure == HAUL_PRESSURE_SERVER;

  *is_over = FALSE;
  if (!is_told && !is_dropped)
    return FALSE;
  haul_lane_connection_close (self);
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
give_up (HaulLane *self, const HaulPolicy *policy, const GError *error)
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
wait_out (HaulLane *self, const HaulPolicy *policy, const GError *error)
{
  HaulRun *run = self->run;

  if (policy->pressure == HAUL_PRESSURE_THROTTLE)
    haul_patience_throttle (run, policy, haul_imap_error_get_server_text (error));
  haul_lane_connection_close (self);
  if (self->transfer != NULL)
    haul_transfer_forget_ahead (self->transfer);
  if (self->staging != NULL)
    self->staging->is_selected = FALSE;
  gint64 wait_ms = MAX (policy->wait_ms, haul_clock_back_off_ms (self->failures - 1));
  g_debug ("lane %u: %s; again in %" G_GINT64_FORMAT " ms", self->number, error->message, wait_ms);
  /* The whole account waits before it connects again. */
  if (policy->pressure != HAUL_PRESSURE_THROTTLE)
    haul_lane_connection_wait (self, wait_ms, policy, error);
}

/* Decides about an error of the connection. FALSE: the lane ends here, or the run. */
gboolean
haul_lane_connection_bear (HaulLane *self, const GError *error)
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
gboolean
haul_lane_connection_ensure (HaulLane *self, const GError *reason)
{
  g_autoptr (GError) error = NULL;

  while (self->session == NULL)
    {
      g_clear_error (&error);
      if (haul_run_is_stopping (self->run))
        return FALSE;
      if (haul_lane_connection_try (self, &error) && recover (self, reason, &error))
        {
          self->was_connected = TRUE;
          return TRUE;
        }
      if (error == NULL || !haul_lane_connection_bear (self, error))
        return FALSE;
    }
  return TRUE;
}
