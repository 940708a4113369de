/* haul-undo-place.h - taking messages back out of one mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-session.h"
#include "journal/haul-journal-undo.h"
#include "migrate/haul-run.h"
#include "report/haul-undo-report.h"

G_BEGIN_DECLS

/**
 * HaulUndoWork:
 *
 * One pass over a job, on one connection.
 */
typedef struct
{
  HaulRun *run;             /* borrowed */
  HaulImapSession *session; /* (owned) (nullable) */
  const char *job;          /* borrowed */
  HaulUndoReport *report;   /* (owned) */
} HaulUndoWork;

gboolean haul_undo_place_take (HaulUndoWork *work, const HaulUndoPlace *place, GError **error);
gboolean haul_undo_place_settle (HaulRun *run, HaulImapSession *session, guint64 *n_gone, GError **error);
void haul_undo_place_show (HaulUndoWork *work);

G_END_DECLS
