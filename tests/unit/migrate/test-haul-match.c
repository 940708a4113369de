/* test-haul-match.c - pairs by digest: as many as there are on both sides, the likeliest first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-match.h"

static const guint8 a[32] = { 1 };
static const guint8 b[32] = { 2 };

static void
test_counts (void)
{
  HaulMatchEntry left[] = { { a, 5, 0, 0 }, { a, 5, 0, 0 }, { b, 5, 0, 0 }, { a, 5, 0, 0 } };
  HaulMatchEntry right[] = { { a, 5, 0, 0 }, { a, 5, 0, 0 }, { NULL, 5, 0, 0 } };

  g_assert_cmpuint (haul_match_run (left, 4, right, 3), ==, 2);
  g_assert_cmpuint (left[0].partner, ==, 0);
  g_assert_cmpuint (left[1].partner, ==, 1);
  g_assert_cmpuint (left[2].partner, ==, HAUL_MATCH_NONE);
  g_assert_cmpuint (left[3].partner, ==, HAUL_MATCH_NONE);
  g_assert_cmpuint (right[2].partner, ==, HAUL_MATCH_NONE);
}

/* A copy with the same date and flags is taken before one that only has the same octets. */
static void
test_attributes_first (void)
{
  HaulMatchEntry left[] = { { a, 7, 0, 0 }, { a, 5, 1, 0 } };
  HaulMatchEntry right[] = { { a, 5, 1, 0 }, { a, 5, 0, 0 } };

  g_assert_cmpuint (haul_match_run (left, 2, right, 2), ==, 2);
  g_assert_cmpuint (left[1].partner, ==, 0);
  g_assert_cmpuint (left[0].partner, ==, 1);
}

/* Every octet of a digest counts. */
static void
test_last_octet (void)
{
  for (guint octet = 0; octet < 32; octet++)
    {
      guint8 other[32] = { 1 };
      other[octet] ^= 0x80;
      HaulMatchEntry left[] = { { a, 5, 0, 0 } };
      HaulMatchEntry right[] = { { other, 5, 0, 0 } };

      g_assert_cmpuint (haul_match_run (left, 1, right, 1), ==, 0);
      g_assert_cmpuint (left[0].partner, ==, HAUL_MATCH_NONE);
      g_assert_cmpuint (right[0].partner, ==, HAUL_MATCH_NONE);
    }
}

static void
test_empty (void)
{
  HaulMatchEntry left[] = { { a, 7, 0, 0 } };

  g_assert_cmpuint (haul_match_run (left, 1, NULL, 0), ==, 0);
  g_assert_cmpuint (haul_match_run (NULL, 0, left, 1), ==, 0);
  g_assert_cmpuint (left[0].partner, ==, HAUL_MATCH_NONE);
}

/* Against the formula min(l, r) for each digest, on random multisets. */
static void
test_random (void)
{
  for (guint round = 0; round < 200; round++)
    {
      guint8 digests[4][32] = { { 1 }, { 2 }, { 3 }, { 4 } };
      HaulMatchEntry left[20], right[20];
      guint counts[2][4] = { 0 };
      guint n_expected = 0;
      for (guint i = 0; i < 20; i++)
        {
          guint l = (guint)g_test_rand_int_range (0, 4), r = (guint)g_test_rand_int_range (0, 4);
          left[i] = (HaulMatchEntry){ digests[l], g_test_rand_int_range (0, 3), 0, 0 };
          right[i] = (HaulMatchEntry){ digests[r], g_test_rand_int_range (0, 3), 0, 0 };
          counts[0][l]++;
          counts[1][r]++;
        }
      for (guint i = 0; i < 4; i++)
        n_expected += MIN (counts[0][i], counts[1][i]);
      g_assert_cmpuint (haul_match_run (left, 20, right, 20), ==, n_expected);
      for (guint i = 0; i < 20; i++)
        if (left[i].partner != HAUL_MATCH_NONE)
          {
            g_assert_true (left[i].digest == right[left[i].partner].digest);
            g_assert_cmpuint (right[left[i].partner].partner, ==, i);
          }
    }
}

#define ENTRY(part_header, part_identity, part_bare, part_text, octets)                                                \
  {                                                                                                                    \
    .digest = NULL, .fingerprint = &(HaulFingerprint){ part_header, part_identity, part_bare, part_text },             \
    .partner = HAUL_MATCH_NONE, .size = octets                                                                         \
  }

/* Never on a server that keeps octets: there the same Message-ID with another text is another message. */
static void
test_faithful (void)
{
  HaulMatchEntry left[] = { ENTRY (1, 2, 3, 4, 100) };
  HaulMatchEntry right[] = { ENTRY (1, 2, 3, 4, 100) };

  g_assert_cmpuint (haul_match_run_rewritten (left, 1, right, 1, HAUL_REWRITING_NONE), ==, 0);
  g_assert_cmpuint (left[0].partner, ==, HAUL_MATCH_NONE);
}

/* Where texts are left alone, one header with two texts is two messages. */
static void
test_edges (void)
{
  HaulMatchEntry left[] = { ENTRY (1, 2, 3, 4, 100), ENTRY (1, 2, 3, 5, 100), ENTRY (0, 0, 0, 9, 10) };
  HaulMatchEntry right[] = { ENTRY (1, 2, 3, 5, 102), ENTRY (7, 8, 9, 9, 200) };

  g_assert_cmpuint (haul_match_run_rewritten (left, 3, right, 2, HAUL_REWRITING_EDGES), ==, 2);
  g_assert_cmpuint (left[0].partner, ==, HAUL_MATCH_NONE);
  g_assert_cmpuint (left[1].partner, ==, 0);
  g_assert_cmpint (left[1].kind, ==, HAUL_MATCH_BY_HEADER);
  /* Without a header of its own it is known by its text. */
  g_assert_cmpuint (left[2].partner, ==, 1);
  g_assert_cmpint (left[2].kind, ==, HAUL_MATCH_BY_FINGERPRINT);
}

