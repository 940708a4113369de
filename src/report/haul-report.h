/* haul-report.h - what happened, in numbers that add up, and every message that was not copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-progress.h"
#include "report/haul-exit-status.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_VERDICT_COMPLETE, /* all there and checked */
  HAUL_VERDICT_NOT_ALL,  /* finished; some messages were not copied */
  HAUL_VERDICT_STOPPED,  /* by the person, or told to wait: run again */
  HAUL_VERDICT_FAILED,   /* by an error: see error */
} HaulVerdict;

typedef enum
{
  HAUL_OUTCOME_COPIED,
  HAUL_OUTCOME_PRESENT,
  HAUL_OUTCOME_SKIPPED,
  HAUL_OUTCOME_FAILED,
} HaulOutcome;

#define HAUL_REPORT_DIGEST 32

/**
 * HaulProof:
 * @HAUL_PROOF_NONE: nothing was compared
 * @HAUL_PROOF_LISTED: the server lists it under its UID, with its size, date and flags
 * @HAUL_PROOF_BYTES: octet for octet
 * @HAUL_PROOF_HEADER: its header, and its text or the size of that
 * @HAUL_PROOF_FINGERPRINT: Message-ID, Date, From and Subject, and its text or the size of that
 * @HAUL_PROOF_MISSING: it is not there
 * @HAUL_PROOF_SURPLUS: a copy that this program placed and that is one too many
 *
 * @HAUL_PROOF_REPAIRED: octet for octet what was sent, which is not the message as it is here: it was repaired
 *
 * How well it is known that a message is there.
 */
typedef enum
{
  HAUL_PROOF_NONE,
  HAUL_PROOF_LISTED,
  HAUL_PROOF_BYTES,
  HAUL_PROOF_HEADER,
  HAUL_PROOF_FINGERPRINT,
  HAUL_PROOF_MISSING,
  HAUL_PROOF_SURPLUS,
  HAUL_PROOF_REPAIRED,
  HAUL_N_PROOFS,
} HaulProof;

typedef struct
{
  char *store;   /* (owned) program, for people */
  char *path;    /* (owned) folder's display path */
  char *mailbox; /* (owned) display name on the server */
  HaulCounts counts;
  guint64 proved[HAUL_N_PROOFS]; /* messages that are there, by how well that is known; missing and surplus ones */
  gboolean is_checked;           /* counted and compared on the server after placing */
  const char *rung;              /* R1 … R4, "" where nothing had to be placed */
  char *note;                    /* (owned) (nullable) */
  char *location;                /* (owned) (nullable) the store's path, for reading it once more; never shown */
  char *format;                  /* (owned) (nullable) the store's, likewise */
  char *id;                      /* (owned) (nullable) the folder's in its store */
} HaulReportFolder;

typedef struct
{
  guint folder; /* index into folders */
  char *source; /* (owned) the message's key in its folder */
  gint64 date;  /* unix seconds, 0 unknown */
  guint64 bytes;
  HaulOutcome outcome; /* SKIPPED or FAILED; COPIED with a code where something was altered or guessed */
  char *code;          /* (owned) a word for scripts: marked-deleted, too-big, refused, damaged … */
  char *text;          /* (owned) why, one sentence */
  char *advice;        /* (owned) (nullable) */
  char *server_text;   /* (owned) (nullable) the server's own words */
  char *kept;          /* (owned) (nullable) the file that it is kept in, since the server refuses it; UTF-8 */
  char *subject;       /* (owned) (nullable) only where somebody asked for it */
  char *sender;        /* (owned) (nullable) the same */
} HaulReportMessage;

/* What was compared of one message; only where somebody asked for it. */
typedef struct
{
  guint folder; /* index into folders */
  char *source; /* (owned) the message's key; "" for a surplus one */
  gint64 date;  /* unix seconds, 0 unknown */
  guint64 bytes;
  HaulProof proof;
  guint32 uid;                              /* on the server, 0 none */
  guint8 digest[HAUL_REPORT_DIGEST];        /* SHA-256 of the message here; zeros: none */
  guint8 server_digest[HAUL_REPORT_DIGEST]; /* SHA-256 of the message there; zeros: it was not downloaded */
} HaulReportEvidence;

typedef struct
{
  char *job;      /* (owned) */
  char *user;     /* (owned) */
  char *server;   /* (owned) host:port */
  gint64 started; /* unix seconds */
  gint64 seconds;
  HaulVerdict verdict;
  gboolean is_verification;      /* it was only looked whether the messages are there */
  HaulCounts all;                /* the sum of the folders' counts, once more checked when made */
  guint64 proved[HAUL_N_PROOFS]; /* the sum of the folders' */
  GPtrArray *folders;            /* (owned) (element-type HaulReportFolder) */
  GPtrArray *messages;           /* (owned) (element-type HaulReportMessage) */
  GPtrArray *evidence;           /* (owned) (nullable) (element-type HaulReportEvidence) */
  const char *rung;              /* the weakest used */
  GError *error;                 /* (owned) (nullable) what ended the run early */
  HaulExitStatus source_status;  /* what reading a folder broke off with, where running again may help */
  HaulExitStatus exit_status;
} HaulReport;

HaulReport *haul_report_new (void);
void haul_report_free (HaulReport *report);
void haul_report_finish (HaulReport *report);
char *haul_report_dup_verdict (const HaulReport *report);
GPtrArray *haul_report_list_rungs (const HaulReport *report);
void haul_report_ask_for_evidence (HaulReport *report);
char *haul_report_dup_digest (const guint8 *digest);
const char *haul_outcome_to_string (HaulOutcome outcome);
const char *haul_proof_to_string (HaulProof proof);
const char *haul_verdict_to_string (HaulVerdict verdict);

char *haul_report_message_dup_reason (const HaulReportMessage *message);
void haul_report_folder_free (HaulReportFolder *folder);
void haul_report_message_free (HaulReportMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulReport, haul_report_free)

G_END_DECLS
