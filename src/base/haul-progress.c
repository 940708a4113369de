/* haul-progress.c - counters that lanes add to and fronts look at
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; one mutex. Fronts pull a snapshot, nothing is signalled.
 */
#include "base/haul-progress.h"

#include <string.h>

/* The rate is taken over a ring of samples, so that a stall shows within half a minute. */
#define WINDOW_SECONDS 30
#define WARM_UP_SECONDS 10

typedef struct
{
  gint64 second;
  guint64 bytes_done;
} Sample;

struct _HaulProgress
{
  gatomicrefcount ref_count;
  GMutex lock;
  gint64 start_us; /* monotonic */
  guint n_folders;
  HaulCounts *folders;                /* (owned) (mutex lock) (element count n_folders) */
  HaulProgressSnapshot state;         /* (mutex lock) all, phase, totals */
  Sample samples[WINDOW_SECONDS + 1]; /* (mutex lock) a ring, one a second */
  guint n_samples;
};

/**
 * haul_progress_new:
 * @n_folders: folders of the plan
 * @messages_total: messages of the plan
 * @bytes_total: octets of the plan
 *
 * Starts the clock.
 *
 * Returns: (transfer full): counters at nought
 */
HaulProgress *
haul_progress_new (guint n_folders, guint64 messages_total, guint64 bytes_total)
{
  HaulProgress *self = g_new0 (HaulProgress, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->start_us = g_get_monotonic_time ();
  self->n_folders = n_folders;
  self->folders = g_new0 (HaulCounts, MAX (n_folders, 1));
  self->state.folder = -1;
  self->state.n_folders = n_folders;
  self->state.messages_total = messages_total;
  self->state.bytes_total = bytes_total;
  self->state.seconds_left = -1;
  return self;
}

HaulProgress *
haul_progress_ref (HaulProgress *progress)
{
  g_atomic_ref_count_inc (&progress->ref_count);
  return progress;
}

void
haul_progress_unref (HaulProgress *progress)
{
  if (!g_atomic_ref_count_dec (&progress->ref_count))
    return;
  g_mutex_clear (&progress->lock);
  g_free (progress->folders);
  g_free (progress);
}

void
haul_progress_set_phase (HaulProgress *progress, HaulPhase phase)
{
  g_mutex_lock (&progress->lock);
  progress->state.phase = phase;
  g_mutex_unlock (&progress->lock);
}

void
haul_progress_set_folder (HaulProgress *progress, int folder)
{
  g_mutex_lock (&progress->lock);
  progress->state.folder = folder;
  g_mutex_unlock (&progress->lock);
}

/**
 * haul_progress_set_wait:
 * @progress: the counters
 * @until: unix seconds; 0: nobody waits any more
 * @reason: why
 * @words: (nullable): the server's own, UTF-8; cut where they are long
 *
 * Shows that the run stands still, and how long.
 */
void
haul_progress_set_wait (HaulProgress *progress, gint64 until, HaulWaitReason reason, const char *words)
{
  const char *end;

  g_mutex_lock (&progress->lock);
  HaulProgressSnapshot *state = &progress->state;
  state->wait_until = until;
  state->wait_reason = until == 0 ? HAUL_WAIT_NONE : reason;
  g_strlcpy (state->wait_words, words == NULL || until == 0 ? "" : words, sizeof state->wait_words);
  if (!g_utf8_validate (state->wait_words, -1, &end))
    state->wait_words[end - state->wait_words] = '\0';
  if (until != 0)
    state->phase = HAUL_PHASE_WAITING;
  g_mutex_unlock (&progress->lock);
}

/**
 * haul_wait_reason_to_string:
 * @reason: a reason
 *
 * Returns: a word for scripts
 */
const char *
haul_wait_reason_to_string (HaulWaitReason reason)
{
  static const char *const words[] = {
    [HAUL_WAIT_NONE] = "",
    [HAUL_WAIT_THROTTLED] = "throttled",
    [HAUL_WAIT_DAILY_LIMIT] = "daily-limit",
    [HAUL_WAIT_CONNECTIONS] = "too-many-connections",
    [HAUL_WAIT_NETWORK] = "connection-lost",
    [HAUL_WAIT_SETTLING] = "settling",
  };

  return words[reason];
}

void
haul_progress_set_totals (HaulProgress *progress, guint64 messages_total, guint64 bytes_total)
{
  g_mutex_lock (&progress->lock);
  progress->state.messages_total = messages_total;
  progress->state.bytes_total = bytes_total;
  g_mutex_unlock (&progress->lock);
}

/**
 * haul_counts_add:
 * @counts: (inout): a sum
 * @delta: what to add to it
 *
 * Adds field by field.
 */
void
haul_counts_add (HaulCounts *counts, const HaulCounts *delta)
{
  counts->found += delta->found;
  counts->copied += delta->copied;
  counts->present += delta->present;
  counts->skipped += delta->skipped;
  counts->failed += delta->failed;
  counts->bytes += delta->bytes;
  counts->bytes_done += delta->bytes_done;
}

/* Called with the lock held. */
static void
take_sample (HaulProgress *self)
{
  gint64 second = (g_get_monotonic_time () - self->start_us) / G_USEC_PER_SEC;
  Sample *last = self->n_samples == 0 ? NULL : &self->samples[(self->n_samples - 1) % G_N_ELEMENTS (self->samples)];

  if (last != NULL && last->second == second)
    return;
  self->samples[self->n_samples++ % G_N_ELEMENTS (self->samples)]
      = (Sample){ .second = second, .bytes_done = self->state.all.bytes_done };
}

/**
 * haul_progress_add:
 * @progress: the counters
 * @folder: index of a folder of the plan
 * @delta: what to add
 *
 * Adds to a folder's counts and to the sum of all; cheap enough for every chunk of a message.
 */
void
haul_progress_add (HaulProgress *progress, guint folder, const HaulCounts *delta)
{
  g_mutex_lock (&progress->lock);
  g_assert (folder < progress->n_folders);
  haul_counts_add (&progress->folders[folder], delta);
  haul_counts_add (&progress->state.all, delta);
  take_sample (progress);
  g_mutex_unlock (&progress->lock);
}

/**
 * haul_progress_set_counts:
 * @progress: the counters
 * @folder: index of a folder of the plan
 * @counts: the folder's true counts
 *
 * Replaces a folder's counts, as a lane does when it knows better than the sum of what it added.
 */
void
haul_progress_set_counts (HaulProgress *progress, guint folder, const HaulCounts *counts)
{
  g_mutex_lock (&progress->lock);
  g_assert (folder < progress->n_folders);
  progress->folders[folder] = *counts;
  memset (&progress->state.all, 0, sizeof progress->state.all);
  for (guint i = 0; i < progress->n_folders; i++)
    haul_counts_add (&progress->state.all, &progress->folders[i]);
  take_sample (progress);
  g_mutex_unlock (&progress->lock);
}

void
haul_progress_get_counts (HaulProgress *progress, guint folder, HaulCounts *counts)
{
  g_mutex_lock (&progress->lock);
  g_assert (folder < progress->n_folders);
  *counts = progress->folders[folder];
  g_mutex_unlock (&progress->lock);
}

/* Called with the lock held. */
static void
estimate (HaulProgress *self, HaulProgressSnapshot *snapshot)
{
  guint size = G_N_ELEMENTS (self->samples);
  const Sample *oldest = &self->samples[self->n_samples > size ? self->n_samples % size : 0];
  double seconds = (double)(g_get_monotonic_time () - self->start_us) / G_USEC_PER_SEC - (double)oldest->second;
  guint64 done = snapshot->all.bytes_done;

  if (self->n_samples < 2 || seconds < 1 || done <= oldest->bytes_done)
    return;
  snapshot->bytes_per_second = (double)(done - oldest->bytes_done) / seconds;
  if (snapshot->seconds >= WARM_UP_SECONDS && snapshot->bytes_total >= done && snapshot->phase != HAUL_PHASE_WAITING
      && snapshot->phase != HAUL_PHASE_PAUSED)
    snapshot->seconds_left = (gint64)((double)(snapshot->bytes_total - done) / snapshot->bytes_per_second) + 1;
}

/**
 * haul_progress_get_snapshot:
 * @progress: the counters
 * @snapshot: (out caller-allocates): what a front shows
 *
 * Copies the counters; a front calls it five times a second. No time left is given in the first ten seconds.
 */
void
haul_progress_get_snapshot (HaulProgress *progress, HaulProgressSnapshot *snapshot)
{
  g_mutex_lock (&progress->lock);
  *snapshot = progress->state;
  snapshot->seconds = (g_get_monotonic_time () - progress->start_us) / G_USEC_PER_SEC;
  estimate (progress, snapshot);
  g_mutex_unlock (&progress->lock);
}