/* Without text a message is known by its header; that two have none makes nothing of them the same. */
static void
test_no_text (void)
{
  HaulMatchEntry left[]
      = { ENTRY (1, 0, 0, HAUL_FINGERPRINT_NO_TEXT, 14), ENTRY (2, 0, 0, HAUL_FINGERPRINT_NO_TEXT, 14) };
  HaulMatchEntry right[]
      = { ENTRY (2, 0, 0, HAUL_FINGERPRINT_NO_TEXT, 16), ENTRY (3, 0, 0, HAUL_FINGERPRINT_NO_TEXT, 16) };

  g_assert_cmpuint (haul_match_run_rewritten (left, 2, right, 2, HAUL_REWRITING_EDGES), ==, 1);
  g_assert_cmpuint (left[0].partner, ==, HAUL_MATCH_NONE);
  g_assert_cmpuint (left[1].partner, ==, 0);
  g_assert_cmpint (left[1].kind, ==, HAUL_MATCH_BY_HEADER);
}

/* As many as there are on both sides; by the text before the size, by the header before the rest. */
static void
test_all (void)
{
  HaulMatchEntry left[]
      = { ENTRY (1, 2, 3, 4, 90000), ENTRY (1, 2, 3, 5, 90000), ENTRY (1, 2, 3, 6, 90000), ENTRY (1, 2, 3, 7, 10) };
  HaulMatchEntry right[] = { ENTRY (8, 2, 3, 6, 100000), ENTRY (1, 2, 3, 0, 91000), ENTRY (1, 2, 3, 0, 900000) };

  g_assert_cmpuint (haul_match_run_rewritten (left, 4, right, 3, HAUL_REWRITING_ALL), ==, 2);
  g_assert_cmpuint (left[2].partner, ==, 0);
  g_assert_cmpint (left[2].kind, ==, HAUL_MATCH_BY_FINGERPRINT);
  g_assert_cmpuint (left[0].partner, ==, 1);
  g_assert_cmpint (left[0].kind, ==, HAUL_MATCH_BY_HEADER);
  g_assert_cmpuint (left[1].partner, ==, HAUL_MATCH_NONE);
  g_assert_cmpuint (left[3].partner, ==, HAUL_MATCH_NONE);
  g_assert_cmpuint (right[2].partner, ==, HAUL_MATCH_NONE);
}

/* A server may add a Message-ID where there is none; it does not take one away. */
static void
test_added_identity (void)
{
  HaulMatchEntry left[] = { ENTRY (1, 0, 3, 4, 100), ENTRY (2, 5, 4, 4, 100) };
  HaulMatchEntry right[] = { ENTRY (9, 7, 3, 0, 120), ENTRY (8, 6, 4, 0, 120) };

  g_assert_cmpuint (haul_match_run_rewritten (left, 2, right, 2, HAUL_REWRITING_ALL), ==, 1);
  g_assert_cmpuint (left[0].partner, ==, 0);
  g_assert_cmpuint (left[1].partner, ==, HAUL_MATCH_NONE);
}

/* Nothing equals nothing. */
static void
test_no_fingerprint (void)
{
  HaulMatchEntry left[] = { ENTRY (0, 0, 0, 0, 100), { .partner = HAUL_MATCH_NONE } };
  HaulMatchEntry right[] = { ENTRY (0, 0, 0, 0, 100), { .partner = HAUL_MATCH_NONE } };

  g_assert_cmpuint (haul_match_run_rewritten (left, 2, right, 2, HAUL_REWRITING_ALL), ==, 0);
}

static void
test_dates_first (void)
{
  HaulMatchEntry left[] = { ENTRY (1, 2, 3, 4, 100), ENTRY (1, 2, 3, 4, 100) };
  HaulMatchEntry right[] = { ENTRY (1, 2, 3, 4, 100) };

  left[1].date = right[0].date = 77;
  g_assert_cmpuint (haul_match_run_rewritten (left, 2, right, 1, HAUL_REWRITING_EDGES), ==, 1);
  g_assert_cmpuint (left[1].partner, ==, 0);
}

static void
test_compare (void)
{
  HaulFingerprint sent = { 1, 2, 3, 4 }, edges = { 1, 2, 3, 4 }, all = { 1, 2, 3, 5 };

  g_assert_cmpint (haul_match_compare (&sent, &edges), ==, HAUL_REWRITING_EDGES);
  g_assert_cmpint (haul_match_compare (&sent, &all), ==, HAUL_REWRITING_ALL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/match/counts", test_counts);
  g_test_add_func ("/match/attributes-first", test_attributes_first);
  g_test_add_func ("/match/last-octet", test_last_octet);
  g_test_add_func ("/match/empty", test_empty);
  g_test_add_func ("/match/random", test_random);
  g_test_add_func ("/match/faithful", test_faithful);
  g_test_add_func ("/match/edges", test_edges);
  g_test_add_func ("/match/no-text", test_no_text);
  g_test_add_func ("/match/all", test_all);
  g_test_add_func ("/match/added-identity", test_added_identity);
  g_test_add_func ("/match/no-fingerprint", test_no_fingerprint);
  g_test_add_func ("/match/dates-first", test_dates_first);
  g_test_add_func ("/match/compare", test_compare);
  return g_test_run ();
}
