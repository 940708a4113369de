/* haul-hold.c - waiting for a server that may still be at work for a connection that broke
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 */
#include "migrate/haul-hold.h"

#include "base/haul-clock.h"
#include "base/haul-fault.h"

/**
 * haul_hold_pause:
 * @run: the run
 * @wait_ms: how long
 *
 * Waits, and is seen to; ends at once when the run ends.
 */
void
haul_hold_pause (HaulRun *run, gint64 wait_ms)
{
  HaulProgressSnapshot snapshot;

  haul_progress_get_snapshot (run->progress, &snapshot);
  haul_progress_set_wait (run->progress, haul_clock_now () + (wait_ms + 999) / 1000, HAUL_WAIT_SETTLING, NULL);
  haul_run_sleep (run, wait_ms);
  haul_progress_set_wait (run->progress, 0, HAUL_WAIT_NONE, NULL);
  haul_progress_set_phase (run->progress, snapshot.phase);
}

/**
 * haul_hold_wait:
 * @run: the run
 * @session: the connection after the one that broke
 * @hold_ms: how late the server may be, counted from when @session was opened
 * @error: return location; %G_IO_ERROR_CANCELLED when the run ends meanwhile; HAUL_IMAP_ERROR
 *
 * Waits before a look at the mailbox from which something is concluded. A build with fault injection waits no longer
 * than HAUL_FAULT_HOLD_MS says.
 *
 * Returns: %TRUE when it is time
 */
gboolean
haul_hold_wait (HaulRun *run, HaulImapSession *session, gint64 hold_ms, GError **error)
{
  gint64 age_ms = (g_get_monotonic_time () - haul_imap_session_get_opened_us (session)) / 1000;
  gint64 wait_ms = haul_fault_get_hold_ms (hold_ms) - age_ms;

  if (wait_ms <= 0)
    return TRUE;
  haul_hold_pause (run, wait_ms);
  if (!haul_run_is_stopping (run))
    return haul_imap_session_noop (session, run->hard, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the run ends");
  return FALSE;
}
