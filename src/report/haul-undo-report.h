/* haul-undo-report.h - what came of taking a job back, in numbers that add up, and every message that stayed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report/haul-report.h"

G_BEGIN_DECLS

typedef struct
{
  char *store;   /* (owned) its place, for people */
  char *folder;  /* (owned) where it came from */
  char *source;  /* (owned) the message's key in its folder */
  char *mailbox; /* (owned) where it was placed, for people */
  gint64 date;   /* unix seconds, 0 unknown */
  guint64 bytes;
  const char *code; /* a word for scripts: flags-changed, content-changed, not-there, mailbox-gone … */
  char *text;       /* (owned) why, one sentence; with the server's words where it was the server */
} HaulUndoLine;

/**
 * HaulUndoReport:
 *
 * In the end `placed = taken + left`; a run that was broken off has not looked at some.
 */
typedef struct
{
  char *job;    /* (owned) */
  char *user;   /* (owned) */
  char *server; /* (owned) host */
  gint64 started;
  gint64 seconds;
  guint64 placed;       /* by all runs of the job, and not taken back before */
  guint64 taken;        /* removed from their mailboxes */
  GPtrArray *left;      /* (owned) (element-type HaulUndoLine) */
  GPtrArray *mailboxes; /* (owned) (element-type utf8) deleted, for people */
  HaulVerdict verdict;
  GError *error; /* (owned) (nullable) what ended it early */
  HaulExitStatus exit_status;
} HaulUndoReport;

HaulUndoReport *haul_undo_report_new (const char *job);
void haul_undo_report_free (HaulUndoReport *report);
void haul_undo_report_finish (HaulUndoReport *report, gboolean is_stopped);
char *haul_undo_report_dup_taken (const HaulUndoReport *report);
char *haul_undo_report_dup_verdict (const HaulUndoReport *report);
char *haul_undo_report_to_json (const HaulUndoReport *report);
const char *haul_undo_report_get_text (const char *code);
void haul_undo_line_free (HaulUndoLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulUndoReport, haul_undo_report_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulUndoLine, haul_undo_line_free)

G_END_DECLS
