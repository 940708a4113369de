/* haul-undo-place.c - taking messages back out of one mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   list ─ digest ─ taking ─ mark ─ flags again ─ UID EXPUNGE ─ gone? ─▶ never placed
 *             │                          │                        │
 *             ▼                          ▼                        ▼
 *          stays as it is          unmarked, stays          unmarked, stays
 *
 * Thread:  one.
 * Memory:  one row a message of the mailbox.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL. May be broken off anywhere and done again.
 * See:     docs/undo.md.
 */
#include "migrate/haul-undo-place.h"

#include <string.h>

#include "imap/haul-imap-uids.h"
#include "migrate/haul-listing.h"
#include "migrate/haul-mailbox-name.h"
#include "migrate/haul-target.h"

#define BATCH_MESSAGES 500

typedef enum
{
  LOOK_ABSENT,
  LOOK_AS_GIVEN,
  LOOK_CHANGED,
} Look;

typedef struct
{
  HaulUndoWork *work;         /* borrowed */
  const HaulUndoPlace *place; /* borrowed */
  HaulListing *listing;       /* (owned) (nullable) */
} Place;

/* The server's refusal of a command, on a connection that is well. */
static gboolean
is_refusal (HaulImapSession *session, const GError *error)
{
  return (g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
          || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE))
         && haul_imap_session_is_usable (session);
}

/* Shows how far the work is. */
void
haul_undo_place_show (HaulUndoWork *work)
{
  HaulCounts counts
      = { .found = work->report->placed, .copied = work->report->taken, .failed = work->report->left->len };

  haul_progress_set_totals (work->run->progress, work->report->placed, 0);
  haul_progress_set_counts (work->run->progress, 0, &counts);
}

/* The message stays, and is listed. */
static gboolean
leave (Place *self, const HaulUndoItem *item, const char *code, const GError *reason, GError **error)
{
  g_autoptr (HaulUndoOrigin) origin = haul_journal_undo_find_origin (self->work->run->journal, item->row, error);
  const char *server_text = reason == NULL ? NULL : haul_imap_error_get_server_text (reason);
  const char *text = haul_undo_report_get_text (code);

  if (origin == NULL)
    return FALSE;
  HaulUndoLine *line = g_new0 (HaulUndoLine, 1);
  line->store = g_steal_pointer (&origin->store);
  line->folder = g_steal_pointer (&origin->folder);
  line->source = g_steal_pointer (&origin->key);
  line->mailbox = haul_mailbox_name_dup_display (self->place->mailbox, self->work->run->plan->server);
  line->date = item->date;
  line->bytes = item->size;
  line->code = code;
  line->text = server_text == NULL ? g_strdup (text) : g_strdup_printf ("%s “%s”", text, server_text);
  g_ptr_array_add (self->work->report->left, line);
  return TRUE;
}

static gboolean
leave_all (Place *self, GArray *items, const char *code, const GError *reason, GError **error)
{
  for (guint i = 0; i < items->len; i++)
    if (!leave (self, &g_array_index (items, HaulUndoItem, i), code, reason, error))
      return FALSE;
  haul_undo_place_show (self->work);
  return TRUE;
}

static guint
count_words (char **words)
{
  return words == NULL ? 0 : g_strv_length (words);
}

static gboolean
has_word (char **words, const char *word)
{
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], word) == 0)
      return TRUE;
  return FALSE;
}

/* Are these the flags and labels that the message was given? @own: flags that are our doing. */
static gboolean
is_as_given (const HaulUndoItem *item, guint flags, char **labels, guint own)
{
  g_auto (GStrv) given = item->words == NULL ? NULL : g_strsplit (item->words, " ", -1);

  if ((flags & ~own) != (item->flags & ~own) || count_words (given) != count_words (labels))
    return FALSE;
  for (guint i = 0; given != NULL && given[i] != NULL; i++)
    if (!has_word (labels, given[i]))
      return FALSE;
  return TRUE;
}

static gboolean
has_digest_of (const HaulUndoItem *item, const HaulListingRow *row)
{
  return row->has_digest && memcmp (row->digest, item->digest, HAUL_DIGEST_LENGTH) == 0;
}

