/* haul-run.h - what the lanes of one run share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "imap/haul-imap-session.h"
#include "migrate/haul-engine.h"
#include "journal/haul-item.h"
#include "journal/haul-journal-move.h"
#include "migrate/haul-match.h"

G_BEGIN_DECLS

/**
 * HaulTrust:
 *
 * What a command was seen to do. It is tried with one message before it is used for more.
 */
typedef enum
{
  HAUL_TRUST_UNTRIED,
  HAUL_TRUST_GOOD,
  HAUL_TRUST_DOUBTED, /* it worked, and was not understood once after that */
  HAUL_TRUST_BAD,
} HaulTrust;

/* What the server was seen to say that is not so. */
typedef enum
{
  HAUL_LIE_UID_NEXT = 1 << 0, /* UIDNEXT is above a UID that it gives later */
  HAUL_LIE_COPY_UID = 1 << 1, /* COPYUID names other UIDs than those the copies have */
  HAUL_LIE_OK = 1 << 2,       /* OK is said of messages that are not stored, nor soon after */
} HaulLie;

/**
 * HaulPatience:
 *
 * What the server bears; all under the run's lock. See haul-patience.c.
 */
typedef struct
{
  guint n_wanted;    /* connections at once, as chosen, or as the server was found to allow */
  guint n_max;       /* that may be open now */
  guint n_learnt;    /* the server refused more than so many in this run; 0: it did not */
  guint n_open;      /* that are, or are being made */
  guint n_open_most; /* in this run */
  guint n_lanes;     /* at work */
  guint n_waiting;   /* of those */
  gint64 until_us;   /* monotonic: until then all wait */
  gint64 resumed_us; /* monotonic: since then the server takes messages again */
  guint n_throttles; /* in a row */
  gboolean needs_probe;
  GThread *prober; /* borrowed (nullable) the lane that tries for all */
  guint n_nudges;  /* somebody did not want to wait */
  gboolean is_shown;
  gint64 shown_until_us;
  HaulWaitReason reason;
  char *words; /* (owned) (nullable) */
} HaulPatience;

/**
 * HaulRun:
 *
 * Made with its engine; the fields without a mark are set before the lanes start and never changed.
 */
typedef struct
{
  HaulAccount *account;       /* (owned) */
  HaulPlan *plan;             /* (owned) */
  HaulProgress *progress;     /* (owned) */
  HaulReport *report;         /* (owned) (mutex lock: messages); a folder's row belongs to the lane at work on it */
  HaulJournal *journal;       /* (owned) */
  char *spool_dir;            /* (owned) where a big message waits, without a name */
  char *token;                /* (owned) of this run's staging mailboxes */
  gint64 row;                 /* in the journal */
  GCancellable *stop;         /* (owned) the person's: waits and reading end at once */
  GCancellable *hard;         /* (owned) of what speaks with the server: a little later, so that it can end in order */
  gboolean removes_strangers; /* staging mailboxes of others that do not change */
  HaulEngineMessageFunc message_func;
  gpointer message_data;

  GMutex lock;
  GMutex making;    /* held while a mailbox of the person is made, by whichever lane */
  GMutex returning; /* held by a lane that does not know yet whether the password is still good */
  gint64 let_in_us; /* (mutex returning) monotonic, when one was let in again; 0: none was */
  GCond cond;
  gboolean is_paused;      /* (mutex lock) */
  gboolean is_over;        /* (mutex lock) */
  gint64 hard_at_us;       /* (mutex lock) monotonic, 0: not stopping */
  GError *error;           /* (owned) (nullable) (mutex lock) the first that ended the run */
  guint n_generations;     /* (mutex lock) */
  HaulRewriting rewriting; /* (mutex lock) what the server was seen to do to messages */
  HaulTrust trust[2];      /* (mutex lock) in MOVE, in COPY: by HaulMoveVerb */
  HaulTrust told_trust;    /* (mutex lock) in APPENDUID */
  guint lies;              /* (mutex lock) HaulLie */
  gboolean is_locked_out;  /* (mutex lock) the password was taken at first, and is not any more */
  gboolean no_staging;     /* (mutex lock) the server lets no mailbox of ours be made */
  guint64 messages_total;  /* (mutex lock) */
  guint64 bytes_total;     /* (mutex lock) */
  guint64 sent_bytes;      /* (mutex lock) for the rate */
  gint64 sent_since_us;    /* (mutex lock) */
  HaulPatience patience;   /* (mutex lock) */
  gboolean is_given_up;    /* (mutex lock) the server did not come back for so long that the run ended */
  guint64 refused_bytes;   /* (mutex lock) the smallest message that was too big; 0 none was */
} HaulRun;

/* A message that gets a line in the report. */
typedef struct
{
  const char *source;
  gint64 date;
  guint64 bytes;
  HaulOutcome outcome;
  const char *code;
  const char *text;
  const char *advice;      /* (nullable) NULL: the usual for its code */
  const char *server_text; /* (nullable) the server's own words */
  const char *kept;        /* (nullable) the file that it is kept in; UTF-8 */
} HaulRunLine;

HaulRun *haul_run_new (HaulAccount *account, HaulPlan *plan);
void haul_run_free (HaulRun *run);
gboolean haul_run_is_stopping (HaulRun *run);
void haul_run_stop (HaulRun *run, GError *error);
void haul_run_set_paused (HaulRun *run, gboolean is_paused);
gboolean haul_run_wait_while_paused (HaulRun *run, HaulImapSession *session, GError **error);
void haul_run_sleep (HaulRun *run, gint64 wait_ms);
void haul_run_count (HaulRun *run, guint folder, const HaulCounts *delta);
void haul_run_count_item (HaulRun *run, guint folder, HaulItem *item, guint64 bytes);
void haul_run_add_line (HaulRun *run, guint folder, const HaulRunLine *line);
void haul_run_worsen (HaulRun *run, HaulExitStatus status);
void haul_run_add_note (HaulRun *run, guint folder, const char *note);
void haul_run_add_left_behind (HaulRun *run, const char *mailbox);
void haul_run_add_totals (HaulRun *run, gint64 messages, gint64 bytes);
void haul_run_limit_rate (HaulRun *run, guint64 bytes);
HaulTrust haul_run_get_trust (HaulRun *run, HaulMoveVerb verb);
void haul_run_set_trust (HaulRun *run, HaulMoveVerb verb, HaulTrust trust);
gboolean haul_run_has_lied (HaulRun *run, HaulLie lie);
void haul_run_add_lie (HaulRun *run, HaulLie lie);
HaulTrust haul_run_get_told_trust (HaulRun *run);
void haul_run_set_told_trust (HaulRun *run, HaulTrust trust);
gboolean haul_run_can_stage (HaulRun *run);
void haul_run_set_no_staging (HaulRun *run);
void haul_run_set_locked_out (HaulRun *run);
gboolean haul_run_is_locked_out (HaulRun *run);
gboolean haul_run_begin_return (HaulRun *run);
void haul_run_end_return (HaulRun *run, gboolean is_let_in);
void haul_run_set_given_up (HaulRun *run);
gboolean haul_run_add_refused_size (HaulRun *run, guint64 bytes);
guint64 haul_run_get_size_limit (HaulRun *run);
char *haul_run_dup_next_staging (HaulRun *run);
GThread *haul_run_start_watch (HaulRun *run);
void haul_run_end_watch (HaulRun *run, GThread *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulRun, haul_run_free)

G_END_DECLS
