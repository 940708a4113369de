/* haul-walk.h - looks for stores below a path
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-store.h"

G_BEGIN_DECLS

/**
 * HaulWalkFunc:
 * @info: (nullable): a store that was found; %NULL when only @place changed
 * @place: the directory being looked at, UTF-8, for a person
 */
typedef void (*HaulWalkFunc) (HaulStoreInfo *info, const char *place, gpointer user_data);

gboolean
haul_walk_run (const char *root, HaulWalkFunc func, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
