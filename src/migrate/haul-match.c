/* haul-match.c - which of these messages are those? A multiset comparison by digest; pure
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  one index a message and side.
 * See:     docs/upload.md.
 */
#include "migrate/haul-match.h"

#include <string.h>

#define DIGEST_LENGTH 32

/* The sort's user data. */
typedef struct
{
  const HaulMatchEntry *entries;
  gboolean by_digest_only;
} Order;

static int
compare_entries (const HaulMatchEntry *a, const HaulMatchEntry *b, gboolean by_digest_only)
{
  int difference = memcmp (a->digest, b->digest, DIGEST_LENGTH);

  if (difference != 0 || by_digest_only)
    return difference;
  if (a->date != b->date)
    return a->date < b->date ? -1 : 1;
  return a->flags == b->flags ? 0 : a->flags < b->flags ? -1 : 1;
}

static int
compare_indices (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Order *order = user_data;
  guint left = *(const guint *)a;
  guint right = *(const guint *)b;
  int difference = compare_entries (&order->entries[left], &order->entries[right], order->by_digest_only);

  /* Among equals the first comes first, so that the outcome does not depend on the sort. */
  return difference != 0 ? difference : left < right ? -1 : 1;
}

static GArray *
sort_free_entries (HaulMatchEntry *entries, guint n_entries, gboolean by_digest_only)
{
  GArray *indices = g_array_new (FALSE, FALSE, sizeof (guint));
  Order order = { entries, by_digest_only };

  for (guint i = 0; i < n_entries; i++)
    if (entries[i].digest != NULL && entries[i].partner == HAUL_MATCH_NONE)
      g_array_append_val (indices, i);
  g_array_sort_with_data (indices, compare_indices, &order);
  return indices;
}

static guint
match_pass (HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right, gboolean by_digest_only)
{
  g_autoptr (GArray) lefts = sort_free_entries (left, n_left, by_digest_only);
  g_autoptr (GArray) rights = sort_free_entries (right, n_right, by_digest_only);
  guint n_matched = 0;

  for (guint i = 0, j = 0; i < lefts->len && j < rights->len;)
    {
      guint a = g_array_index (lefts, guint, i);
      guint b = g_array_index (rights, guint, j);
      int difference = compare_entries (&left[a], &right[b], by_digest_only);

      if (difference == 0)
        {
          left[a].partner = b;
          right[b].partner = a;
          n_matched++;
        }
      i += difference <= 0;
      j += difference >= 0;
    }
  return n_matched;
}

/**
 * haul_match_run:
 * @left: (array length=n_left) (inout): one side
 * @right: (array length=n_right) (inout): the other side
 *
 * Pairs messages of equal digest, each at most once: first those that agree in date and flags too, then any. Of
 * a digest that is there l times on the left and r times on the right, min(l, r) pairs are made.
 *
 * Returns: how many pairs
 */
guint
haul_match_run (HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right)
{
  for (guint i = 0; i < n_left; i++)
    left[i].partner = HAUL_MATCH_NONE;
  for (guint i = 0; i < n_right; i++)
    right[i].partner = HAUL_MATCH_NONE;
  guint n_exact = match_pass (left, n_left, right, n_right, FALSE);
  return n_exact + match_pass (left, n_left, right, n_right, TRUE);
}
