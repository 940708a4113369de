/* haul-refusal.c - what is done with a message that the server refuses
 *
 *   as it is ─ with system flags only ─ one repair after the other ─ (carrier) ─ kept as a file, named in the report
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  none: what goes wrong here is about one message, and reported.
 * See:     docs/upload.md, “Messages that a server refuses”.
 */
#include "migrate/haul-refusal.h"

#include "haul-config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "migrate/haul-policy.h"
#include "report/haul-error-text.h"
#include "base/haul-repair.h"

/* Base64, and a header of which each octet may be encoded; and what is added. */
#define CARRIER_GROWTH_MAX 5
#define CARRIER_FRAME_MAX 1024
#define SAME_DATE_MAX 64

/* The folder's size moves with that of the message, so that sums stay sums. */
static void
set_form (HaulTransfer *self, HaulItem *item, const HaulMessage *message)
{
  gint64 more = (gint64)message->size - (gint64)item->size;

  if (item->repairs == 0)
    {
      item->own_size = item->size;
      memcpy (item->own_digest, item->digest, HAUL_DIGEST_LENGTH);
      item->own_fingerprint = item->fingerprint;
    }
  item->repairs = message->repairs;
  item->size = message->size;
  memcpy (item->digest, message->digest, HAUL_DIGEST_LENGTH);
  item->fingerprint = message->fingerprint;
  haul_run_count (self->run, self->index, &(HaulCounts){ .bytes = (guint64)more });
  haul_run_add_totals (self->run, 0, more);
}

static void
set_own_form (HaulTransfer *self, HaulItem *item)
{
  HaulMessage own = { .size = item->own_size, .fingerprint = item->own_fingerprint };

  if (item->repairs == 0)
    return;
  memcpy (own.digest, item->own_digest, HAUL_DIGEST_LENGTH);
  set_form (self, item, &own);
}

/* FALSE: there is no such form. *flaws: what the form still calls for. */
static gboolean
take_form (HaulTransfer *self, HaulItem *item, guint wanted, guint *flaws)
{
  g_autoptr (HaulMessage) message = haul_message_new (item->key, item->ordinal);
  g_autoptr (GError) error = NULL;

  if (!haul_source_repair (self->source, message, wanted, self->run->stop, &error))
    {
      g_debug ("%s cannot be repaired: %s", item->key, error->message);
      return FALSE;
    }
  if (message->repairs == 0 || !message->is_measured)
    return FALSE;
  *flaws = message->flaws;
  set_form (self, item, message);
  return TRUE;
}

/* Repairs without which this server must not be sent the message, or is known to stumble over it. */
static guint
get_needed (HaulImapSession *session, guint flaws)
{
  const HaulImapKind *kind = haul_imap_session_get_kind (session);
  guint needed = HAUL_REPAIR_NUL | HAUL_REPAIR_EMPTY;

  if (kind->max_line != 0)
    needed |= HAUL_REPAIR_LONG_LINES;
  if (kind->wants_final_end)
    needed |= HAUL_REPAIR_FINAL_CRLF;
  return needed & flaws;
}

static char *
dup_folder (HaulTransfer *self)
{
  const HaulChoices *choices = self->run->plan->choices;

  return choices->export_dir != NULL ? g_strdup (choices->export_dir)
                                     : g_build_filename (self->run->spool_dir, "refused", NULL);
}

/* The message stays here, whole, as a file that others cannot read. */
static char *
keep (HaulTransfer *self, HaulItem *item, const char *folder)
{
  g_autoptr (HaulMessage) message = haul_message_new (item->key, item->ordinal);
  g_autofree char *digest = haul_report_dup_digest (item->digest);
  g_autofree char *name = g_strdup_printf ("%.32s.eml", digest);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0 || self->source == NULL || self->source->reader == NULL)
    return NULL;
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&path);
  g_autoptr (GInputStream) stream = haul_reader_open (self->source->reader, message, self->run->stop, NULL);
  g_unlink (part);
  int fd = stream == NULL ? -1 : g_open (part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return NULL;
  g_autoptr (GOutputStream) out = g_unix_output_stream_new (fd, TRUE);
  gssize size
      = g_output_stream_splice (out, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                self->run->stop, NULL);
  if (size == (gssize)item->size && g_rename (part, path) == 0)
    return g_steal_pointer (&path);
  g_unlink (part);
  return NULL;
}

static void
fail (HaulTransfer *self, HaulItem *item, HaulRunLine *line)
{
  g_autofree char *folder = dup_folder (self);
  g_autofree char *text = NULL;

  set_own_form (self, item);
  g_autofree char *path = keep (self, item, folder);
  g_autofree char *kept = path == NULL ? NULL : g_filename_display_name (path);
  if (kept == NULL && !haul_run_is_stopping (self->run))
    {
      g_autofree char *shown = g_filename_display_name (folder);
      text = g_strdup_printf (_ ("%s It could not be kept as a file in %s."), line->text, shown);
      line->text = text;
    }
  line->kept = kept;
  line->source = item->key;
  line->date = item->date;
  line->bytes = item->size;
  line->outcome = HAUL_OUTCOME_FAILED;
  haul_transfer_fail_line (self, item, line);
}

