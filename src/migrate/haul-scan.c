/* haul-scan.c - a source folder becomes items: read, measured, chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Memory:  one item a message.
 * Errors:  none: what cannot be read is a line of the report.
 */
#include "migrate/haul-scan.h"

#include "base/haul-fault.h"
#include <string.h>

#include "report/haul-error-text.h"
#include "base/haul-repair.h"
#include "store/haul-store-error.h"

typedef struct
{
  HaulOutcome outcome;
  const char *code; /* NULL: it goes up */
  const char *text;
} Verdict;

static Verdict
judge_state (const HaulMessage *message)
{
  switch (message->state)
    {
    case HAUL_MESSAGE_ABSENT:
      return (Verdict){ HAUL_OUTCOME_FAILED, "absent", "Its text was never stored on this computer." };
    case HAUL_MESSAGE_UNREADABLE:
      return (Verdict){ HAUL_OUTCOME_FAILED, "unreadable", "Nothing of it can be read." };
    case HAUL_MESSAGE_CUT:
      return (Verdict){ HAUL_OUTCOME_FAILED, "cut", "A part of it is lost." };
    case HAUL_MESSAGE_WHOLE:
    default:
      return (Verdict){ HAUL_OUTCOME_COPIED, NULL, NULL };
    }
}

/* What can be told without reading the text. */
static Verdict
judge_early (const HaulMessage *message, const HaulChoices *choices)
{
  if ((message->flags & HAUL_MESSAGE_DELETED) && !choices->include_deleted)
    return (Verdict){ HAUL_OUTCOME_SKIPPED, "marked-deleted", "It is marked as deleted." };
  if (choices->since != 0 && message->received != 0 && message->received < choices->since)
    return (Verdict){ HAUL_OUTCOME_SKIPPED, "too-old", "It is older than was chosen." };
  if (choices->until != 0 && message->received != 0 && message->received > choices->until)
    return (Verdict){ HAUL_OUTCOME_SKIPPED, "too-new", "It is newer than was chosen." };
  return judge_state (message);
}

static Verdict
judge_size (const HaulMessage *message, const HaulPlan *plan)
{
  if (message->size == 0 && !(plan->choices->repairs & HAUL_REPAIR_EMPTY) && !plan->choices->carrier)
    return (Verdict){ HAUL_OUTCOME_FAILED, "empty", "It is empty, and a mail server cannot store an empty message." };
  if (plan->choices->max_size_bytes != 0 && message->size > plan->choices->max_size_bytes)
    return (Verdict){ HAUL_OUTCOME_SKIPPED, "bigger-than-chosen", "It is bigger than was chosen." };
  if (plan->server->append_limit_bytes != 0 && message->size > plan->server->append_limit_bytes)
    return (Verdict){ HAUL_OUTCOME_FAILED, "too-big", "It is bigger than the mail server takes." };
  return (Verdict){ HAUL_OUTCOME_COPIED, NULL, NULL };
}

static void
settle_now (HaulTransfer *transfer, const HaulMessage *message, const Verdict *verdict)
{
  HaulRunLine line
      = { message->key, message->received, message->size, verdict->outcome, verdict->code, verdict->text, NULL };

  haul_run_count (transfer->run, transfer->index,
                  &(HaulCounts){ .found = 1,
                                 .skipped = verdict->outcome == HAUL_OUTCOME_SKIPPED,
                                 .failed = verdict->outcome == HAUL_OUTCOME_FAILED,
                                 .bytes = message->size,
                                 .bytes_done = message->size });
  haul_run_add_line (transfer->run, transfer->index, &line);
}

