/* haul-journal-private.h - what the journal's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sqlite3.h>

#include "base/haul-fault.h"
#include "journal/haul-journal.h"

G_BEGIN_DECLS

/* Item states as stored; the schema's CHECK knows them. */
typedef enum
{
  HAUL_JOURNAL_READY,
  HAUL_JOURNAL_SENT,   /* the last octet may have left */
  HAUL_JOURNAL_STAGED, /* assigned a UID in its generation */
  HAUL_JOURNAL_PLACED,
  HAUL_JOURNAL_LOST,    /* came to nothing; the message gets a new item */
  HAUL_JOURNAL_REFUSED, /* the server said no */
} HaulJournalState;

/* Every function of the journal holds the lock from its first statement to its last, its commit included. */
void haul_journal_lock (HaulJournal *journal);
void haul_journal_unlock (HaulJournal *journal);

typedef HaulJournal HaulJournalLocker;

static inline HaulJournalLocker *
haul_journal_locker_new (HaulJournal *journal)
{
  haul_journal_lock (journal);
  return journal;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulJournalLocker, haul_journal_unlock)

#define HAUL_JOURNAL_HOLD(journal)                                                                                     \
  g_autoptr (HaulJournalLocker) G_GNUC_UNUSED journal_locker = haul_journal_locker_new (journal)

gboolean haul_journal_execute (HaulJournal *journal, GError **error, const char *sql, const char *types, ...);
sqlite3_stmt *haul_journal_query (HaulJournal *journal, GError **error, const char *sql, const char *types, ...);
GPtrArray *haul_journal_collect (HaulJournal *journal,
                                 sqlite3_stmt *statement,
                                 gpointer (*read) (sqlite3_stmt *statement),
                                 GDestroyNotify destroy,
                                 GError **error);
gboolean haul_journal_next (HaulJournal *journal, sqlite3_stmt *statement, GError **error);
gpointer haul_generation_item_read (sqlite3_stmt *statement);
gint64 haul_journal_get_last_row (HaulJournal *journal);

G_END_DECLS