static gboolean
take_carrier (HaulTransfer *self, HaulItem *item)
{
  guint flaws;

  return self->run->plan->choices->carrier && !(item->repairs & HAUL_REPAIR_CARRIER)
         && take_form (self, item, HAUL_REPAIR_CARRIER, &flaws);
}

/* It cannot be sent as it is, and not be repaired either. */
static void
hold_back (HaulTransfer *self, HaulItem *item, guint left)
{
  HaulRunLine line
      = { .code = "nul-octets", .text = _ ("It holds octets of value zero, which a mail server cannot store.") };

  if (take_carrier (self, item))
    return;
  if (left & HAUL_REPAIR_EMPTY)
    line
        = (HaulRunLine){ .code = "empty", .text = _ ("It is empty, and a mail server cannot store an empty message.") };
  else if (!(left & HAUL_REPAIR_NUL))
    line = (HaulRunLine){ .code = "long-lines",
                          .text = _ ("It has lines that are longer than this mail server bears.") };
  fail (self, item, &line);
}

/**
 * haul_refusal_foresee:
 * @transfer: a folder after its census
 * @session: the lane's session
 *
 * Puts open messages that this server cannot take, or would take for commands, into a form that it takes, before
 * anything of them is sent; those that bear no repair are failed.
 */
void
haul_refusal_foresee (HaulTransfer *transfer, HaulImapSession *session)
{
  guint allowed = transfer->run->plan->choices->repairs;

  for (guint i = 0; i < transfer->items->len && !haul_run_is_stopping (transfer->run); i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      guint needed = item->state == HAUL_ITEM_OPEN ? get_needed (session, item->flaws) : 0;
      guint left = needed;
      if (needed == 0 || item->repairs != 0)
        continue;
      if ((needed & allowed) != 0 && take_form (transfer, item, needed & allowed, &left))
        left &= needed;
      /* Without its last line end it can be sent. */
      if ((left & ~(guint)HAUL_REPAIR_FINAL_CRLF) != 0)
        hold_back (transfer, item, left);
      else
        item->foreseen = item->repairs;
    }
}

/**
 * haul_refusal_next:
 * @transfer: a folder
 * @item: (inout): a message of it that the server refused; it was not stored
 *
 * Gives the message the next form in which it is to be tried.
 *
 * Returns: %FALSE when there is none left
 */
gboolean
haul_refusal_next (HaulTransfer *transfer, HaulItem *item)
{
  guint steps[HAUL_REPAIR_STEPS_MAX];
  guint n_steps = haul_repair_list_steps (item->flaws & transfer->run->plan->choices->repairs, steps);
  guint flaws;

  transfer->n_steps++;
  while (item->step < n_steps)
    {
      guint wanted = steps[item->step++] | item->foreseen;
      guint before = item->repairs;
      if (wanted != before && take_form (transfer, item, wanted, &flaws) && item->repairs != before)
        return TRUE;
    }
  return take_carrier (transfer, item);
}

/**
 * haul_refusal_give_up:
 * @transfer: a folder
 * @item: (inout): a message of it that the server takes in no form
 * @error: what the server said last
 *
 * Fails the message: it is kept as a file, and listed with the server's words.
 */
void
haul_refusal_give_up (HaulTransfer *transfer, HaulItem *item, const GError *error)
{
  g_autoptr (HaulErrorText) words = haul_error_text_new (error);
  HaulRunLine line = { .code = haul_policy_get_code (error),
                       .text = words->sentence,
                       .advice = words->advice,
                       .server_text = words->server_text };

  fail (transfer, item, &line);
}

/* A message of the mailbox that is nobody's so far. */
typedef struct
{
  gint64 date;
  guint64 size;
} FreeRow;

static int
compare_dates (gconstpointer a, gconstpointer b)
{
  const FreeRow *left = a, *right = b;

  return left->date < right->date ? -1 : left->date > right->date;
}

static GArray *
list_free (const HaulListing *listing)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (FreeRow));

  for (guint i = 0; i < listing->rows->len; i++)
    {
      const HaulListingRow *row = &g_array_index (listing->rows, HaulListingRow, i);
      FreeRow one = { row->date, row->size };
      if (!row->is_taken)
        g_array_append_val (list, one);
    }
  g_array_sort (list, compare_dates);
  return list;
}

