/* haul-journal-generation.h - the journal's generations: staging mailboxes, and moves out of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-item.h"
#include "migrate/haul-journal.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_GENERATION_OPEN,
  HAUL_GENERATION_SEALED, /* listed after a break; nothing that arrives later counts */
  HAUL_GENERATION_GONE,   /* its mailbox is deleted */
} HaulGenerationState;

typedef struct
{
  gint64 row;
  char *mailbox;        /* (owned) octets on the wire */
  guint32 uid_validity; /* 0: never selected by us */
  HaulGenerationState state;
} HaulGeneration;

/* An item of a generation that has not reached its end. */
typedef struct
{
  gint64 row;
  char *mailbox; /* (owned) where it is to go */
  guint64 size;
  guint8 digest[HAUL_DIGEST_LENGTH];
  gint64 date;
  guint flags;        /* HaulImapFlags */
  guint32 staged_uid; /* 0: in doubt */
} HaulGenerationItem;

typedef struct
{
  gint64 row;
  char *mailbox; /* (owned) */
  guint32 uid_validity;
  guint32 uid_next; /* of the mailbox, before */
} HaulGenerationMove;

gint64 haul_journal_generation_new (HaulJournal *journal, gint64 run, const char *mailbox, GError **error);
gboolean haul_journal_generation_set_uid_validity (HaulJournal *journal,
                                                   gint64 generation,
                                                   guint32 uid_validity,
                                                   GError **error);
gboolean
haul_journal_generation_set_state (HaulJournal *journal, gint64 generation, HaulGenerationState state, GError **error);
GPtrArray *haul_journal_generation_list (HaulJournal *journal, gint64 only, GError **error);
gboolean
haul_journal_generation_find (HaulJournal *journal, const char *mailbox, HaulGeneration **generation, GError **error);
GPtrArray *haul_journal_generation_list_items (HaulJournal *journal, gint64 generation, gint64 move, GError **error);
gboolean
haul_journal_generation_assign (HaulJournal *journal, gint64 generation, gint64 item, guint32 uid, GError **error);
gint64 haul_journal_generation_begin_move (
    HaulJournal *journal, gint64 generation, const HaulGenerationMove *move, GArray *items, GError **error);
gboolean haul_journal_generation_end_move (HaulJournal *journal, gint64 move, GError **error);
GPtrArray *haul_journal_generation_list_moves (HaulJournal *journal, gint64 generation, GError **error);
void haul_generation_free (HaulGeneration *generation);
void haul_generation_item_free (HaulGenerationItem *item);
void haul_generation_move_free (HaulGenerationMove *move);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulGeneration, haul_generation_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulGenerationMove, haul_generation_move_free)

G_END_DECLS
