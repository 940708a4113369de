/* haul-journal-move.h - the journal's moves: messages on their way from a generation into the person's mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "journal/haul-journal.h"

G_BEGIN_DECLS

/**
 * HaulMoveVerb:
 * @HAUL_MOVE_BY_MOVE: `UID MOVE`, which consumes its source: to repeat it does no harm
 * @HAUL_MOVE_BY_COPY: `UID COPY`, which does not: the target is looked at before
 * @HAUL_MOVE_BY_RENAME: `RENAME` of the whole generation
 */
typedef enum
{
  HAUL_MOVE_BY_MOVE,
  HAUL_MOVE_BY_COPY,
  HAUL_MOVE_BY_RENAME,
} HaulMoveVerb;

typedef struct
{
  gint64 row;
  HaulMoveVerb verb;
  char *mailbox;        /* (owned) */
  guint32 uid_validity; /* of the mailbox; RENAME: of the generation, which takes it along */
  guint32 uid_next;     /* of the mailbox, before; RENAME: 1 */
} HaulMove;

/* One message of a move. */
typedef struct
{
  gint64 item;
  guint32 whole_uid; /* RENAME: in the generation that is renamed; else 0 */
} HaulMoveItem;

gint64
haul_journal_move_begin (HaulJournal *journal, gint64 generation, const HaulMove *move, GArray *items, GError **error);
gboolean haul_journal_move_end (HaulJournal *journal, gint64 move, GError **error);
GPtrArray *haul_journal_move_list (HaulJournal *journal, gint64 generation, GError **error);
GPtrArray *haul_journal_move_list_items (HaulJournal *journal, gint64 move, GError **error);
void haul_move_free (HaulMove *move);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulMove, haul_move_free)

G_END_DECLS
