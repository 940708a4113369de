/* haul-recognition.c - messages of ours in a mailbox of a server that rewrites them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   free rows that could be ours ─ headers ─ does one look like an open message? ─ proof: what does the server do to
 * it? │ it rewrites: all headers, the texts that decide, pairs
 *
 * Thread:  one lane.
 * Memory:  a fingerprint for each row looked at.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-recognition.h"

#include "base/haul-repair.h"
#include "migrate/haul-proof.h"
#include "migrate/haul-rewriting.h"

/* So few that their headers may be looked at whatever their dates. */
#define FEW_ROWS 200
#define SAMPLES 3
#define HALF_HOUR (30 * 60)
/* Some servers take no notice of the zone (docs/wire.md). */
#define ZONE_MAX (14 * 2)

/* The open messages that an unknown one may be. */
typedef struct
{
  GPtrArray *items;         /* (owned) (element-type HaulItem) borrowed items */
  GHashTable *dates;        /* (owned) of gint64 */
  GHashTable *fingerprints; /* (owned) of guint64: header, identity and bare ones */
  GHashTable *repeated;     /* (owned) of those the ones that several have */
  gboolean has_headless;    /* some have nothing but a text */
} Wanted;

static void
wanted_clear (Wanted *wanted)
{
  g_ptr_array_unref (wanted->items);
  g_hash_table_unref (wanted->dates);
  g_hash_table_unref (wanted->fingerprints);
  g_hash_table_unref (wanted->repeated);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wanted, wanted_clear)

/**
 * haul_recognition_list_open:
 * @transfer: a folder
 *
 * Returns: (transfer full) (element-type HaulItem): its messages that are open; they stay the folder's
 */
GPtrArray *
haul_recognition_list_open (const HaulTransfer *transfer)
{
  GPtrArray *open = g_ptr_array_new ();

  for (guint i = 0; i < transfer->items->len; i++)
    if (((HaulItem *)transfer->items->pdata[i])->state == HAUL_ITEM_OPEN)
      g_ptr_array_add (open, transfer->items->pdata[i]);
  return open;
}

/**
 * haul_recognition_mark:
 * @transfer: a folder
 * @item: (inout): an open message of it
 * @row: (inout): its copy, nobody's so far
 * @kind: by what that was found
 *
 * The message is there already.
 */
void
haul_recognition_mark (HaulTransfer *transfer, HaulItem *item, HaulListingRow *row, HaulMatchKind kind)
{
  item->state = HAUL_ITEM_DONE;
  item->is_present = TRUE;
  item->uid = row->uid;
  /* A digest that only the journal knows was compared once, not now. */
  item->proof = row->is_recorded ? HAUL_PROOF_LISTED : haul_proof_from_match (kind);
  if (item->repairs != 0 && item->proof == HAUL_PROOF_BYTES)
    item->proof = HAUL_PROOF_REPAIRED;
  row->is_taken = TRUE;
  haul_run_count (transfer->run, transfer->index, &(HaulCounts){ .copied = item->is_ours, .present = !item->is_ours });
  haul_run_count_item (transfer->run, transfer->index, item, item->size);
}

static void
add_part (GHashTable *set, guint64 part)
{
  gint64 key = (gint64)part;

  if (part != 0 && !g_hash_table_contains (set, &key))
    g_hash_table_add (set, g_memdup2 (&key, sizeof key));
}

static gboolean
has_part (GHashTable *set, guint64 part)
{
  gint64 key = (gint64)part;

  return part != 0 && g_hash_table_contains (set, &key);
}

static void
add_parts (GHashTable *set, const HaulFingerprint *fingerprint)
{
  add_part (set, fingerprint->header);
  add_part (set, fingerprint->identity);
  add_part (set, fingerprint->bare);
}

static gboolean
has_parts (GHashTable *set, const HaulFingerprint *fingerprint)
{
  return has_part (set, fingerprint->header) || has_part (set, fingerprint->identity)
         || has_part (set, fingerprint->bare);
}

