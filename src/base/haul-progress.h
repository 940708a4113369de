/* haul-progress.h - counters that lanes add to and fronts look at
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulCounts:
 *
 * What happened to the messages of one folder, or of all. Once a folder is finished
 * `found = copied + present + skipped + failed` (design: no silence).
 */
typedef struct
{
  guint64 found;
  guint64 copied;
  guint64 present; /* already on the server before */
  guint64 skipped; /* by the person's choice or by rule */
  guint64 failed;
  guint64 bytes; /* octets of the messages found, as sent */
  guint64 bytes_done;
} HaulCounts;

typedef enum
{
  HAUL_PHASE_IDLE,
  HAUL_PHASE_CONNECTING,
  HAUL_PHASE_READING, /* local messages are read and compared with the server */
  HAUL_PHASE_COPYING,
  HAUL_PHASE_PLACING,
  HAUL_PHASE_CHECKING,
  HAUL_PHASE_WAITING, /* the server or the network asked for patience, see wait_until */
  HAUL_PHASE_PAUSED,
  HAUL_PHASE_FINISHED,
} HaulPhase;

typedef enum
{
  HAUL_WAIT_NONE,
  HAUL_WAIT_THROTTLED,   /* the server asked for patience */
  HAUL_WAIT_DAILY_LIMIT, /* what it takes in a day is used up */
  HAUL_WAIT_CONNECTIONS, /* it allows no more connections at once */
  HAUL_WAIT_NETWORK,     /* the connection broke, or cannot be made */
  HAUL_WAIT_SETTLING,    /* our own: what a broken connection had under way may still arrive */
} HaulWaitReason;

/* As long as what is shown of a server's words. */
#define HAUL_WAIT_WORDS_SIZE 512

typedef struct
{
  HaulPhase phase;
  HaulCounts all;
  guint64 messages_total; /* of the plan; the denominator of what a person sees */
  guint64 bytes_total;
  guint n_folders;
  int folder;              /* index of the folder at work, -1 for none */
  double bytes_per_second; /* smoothed over 30 s; 0 unknown */
  gint64 seconds_left;     /* -1 unknown */
  gint64 wait_until;       /* unix seconds, 0 for none */
  HaulWaitReason wait_reason;
  char wait_words[HAUL_WAIT_WORDS_SIZE]; /* the server's own, UTF-8; "" none */
  gint64 seconds;                        /* since the start */
} HaulProgressSnapshot;

typedef struct _HaulProgress HaulProgress;

HaulProgress *haul_progress_new (guint n_folders, guint64 messages_total, guint64 bytes_total);
HaulProgress *haul_progress_ref (HaulProgress *progress);
void haul_progress_unref (HaulProgress *progress);
void haul_progress_set_phase (HaulProgress *progress, HaulPhase phase);
void haul_progress_set_folder (HaulProgress *progress, int folder);
void haul_progress_set_wait (HaulProgress *progress, gint64 until, HaulWaitReason reason, const char *words);
const char *haul_wait_reason_to_string (HaulWaitReason reason);
void haul_progress_set_totals (HaulProgress *progress, guint64 messages_total, guint64 bytes_total);
void haul_progress_add (HaulProgress *progress, guint folder, const HaulCounts *delta);
void haul_progress_set_counts (HaulProgress *progress, guint folder, const HaulCounts *counts);
void haul_progress_get_counts (HaulProgress *progress, guint folder, HaulCounts *counts);
void haul_progress_get_snapshot (HaulProgress *progress, HaulProgressSnapshot *snapshot);
void haul_counts_add (HaulCounts *counts, const HaulCounts *delta);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulProgress, haul_progress_unref)

G_END_DECLS
