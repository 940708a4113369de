/* haul-proof.c - how well it is known that a message is there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR.
 * See:     docs/upload.md.
 */
#include "migrate/haul-proof.h"

#include <string.h>

#include "migrate/haul-astray.h"
#include "migrate/haul-rewriting.h"

#define ALWAYS_DIGEST_BYTES (10 * 1024 * 1024)
#define SAMPLE_ONE_IN 100
/* A server that rewrites does it to all: the rest is told in one sentence. */
#define LINES_MAX 20

/* Everything that ever was in doubt, everything big, and one message in a hundred, at least one. */
static GArray *
choose_samples (HaulTransfer *self, const HaulListing *listing)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean is_first = TRUE;

  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      const HaulListingRow *row = item->state == HAUL_ITEM_COPIED ? haul_listing_find (listing, item->uid) : NULL;
      if (row == NULL)
        continue;
      if (is_first || item->is_doubtful || item->size > ALWAYS_DIGEST_BYTES
          || g_random_int_range (0, SAMPLE_ONE_IN) == 0)
        g_array_append_val (uids, row->uid);
      is_first = FALSE;
    }
  return uids;
}

static void
learn_rewriting (HaulTransfer *self, const HaulListing *listing)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      const HaulListingRow *row = item->state == HAUL_ITEM_COPIED ? haul_listing_find (listing, item->uid) : NULL;
      if (row != NULL && row->has_digest && row->fingerprint != NULL
          && memcmp (row->digest, item->digest, HAUL_DIGEST_LENGTH) != 0)
        haul_rewriting_learn (self->run, &item->fingerprint, row->fingerprint);
    }
}

/* What the server calls another size than was sent. */
static GArray *
list_odd (HaulTransfer *self, const HaulListing *listing)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      const HaulListingRow *row = item->state == HAUL_ITEM_COPIED ? haul_listing_find (listing, item->uid) : NULL;
      if (row != NULL && row->size != item->size && !row->has_digest && !row->is_refused)
        g_array_append_val (uids, row->uid);
    }
  return uids;
}

/**
 * haul_proof_download:
 * @transfer: a folder whose messages are placed
 * @listing: its mailbox, open on @session
 * @session: the lane's session
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Downloads what has to be compared octet for octet: all that was ever in doubt, sent again or refused once, what is
 * bigger than 10 MiB, one in a hundred by chance, and what is of an odd size; of the last only the header, where the
 * server was seen to rewrite messages.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_proof_download (HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, GError **error)
{
  HaulRun *run = transfer->run;
  g_autoptr (GArray) samples = choose_samples (transfer, listing);

  listing->keeps_fingerprints = TRUE;
  if (!haul_listing_fetch_some (listing, session, samples, run->hard, error))
    return FALSE;
  if (!haul_astray_find (transfer, listing, session, error))
    return FALSE;
  learn_rewriting (transfer, listing);
  g_autoptr (GArray) odd = list_odd (transfer, listing);
  if (haul_rewriting_get (run, session) != HAUL_REWRITING_NONE)
    return haul_listing_fetch_headers (listing, session, odd, run->hard, error);
  return haul_listing_fetch_some (listing, session, odd, run->hard, error);
}

static gboolean
has_keywords (const HaulListingRow *row, const HaulItem *item)
{
  for (guint i = 0; item->sent_keywords != NULL && item->sent_keywords[i] != NULL; i++)
    {
      gboolean is_there = FALSE;
      for (guint j = 0; row->keywords != NULL && row->keywords[j] != NULL; j++)
        is_there = is_there || g_ascii_strcasecmp (row->keywords[j], item->sent_keywords[i]) == 0;
      if (!is_there)
        return FALSE;
    }
  return TRUE;
}

static void
add_changed (HaulTransfer *self, const HaulItem *item, const char *code, const char *text)
{
  HaulRunLine line = { item->key, item->date, item->size, HAUL_OUTCOME_COPIED, code, text, NULL };

  haul_run_add_line (self->run, self->index, &line);
}

static void
add_altered (HaulTransfer *self, const HaulItem *item)
{
  static const char *const texts[HAUL_N_PROOFS] = {
    [HAUL_PROOF_LISTED] = "The server keeps it with other octets than were sent.",
    [HAUL_PROOF_HEADER] = "The server keeps it in another form than was sent; its header is the same.",
    [HAUL_PROOF_FINGERPRINT]
    = "The server keeps it in another form than was sent; Message-ID, date, sender and subject are the same.",
  };

  if (item->proof == HAUL_PROOF_LISTED || self->n_altered++ < LINES_MAX)
    add_changed (self, item, "altered-by-server", texts[item->proof]);
}

/* By what was downloaded of it. */
static HaulProof
judge (const HaulItem *item, const HaulListingRow *row, gboolean *is_altered)
{
  gboolean is_same = row->has_digest && memcmp (row->digest, item->digest, HAUL_DIGEST_LENGTH) == 0;

  *is_altered = !is_same && (row->has_digest || row->fingerprint != NULL);
  if (is_same)
    return item->repairs != 0 ? HAUL_PROOF_REPAIRED : HAUL_PROOF_BYTES;
  if (row->fingerprint == NULL)
    return HAUL_PROOF_LISTED;
  return haul_proof_from_match (haul_match_classify (&item->fingerprint, item->size, row->fingerprint, row->size));
}

