/* haul-match.h - which of these messages are those? A multiset comparison; pure
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-fingerprint.h"

G_BEGIN_DECLS

#define HAUL_MATCH_NONE G_MAXUINT

/**
 * HaulRewriting:
 * @HAUL_REWRITING_NONE: it keeps octets, as far as was seen: the same Message-ID with another text is another message
 * @HAUL_REWRITING_EDGES: proven: header and text stay, but for line ends and fields of its own
 * @HAUL_REWRITING_ALL: proven: it writes messages anew
 *
 * What a server does to messages.
 */
typedef enum
{
  HAUL_REWRITING_NONE,
  HAUL_REWRITING_EDGES,
  HAUL_REWRITING_ALL,
} HaulRewriting;

/* By what two messages were found to be the same; the strongest first. */
typedef enum
{
  HAUL_MATCH_BY_NOTHING,
  HAUL_MATCH_BY_DIGEST,      /* every octet */
  HAUL_MATCH_BY_HEADER,      /* the header, and the text or its size */
  HAUL_MATCH_BY_FINGERPRINT, /* Message-ID, Date, From, Subject, and the text or its size */
} HaulMatchKind;

typedef struct
{
  const guint8 *digest; /* (nullable) borrowed; NULL matches nothing */
  gint64 date;          /* unix seconds */
  guint flags;
  guint partner;                      /* out: index on the other side, or HAUL_MATCH_NONE */
  HaulMatchKind kind;                 /* out: by what */
  const HaulFingerprint *fingerprint; /* (nullable) borrowed; for haul_match_run_rewritten() */
  guint64 size;                       /* the same */
} HaulMatchEntry;

guint haul_match_run (HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right);
guint haul_match_run_rewritten (
    HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right, HaulRewriting rewriting);
HaulMatchKind
haul_match_classify (const HaulFingerprint *sent, guint64 sent_size, const HaulFingerprint *kept, guint64 kept_size);
gboolean haul_match_is_other_text (const HaulFingerprint *sent,
                                   guint64 sent_size,
                                   const HaulFingerprint *kept,
                                   guint64 kept_size);
HaulRewriting haul_match_compare (const HaulFingerprint *sent, const HaulFingerprint *kept);

G_END_DECLS