/* A carrier is dear to make, so it is made only where one could be: of this date, and of such a size. */
static gboolean
may_be_carried (const GArray *list, const HaulItem *item)
{
  guint low = 0, high = list->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (g_array_index (list, FreeRow, middle).date < item->sent_date)
        low = middle + 1;
      else
        high = middle;
    }
  for (guint i = low; i < list->len && i - low < SAME_DATE_MAX; i++)
    {
      const FreeRow *row = &g_array_index (list, FreeRow, i);
      if (row->date != item->sent_date)
        return FALSE;
      if (row->size > item->size && row->size / CARRIER_GROWTH_MAX <= item->size + CARRIER_FRAME_MAX)
        return TRUE;
    }
  return FALSE;
}

/* How the open messages are looked for. */
typedef struct
{
  guint step;         /* HAUL_REPAIR_STEPS_MAX: as carriers */
  gboolean is_mild;   /* with the last line end alone; else in all other forms */
  gboolean is_wanted; /* carriers of all of them; else of those that one in @free could be of */
  GArray *free;       /* (nullable) (element-type FreeRow) */
} Search;

/* Of the open messages those that have such a form are given it. */
static guint
take_forms (HaulTransfer *self, const Search *search)
{
  guint steps[HAUL_REPAIR_STEPS_MAX];
  gboolean is_carrier = search->step == HAUL_REPAIR_STEPS_MAX;
  guint n_taken = 0;
  guint flaws;

  for (guint i = 0; i < self->items->len && !haul_run_is_stopping (self->run); i++)
    {
      HaulItem *item = self->items->pdata[i];
      if (item->state != HAUL_ITEM_OPEN || item->repairs != 0)
        continue;
      guint n_steps = is_carrier ? 0 : haul_repair_list_steps (item->flaws, steps);
      gboolean is_here
          = is_carrier ? search->is_wanted || (search->free != NULL && may_be_carried (search->free, item))
                       : search->step < n_steps && (steps[search->step] == HAUL_REPAIR_FINAL_CRLF) == search->is_mild;
      if (is_here)
        n_taken += take_form (self, item, is_carrier ? HAUL_REPAIR_CARRIER : steps[search->step], &flaws) ? 1 : 0;
    }
  return n_taken;
}

/**
 * haul_refusal_try_forms:
 * @transfer: a folder
 * @listing: (nullable): its mailbox, where the server keeps what it is sent; else a message would be taken for its own
 * attachment
 * @is_mild: as they are with their last line end, which some servers add by themselves; else in all other forms
 * @func: looks for the open messages
 * @user_data: for @func
 * @error: return location; what @func says
 *
 * An earlier run may have sent a message in a repaired form, or as an attachment, whatever is chosen now: so those that
 * call for a repair are looked for in each form that they could have, and all of them as attachments where that was
 * chosen, to verify, or where something like it stands in the mailbox.
 *
 * Returns: %TRUE when it was looked
 */
gboolean
haul_refusal_try_forms (HaulTransfer *transfer,
                        const HaulListing *listing,
                        gboolean is_mild,
                        HaulRefusalFunc func,
                        gpointer user_data,
                        GError **error)
{
  gboolean is_wanted = transfer->run->plan->choices->carrier || transfer->run->report->is_verification;
  g_autoptr (GArray) list = listing == NULL || is_mild || is_wanted ? NULL : list_free (listing);
  Search search = { 0, is_mild, is_wanted, list };
  guint n_steps = HAUL_REPAIR_STEPS_MAX + (is_mild ? 0 : 1);

  for (; transfer->source != NULL && search.step < n_steps; search.step++)
    {
      if (take_forms (transfer, &search) == 0)
        continue;
      gboolean is_good = func (transfer, user_data, error);
      for (guint i = 0; i < transfer->items->len; i++)
        {
          HaulItem *item = transfer->items->pdata[i];
          if (item->state == HAUL_ITEM_OPEN)
            set_own_form (transfer, item);
        }
      if (!is_good)
        return FALSE;
    }
  return TRUE;
}

/**
 * haul_refusal_dup_sentence:
 * @repairs: #HaulRepair: what was done
 *
 * Returns: (transfer full): what a person is told of it
 */
char *
haul_refusal_dup_sentence (guint repairs)
{
  static const struct
  {
    HaulRepair repair;
    const char *words;
  } table[] = {
    { HAUL_REPAIR_FINAL_CRLF, N_ ("its last line got the line end that was missing") },
    { HAUL_REPAIR_FROM_LINE, N_ ("its first line became a field of the header") },
    { HAUL_REPAIR_EMPTY, N_ ("it was empty, and got an empty header") },
    { HAUL_REPAIR_HEADER_8BIT, N_ ("letters in its header were encoded") },
    { HAUL_REPAIR_NUL, N_ ("octets of value zero were left out or encoded") },
    { HAUL_REPAIR_LONG_LINES, N_ ("what has very long lines was encoded") },
    { HAUL_REPAIR_CARRIER, N_ ("it is the attachment of a small message") },
  };
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (repairs & table[i].repair)
      g_string_append_printf (list, "%s%s", list->len == 0 ? "" : "; ", _ (table[i].words));
  return g_strdup_printf (_ ("It was changed so that the mail server takes it: %s."), list->str);
}
