/* test-haul-progress.c - the counters add up, and no time left is invented
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-progress.h"

static void
test_sums (void)
{
  g_autoptr (HaulProgress) progress = haul_progress_new (2, 10, 1000);
  HaulProgressSnapshot snapshot;
  HaulCounts counts;

  haul_progress_add (progress, 0, &(HaulCounts){ .found = 3, .copied = 2, .failed = 1, .bytes_done = 100 });
  haul_progress_add (progress, 1, &(HaulCounts){ .found = 2, .present = 2, .bytes_done = 50 });
  haul_progress_set_counts (progress, 1, &(HaulCounts){ .found = 4, .present = 4, .bytes_done = 60 });
  haul_progress_get_snapshot (progress, &snapshot);
  g_assert_cmpuint (snapshot.all.found, ==, 7);
  g_assert_cmpuint (snapshot.all.present, ==, 4);
  g_assert_cmpuint (snapshot.all.bytes_done, ==, 160);
  haul_progress_get_counts (progress, 0, &counts);
  g_assert_cmpuint (counts.copied, ==, 2);
}

static void
test_no_early_estimate (void)
{
  g_autoptr (HaulProgress) progress = haul_progress_new (1, 10, 1000);
  HaulProgressSnapshot snapshot;

  haul_progress_add (progress, 0, &(HaulCounts){ .bytes_done = 10 });
  haul_progress_get_snapshot (progress, &snapshot);
  g_assert_cmpint (snapshot.seconds_left, ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/sums", test_sums);
  g_test_add_func ("/progress/no-early-estimate", test_no_early_estimate);
  return g_test_run ();
}
