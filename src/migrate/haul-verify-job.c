/* haul-verify-job.c - what a job placed, held against what is there now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the caller's.
 * Memory:  a row for each message that the job placed in the mailbox at work.
 * Errors:  HAUL_MIGRATE_ERROR_JOURNAL, _BUSY; HAUL_IMAP_ERROR.
 * See:     docs/upload.md. Where a message lies is known by COPYUID or by a listing of its own move; that it still is
 *          the same message is looked at.
 */
#include "migrate/haul-verify-job.h"

#include <string.h>

#include "journal/haul-journal-item.h"
#include "journal/haul-journal-undo.h"
#include "migrate/haul-recognition.h"
#include "migrate/haul-rewriting.h"

struct _HaulVerifyJob
{
  HaulJournal *journal; /* (owned) */
  char *job;            /* (owned) */
  GArray *placed;       /* (owned) (element-type HaulUndoItem) in the mailbox at work */
  GHashTable *digests;  /* (owned) of those; borrowed from them */
  GHashTable *proved;   /* (owned) UIDs that were looked at after the copy */
  gboolean rewrites;    /* the copy saw that the server does not keep all as it was sent */
};

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
 * haul_verify_job_open:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose mailbox
 * @job: the job's name
 * @error: return location; %HAUL_MIGRATE_ERROR_BUSY while something is being copied, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Returns: (transfer full) (nullable): the job
 */
HaulVerifyJob *
haul_verify_job_open (const char *state_dir, HaulAccount *account, const char *job, GError **error)
{
  g_autofree char *id = haul_account_dup_id (account);
  HaulJournal *journal = haul_journal_open (state_dir, id, error);

  if (journal == NULL)
    return NULL;
  HaulVerifyJob *self = g_new0 (HaulVerifyJob, 1);
  self->journal = journal;
  self->job = g_strdup (job);
  self->placed = g_array_new (FALSE, FALSE, sizeof (HaulUndoItem));
  self->digests = g_hash_table_new (hash_digest, equal_digests);
  self->proved = g_hash_table_new (NULL, NULL);
  return self;
}

void
haul_verify_job_free (HaulVerifyJob *self)
{
  g_hash_table_unref (self->proved);
  g_hash_table_unref (self->digests);
  g_array_unref (self->placed);
  haul_journal_close (self->journal);
  g_free (self->job);
  g_free (self);
}

/* What the copy saw at the places: a message that was checked there, and whether all had the size that was sent. */
static gboolean
load_proved (HaulVerifyJob *self, const char *mailbox, guint32 uid_validity, GError **error)
{
  g_autoptr (GArray) known = haul_journal_item_list_known (self->journal, mailbox, uid_validity, 0, error);

  g_hash_table_remove_all (self->proved);
  self->rewrites = FALSE;
  /* Both are sorted by UID. */
  for (guint i = 0, j = 0; known != NULL && i < self->placed->len && j < known->len;)
    {
      const HaulUndoItem *placed = &g_array_index (self->placed, HaulUndoItem, i);
      const HaulJournalKnown *one = &g_array_index (known, HaulJournalKnown, j);
      if (placed->uid == one->uid)
        {
          if (one->is_ours)
            g_hash_table_add (self->proved, GUINT_TO_POINTER (one->uid));
          self->rewrites = self->rewrites || (placed->size != one->size && equal_digests (placed->digest, one->digest));
        }
      i += placed->uid <= one->uid;
      j += one->uid <= placed->uid;
    }
  return known != NULL;
}