typedef struct
{
  GPtrArray *batch; /* (element-type HaulUndoItem) by rising UID */
  Look *looks;
} Looking;

static gint
compare_uid (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;

  return left < right ? -1 : left > right;
}

static gboolean
on_flags (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  Looking *looking = user_data;
  guint low = 0, high = looking->batch->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const HaulUndoItem *item = looking->batch->pdata[middle];
      int difference = compare_uid (&item->uid, &row->uid);
      if (difference == 0)
        {
          looking->looks[middle]
              = is_as_given (item, row->flags, row->keywords, HAUL_IMAP_FLAG_DELETED) ? LOOK_AS_GIVEN : LOOK_CHANGED;
          return TRUE;
        }
      if (difference < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return TRUE;
}

static GArray *
list_uids (const GPtrArray *items)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < items->len; i++)
    g_array_append_val (uids, ((HaulUndoItem *)items->pdata[i])->uid);
  return uids;
}

static const guint32 *
get_uids (const GArray *uids)
{
  return (const guint32 *)(gconstpointer)uids->data;
}

/* Which of @batch are there, and are as they were given but for our mark. */
static Look *
look (Place *self, GPtrArray *batch, GError **error)
{
  g_autoptr (GArray) uids = list_uids (batch);
  g_autofree Look *looks = g_new0 (Look, MAX (batch->len, 1));
  Looking looking = { batch, looks };

  if (!haul_imap_fetch_flags (self->work->session, get_uids (uids), uids->len, on_flags, &looking,
                              self->work->run->hard, error))
    return NULL;
  return g_steal_pointer (&looks);
}

/* Takes the mark off and lists them: they stay. */
static gboolean
release (Place *self, GPtrArray *items, const char *code, const GError *reason, GError **error)
{
  HaulRun *run = self->work->run;
  g_autoptr (GArray) uids = list_uids (items);
  g_autoptr (GError) local_error = NULL;

  if (items->len == 0)
    return TRUE;
  /* Who refuses the mark refuses its removal as well. */
  if (!haul_imap_uids_unmark_deleted (self->work->session, get_uids (uids), uids->len, run->hard, &local_error)
      && (reason == NULL || !is_refusal (self->work->session, local_error)))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (guint i = 0; i < items->len; i++)
    {
      const HaulUndoItem *item = items->pdata[i];
      if (!haul_journal_undo_end (run->journal, item->row, FALSE, error) || !leave (self, item, code, reason, error))
        return FALSE;
    }
  return haul_journal_commit (run->journal, error);
}

static gboolean
mark (Place *self, GPtrArray *batch, GError **error)
{
  HaulRun *run = self->work->run;
  g_autoptr (GArray) uids = list_uids (batch);
  g_autofree gint64 *rows = g_new (gint64, batch->len);

  for (guint i = 0; i < batch->len; i++)
    rows[i] = ((HaulUndoItem *)batch->pdata[i])->row;
  return haul_journal_undo_begin (run->journal, rows, batch->len, error)
         && haul_imap_uids_mark_deleted (self->work->session, get_uids (uids), uids->len, run->hard, error);
}

static gboolean
expunge (Place *self, GPtrArray *batch, GError **error)
{
  g_autoptr (GArray) uids = list_uids (batch);

  return batch->len == 0
         || haul_imap_uids_expunge (self->work->session, get_uids (uids), uids->len, self->work->run->hard, error);
}

/* What is gone was taken back; what is there in spite of all stays. */
static gboolean
end_batch (Place *self, GPtrArray *batch, const GError *reason, GError **error)
{
  HaulUndoWork *work = self->work;
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_autofree Look *looks = look (self, batch, error);

  if (looks == NULL)
    return FALSE;
  for (guint i = 0; i < batch->len; i++)
    {
      if (looks[i] != LOOK_ABSENT)
        g_ptr_array_add (left, batch->pdata[i]);
      else if (!haul_journal_undo_end (work->run->journal, ((HaulUndoItem *)batch->pdata[i])->row, TRUE, error))
        return FALSE;
    }
  if (!haul_journal_commit (work->run->journal, error))
    return FALSE;
  work->report->taken += batch->len - left->len;
  return release (self, left, "refused", reason, error);
}

