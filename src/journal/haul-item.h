/* haul-item.h - one message of a source folder on its way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report/haul-report.h"
#include "store/haul-message.h"

G_BEGIN_DECLS

/**
 * HaulItemState:
 * @HAUL_ITEM_OPEN: still to be dealt with
 * @HAUL_ITEM_STAGED: in our staging mailbox, as far as this process knows
 * @HAUL_ITEM_COPIED: placed in the user's mailbox by this run
 * @HAUL_ITEM_DONE: present before, skipped or failed: counted and, where it has to be, listed
 */
typedef enum
{
  HAUL_ITEM_OPEN,
  HAUL_ITEM_STAGED,
  HAUL_ITEM_COPIED,
  HAUL_ITEM_DONE,
} HaulItemState;

typedef struct
{
  char *key;                         /* (owned) */
  guint64 ordinal;                   /* position in the folder */
  guint64 size;                      /* octets on the wire */
  guint8 digest[HAUL_DIGEST_LENGTH]; /* SHA-256 of those */
  HaulFingerprint fingerprint;       /* for servers that do not keep octets */
  gint64 date;                       /* unix seconds as the store says, 0 unknown */
  guint flags;                       /* HaulMessageFlags */
  char **keywords;                   /* (owned) (nullable) */
  guint flaws;                       /* HaulRepair that the message calls for */
  guint repairs;    /* HaulRepair done to it: size, digest, fingerprint are those of the repaired form */
  guint foreseen;   /* HaulRepair without which it is not sent here */
  guint step;       /* how many forms were tried since the server refused it */
  guint64 own_size; /* where repairs are done: what it was */
  guint8 own_digest[HAUL_DIGEST_LENGTH];
  HaulFingerprint own_fingerprint;
  gboolean is_stumbling; /* the server answered it with BAD before */
  char *problem;         /* (owned) (nullable) what had to be guessed */
  HaulItemState state;
  guint32 uid;           /* in the user's mailbox, once present or copied; 0 unknown */
  guint32 staged_uid;    /* in the staging mailbox; 0 the server did not say */
  gint64 row;            /* in the journal; 0 none */
  gboolean is_intended;  /* its intent is on disk: its last octet may leave */
  gboolean is_begun;     /* its sending began by this row */
  guint attempts;        /* sendings that came to nothing */
  gboolean is_present;   /* done: the census found it at @uid */
  gboolean is_ours;      /* this run brought it there, and lost sight of it: what a census finds of it is a copy */
  gboolean is_merged;    /* done: the server keeps it together with one like it */
  HaulProof proof;       /* how well it is known to be there */
  gboolean is_doubtful;  /* its way had a break in it: look twice */
  gboolean is_plain;     /* its labels were not understood: it goes without them */
  gboolean is_held;      /* it was in doubt in the person's own mailbox: the report names it */
  guint64 counted_bytes; /* already in the progress */
  gint64 sent_date;      /* INTERNALDATE given to the server, 0 none */
  guint sent_flags;      /* HaulImapFlags given */
  char **sent_keywords;  /* (owned) (nullable) */
} HaulItem;

HaulItem *haul_item_new (const HaulMessage *message);
void haul_item_free (HaulItem *item);
void haul_item_forget_row (HaulItem *item);
guint haul_item_get_imap_flags (const HaulItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulItem, haul_item_free)

G_END_DECLS
