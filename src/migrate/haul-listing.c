/* haul-listing.c - what is in a mailbox, with the digests of what matters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Memory:  one row a message, bounded by what the server says is there.
 * See:     docs/wire.md: SEARCH is not asked, and the rows are compared with EXISTS.
 */
#include "migrate/haul-listing.h"

#include <string.h>

#define SPARE_ROWS 100000
#define ROWS_MAX 10000000
#define DIGESTS_AT_ONCE 500

static void
clear_row (gpointer data)
{
  HaulListingRow *row = data;

  g_strfreev (row->keywords);
  g_free (row->fingerprint);
}

void
haul_listing_free (HaulListing *listing)
{
  haul_imap_status_clear (&listing->status);
  g_array_unref (listing->rows);
  g_free (listing);
}

typedef struct
{
  HaulListing *listing;
  guint32 first_uid;
} Collect;

static gboolean
add_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  Collect *collect = user_data;
  GArray *rows = collect->listing->rows;

  /* "n:*" also gives the last message when its UID is below n. */
  if (row->uid < collect->first_uid)
    return TRUE;
  if (rows->len > MIN ((guint64)collect->listing->status.messages + SPARE_ROWS, ROWS_MAX))
    {
      g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                                     "the server lists more messages than the mailbox holds"));
      return FALSE;
    }
  HaulListingRow copy = { .uid = row->uid,
                          .size = row->size,
                          .date = row->internal_date,
                          .flags = row->flags,
                          .keywords = g_strdupv (row->keywords) };
  g_array_append_val (rows, copy);
  return TRUE;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  guint32 left = ((const HaulListingRow *)a)->uid, right = ((const HaulListingRow *)b)->uid;

  return left < right ? -1 : left > right;
}

/* A server may name a message twice when its flags change meanwhile. */
static void
sort_rows (GArray *rows)
{
  guint n_kept = 0;

  g_array_sort (rows, compare_rows);
  for (guint i = 0; i < rows->len; i++)
    {
      HaulListingRow *row = &g_array_index (rows, HaulListingRow, i);
      HaulListingRow moved = *row;
      gboolean is_again = n_kept > 0 && g_array_index (rows, HaulListingRow, n_kept - 1).uid == row->uid;
      if (is_again)
        clear_row (row);
      memset (row, 0, sizeof *row);
      if (!is_again)
        g_array_index (rows, HaulListingRow, n_kept++) = moved;
    }
  g_array_set_size (rows, n_kept);
}

/* Courier and Exchange 2003 tell it to STATUS alone. Without it nobody sees that a mailbox was set back. */
static gboolean
ask_uid_next (
    HaulListing *listing, HaulImapSession *session, const char *mailbox, GCancellable *cancellable, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;

  if (listing->status.uid_next != 0)
    return TRUE;
  if (!haul_imap_mailbox_status (session, mailbox, &status, cancellable, &local_error)
      && !haul_imap_session_is_usable (session))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (status.uid_validity == listing->status.uid_validity)
    listing->status.uid_next = status.uid_next;
  return TRUE;
}

static HaulListing *
read_once (HaulImapSession *session,
           const char *mailbox,
           guint32 first_uid,
           gboolean is_select,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (HaulListing) listing = g_new0 (HaulListing, 1);
  Collect collect = { listing, MAX (first_uid, 1) };

  listing->rows = g_array_new (FALSE, TRUE, sizeof (HaulListingRow));
  g_array_set_clear_func (listing->rows, clear_row);
  gboolean is_open = is_select ? haul_imap_mailbox_select (session, mailbox, &listing->status, cancellable, error)
                               : haul_imap_mailbox_examine (session, mailbox, &listing->status, cancellable, error);
  if (!is_open)
    return NULL;
  if (listing->status.messages > 0
      && !haul_imap_fetch_rows (session, collect.first_uid, add_row, &collect, cancellable, error))
    return NULL;
  if (!ask_uid_next (listing, session, mailbox, cancellable, error))
    return NULL;
  sort_rows (listing->rows);
  return g_steal_pointer (&listing);
}

/**
 * haul_listing_read:
 * @session: a session
 * @mailbox: octets on the wire
 * @first_uid: only from this UID on; 1 for all
 * @is_select: SELECT, which tells the permanent flags; else EXAMINE
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Opens the mailbox and lists it. A whole listing that is shorter than the mailbox is read again, once, since somebody
 * may be deleting; then it is an error, since nothing may be concluded from what is not there.
 *
 * Returns: (transfer full) (nullable): the listing; the mailbox stays open
 */
HaulListing *
haul_listing_read (HaulImapSession *session,
                   const char *mailbox,
                   guint32 first_uid,
                   gboolean is_select,
                   GCancellable *cancellable,
                   GError **error)
{
  for (guint attempt = 0; attempt < 2; attempt++)
    {
      g_autoptr (HaulListing) listing = read_once (session, mailbox, first_uid, is_select, cancellable, error);
      if (listing == NULL || first_uid > 1 || listing->rows->len >= listing->status.messages)
        return g_steal_pointer (&listing);
    }
  g_propagate_error (error,
                     haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL,
                                          "the server lists fewer messages of %s than it says are there", mailbox));
  return NULL;
}

/* The row of a UID, or NULL. */
HaulListingRow *
haul_listing_find (const HaulListing *listing, guint32 uid)
{
  HaulListingRow wanted = { .uid = uid };
  guint index;

  if (!g_array_binary_search (listing->rows, &wanted, compare_rows, &index))
    return NULL;
  return &g_array_index (listing->rows, HaulListingRow, index);
}

static gboolean
is_refusal (HaulImapSession *session, const GError *error)
{
  return g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED) && haul_imap_session_is_usable (session);
}

