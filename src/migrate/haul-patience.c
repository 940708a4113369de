/* haul-patience.c - what a server bears: waits of the whole account, and how many connections it lets be open
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server that asks for patience means the account, not the connection that heard it: all lanes wait. Then one of
 * them, which has a connection or makes one, sends one message; when that is taken the others go on. A place is taken
 * before a connection is made, and given back when it is closed; a lane without one never holds the others up.
 *
 * Thread:  any; the run's mutex.
 * See:     docs/pressure.md.
 */
#include "migrate/haul-patience.h"

#include "base/haul-clock.h"
#include "base/haul-fault.h"

#define KEEP_ALIVE_US (60 * G_USEC_PER_SEC)
/* After so long without being asked for patience there may be one connection more, and waits begin short again. */
#define QUIET_US (10 * 60 * G_USEC_PER_SEC)

/* All static functions are called with the lock held. */

static gboolean
is_over (HaulRun *run)
{
  return run->error != NULL || g_cancellable_is_cancelled (run->stop);
}

/* The run stands still when no lane works: only then is a wait worth being shown. */
static void
show (HaulRun *run)
{
  HaulPatience *self = &run->patience;
  gint64 left_us = self->shown_until_us - g_get_monotonic_time ();
  gboolean stands_still = self->n_waiting > 0 && self->n_waiting >= self->n_lanes && left_us > 0;

  if (stands_still)
    haul_progress_set_wait (run->progress, haul_clock_now () + (left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC,
                            self->reason, self->words);
  else if (self->is_shown)
    haul_progress_set_wait (run->progress, 0, HAUL_WAIT_NONE, NULL);
  self->is_shown = stands_still;
}

static void
set_reason (HaulRun *run, gint64 until_us, HaulWaitReason reason, const char *words)
{
  HaulPatience *self = &run->patience;
  char *copy = g_strdup (words);

  g_free (self->words);
  self->words = copy;
  self->shown_until_us = until_us;
  self->reason = reason;
}

static void
begin_waiting (HaulRun *run, gboolean *waits)
{
  if (*waits)
    return;
  *waits = TRUE;
  run->patience.n_waiting++;
  show (run);
}

static void
end_waiting (HaulRun *run, gboolean waited)
{
  if (!waited)
    return;
  run->patience.n_waiting--;
  show (run);
}

static gboolean
is_held_up (HaulRun *run)
{
  HaulPatience *self = &run->patience;

  if (is_over (run))
    return FALSE;
  return self->until_us > g_get_monotonic_time ()
         || (self->needs_probe && self->prober != NULL && self->prober != g_thread_self ());
}

static void
forget_prober (HaulPatience *self)
{
  if (self->prober == g_thread_self ())
    self->prober = NULL;
}

/**
 * haul_patience_start:
 * @run: a run whose lanes have not begun
 * @n_connections: how many may be open at once
 */
void
haul_patience_start (HaulRun *run, guint n_connections)
{
  run->patience.n_wanted = run->patience.n_max = MAX (n_connections, 1);
}

void
haul_patience_begin_lane (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->patience.n_lanes++;
  show (run);
  g_mutex_unlock (&run->lock);
}

void
haul_patience_end_lane (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->patience.n_lanes--;
  forget_prober (&run->patience);
  show (run);
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

/**
 * haul_patience_enter:
 * @run: the run
 * @may_do_without: the lane has nothing at work, so that others may do all of it
 *
 * Takes the place of a connection, and waits while the server wants to be left alone.
 *
 * Returns: %TRUE with a place, to be given back by haul_patience_leave(); %FALSE where there is none, or the run stops
 */
gboolean
haul_patience_enter (HaulRun *run, gboolean may_do_without)
{
  HaulPatience *self = &run->patience;
  gboolean waits = FALSE;

  g_mutex_lock (&run->lock);
  while (!is_over (run) && self->n_open >= self->n_max && !may_do_without)
    {
      begin_waiting (run, &waits);
      g_cond_wait (&run->cond, &run->lock);
    }
  end_waiting (run, waits);
  gboolean has_place = !is_over (run) && self->n_open < self->n_max;
  if (has_place)
    self->n_open++;
  self->n_open_most = MAX (self->n_open_most, self->n_open);
  g_mutex_unlock (&run->lock);
  return has_place && haul_patience_wait (run, NULL, NULL);
}

void
haul_patience_leave (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->patience.n_open--;
  forget_prober (&run->patience);
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

/**
 * haul_patience_get_throttles:
 * @run: the run
 *
 * Returns: how often the server asked for patience, one time soon after the other
 */
guint
haul_patience_get_throttles (HaulRun *run)
{
  HaulPatience *self = &run->patience;

  g_mutex_lock (&run->lock);
  gint64 now_us = g_get_monotonic_time ();
  /* While all wait, or one tries, it is still the same time. */
  if (self->n_throttles > 0 && self->until_us < now_us && !self->needs_probe && now_us - self->resumed_us > QUIET_US)
    self->n_throttles = 0;
  guint n = self->n_throttles;
  g_mutex_unlock (&run->lock);
  return n;
}

/**
 * haul_patience_throttle:
 * @run: the run
 * @policy: how long to wait, and why
 * @words: (nullable): the server's
 *
 * Makes all lanes wait, and halves the connections.
 */
void
haul_patience_throttle (HaulRun *run, const HaulPolicy *policy, const char *words)
{
  HaulPatience *self = &run->patience;

  g_mutex_lock (&run->lock);
  gint64 now_us = g_get_monotonic_time ();
  gint64 until_us = now_us + haul_fault_get_hold_ms (policy->wait_ms) * 1000;
  /* Each connection may hear the same. */
  gboolean is_known = self->needs_probe && self->prober != NULL && self->prober != g_thread_self ();
  is_known = is_known || self->until_us > now_us;
  if (!is_known)
    {
      self->n_throttles++;
      self->n_max = MAX (1, MIN (self->n_max, MAX (self->n_open, 1)) / 2);
    }
  if (until_us > self->until_us)
    set_reason (run, until_us, policy->reason, words);
  self->until_us = MAX (self->until_us, until_us);
  self->needs_probe = TRUE;
  forget_prober (self);
  show (run);
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

/**
 * haul_patience_limit:
 * @run: the run; the caller has given its own place back
 *
 * A connection was refused. Where others are open, there are never more than those.
 *
 * Returns: how many there may be now; 0 where none is open, so that nothing was learnt
 */
guint
haul_patience_limit (HaulRun *run)
{
  HaulPatience *self = &run->patience;

  g_mutex_lock (&run->lock);
  guint n_open = self->n_open;
  if (n_open > 0)
    {
      self->n_max = MIN (self->n_max, n_open);
      self->n_wanted = self->n_learnt = MIN (self->n_wanted, n_open);
    }
  g_mutex_unlock (&run->lock);
  return n_open;
}

/**
 * haul_patience_wait:
 * @run: the run
 * @session: (nullable): kept alive meanwhile
 * @error: return location; HAUL_IMAP_ERROR, when the connection did not last
 *
 * Called by a lane that has a place, between two messages and before it connects. The first to come when the time is
 * over tries the server for all; the others wait until haul_patience_succeed().
 *
 * Returns: %TRUE when the lane may go on, or the run is stopping
 */
gboolean
haul_patience_wait (HaulRun *run, HaulImapSession *session, GError **error)
{
  HaulPatience *self = &run->patience;
  gboolean waits = FALSE, is_well = TRUE;

  g_mutex_lock (&run->lock);
  while (is_well && is_held_up (run))
    {
      gint64 now_us = g_get_monotonic_time ();
      begin_waiting (run, &waits);
      gint64 wake_us = now_us + KEEP_ALIVE_US;
      gboolean is_woken = g_cond_wait_until (&run->cond, &run->lock,
                                             self->until_us > now_us ? MIN (self->until_us, wake_us) : wake_us);
      if (is_woken || session == NULL || g_get_monotonic_time () < wake_us)
        continue;
      g_mutex_unlock (&run->lock);
      is_well = haul_imap_session_noop (session, run->hard, error);
      g_mutex_lock (&run->lock);
    }
  if (is_well && self->needs_probe && self->prober == NULL)
    self->prober = g_thread_self ();
  end_waiting (run, waits);
  g_mutex_unlock (&run->lock);
  if (waits)
    haul_progress_set_phase (run->progress, session == NULL ? HAUL_PHASE_CONNECTING : HAUL_PHASE_COPYING);
  return is_well;
}

/**
 * haul_patience_pause:
 * @run: the run
 * @wait_ms: how long
 * @reason: why
 * @words: (nullable): the server's
 *
 * One lane waits, and nobody else; no longer than the run lasts, or until haul_patience_try_now().
 */
void
haul_patience_pause (HaulRun *run, gint64 wait_ms, HaulWaitReason reason, const char *words)
{
  HaulPatience *self = &run->patience;
  gint64 until_us = g_get_monotonic_time () + haul_fault_get_hold_ms (wait_ms) * 1000;
  gboolean waits = FALSE;

  HAUL_FAULT (F30, "wait");
  g_mutex_lock (&run->lock);
  guint n_nudges = self->n_nudges;
  /* What the whole account waits for says more. */
  if (self->until_us <= g_get_monotonic_time ())
    set_reason (run, until_us, reason, words);
  begin_waiting (run, &waits);
  while (!is_over (run) && self->n_nudges == n_nudges && g_cond_wait_until (&run->cond, &run->lock, until_us))
    ;
  end_waiting (run, waits);
  g_mutex_unlock (&run->lock);
  HAUL_FAULT (F34, "slept");
}

/**
 * haul_patience_succeed:
 * @run: the run
 *
 * The server took a message, or all there was to do on a connection: the other lanes may go on.
 */
void
haul_patience_succeed (HaulRun *run)
{
  HaulPatience *self = &run->patience;

  g_mutex_lock (&run->lock);
  gint64 now_us = g_get_monotonic_time ();
  if (self->needs_probe && self->until_us <= now_us)
    {
      self->needs_probe = FALSE;
      self->prober = NULL;
      self->resumed_us = now_us;
      g_cond_broadcast (&run->cond);
    }
  else if (self->n_max < self->n_wanted && now_us - self->resumed_us > QUIET_US)
    {
      self->n_max++;
      self->resumed_us = now_us;
      g_cond_broadcast (&run->cond);
    }
  g_mutex_unlock (&run->lock);
}

/* Somebody does not want to wait: whatever is being waited for is tried at once. */
void
haul_patience_try_now (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->patience.until_us = MIN (run->patience.until_us, g_get_monotonic_time ());
  run->patience.n_nudges++;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}
