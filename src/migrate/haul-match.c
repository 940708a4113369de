/* haul-match.c - which of these messages are those? A multiset comparison; pure
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

static void
pair (HaulMatchEntry *left, guint a, HaulMatchEntry *right, guint b, HaulMatchKind kind)
{
  left[a].partner = b;
  left[a].kind = kind;
  right[b].partner = a;
  right[b].kind = kind;
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
          pair (left, a, right, b, HAUL_MATCH_BY_DIGEST);
          n_matched++;
        }
      i += difference <= 0;
      j += difference >= 0;
    }
  return n_matched;
}

static void
clear (HaulMatchEntry *entries, guint n_entries)
{
  for (guint i = 0; i < n_entries; i++)
    {
      entries[i].partner = HAUL_MATCH_NONE;
      entries[i].kind = HAUL_MATCH_BY_NOTHING;
    }
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
  clear (left, n_left);
  clear (right, n_right);
  guint n_exact = match_pass (left, n_left, right, n_right, FALSE);
  return n_exact + match_pass (left, n_left, right, n_right, TRUE);
}

/* A way to know a rewritten message again: two parts of its fingerprint. */
typedef struct
{
  HaulMatchKind kind;
  gsize part;              /* offset in HaulFingerprint */
  gboolean has_text;       /* the text is equal; else the size is near */
  gboolean is_for_missing; /* of messages that have neither of the stronger parts: the server may have added them */
} Way;

static const Way ways[] = {
  { HAUL_MATCH_BY_HEADER, G_STRUCT_OFFSET (HaulFingerprint, header), TRUE, FALSE },
  { HAUL_MATCH_BY_FINGERPRINT, G_STRUCT_OFFSET (HaulFingerprint, identity), TRUE, FALSE },
  { HAUL_MATCH_BY_FINGERPRINT, G_STRUCT_OFFSET (HaulFingerprint, bare), TRUE, FALSE },
  { HAUL_MATCH_BY_FINGERPRINT, G_STRUCT_OFFSET (HaulFingerprint, text), TRUE, TRUE },
  { HAUL_MATCH_BY_HEADER, G_STRUCT_OFFSET (HaulFingerprint, header), FALSE, FALSE },
  { HAUL_MATCH_BY_FINGERPRINT, G_STRUCT_OFFSET (HaulFingerprint, identity), FALSE, FALSE },
  { HAUL_MATCH_BY_FINGERPRINT, G_STRUCT_OFFSET (HaulFingerprint, bare), FALSE, TRUE },
};

typedef struct
{
  guint64 part;
  guint64 text;
  gint64 date;
  guint64 size;
  guint index;
} Key;

static guint64
get_part (const HaulFingerprint *fingerprint, gsize offset)
{
  return *(const guint64 *)(gconstpointer)((const char *)fingerprint + offset);
}

static gboolean
is_wanted (const HaulFingerprint *fingerprint, const Way *way)
{
  gboolean has_stronger = fingerprint->identity != 0
                          || (way->part == G_STRUCT_OFFSET (HaulFingerprint, text) && (fingerprint->bare != 0));

  /* That both have no text makes nothing of them the same. */
  if (way->part == G_STRUCT_OFFSET (HaulFingerprint, text) && fingerprint->text == HAUL_FINGERPRINT_NO_TEXT)
    return FALSE;
  return get_part (fingerprint, way->part) != 0 && (!way->has_text || fingerprint->text != 0)
         && (!way->is_for_missing || !has_stronger);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const Key *left = a, *right = b;

  if (left->part != right->part)
    return left->part < right->part ? -1 : 1;
  if (left->text != right->text)
    return left->text < right->text ? -1 : 1;
  if (left->date != right->date)
    return left->date < right->date ? -1 : 1;
  return left->size < right->size ? -1 : left->size > right->size;
}

static int
compare_all (gconstpointer a, gconstpointer b)
{
  const Key *left = a, *right = b;
  int difference = compare_keys (a, b);

  return difference != 0 ? difference : left->index < right->index ? -1 : left->index > right->index;
}