static gboolean
is_headless (const HaulItem *item)
{
  return item->fingerprint.identity == 0 && item->fingerprint.bare == 0;
}

static void
wanted_init (Wanted *self, const HaulTransfer *transfer)
{
  self->items = haul_recognition_list_open (transfer);
  self->dates = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->fingerprints = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->repeated = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->has_headless = FALSE;
  for (guint i = 0; i < self->items->len; i++)
    {
      const HaulItem *item = self->items->pdata[i];
      add_part (self->dates, (guint64)item->sent_date);
      if (has_parts (self->fingerprints, &item->fingerprint))
        add_parts (self->repeated, &item->fingerprint);
      add_parts (self->fingerprints, &item->fingerprint);
      self->has_headless = self->has_headless || is_headless (item);
    }
}

static gboolean
is_free (const HaulListingRow *row)
{
  return !row->is_taken && !row->is_refused;
}

static gboolean
fits_date (const Wanted *wanted, const HaulListingRow *row)
{
  for (gint64 i = -ZONE_MAX; i <= ZONE_MAX; i++)
    if (has_part (wanted->dates, (guint64)(row->date + i * HALF_HOUR)))
      return TRUE;
  return FALSE;
}

/* @wanted: (nullable): all that are free. */
static GArray *
list_free (const HaulListing *listing, const Wanted *wanted)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      if (is_free (row) && (wanted == NULL || fits_date (wanted, row)))
        g_array_append_val (uids, row->uid);
    }
  return uids;
}

static gboolean
fetch_headers (HaulListing *listing, HaulImapSession *session, GArray *uids, HaulRun *run, GError **error)
{
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < uids->len; i++)
    if (haul_listing_find (listing, g_array_index (uids, guint32, i))->fingerprint == NULL)
      g_array_append_val (missing, g_array_index (uids, guint32, i));
  return haul_listing_fetch_headers (listing, session, missing, run->hard, error);
}

/* Of the open messages those that one of these rows looks like, a few. */
static GPtrArray *
choose_samples (const Wanted *wanted, const HaulListing *listing, GArray *uids, HaulImapSession *session)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GPtrArray *samples = g_ptr_array_new ();
  guint unfit = HAUL_REPAIR_NUL | HAUL_REPAIR_LONG_LINES | HAUL_REPAIR_EMPTY;

  if (haul_imap_session_get_kind (session)->wants_final_end)
    unfit |= HAUL_REPAIR_FINAL_CRLF;
  for (guint i = 0; i < uids->len; i++)
    {
      const HaulListingRow *row = haul_listing_find (listing, g_array_index (uids, guint32, i));
      if (row->fingerprint != NULL)
        add_parts (seen, row->fingerprint);
    }
  for (guint i = 0; i < wanted->items->len && samples->len < SAMPLES; i++)
    {
      HaulItem *item = wanted->items->pdata[i];
      /* These are not to be sent as they are. */
      if (item->flaws & unfit)
        continue;
      if (has_parts (seen, &item->fingerprint) || (is_headless (item) && uids->len > 0))
        g_ptr_array_add (samples, item);
    }
  return samples;
}

static gboolean
open_again (HaulTransfer *self, const HaulListing *listing, HaulImapSession *session, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };

  if (!haul_imap_mailbox_select (session, self->folder->mailbox, &status, self->run->hard, error))
    return FALSE;
  if (status.uid_validity == listing->status.uid_validity)
    return TRUE;
  g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL, "the mailbox %s was replaced",
                                                 self->folder->mailbox));
  return FALSE;
}

/* Is there something like our messages, and does this server make such a thing of them? */
static gboolean
find_out (HaulTransfer *self, const Wanted *wanted, HaulListing *listing, HaulImapSession *session, GError **error)
{
  g_autoptr (GArray) all = list_free (listing, NULL);
  g_autoptr (GArray) uids = all->len <= FEW_ROWS ? g_array_ref (all) : list_free (listing, wanted);

  if (!fetch_headers (listing, session, uids, self->run, error))
    return FALSE;
  g_autoptr (GPtrArray) samples = choose_samples (wanted, listing, uids, session);
  return samples->len == 0
         || (haul_rewriting_prove (self, session, samples, error) && open_again (self, listing, session, error));
}