/**
 * haul_verify_job_load:
 * @self: a job
 * @mailbox: octets on the wire
 * @uid_validity: as it is now; what was placed under another is worth nothing
 * @error: return location
 *
 * Asks the journal what the job placed in this mailbox.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_verify_job_load (HaulVerifyJob *self, const char *mailbox, guint32 uid_validity, GError **error)
{
  HaulUndoPlace place = { .mailbox = (char *)mailbox, .uid_validity = uid_validity };
  GArray *placed = haul_journal_undo_list_items (self->journal, self->job, &place, error);

  if (placed == NULL)
    return FALSE;
  g_hash_table_remove_all (self->digests);
  g_array_unref (self->placed);
  self->placed = placed;
  for (guint i = 0; i < placed->len; i++)
    g_hash_table_add (self->digests, g_array_index (placed, HaulUndoItem, i).digest);
  return load_proved (self, mailbox, uid_validity, error);
}

/* What was placed, by its digest: the first copy that is nobody's so far. */
static GHashTable *
list_free_copies (const HaulVerifyJob *self, const HaulListing *listing)
{
  GHashTable *copies = g_hash_table_new (hash_digest, equal_digests);

  for (guint i = 0; i < self->placed->len; i++)
    {
      const HaulUndoItem *placed = &g_array_index (self->placed, HaulUndoItem, i);
      HaulListingRow *row = haul_listing_find (listing, placed->uid);
      if (row != NULL && !row->is_taken && !row->is_refused && !g_hash_table_contains (copies, placed->digest))
        g_hash_table_insert (copies, (gpointer)placed->digest, row);
    }
  return copies;
}

/* Does this server keep octets? Something that the job placed has come back as it was sent. */
static gboolean
has_kept_one (const HaulVerifyJob *self, const HaulListing *listing)
{
  for (guint i = 0; i < self->placed->len; i++)
    {
      const HaulUndoItem *placed = &g_array_index (self->placed, HaulUndoItem, i);
      const HaulListingRow *row = haul_listing_find (listing, placed->uid);
      if (row != NULL && row->has_digest && equal_digests (row->digest, placed->digest))
        return TRUE;
    }
  return FALSE;
}

/* Is it the server's way to keep it otherwise, or has somebody been at it? */
static gboolean
is_altered (const HaulVerifyJob *self, const HaulItem *item, const HaulListingRow *row, gboolean keeps_octets)
{
  /* A bad disk changes a text and not its size. Letters of the header are exchanged one for one by servers, too. */
  if (row->size == item->size)
    return haul_match_is_other_text (&item->fingerprint, item->size, row->fingerprint, row->size);
  if (self->rewrites)
    return FALSE;
  /* After the copy it had the size that was sent. */
  if (g_hash_table_contains (self->proved, GUINT_TO_POINTER (row->uid)))
    return TRUE;
  return keeps_octets
         && haul_match_classify (&item->fingerprint, item->size, row->fingerprint, row->size) != HAUL_MATCH_BY_NOTHING;
}

static void
fail_altered (HaulTransfer *transfer, HaulItem *item, HaulListingRow *row)
{
  item->uid = row->uid;
  item->proof = HAUL_PROOF_MISSING;
  row->is_taken = TRUE;
  haul_transfer_fail (transfer, item, "content-changed",
                      "It stands where it was copied to, but its text is not the one that was copied.");
}

/* One pass: of several that are alike each pass takes one. */
static gboolean
recognise_some (HaulVerifyJob *self,
                HaulTransfer *transfer,
                HaulListing *listing,
                HaulImapSession *session,
                guint *n_found,
                GError **error)
{
  g_autoptr (GHashTable) copies = list_free_copies (self, listing);
  g_autoptr (GPtrArray) open = haul_recognition_list_open (transfer);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  *n_found = 0;
  for (guint i = 0; i < open->len; i++)
    {
      const HaulListingRow *row = g_hash_table_lookup (copies, ((HaulItem *)open->pdata[i])->digest);
      if (row != NULL && row->fingerprint == NULL)
        g_array_append_val (uids, row->uid);
    }
  gboolean keeps_octets = has_kept_one (self, listing);
  listing->keeps_fingerprints = TRUE;
  if (!haul_listing_fetch_some (listing, session, uids, transfer->run->hard, error))
    return FALSE;
  for (guint i = 0; i < open->len; i++)
    {
      HaulItem *item = open->pdata[i];
      HaulListingRow *row = g_hash_table_lookup (copies, item->digest);
      if (row == NULL || row->fingerprint == NULL || row->is_taken)
        continue;
      HaulMatchKind kind = haul_match_classify (&item->fingerprint, item->size, row->fingerprint, row->size);
      if (is_altered (self, item, row, keeps_octets))
        {
          fail_altered (transfer, item, row);
          (*n_found)++;
          continue;
        }
      if (kind == HAUL_MATCH_BY_NOTHING)
        continue;
      haul_rewriting_learn (transfer->run, &item->fingerprint, row->fingerprint);
      haul_recognition_mark (transfer, item, row, kind);
      (*n_found)++;
    }
  return TRUE;
}