static GArray *
sort_keys (const HaulMatchEntry *entries, guint n_entries, const Way *way, gboolean is_left, gboolean by_date)
{
  GArray *keys = g_array_new (FALSE, FALSE, sizeof (Key));

  for (guint i = 0; i < n_entries; i++)
    {
      const HaulMatchEntry *entry = &entries[i];
      Way wanted = *way;
      wanted.is_for_missing = way->is_for_missing && is_left;
      if (entry->fingerprint == NULL || entry->partner != HAUL_MATCH_NONE || !is_wanted (entry->fingerprint, &wanted))
        continue;
      Key key = { get_part (entry->fingerprint, way->part), way->has_text ? entry->fingerprint->text : 0,
                  by_date ? entry->date : 0, way->has_text ? 0 : entry->size, i };
      g_array_append_val (keys, key);
    }
  g_array_sort (keys, compare_all);
  return keys;
}

static guint
match_way (HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right, const Way *way, gboolean by_date)
{
  g_autoptr (GArray) lefts = sort_keys (left, n_left, way, TRUE, by_date);
  g_autoptr (GArray) rights = sort_keys (right, n_right, way, FALSE, by_date);
  guint n_matched = 0;

  for (guint i = 0, j = 0; i < lefts->len && j < rights->len;)
    {
      Key a = g_array_index (lefts, Key, i), b = g_array_index (rights, Key, j);
      int difference = compare_keys (&a, &b);
      gboolean is_same = a.part == b.part && a.text == b.text && a.date == b.date;
      if (is_same && (way->has_text || haul_fingerprint_is_near (a.size, b.size)))
        {
          pair (left, a.index, right, b.index, way->kind);
          n_matched++;
          difference = 0;
        }
      i += difference <= 0;
      j += difference >= 0;
    }
  return n_matched;
}

/**
 * haul_match_run_rewritten:
 * @left: (array length=n_left) (inout): the messages as they were sent, after haul_match_run()
 * @right: (array length=n_right) (inout): the messages as the server keeps them, after haul_match_run()
 * @rewriting: what the server was proven to do
 *
 * Goes on with what has no partner: pairs messages whose fingerprints agree, each at most once, those of one date
 * first; by the header before the rest, by the text before the size. The text must agree where the server leaves texts
 * alone. Does nothing for a server that was not proven to rewrite.
 *
 * Returns: how many pairs
 */
guint
haul_match_run_rewritten (
    HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right, HaulRewriting rewriting)
{
  guint n_matched = 0;

  if (rewriting == HAUL_REWRITING_NONE)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    if (ways[i].has_text || rewriting == HAUL_REWRITING_ALL)
      n_matched += match_way (left, n_left, right, n_right, &ways[i], TRUE)
                   + match_way (left, n_left, right, n_right, &ways[i], FALSE);
  return n_matched;
}

/**
 * haul_match_classify:
 * @sent: a message as it was sent
 * @sent_size: octets of it
 * @kept: what the server keeps of it, with other octets; perhaps of its header only
 * @kept_size: octets of that, as the server says
 *
 * Returns: by what the two can be known to be the same
 */
HaulMatchKind
haul_match_classify (const HaulFingerprint *sent, guint64 sent_size, const HaulFingerprint *kept, guint64 kept_size)
{
  HaulMatchEntry left = { .partner = HAUL_MATCH_NONE, .fingerprint = sent, .size = sent_size };
  HaulMatchEntry right = { .partner = HAUL_MATCH_NONE, .fingerprint = kept, .size = kept_size };

  haul_match_run_rewritten (&left, 1, &right, 1, HAUL_REWRITING_ALL);
  return left.kind;
}

/**
 * haul_match_is_other_text:
 * @sent: a message as it was sent
 * @sent_size: octets of it
 * @kept: what the server keeps in its place, whole
 * @kept_size: octets of that
 *
 * Whether the text is another one, not the same written anew: a server that writes a text anew does not end up with as
 * many octets as before.
 *
 * Returns: %TRUE where that is certain
 */
gboolean
haul_match_is_other_text (const HaulFingerprint *sent,
                          guint64 sent_size,
                          const HaulFingerprint *kept,
                          guint64 kept_size)
{
  return sent_size == kept_size && sent->text != kept->text;
}

/**
 * haul_match_compare:
 * @sent: a message as it was sent
 * @kept: the same message as the server gives it back, with other octets
 *
 * Returns: what the server does to messages, by this one
 */
HaulRewriting
haul_match_compare (const HaulFingerprint *sent, const HaulFingerprint *kept)
{
  return sent->header == kept->header && sent->text == kept->text ? HAUL_REWRITING_EDGES : HAUL_REWRITING_ALL;
}
