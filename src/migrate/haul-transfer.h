/* haul-transfer.h - one folder on its way into one mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-keywords.h"
#include "migrate/haul-listing.h"
#include "migrate/haul-run.h"
#include "migrate/haul-rung.h"
#include "migrate/haul-source.h"
#include "migrate/haul-staging.h"

G_BEGIN_DECLS

/* So many intents become durable with one sync. */
#define HAUL_TRANSFER_AHEAD_MAX 250

typedef struct
{
  HaulRun *run;                 /* borrowed */
  guint index;                  /* in the plan and the report */
  const HaulPlanFolder *folder; /* borrowed from the plan, or moved */
  HaulPlanFolder moved;         /* (owned: mailbox, mailbox_display) the same with the mailbox that it got instead */
  HaulSource *source;           /* (owned) (nullable) */
  GPtrArray *items;             /* (owned) (element-type HaulItem) those that are to be on the server */
  HaulListing *listed_ahead;    /* (owned) (nullable) of the mailbox, for the census */
  GArray *known_ahead;          /* (owned) (nullable) what the journal knows of it */
  gint64 row;                   /* in the journal */
  guint32 uid_validity;         /* of the mailbox, as the census saw it */
  guint32 last_uid;             /* the highest that it is known to have given */
  gboolean needs_census;        /* what it holds has to be looked up before anything is sent */
  guint first_open;             /* no item before this index is open */
  GArray *begun;                /* (owned) (element-type guint) indices of items whose outcome is not known yet */
  guint first_intended;         /* items whose intents were written together, and may not all be sent yet */
  guint end_intended;           /* index behind them */
  guint n_ahead;                /* so many intents are written together next; fewer where messages are refused */
  guint n_staged;               /* since the last were placed */
  guint64 staged_bytes;         /* of those */
  gint64 batch_since_us;        /* monotonic */
  GPtrArray *sealed;            /* (owned) (element-type HaulStaging) broken off, and kept for the end of the folder */
  GHashTable *held;             /* (owned) (element-type digest) of messages in doubt in the person's own mailbox */
  guint n_joins;                /* how often sealed generations were copied together */
  gboolean is_given_up;         /* its mailbox is not to be had by RENAME */
  HaulRung way;                 /* by which rung it is placed now */
  HaulRung rung;                /* the weakest by which any of it was placed */
  guint n_repaired;             /* messages that were copied in another form than they have here */
  guint n_steps;                /* how often a refused message was given another form */
  HaulKeywords *keywords;       /* (owned) what the mailbox keeps besides text */
  guint n_refused;              /* messages of the mailbox that the server does not hand out */
  gint64 sample_generation;     /* in the journal: a mailbox that a broken proof has left, 0 none */
  guint n_altered;              /* copies that the server keeps in another form */
  gboolean is_checked;
} HaulTransfer;

HaulTransfer *haul_transfer_new (HaulRun *run, guint index);
void haul_transfer_free (HaulTransfer *transfer);
void haul_transfer_forget_ahead (HaulTransfer *transfer);
void haul_transfer_fail (HaulTransfer *transfer, HaulItem *item, const char *code, const char *text);
void haul_transfer_fail_with (HaulTransfer *transfer, HaulItem *item, const char *code, const GError *error);
void haul_transfer_fail_line (HaulTransfer *transfer, HaulItem *item, const HaulRunLine *line);
void haul_transfer_fail_all (HaulTransfer *transfer, const GError *error);
gboolean haul_transfer_move (HaulTransfer *transfer, const char *mailbox, const GError *refusal, GError **error);
void haul_transfer_begin_item (HaulTransfer *transfer, guint index);
gboolean haul_transfer_sync (HaulTransfer *transfer, const GError *reason, GError **error);
guint haul_transfer_find_open (HaulTransfer *transfer);
void haul_transfer_hold (HaulTransfer *transfer);
void haul_transfer_prepare (HaulTransfer *transfer, const HaulImapStatus *status);
void haul_transfer_finish (HaulTransfer *transfer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTransfer, haul_transfer_free)

G_END_DECLS
