/* haul-nearest.c - the names that a mistyped one may have meant
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 */
#include "migrate/haul-nearest.h"

#include <string.h>

#define MOST_LETTERS 64
#define MOST_NAMES 3

/* Levenshtein's distance, over the first letters only. */
static guint
measure (const gunichar *a, glong a_length, const gunichar *b, glong b_length)
{
  guint row[MOST_LETTERS + 1];

  for (glong j = 0; j <= b_length; j++)
    row[j] = (guint)j;
  for (glong i = 1; i <= a_length; i++)
    {
      guint corner = row[0];
      row[0] = (guint)i;
      for (glong j = 1; j <= b_length; j++)
        {
          guint above = row[j];
          guint changed = corner + (a[i - 1] != b[j - 1]);
          row[j] = MIN (MIN (above, row[j - 1]) + 1, changed);
          corner = above;
        }
    }
  return row[b_length];
}

static guint
rate (const char *known, const char *name)
{
  g_autofree char *known_folded = g_utf8_casefold (known, -1);
  g_autofree char *name_folded = g_utf8_casefold (name, -1);
  glong known_length = 0, name_length = 0;
  g_autofree gunichar *known_letters = g_utf8_to_ucs4_fast (known_folded, -1, &known_length);
  g_autofree gunichar *name_letters = g_utf8_to_ucs4_fast (name_folded, -1, &name_length);

  if (strstr (known_folded, name_folded) != NULL)
    return 1;
  return measure (name_letters, MIN (name_length, MOST_LETTERS), known_letters, MIN (known_length, MOST_LETTERS));
}

/**
 * haul_nearest_join:
 * @known: (element-type utf8): names that are there
 * @name: a name that is not
 *
 * Finds up to three names that look like @name, or hold it, the nearest first.
 *
 * Returns: (transfer full) (nullable): `“Inbox”, “Index”`; %NULL where nothing is near
 */
char *
haul_nearest_join (const GPtrArray *known, const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  guint limit = MAX (2, (guint)g_utf8_strlen (valid, -1) / 2);
  const char *best[MOST_NAMES] = { NULL };
  guint rates[MOST_NAMES];
  GString *joined = NULL;

  for (guint i = 0; i < known->len; i++)
    {
      const char *candidate = g_ptr_array_index (known, i);
      guint rated = rate (candidate, valid);
      guint place = 0;
      while (place < MOST_NAMES && best[place] != NULL && rates[place] <= rated)
        place++;
      if (rated > limit || place == MOST_NAMES)
        continue;
      memmove (best + place + 1, best + place, (MOST_NAMES - place - 1) * sizeof *best);
      memmove (rates + place + 1, rates + place, (MOST_NAMES - place - 1) * sizeof *rates);
      best[place] = candidate;
      rates[place] = rated;
    }
  for (guint i = 0; i < MOST_NAMES && best[i] != NULL; i++)
    {
      if (joined == NULL)
        joined = g_string_new (NULL);
      g_string_append_printf (joined, "%s“%s”", i == 0 ? "" : ", ", best[i]);
    }
  return joined == NULL ? NULL : g_string_free (joined, FALSE);
}