/**
 * haul_verify_job_recognise:
 * @self: a job, its mailbox loaded
 * @transfer: a folder after the comparison by digest
 * @listing: its mailbox, open on @session
 * @session: the session
 * @error: return location
 *
 * Finds messages that stand where the job placed them, in another form: the server rewrites, which is proven by them.
 * Where it was seen to keep what it is sent, they were altered, and are failed.
 *
 * Returns: %TRUE when it was compared
 */
gboolean
haul_verify_job_recognise (
    HaulVerifyJob *self, HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, GError **error)
{
  guint n_found;

  self->rewrites = self->rewrites || haul_rewriting_get (transfer->run, session) != HAUL_REWRITING_NONE;
  do
    if (!recognise_some (self, transfer, listing, session, &n_found, error))
      return FALSE;
  while (n_found > 0);
  return TRUE;
}

/* Did the job place this message? */
gboolean
haul_verify_job_placed (const HaulVerifyJob *self, const HaulItem *item)
{
  return g_hash_table_contains (self->digests, item->digest);
}

/* Of one digest. */
typedef struct
{
  guint placed;      /* copies of ours that are there */
  guint wanted;      /* in the source */
  guint older;       /* copies that were there before ours */
  guint32 first_uid; /* of ours */
} Count;

static GHashTable *
count_copies (const HaulVerifyJob *self, const HaulTransfer *transfer, const HaulListing *listing)
{
  GHashTable *counts = g_hash_table_new_full (hash_digest, equal_digests, NULL, g_free);
  g_autoptr (GHashTable) ours = g_hash_table_new (NULL, NULL);
  Count *count;

  for (guint i = 0; i < self->placed->len; i++)
    {
      const HaulUndoItem *placed = &g_array_index (self->placed, HaulUndoItem, i);
      if (haul_listing_find (listing, placed->uid) == NULL)
        continue;
      g_hash_table_add (ours, GUINT_TO_POINTER (placed->uid));
      if ((count = g_hash_table_lookup (counts, placed->digest)) == NULL)
        {
          count = g_new0 (Count, 1);
          count->first_uid = placed->uid;
          g_hash_table_insert (counts, (gpointer)placed->digest, count);
        }
      count->placed++;
      count->first_uid = MIN (count->first_uid, placed->uid);
    }
  for (guint i = 0; i < transfer->items->len; i++)
    if ((count = g_hash_table_lookup (counts, ((HaulItem *)transfer->items->pdata[i])->digest)) != NULL)
      count->wanted++;
  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      count = row->has_digest ? g_hash_table_lookup (counts, row->digest) : NULL;
      if (count != NULL && row->uid < count->first_uid && !g_hash_table_contains (ours, GUINT_TO_POINTER (row->uid)))
        count->older++;
    }
  return counts;
}

/**
 * haul_verify_job_list_surplus:
 * @self: a job, its mailbox loaded
 * @transfer: the only folder that goes into this mailbox
 * @listing: the mailbox, with the digests of what fits the folder's messages
 *
 * Lists copies that are one too many: this job placed more of one message than the folder holds beyond those that were
 * there before. What a person or another program put there is not ours, and never surplus; nor is what the folder does
 * not hold any more.
 *
 * Returns: (transfer full) (element-type guint32): UIDs, the last placed first
 */
GArray *
haul_verify_job_list_surplus (const HaulVerifyJob *self, const HaulTransfer *transfer, const HaulListing *listing)
{
  g_autoptr (GHashTable) counts = count_copies (self, transfer, listing);
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = self->placed->len; i > 0; i--)
    {
      const HaulUndoItem *placed = &g_array_index (self->placed, HaulUndoItem, i - 1);
      Count *count = g_hash_table_lookup (counts, placed->digest);
      if (count == NULL || count->wanted == 0 || haul_listing_find (listing, placed->uid) == NULL
          || count->placed <= count->wanted - MIN (count->wanted, count->older))
        continue;
      count->placed--;
      g_array_append_val (uids, placed->uid);
    }
  return uids;
}
