/* haul-source.h - a folder of a store, read for copying
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "journal/haul-item.h"
#include "migrate/haul-plan.h"

G_BEGIN_DECLS

typedef struct
{
  HaulStoreInfo *info; /* (owned) */
  HaulFolder *folder;  /* (owned) */
  HaulStore *store;    /* (owned) (nullable) */
  HaulReader *reader;  /* (owned) (nullable) */
} HaulSource;

HaulSource *haul_source_open (const HaulPlanFolder *folder, GCancellable *cancellable, GError **error);
void haul_source_free (HaulSource *source);
gboolean haul_source_reopen (HaulSource *source, GCancellable *cancellable, GError **error);
HaulMessage *haul_source_next (HaulSource *source, GCancellable *cancellable, GError **error);
gboolean haul_source_measure (HaulSource *source, HaulMessage *message, GCancellable *cancellable, GError **error);
gboolean
haul_source_repair (HaulSource *source, HaulMessage *message, guint wanted, GCancellable *cancellable, GError **error);
GInputStream *haul_source_load (
    HaulSource *source, const HaulItem *item, const char *spool_dir, GCancellable *cancellable, GError **error);
const char *haul_source_get_code (const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulSource, haul_source_free)

G_END_DECLS