/**
 * haul_proof_compare:
 * @transfer: a folder
 * @item: (inout): a message that this run placed
 * @row: its copy, after haul_proof_download()
 *
 * Says how well the copy is known to be the message; what is different about it gets a line in the report.
 */
void
haul_proof_compare (HaulTransfer *transfer, HaulItem *item, const HaulListingRow *row)
{
  gboolean is_altered;

  item->proof = judge (item, row, &is_altered);
  if (is_altered)
    add_altered (transfer, item);
  else if (row->date != item->sent_date)
    add_changed (transfer, item, "date-changed", "The server keeps it under another date than was given.");
  else if (row->flags != item->sent_flags || !has_keywords (row, item))
    add_changed (transfer, item, "flags-changed", "The server does not keep it with the flags that were given.");
}

/**
 * haul_proof_from_match:
 * @kind: by what a message was found
 *
 * Returns: how well it is known to be there
 */
HaulProof
haul_proof_from_match (HaulMatchKind kind)
{
  static const HaulProof proofs[] = {
    [HAUL_MATCH_BY_NOTHING] = HAUL_PROOF_LISTED,
    [HAUL_MATCH_BY_DIGEST] = HAUL_PROOF_BYTES,
    [HAUL_MATCH_BY_HEADER] = HAUL_PROOF_HEADER,
    [HAUL_MATCH_BY_FINGERPRINT] = HAUL_PROOF_FINGERPRINT,
  };
  return proofs[kind];
}

static void
add_note (HaulTransfer *self, guint64 n, const char *one, const char *several)
{
  if (n == 0)
    return;
  g_autofree char *note = n == 1 ? g_strdup (one) : g_strdup_printf ("%" G_GUINT64_FORMAT " %s", n, several);
  haul_run_add_note (self->run, self->index, note);
}

/**
 * haul_proof_sum:
 * @transfer: a folder that is done
 *
 * Counts, in its row of the report, how well its messages are known to be there, and says so where it is less than
 * octet for octet by the server's doing.
 */
void
haul_proof_sum (HaulTransfer *transfer)
{
  HaulReportFolder *row = g_ptr_array_index (transfer->run->report->folders, transfer->index);

  for (guint i = 0; i < transfer->items->len; i++)
    {
      const HaulItem *item = transfer->items->pdata[i];
      if (item->state == HAUL_ITEM_COPIED || item->is_present || item->proof == HAUL_PROOF_MISSING)
        row->proved[item->proof]++;
    }
  add_note (transfer, row->proved[HAUL_PROOF_HEADER],
            "One message is on the server in another form than it has here; it was found by its header.",
            "messages are on the server in another form than they have here; they were found by their headers.");
  add_note (transfer, row->proved[HAUL_PROOF_FINGERPRINT],
            "One message is on the server in another form than it has here; it was found by fingerprint: Message-ID, "
            "date, sender and subject.",
            "messages are on the server in another form than they have here; they were found by fingerprint: "
            "Message-ID, date, sender and subject.");
}
