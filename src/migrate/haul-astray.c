/* haul-astray.c - copies that are not where the server said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wrong COPYUID names other UIDs than those of the copies, often each other's. What is not at its place is looked for
 * by its digest before it is called missing, or changed.
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-astray.h"

#include <string.h>

#include "journal/haul-journal-item.h"
#include "migrate/haul-match.h"

typedef struct
{
  HaulTransfer *transfer; /* borrowed */
  HaulListing *listing;   /* borrowed */
  GHashTable *looks;      /* (owned) (element-type gint64) sizes with dates that are listed */
  GHashTable *items;      /* (owned) (element-type HaulItem) that are astray */
} Astray;

/* Two that come out the same cost a download, no more. */
static gint64
get_look (guint64 size, gint64 date)
{
  return (gint64)(size * 0x9e3779b97f4a7c15U + (guint64)date);
}

static gboolean
is_other_form (const HaulItem *item, const HaulListingRow *row)
{
  if (row->fingerprint == NULL)
    return TRUE;
  return !haul_match_is_other_text (&item->fingerprint, item->size, row->fingerprint, row->size)
         && haul_match_classify (&item->fingerprint, item->size, row->fingerprint, row->size) != HAUL_MATCH_BY_NOTHING;
}

/* Is something else at its place? Not merely the message in another form. */
static gboolean
is_elsewhere (const Astray *self, const HaulItem *item)
{
  const HaulListingRow *row = haul_listing_find (self->listing, item->uid);

  if (row == NULL)
    return TRUE;
  if (row->has_digest)
    return memcmp (row->digest, item->digest, HAUL_DIGEST_LENGTH) != 0 && !is_other_form (item, row);
  gint64 look = get_look (item->size, item->sent_date);
  return (row->size != item->size || row->date != item->sent_date) && g_hash_table_contains (self->looks, &look);
}

/* TRUE: there are more than before. */
static gboolean
list_more (Astray *self)
{
  guint n_before = g_hash_table_size (self->items);

  for (guint i = 0; i < self->transfer->items->len; i++)
    {
      HaulItem *item = self->transfer->items->pdata[i];
      if (item->state == HAUL_ITEM_COPIED && !g_hash_table_contains (self->items, item) && is_elsewhere (self, item))
        g_hash_table_add (self->items, item);
    }
  return g_hash_table_size (self->items) > n_before;
}

/* Downloads what may be one of them. What is found at another's place drives that one out, too. */
static gboolean
download (Astray *self, HaulImapSession *session, GError **error)
{
  HaulListing *listing = self->listing;

  do
    {
      g_autoptr (GHashTable) sizes = haul_listing_new_sizes ();
      GHashTableIter iter;
      gpointer item;
      g_hash_table_iter_init (&iter, self->items);
      while (g_hash_table_iter_next (&iter, &item, NULL))
        haul_listing_add_size (sizes, ((HaulItem *)item)->size);
      if (!haul_listing_fetch_digests (listing, session, listing->has_wrong_sizes ? NULL : sizes,
                                       self->transfer->run->hard, error))
        return FALSE;
    }
  while (list_more (self));
  return TRUE;
}

/* Rows that are those of messages which are not astray. */
static void
take_rows (Astray *self, gboolean is_present)
{
  for (guint i = 0; i < self->transfer->items->len; i++)
    {
      const HaulItem *item = self->transfer->items->pdata[i];
      gboolean is_meant = is_present ? item->is_present : item->state == HAUL_ITEM_COPIED;
      HaulListingRow *row = is_meant && !g_hash_table_contains (self->items, item)
                                ? haul_listing_find (self->listing, item->uid)
                                : NULL;
      if (row != NULL)
        row->is_taken = TRUE;
    }
}

/* In the order of the folder; UIDs are changed by pairs, so all are given up before the first is given anew. */
static gboolean
move (Astray *self, GPtrArray *items, const HaulMatchEntry *found, GError **error)
{
  HaulTransfer *transfer = self->transfer;
  HaulJournal *journal = transfer->run->journal;
  GArray *rows = self->listing->rows;

  for (guint i = 0; i < items->len; i++)
    {
      HaulItem *item = items->pdata[i];
      const HaulListingRow *row = haul_listing_find (self->listing, item->uid);
      /* Its place is nobody else's: it is there in another form. */
      if (found[i].partner == HAUL_MATCH_NONE && row != NULL && !row->is_taken)
        continue;
      item->uid = 0;
      if (!haul_journal_item_displace (journal, item->row, error))
        return FALSE;
    }
  for (guint i = 0; i < items->len; i++)
    {
      HaulItem *item = items->pdata[i];
      if (found[i].partner == HAUL_MATCH_NONE)
        continue;
      item->uid = g_array_index (rows, HaulListingRow, found[i].partner).uid;
      if (!haul_journal_item_place (journal, item->row, transfer->folder->mailbox, transfer->uid_validity, item->uid,
                                    error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
pair (Astray *self, GError **error)
{
  HaulTransfer *transfer = self->transfer;
  GArray *rows = self->listing->rows;
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_autofree HaulMatchEntry *left = g_new0 (HaulMatchEntry, g_hash_table_size (self->items) + 1);
  g_autofree HaulMatchEntry *right = g_new0 (HaulMatchEntry, rows->len + 1);

  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (!g_hash_table_contains (self->items, item))
        continue;
      left[items->len] = (HaulMatchEntry){ .digest = item->digest, .date = item->sent_date, .flags = item->sent_flags };
      g_ptr_array_add (items, item);
    }
  for (guint i = 0; i < rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (rows, HaulListingRow, i);
      right[i] = (HaulMatchEntry){ .digest = row->has_digest && !row->is_taken ? row->digest : NULL,
                                   .date = row->date,
                                   .flags = row->flags };
    }
  haul_match_run (left, items->len, right, rows->len);
  for (guint i = 0; i < items->len; i++)
    if (left[i].partner != HAUL_MATCH_NONE)
      g_array_index (rows, HaulListingRow, left[i].partner).is_taken = TRUE;
  return move (self, items, left, error);
}

/**
 * haul_astray_find:
 * @transfer: a folder whose messages are placed
 * @listing: its mailbox, open on @session, from the lowest UID on at which one of them can be; with some digests
 * @session: the session
 * @error: return location
 *
 * Looks for the copies that are not at the UIDs that the server gave, and corrects these, in the journal too. What is
 * nowhere has no UID afterwards. Where all is in place nothing is downloaded.
 *
 * Returns: %TRUE when it was looked
 */
gboolean
haul_astray_find (HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, GError **error)
{
  g_autoptr (GHashTable) looks = haul_listing_new_sizes ();
  g_autoptr (GHashTable) items = g_hash_table_new (NULL, NULL);
  Astray self = { transfer, listing, looks, items };

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      haul_listing_add_size (looks, (guint64)get_look (row->size, row->date));
    }
  if (!list_more (&self))
    return TRUE;
  take_rows (&self, TRUE);
  if (!download (&self, session, error))
    return FALSE;
  take_rows (&self, FALSE);
  return pair (&self, error);
}
