/* haul-find.c - which messages of the person's mailbox are those that were placed or sent there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 */
#include "migrate/haul-find.h"

#include <string.h>

#include "journal/haul-journal-generation.h"
#include "journal/haul-journal-item.h"
#include "migrate/haul-match.h"

/**
 * haul_find_note:
 * @run: the run
 * @session: a session
 * @find: (inout): where; its UIDVALIDITY and next UID are filled in
 * @told_uid_next: (out): the server's UIDNEXT, 0 it did not say
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Notes the next UID of a mailbox before something is placed there: one above the last message's. UIDNEXT is not
 * believed, since where it is too high what comes then is looked for above it, not found, and sent again. The mailbox
 * is open afterwards.
 *
 * Returns: %TRUE when it is noted
 */
gboolean
haul_find_note (HaulRun *run, HaulImapSession *session, HaulFind *find, guint32 *told_uid_next, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  guint32 last_uid = 0;

  if (!haul_imap_mailbox_examine (session, find->mailbox, &status, run->hard, error)
      || (status.messages > 0 && !haul_imap_fetch_last_uid (session, &last_uid, run->hard, error)))
    return FALSE;
  gboolean is_known = status.messages == 0 || last_uid != 0;
  *told_uid_next = status.uid_next;
  find->uid_validity = status.uid_validity;
  find->uid_next = is_known && last_uid < G_MAXUINT32 ? last_uid + 1 : MAX (status.uid_next, 1);
  return TRUE;
}

/**
 * haul_find_list:
 * @run: the run
 * @session: a session
 * @find: where
 * @error: return location
 *
 * Lists the messages that may be ours: those since then that are not known to be another item's, with their digests.
 *
 * Returns: (transfer full) (nullable): the listing
 */
HaulListing *
haul_find_list (HaulRun *run, HaulImapSession *session, const HaulFind *find, GError **error)
{
  guint32 first_uid = MAX (find->uid_next, 1);
  g_autoptr (HaulListing) listing = haul_listing_read (session, find->mailbox, first_uid, FALSE, run->hard, error);

  if (listing != NULL && listing->status.uid_validity != find->uid_validity)
    {
      g_clear_pointer (&listing, haul_listing_free);
      first_uid = 1;
      listing = haul_listing_read (session, find->mailbox, first_uid, FALSE, run->hard, error);
    }
  if (listing == NULL)
    return NULL;

  /* Known digests are of messages that somebody has looked at or placed: none of these. */
  g_autoptr (GArray) known
      = haul_journal_item_list_known (run->journal, find->mailbox, listing->status.uid_validity, first_uid, error);
  if (known == NULL)
    return NULL;
  for (guint i = 0; i < known->len; i++)
    {
      HaulListingRow *row = haul_listing_find (listing, g_array_index (known, HaulJournalKnown, i).uid);
      if (row != NULL)
        row->is_taken = TRUE;
    }
  return haul_listing_fetch_digests (listing, session, NULL, run->hard, error) ? g_steal_pointer (&listing) : NULL;
}

/**
 * haul_find_pair:
 * @items: (element-type HaulGenerationItem): messages of ours
 * @listing: where they are looked for; what is taken there is not looked at
 *
 * Pairs them as a multiset of digests.
 *
 * Returns: (transfer full) (array): each item's row of @listing, or %NULL; not marked as taken
 */
HaulListingRow **
haul_find_pair (GPtrArray *items, HaulListing *listing)
{
  g_autofree HaulMatchEntry *left = g_new0 (HaulMatchEntry, items->len + 1);
  g_autofree HaulMatchEntry *right = g_new0 (HaulMatchEntry, listing->rows->len + 1);
  HaulListingRow **rows = g_new0 (HaulListingRow *, items->len + 1);

  for (guint i = 0; i < items->len; i++)
    {
      const HaulGenerationItem *item = items->pdata[i];
      left[i] = (HaulMatchEntry){ .digest = item->digest, .date = item->date, .flags = item->flags };
    }
  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      right[i] = (HaulMatchEntry){ .digest = row->has_digest && !row->is_taken ? row->digest : NULL,
                                   .date = row->date,
                                   .flags = row->flags };
    }
  haul_match_run (left, items->len, right, listing->rows->len);
  for (guint i = 0; i < items->len; i++)
    if (left[i].partner != HAUL_MATCH_NONE)
      rows[i] = &g_array_index (listing->rows, HaulListingRow, left[i].partner);
  return rows;
}

/**
 * haul_find_pair_by_order:
 * @items: (element-type HaulGenerationItem): messages of ours, in the order they were sent in
 * @listing: where they are looked for; what is taken there is not looked at
 *
 * On a connection that lasted messages stand in the order they were sent in: where there are as many as were sent, each
 * is the one at its place.
 *
 * Returns: (transfer full) (array) (nullable): each item's row of @listing; %NULL: there are more or fewer
 */
HaulListingRow **
haul_find_pair_by_order (GPtrArray *items, HaulListing *listing)
{
  g_autofree HaulListingRow **rows = g_new0 (HaulListingRow *, items->len + 1);
  guint n = 0;

  for (guint i = 0; i < listing->rows->len; i++)
    {
      HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      if (row->is_taken)
        continue;
      if (n == items->len)
        return NULL;
      rows[n++] = row;
    }
  return n == items->len ? g_steal_pointer (&rows) : NULL;
}

static guint
hash_digest (gconstpointer digest)
{
  guint hash;

  memcpy (&hash, digest, sizeof hash);
  return hash;
}

static gboolean
equal_digests (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, HAUL_DIGEST_LENGTH) == 0;
}

/**
 * haul_find_is_in_order:
 * @items: (element-type HaulGenerationItem): messages of ours, in the order they were sent in
 * @rows: what haul_find_pair() says of them
 * @ordered: what haul_find_pair_by_order() says of them, in a listing with digests
 *
 * Where a server alters some messages, the others bear witness: each that is known by its digest stands at its place,
 * and at the places of those that are not known again there is nothing that could be another one of ours.
 *
 * Returns: whether the order can be believed
 */
gboolean
haul_find_is_in_order (GPtrArray *items, HaulListingRow *const *rows, HaulListingRow *const *ordered)
{
  g_autoptr (GHashTable) digests = g_hash_table_new (hash_digest, equal_digests);

  for (guint i = 0; i < items->len; i++)
    g_hash_table_add (digests, ((HaulGenerationItem *)items->pdata[i])->digest);
  for (guint i = 0; i < items->len; i++)
    {
      const HaulGenerationItem *item = items->pdata[i];
      const guint8 *digest = ordered[i]->has_digest ? ordered[i]->digest : NULL;
      gboolean is_fine = rows[i] != NULL ? digest != NULL && equal_digests (digest, item->digest)
                                         : digest == NULL || !g_hash_table_contains (digests, digest);
      if (!is_fine)
        return FALSE;
    }
  return TRUE;
}