/* @batch: messages that were looked at, and are ours. */
static gboolean
take_batch (Place *self, GPtrArray *batch, GError **error)
{
  HaulUndoWork *work = self->work;
  g_autoptr (GPtrArray) changed = g_ptr_array_new ();
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();
  g_autoptr (GError) local_error = NULL;

  if (batch->len == 0)
    return TRUE;
  haul_progress_set_phase (work->run->progress, HAUL_PHASE_PLACING);
  gboolean is_marked = mark (self, batch, &local_error);
  if (!is_marked && !is_refusal (work->session, local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_autofree Look *looks = look (self, batch, error);
  if (looks == NULL)
    return FALSE;
  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_add (looks[i] == LOOK_CHANGED ? changed : rest, batch->pdata[i]);
  if (!release (self, changed, "flags-changed", NULL, error))
    return FALSE;
  if (is_marked && !expunge (self, rest, &local_error) && !is_refusal (work->session, local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!end_batch (self, rest, local_error, error))
    return FALSE;
  haul_undo_place_show (work);
  return TRUE;
}

/* Downloads those of @some whose flags are well, and says of each why it stays; what may go is left in *batch. */
static gboolean
examine (Place *self, HaulUndoItem *const *some, guint n_some, GPtrArray *batch, GError **error)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  haul_progress_set_phase (self->work->run->progress, HAUL_PHASE_CHECKING);
  for (guint i = 0; i < n_some; i++)
    g_array_append_val (uids, some[i]->uid);
  if (!haul_listing_fetch_some (self->listing, self->work->session, uids, self->work->run->hard, error))
    return FALSE;
  for (guint i = 0; i < n_some; i++)
    {
      const HaulListingRow *row = haul_listing_find (self->listing, some[i]->uid);
      if (has_digest_of (some[i], row))
        g_ptr_array_add (batch, some[i]);
      else if (!leave (self, some[i],
                       row->has_digest   ? "content-changed"
                       : row->is_refused ? "refused"
                                         : "not-there",
                       NULL, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_listed (Place *self, GArray *items, GError **error)
{
  g_autoptr (GPtrArray) candidates = g_ptr_array_new ();

  for (guint i = 0; i < items->len; i++)
    {
      HaulUndoItem *item = &g_array_index (items, HaulUndoItem, i);
      const HaulListingRow *row = haul_listing_find (self->listing, item->uid);
      if (row != NULL && is_as_given (item, row->flags, row->keywords, 0))
        g_ptr_array_add (candidates, item);
      else if (!leave (self, item, row == NULL ? "not-there" : "flags-changed", NULL, error))
        return FALSE;
    }
  haul_undo_place_show (self->work);
  for (guint i = 0; i < candidates->len && !haul_run_is_stopping (self->work->run); i += BATCH_MESSAGES)
    {
      g_autoptr (GPtrArray) batch = g_ptr_array_new ();
      if (!examine (self, (HaulUndoItem *const *)(candidates->pdata + i), MIN (candidates->len - i, BATCH_MESSAGES),
                    batch, error)
          || !take_batch (self, batch, error))
        return FALSE;
    }
  return TRUE;
}

/* Opens the mailbox and lists it. *code: why nothing of it can be taken back; *reason: what the server said to it. */
static gboolean
open_place (HaulRun *run,
            HaulImapSession *session,
            Place *self,
            guint32 first_uid,
            const char **code,
            GError **reason,
            GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean is_gone;

  *code = NULL;
  if (!haul_target_is_gone (session, self->place->mailbox, &is_gone, run->hard, error))
    return FALSE;
  if (is_gone)
    {
      *code = "mailbox-gone";
      return TRUE;
    }
  self->listing = haul_listing_read (session, self->place->mailbox, first_uid, TRUE, run->hard, &local_error);
  if (self->listing == NULL && !is_refusal (session, local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (self->listing == NULL)
    {
      *code = "refused";
      g_propagate_error (reason, g_steal_pointer (&local_error));
      return TRUE;
    }
  /* One message that the server does not hand out must not keep the others here. */
  self->listing->refusals_borne = G_MAXUINT;
  if (self->listing->status.uid_validity != self->place->uid_validity)
    *code = "mailbox-replaced";
  return TRUE;
}

/**
 * haul_undo_place_take:
 * @work: the undo
 * @place: where messages of the job were placed
 * @error: return location
 *
 * Takes back those of the job's messages in this mailbox that are as they were placed, and lists the others.
 *
 * Returns: %TRUE when each of them was looked at, or the run is stopping
 */
gboolean
haul_undo_place_take (HaulUndoWork *work, const HaulUndoPlace *place, GError **error)
{
  Place self = { work, place, NULL };
  g_autoptr (GError) reason = NULL;
  const char *code;
  g_autoptr (GArray) items = haul_journal_undo_list_items (work->run->journal, work->job, place, error);

  if (items == NULL || items->len == 0)
    return items != NULL;
  if (!open_place (work->run, work->session, &self, g_array_index (items, HaulUndoItem, 0).uid, &code, &reason, error))
    return FALSE;
  gboolean is_done = code != NULL ? leave_all (&self, items, code, reason, error) : take_listed (&self, items, error);
  g_clear_pointer (&self.listing, haul_listing_free);
  return is_done;
}

static gboolean
settle_listed (HaulRun *run, HaulImapSession *session, Place *self, GArray *items, guint64 *n_gone, GError **error)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < items->len; i++)
    {
      const HaulListingRow *row = haul_listing_find (self->listing, g_array_index (items, HaulUndoItem, i).uid);
      if (row != NULL && row->flags & HAUL_IMAP_FLAG_DELETED)
        g_array_append_val (uids, row->uid);
    }
  if (!haul_listing_fetch_some (self->listing, session, uids, run->hard, error))
    return FALSE;
  g_array_set_size (uids, 0);
  for (guint i = 0; i < items->len; i++)
    {
      const HaulUndoItem *item = &g_array_index (items, HaulUndoItem, i);
      const HaulListingRow *row = haul_listing_find (self->listing, item->uid);
      if (row != NULL && has_digest_of (item, row))
        g_array_append_val (uids, row->uid);
    }
  if (uids->len > 0 && !haul_imap_uids_unmark_deleted (session, get_uids (uids), uids->len, run->hard, error))
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      const HaulUndoItem *item = &g_array_index (items, HaulUndoItem, i);
      gboolean is_gone = haul_listing_find (self->listing, item->uid) == NULL;
      *n_gone += is_gone;
      if (!haul_journal_undo_end (run->journal, item->row, is_gone, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
settle_place (HaulRun *run, HaulImapSession *session, const HaulUndoPlace *place, guint64 *n_gone, GError **error)
{
  Place self = { NULL, place, NULL };
  g_autoptr (GArray) items = haul_journal_undo_list_taking (run->journal, place, error);
  g_autoptr (GError) reason = NULL;
  const char *code;

  if (items == NULL || items->len == 0)
    return items != NULL;
  if (!open_place (run, session, &self, g_array_index (items, HaulUndoItem, 0).uid, &code, &reason, error))
    return FALSE;
  gboolean is_settled = TRUE;
  if (code == NULL)
    is_settled = settle_listed (run, session, &self, items, n_gone, error);
  /* Of a mailbox that is gone or another there is nothing to unmark. One that cannot be opened now is for later. */
  for (guint i = 0; code != NULL && reason == NULL && is_settled && i < items->len; i++)
    is_settled = haul_journal_undo_end (run->journal, g_array_index (items, HaulUndoItem, i).row, FALSE, error);
  g_clear_pointer (&self.listing, haul_listing_free);
  return is_settled && haul_journal_commit (run->journal, error);
}

/**
 * haul_undo_place_settle:
 * @run: a run of any job of the account
 * @session: a session
 * @n_gone: (inout): grows by the messages that an earlier undo has removed without knowing it
 * @error: return location
 *
 * Finds out what came of an undo that was broken off: no message bears a mark of ours afterwards.
 *
 * Returns: %TRUE when that is so
 */
gboolean
haul_undo_place_settle (HaulRun *run, HaulImapSession *session, guint64 *n_gone, GError **error)
{
  g_autoptr (GPtrArray) places = haul_journal_undo_list_taking_places (run->journal, error);

  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < places->len; i++)
    if (!settle_place (run, session, places->pdata[i], n_gone, error))
      return FALSE;
  return TRUE;
}
