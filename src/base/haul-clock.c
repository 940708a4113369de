/* haul-clock.c - time of day, waiting that can be broken off, and how long to wait
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "base/haul-clock.h"

#define BACK_OFF_MAX_MS 60000

/* Seconds since 1970, for records and reports; never used to order anything. */
gint64
haul_clock_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
wait_on (GPollFD *fd, gint64 deadline_us)
{
  gint64 left_us;

  while ((left_us = deadline_us - g_get_monotonic_time ()) > 0)
    if (g_poll (fd, fd == NULL ? 0 : 1, (int)MIN (left_us / 1000 + 1, G_MAXINT)) > 0)
      return FALSE;
  return TRUE;
}

/**
 * haul_clock_sleep:
 * @milliseconds: how long
 * @cancellable: (nullable): ends the sleep at once
 * @error: return location; %G_IO_ERROR_CANCELLED only
 *
 * Waits without using the processor.
 *
 * Returns: %TRUE when the time is over, %FALSE when it was broken off
 */
gboolean
haul_clock_sleep (gint64 milliseconds, GCancellable *cancellable, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + milliseconds * 1000;
  GPollFD fd;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &fd);
  wait_on (has_fd ? &fd : NULL, deadline_us);
  if (has_fd)
    g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/**
 * haul_clock_back_off_ms:
 * @attempt: how many attempts failed before, from 0
 *
 * Returns: milliseconds to wait: 1, 2, 4 … 60 seconds
 */
gint64
haul_clock_back_off_ms (guint attempt)
{
  return attempt > 5 ? BACK_OFF_MAX_MS : 1000 << attempt;
}
