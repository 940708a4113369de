/* haul-dbx-offsets.h - which places of a DBX file have been visited
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GHashTable *pages; /* (owned) (element-type guint guint8*) */
} HaulDbxOffsets;

void haul_dbx_offsets_init (HaulDbxOffsets *self);
void haul_dbx_offsets_clear (HaulDbxOffsets *self);
gboolean haul_dbx_offsets_add (HaulDbxOffsets *self, guint32 offset);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulDbxOffsets, haul_dbx_offsets_clear)

G_END_DECLS
