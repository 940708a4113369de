/* haul-journal-generation.h - the journal's generations: mailboxes that messages are sent to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "journal/haul-item.h"
#include "journal/haul-journal.h"

G_BEGIN_DECLS

/**
 * HaulGenerationKind:
 * @HAUL_GENERATION_STAGING: its messages are placed out of it, by MOVE or COPY
 * @HAUL_GENERATION_WHOLE: it becomes the person's mailbox, by RENAME
 * @HAUL_GENERATION_DIRECT: the person's own mailbox, where the server lets no other be made; never deleted
 */
typedef enum
{
  HAUL_GENERATION_STAGING,
  HAUL_GENERATION_WHOLE,
  HAUL_GENERATION_DIRECT,
} HaulGenerationKind;

typedef enum
{
  HAUL_GENERATION_OPEN,
  HAUL_GENERATION_SEALED, /* listed after a break; nothing that arrives later counts */
  HAUL_GENERATION_GONE,   /* it is done with: its mailbox, where it is ours, is deleted */
} HaulGenerationState;

typedef struct
{
  gint64 row;
  char *mailbox; /* (owned) octets on the wire */
  HaulGenerationKind kind;
  guint32 uid_validity; /* 0: never selected by us */
  guint32 uid_next;     /* DIRECT: of the mailbox, before */
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
  guint32 whole_uid;  /* of a RENAME: in the mailbox that gets its name; else 0 */
} HaulGenerationItem;

gint64 haul_journal_generation_new (HaulJournal *journal, gint64 run, const HaulGeneration *generation, GError **error);
gboolean haul_journal_generation_set_uid_validity (HaulJournal *journal,
                                                   gint64 generation,
                                                   guint32 uid_validity,
                                                   GError **error);
gboolean
haul_journal_generation_set_state (HaulJournal *journal, gint64 generation, HaulGenerationState state, GError **error);
GPtrArray *haul_journal_generation_list (HaulJournal *journal, gint64 only, GError **error);
gboolean
haul_journal_generation_find (HaulJournal *journal, const char *mailbox, HaulGeneration **generation, GError **error);
GPtrArray *haul_journal_generation_list_items (HaulJournal *journal, gint64 generation, GError **error);
gboolean haul_journal_generation_unassign (HaulJournal *journal, gint64 item, GError **error);
gboolean
haul_journal_generation_assign (HaulJournal *journal, gint64 generation, gint64 item, guint32 uid, GError **error);
void haul_generation_free (HaulGeneration *generation);
void haul_generation_item_free (HaulGenerationItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulGeneration, haul_generation_free)

G_END_DECLS