static void
keep_fingerprint (HaulListingRow *row, const HaulFingerprint *fingerprint)
{
  if (row->fingerprint == NULL)
    row->fingerprint = g_new (HaulFingerprint, 1);
  *row->fingerprint = *fingerprint;
}

static gboolean
add_digest (const HaulImapFetchDigest *digest, gpointer user_data, GError **error)
{
  HaulListing *listing = user_data;
  HaulListingRow *row = haul_listing_find (listing, digest->uid);

  if (row == NULL)
    return TRUE;
  listing->has_wrong_sizes = listing->has_wrong_sizes || row->size != digest->size;
  memcpy (row->digest, digest->digest, HAUL_DIGEST_LENGTH);
  row->has_digest = TRUE;
  if (listing->keeps_fingerprints)
    keep_fingerprint (row, &digest->fingerprint);
  return TRUE;
}

static gboolean
add_header (const HaulImapFetchHeader *header, gpointer user_data, GError **error)
{
  HaulListingRow *row = haul_listing_find (user_data, header->uid);

  if (row != NULL)
    keep_fingerprint (row, &header->fingerprint);
  return TRUE;
}

/* One message that the server does not hand out must not hide the others. */
static gboolean
fetch_singly (HaulListing *listing,
              HaulImapSession *session,
              const guint32 *uids,
              guint n_uids,
              GCancellable *cancellable,
              GError **error)
{
  for (guint i = 0; i < n_uids; i++)
    {
      HaulListingRow *row = haul_listing_find (listing, uids[i]);
      g_autoptr (GError) local_error = NULL;
      if (row == NULL || row->has_digest
          || haul_imap_fetch_digests (session, &uids[i], 1, add_digest, listing, cancellable, &local_error))
        continue;
      if (!is_refusal (session, local_error) || listing->n_refused >= listing->refusals_borne)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      row->is_refused = TRUE;
      listing->n_refused++;
    }
  return TRUE;
}

/**
 * haul_listing_fetch_some:
 * @listing: a listing of the mailbox that is open
 * @session: the session
 * @uids: (element-type guint32): which
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Downloads these messages for their digests. A message that is gone meanwhile stays without, and so do up to
 * @refusals_borne messages of the listing that the server refuses.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_listing_fetch_some (
    HaulListing *listing, HaulImapSession *session, GArray *uids, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < uids->len; i += DIGESTS_AT_ONCE)
    {
      const guint32 *batch = &g_array_index (uids, guint32, i);
      guint n_batch = MIN (uids->len - i, DIGESTS_AT_ONCE);
      g_autoptr (GError) local_error = NULL;
      if (haul_imap_fetch_digests (session, batch, n_batch, add_digest, listing, cancellable, &local_error))
        continue;
      if (listing->refusals_borne == 0 || !is_refusal (session, local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (!fetch_singly (listing, session, batch, n_batch, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * haul_listing_fetch_headers:
 * @listing: a listing of the mailbox that is open
 * @session: the session
 * @uids: (element-type guint32): which
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Downloads the headers of these messages for their fingerprints, which have no text then. A batch that the server
 * refuses stays without: what is not looked at matches nothing.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_listing_fetch_headers (
    HaulListing *listing, HaulImapSession *session, GArray *uids, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < uids->len; i += DIGESTS_AT_ONCE)
    {
      g_autoptr (GError) local_error = NULL;
      if (haul_imap_fetch_headers (session, &g_array_index (uids, guint32, i), MIN (uids->len - i, DIGESTS_AT_ONCE),
                                   add_header, listing, cancellable, &local_error)
          || is_refusal (session, local_error))
        continue;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return TRUE;
}

/**
 * haul_listing_fetch_digests:
 * @listing: a listing of the mailbox that is open
 * @session: the session
 * @sizes: (nullable): haul_listing_new_sizes(); only messages of these sizes can be ours. %NULL: all
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Downloads the messages that may be copies of ours, where their digest is not known and nobody has taken them.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_listing_fetch_digests (
    HaulListing *listing, HaulImapSession *session, GHashTable *sizes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      gint64 size = (gint64)row->size;
      if (!row->has_digest && !row->is_taken && !row->is_refused
          && (sizes == NULL || g_hash_table_contains (sizes, &size)))
        g_array_append_val (uids, row->uid);
    }
  return haul_listing_fetch_some (listing, session, uids, cancellable, error);
}

/**
 * haul_listing_try_sizes:
 * @listing: a listing of the mailbox that is open
 * @session: the session
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Finds out, by the smallest message that nobody looked at, whether this server's sizes are those of its messages.
 * Where they are not, all are downloaded: some servers estimate (docs/wire.md).
 *
 * Returns: %TRUE on success
 */
gboolean
haul_listing_try_sizes (HaulListing *listing, HaulImapSession *session, GCancellable *cancellable, GError **error)
{
  const HaulListingRow *smallest = NULL;
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      if (!row->has_digest && !row->is_taken && !row->is_refused && (smallest == NULL || row->size < smallest->size))
        smallest = row;
    }
  if (smallest == NULL)
    return TRUE;
  g_array_append_val (uids, smallest->uid);
  return haul_listing_fetch_some (listing, session, uids, cancellable, error)
         && (!listing->has_wrong_sizes || haul_listing_fetch_digests (listing, session, NULL, cancellable, error));
}

/* (element-type gint64): a set of sizes. */
GHashTable *
haul_listing_new_sizes (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

void
haul_listing_add_size (GHashTable *sizes, guint64 size)
{
  gint64 key = (gint64)size;

  if (!g_hash_table_contains (sizes, &key))
    g_hash_table_add (sizes, g_memdup2 (&key, sizeof key));
}
