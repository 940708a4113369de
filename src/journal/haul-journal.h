/* haul-journal.h - what was done to one account, on disk before it matters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-migrate-error.h"

G_BEGIN_DECLS

typedef struct _HaulJournal HaulJournal;

HaulJournal *haul_journal_open (const char *state_dir, const char *account, GError **error);
void haul_journal_close (HaulJournal *journal);
const char *haul_journal_get_set_aside (const HaulJournal *journal);
gboolean haul_journal_was_old (const HaulJournal *journal);
gboolean haul_journal_set_folder_mailbox (HaulJournal *journal, gint64 folder, const char *mailbox, GError **error);
gboolean haul_journal_set_rung (HaulJournal *journal, gint64 folder, guint rung, GError **error);
gint64 haul_journal_begin_run (HaulJournal *journal, const char *job, GError **error);
gboolean haul_journal_end_run (HaulJournal *journal, gint64 run, GError **error);
gint64 haul_journal_begin_folder (
    HaulJournal *journal, gint64 run, const char *mailbox, const char *store, const char *folder, GError **error);
gboolean haul_journal_commit (HaulJournal *journal, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulJournal, haul_journal_close)

G_END_DECLS
