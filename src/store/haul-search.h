/* haul-search.h - one search for mail: walk, count, report
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-discovery.h"

G_BEGIN_DECLS

typedef struct
{
  HaulDiscoveryFunc func; /* (nullable) */
  gpointer user_data;
  GPtrArray *found; /* (owned) (element-type HaulStoreSummary) */
  GHashTable *seen; /* (owned) device and inode of each store's path */
  gint64 last_place_us;
} HaulSearch;

void haul_search_init (HaulSearch *self, HaulDiscoveryFunc func, gpointer user_data);
void haul_search_clear (HaulSearch *self);
gboolean haul_search_look_in (
    HaulSearch *self, const char *root, gboolean is_asked_for, GCancellable *cancellable, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulSearch, haul_search_clear)

G_END_DECLS
