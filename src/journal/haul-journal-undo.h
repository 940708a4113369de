/* haul-journal-undo.h - the journal's knowledge for taking back: what a job placed and made, and what is on its way out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "journal/haul-journal.h"
#include "store/haul-message.h"

G_BEGIN_DECLS

/* A mailbox, as it was when messages were placed there. */
typedef struct
{
  char *mailbox; /* (owned) octets on the wire */
  guint32 uid_validity;
  guint64 messages;
} HaulUndoPlace;

/* A message that was placed. */
typedef struct
{
  gint64 row;
  guint32 uid;
  guint64 size;
  gint64 date; /* unix seconds */
  guint flags; /* HaulImapFlags given */
  guint8 digest[HAUL_DIGEST_LENGTH];
  char *words; /* (owned) (nullable) labels given, with blanks between */
} HaulUndoItem;

/* Where a message came from, for people. */
typedef struct
{
  char *store;  /* (owned) */
  char *folder; /* (owned) */
  char *key;    /* (owned) */
} HaulUndoOrigin;

/* A mailbox that we made. */
typedef struct
{
  char *mailbox;        /* (owned) octets on the wire */
  guint32 uid_validity; /* 0: not known */
} HaulUndoMailbox;

gboolean haul_journal_undo_add_mailbox (HaulJournal *journal, gint64 run, const char *mailbox, GError **error);
gboolean
haul_journal_undo_set_uid_validity (HaulJournal *journal, const char *mailbox, guint32 uid_validity, GError **error);
gboolean
haul_journal_undo_is_half_made (HaulJournal *journal, const char *mailbox, gboolean *is_half_made, GError **error);
gboolean haul_journal_undo_remove_mailbox (HaulJournal *journal, const char *mailbox, GError **error);
GPtrArray *haul_journal_undo_list_mailboxes (HaulJournal *journal, const char *job, GError **error);
GPtrArray *haul_journal_undo_list_places (HaulJournal *journal, const char *job, GError **error);
GArray *
haul_journal_undo_list_items (HaulJournal *journal, const char *job, const HaulUndoPlace *place, GError **error);
GPtrArray *haul_journal_undo_list_taking_places (HaulJournal *journal, GError **error);
GArray *haul_journal_undo_list_taking (HaulJournal *journal, const HaulUndoPlace *place, GError **error);
gboolean haul_journal_undo_begin (HaulJournal *journal, const gint64 *items, guint n_items, GError **error);
gboolean haul_journal_undo_end (HaulJournal *journal, gint64 item, gboolean is_gone, GError **error);
HaulUndoOrigin *haul_journal_undo_find_origin (HaulJournal *journal, gint64 item, GError **error);
void haul_undo_place_free (HaulUndoPlace *place);
void haul_undo_mailbox_free (HaulUndoMailbox *mailbox);
void haul_undo_origin_free (HaulUndoOrigin *origin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulUndoOrigin, haul_undo_origin_free)

G_END_DECLS
