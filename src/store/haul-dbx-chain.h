/* haul-dbx-chain.h - the segments a message's text is stored in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"
#include "store/haul-dbx-offsets.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_DBX_CHAIN_SEGMENT, /* a piece of text */
  HAUL_DBX_CHAIN_END,     /* the text is complete */
  HAUL_DBX_CHAIN_BROKEN,  /* the rest cannot be found */
  HAUL_DBX_CHAIN_SHARED,  /* the rest was seen before: in this message or in another one */
  HAUL_DBX_CHAIN_ERROR,
} HaulDbxChainStep;

typedef struct
{
  HaulDbxFile *file;    /* borrowed */
  HaulDbxOffsets *seen; /* borrowed */
  guint32 next;         /* the next segment; 0 = end */
  gboolean is_broken;
} HaulDbxChain;

void haul_dbx_chain_init (HaulDbxChain *self, HaulDbxFile *file, HaulDbxOffsets *seen, guint32 first);
HaulDbxChainStep haul_dbx_chain_next (HaulDbxChain *self, guint64 *offset, gsize *length, GError **error);

G_END_DECLS
