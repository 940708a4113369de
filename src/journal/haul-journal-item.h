/* haul-journal-item.h - the journal's messages: intended, staged, placed, known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "journal/haul-item.h"
#include "journal/haul-journal.h"

G_BEGIN_DECLS

/* What the journal knows of a message on the server. */
typedef struct
{
  guint32 uid;
  guint64 size;
  guint8 digest[HAUL_DIGEST_LENGTH];
  gboolean is_ours;      /* copied and verified by an earlier run: if it is gone, somebody removed it */
  gboolean is_unchecked; /* placed there by the server's word alone */
  gint64 date;           /* where it is unchecked: the INTERNALDATE that was sent */
} HaulJournalKnown;

/* What came of a sending. */
typedef struct
{
  guint32 uid;         /* where it is in the user's mailbox; 0 where it was not placed */
  gboolean is_pending; /* it may still be placed, and must not be sent again */
  gboolean was_staged; /* it was assigned a staged message */
} HaulJournalOutcome;

gboolean haul_journal_item_add (HaulJournal *journal, gint64 folder, HaulItem *item, GError **error);
gboolean haul_journal_item_intend (HaulJournal *journal, gint64 item, gint64 generation, GError **error);
gboolean haul_journal_item_intend_ahead (HaulJournal *journal, gint64 item, gint64 generation, GError **error);
gboolean haul_journal_item_withdraw (HaulJournal *journal, gint64 item, GError **error);
gboolean haul_journal_item_refuse (HaulJournal *journal, gint64 item, GError **error);
gboolean haul_journal_item_forget (HaulJournal *journal, gint64 item, GError **error);
gboolean haul_journal_item_forget_from (
    HaulJournal *journal, const char *mailbox, guint32 uid_validity, guint32 first_uid, GError **error);
gboolean haul_journal_item_lose (HaulJournal *journal, gint64 item, GError **error);
gboolean haul_journal_item_displace (HaulJournal *journal, gint64 item, GError **error);
gboolean haul_journal_item_place (
    HaulJournal *journal, gint64 item, const char *mailbox, guint32 uid_validity, guint32 uid, GError **error);
gboolean haul_journal_item_verify (HaulJournal *journal, gint64 item, GError **error);
gboolean
haul_journal_item_find_outcome (HaulJournal *journal, gint64 item, HaulJournalOutcome *outcome, GError **error);
gboolean haul_journal_item_learn (
    HaulJournal *journal, const char *mailbox, guint32 uid_validity, const HaulJournalKnown *known, GError **error);
GArray *haul_journal_item_list_known (
    HaulJournal *journal, const char *mailbox, guint32 uid_validity, guint32 first_uid, GError **error);

G_END_DECLS