/* The texts of those that look like an open message: a header alone does not tell one draft from the next. A server
 * that writes texts anew is asked for those only that could be several messages. */
static gboolean
fetch_texts (HaulTransfer *self, const Wanted *wanted, HaulListing *listing, HaulImapSession *session, GError **error)
{
  gboolean is_anew = haul_rewriting_get (self->run, session) == HAUL_REWRITING_ALL;
  GHashTable *fingerprints = is_anew ? wanted->repeated : wanted->fingerprints;
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      if (is_free (row) && row->fingerprint != NULL && row->fingerprint->text == 0
          && (wanted->has_headless || has_parts (fingerprints, row->fingerprint)))
        g_array_append_val (uids, row->uid);
    }
  listing->keeps_fingerprints = TRUE;
  return haul_listing_fetch_some (listing, session, uids, self->run->hard, error);
}

static void
match (HaulTransfer *self, const Wanted *wanted, HaulListing *listing, HaulRewriting rewriting)
{
  GPtrArray *open = wanted->items;
  g_autofree HaulMatchEntry *left = g_new0 (HaulMatchEntry, MAX (open->len, 1));
  g_autofree HaulMatchEntry *right = g_new0 (HaulMatchEntry, MAX (listing->rows->len, 1));

  for (guint i = 0; i < open->len; i++)
    {
      const HaulItem *item = open->pdata[i];
      left[i] = (HaulMatchEntry){
        .date = item->sent_date, .partner = HAUL_MATCH_NONE, .fingerprint = &item->fingerprint, .size = item->size
      };
    }
  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      right[i] = (HaulMatchEntry){ .date = row->date,
                                   .partner = HAUL_MATCH_NONE,
                                   .fingerprint = is_free (row) ? row->fingerprint : NULL,
                                   .size = row->size };
    }
  haul_match_run_rewritten (left, open->len, right, listing->rows->len, rewriting);
  for (guint i = 0; i < open->len; i++)
    if (left[i].partner != HAUL_MATCH_NONE)
      haul_recognition_mark (self, open->pdata[i], &g_array_index (listing->rows, HaulListingRow, left[i].partner),
                             left[i].kind);
}

/**
 * haul_recognition_run:
 * @transfer: a folder after the comparison by digest
 * @listing: its mailbox, open on @session
 * @session: the session
 * @may_send: a few messages may be sent into a mailbox of ours to find out what the server does to them; else those
 *   with the same header or the same identity, and the same text, are taken for what they are
 * @error: return location
 *
 * Finds open messages that the mailbox holds in another form, each once, where that form is proven to be this server's
 * doing. On a server that keeps octets it finds nothing: there, the same Message-ID with other octets is another
 * message.
 *
 * Returns: %TRUE when it was compared
 */
gboolean
haul_recognition_run (
    HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, gboolean may_send, GError **error)
{
  HaulRewriting rewriting = haul_rewriting_get (transfer->run, session);
  g_auto (Wanted) wanted = { 0 };

  wanted_init (&wanted, transfer);
  g_autoptr (GArray) uids = list_free (listing, NULL);
  if (wanted.items->len == 0 || uids->len == 0)
    return TRUE;
  if (rewriting == HAUL_REWRITING_NONE && may_send)
    {
      if (!find_out (transfer, &wanted, listing, session, error))
        return FALSE;
      rewriting = haul_rewriting_get (transfer->run, session);
    }
  else if (rewriting == HAUL_REWRITING_NONE)
    rewriting = HAUL_REWRITING_EDGES;
  if (rewriting == HAUL_REWRITING_NONE)
    return TRUE;
  if (!fetch_headers (listing, session, uids, transfer->run, error)
      || !fetch_texts (transfer, &wanted, listing, session, error))
    return FALSE;
  match (transfer, &wanted, listing, rewriting);
  return TRUE;
}