static void
take_message (HaulTransfer *transfer, HaulMessage *message)
{
  HaulRun *run = transfer->run;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (HaulErrorText) words = NULL;
  Verdict verdict = judge_early (message, run->plan->choices);

  if (verdict.code == NULL && !haul_source_measure (transfer->source, message, run->stop, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
      words = haul_error_text_new (error);
      verdict = (Verdict){ HAUL_OUTCOME_FAILED, haul_source_get_code (error), words->sentence };
    }
  if (verdict.code == NULL)
    verdict = judge_size (message, run->plan);
  if (verdict.code != NULL)
    {
      if (verdict.outcome == HAUL_OUTCOME_FAILED && message->problem != NULL)
        {
          text = g_strdup (message->problem);
          verdict.text = text;
        }
      settle_now (transfer, message, &verdict);
      return;
    }
  haul_run_count (run, transfer->index, &(HaulCounts){ .found = 1, .bytes = message->size });
  g_ptr_array_add (transfer->items, haul_item_new (message));
}

/* The folder ends with an error: what it should still have held is failed, in one line. */
static void
report_broken (HaulTransfer *transfer, const GError *error, guint64 n_seen)
{
  const HaulFolder *folder = transfer->folder->folder;
  guint64 expected = folder->messages < 0 ? 0 : (guint64)folder->messages;
  guint64 n_missing = expected > n_seen ? expected - n_seen : 1;
  g_autoptr (HaulErrorText) words = haul_error_text_new (error);
  g_autofree char *text = g_strdup_printf ("The rest of the folder, %" G_GUINT64_FORMAT " messages or more, cannot be "
                                           "read: %s",
                                           n_missing, words->sentence);
  gboolean is_gone = g_error_matches (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND);
  HaulRunLine line = { "", 0, 0, HAUL_OUTCOME_FAILED, is_gone ? "folder-gone" : "folder-damaged", text, words->advice };

  /* A disk that was pulled out or cannot be read: it can be put right, unlike a damaged file. */
  if (is_gone || words->exit_status == HAUL_EXIT_READ_ERROR)
    haul_run_worsen (transfer->run, words->exit_status);
  haul_run_count (transfer->run, transfer->index, &(HaulCounts){ .found = n_missing, .failed = n_missing });
  haul_run_add_line (transfer->run, transfer->index, &line);
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const HaulItem *left = *(const HaulItem *const *)a, *right = *(const HaulItem *const *)b;

  if (left->date != right->date)
    return left->date > right->date ? -1 : 1;
  return left->ordinal < right->ordinal ? -1 : 1;
}

/* The plan's totals were estimates: now that the folder is read they are replaced by what it holds. */
static void
correct_totals (HaulTransfer *transfer)
{
  const HaulFolder *folder = transfer->folder->folder;
  HaulCounts counts;

  haul_progress_get_counts (transfer->run->progress, transfer->index, &counts);
  haul_run_add_totals (transfer->run, (gint64)counts.found - MAX (folder->messages, 0),
                       (gint64)counts.bytes - MAX (folder->bytes, 0));
}

/**
 * haul_scan_run:
 * @transfer: a folder; its items are filled in
 * @func: (nullable): called between messages
 * @user_data: for @func
 *
 * Reads the folder once. Messages that do not go up are counted and listed at once; ends early when the run is
 * stopping, and then counts only what it has seen.
 */
void
haul_scan_run (HaulTransfer *transfer, HaulScanFunc func, gpointer user_data)
{
  HaulRun *run = transfer->run;
  g_autoptr (GError) error = NULL;
  guint64 n_seen = 0;

  transfer->source = haul_source_open (transfer->folder, run->stop, &error);
  while (transfer->source != NULL && !haul_run_is_stopping (run))
    {
      g_autoptr (HaulMessage) message = haul_source_next (transfer->source, run->stop, &error);
      if (message == NULL)
        break;
      n_seen++;
      HAUL_FAULT (F04, "measuring");
      take_message (transfer, message);
      if (func != NULL)
        func (user_data);
    }
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    report_broken (transfer, error, n_seen);
  correct_totals (transfer);
  if (run->plan->choices->newest_first)
    g_ptr_array_sort (transfer->items, compare_newest_first);
}
