/* haul-dbx-tree.h - the values of a DBX file's tree, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"
#include "store/haul-dbx-offsets.h"

G_BEGIN_DECLS

typedef struct
{
  HaulDbxFile *file;     /* (owned) */
  GArray *path;          /* (owned) nodes from the root to the current one */
  HaulDbxOffsets nodes;  /* visited */
  HaulDbxOffsets values; /* returned */
  guint64 n_values;      /* returned so far */
  gboolean is_damaged;   /* a part of the tree could not be followed */
} HaulDbxTree;

HaulDbxTree *haul_dbx_tree_new (HaulDbxFile *file);
void haul_dbx_tree_free (HaulDbxTree *self);
gboolean haul_dbx_tree_next (HaulDbxTree *self, guint32 *value, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulDbxTree, haul_dbx_tree_free)

G_END_DECLS
