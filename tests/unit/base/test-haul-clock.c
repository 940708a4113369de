/* test-haul-clock.c - waiting ends in time, and at once when cancelled
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-clock.h"

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (50000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_sleep (void)
{
  gint64 start_us = g_get_monotonic_time ();

  g_assert_true (haul_clock_sleep (30, NULL, NULL));
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 30000);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_false (haul_clock_sleep (60000, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 20 * G_USEC_PER_SEC);
  g_thread_join (thread);
}

static void
test_back_off (void)
{
  g_assert_cmpint (haul_clock_back_off_ms (0), ==, 1000);
  g_assert_cmpint (haul_clock_back_off_ms (3), ==, 8000);
  g_assert_cmpint (haul_clock_back_off_ms (6), ==, 60000);
  g_assert_cmpint (haul_clock_back_off_ms (100), ==, 60000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/sleep", test_sleep);
  g_test_add_func ("/clock/cancel", test_cancel);
  g_test_add_func ("/clock/back-off", test_back_off);
  return g_test_run ();
}
