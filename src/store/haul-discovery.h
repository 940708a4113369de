/* haul-discovery.h - what mail is on this computer?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-store.h"

G_BEGIN_DECLS

/**
 * HaulStoreSummary:
 *
 * A store with its counted folders. Shared between threads, never changed.
 */
typedef struct
{
  gatomicrefcount ref_count;
  HaulStoreInfo *info; /* (owned) */
  GPtrArray *folders;  /* (owned) (element-type HaulFolder) counted */
  GError *error;       /* (owned) (nullable) why the store cannot be read; folders is empty then */
} HaulStoreSummary;

HaulStoreSummary *haul_store_summary_ref (HaulStoreSummary *summary);
void haul_store_summary_unref (HaulStoreSummary *summary);
void haul_store_summary_get_totals (const HaulStoreSummary *summary, HaulFolder *totals);

/**
 * HaulDiscoveryFunc:
 * @summary: (nullable): a store found and counted; %NULL when only @place changed
 * @place: the folder being looked at, for a person
 *
 * Called on the thread of haul_discovery_run(), or in the caller's main context by haul_discovery_run_async().
 */
typedef void (*HaulDiscoveryFunc) (HaulStoreSummary *summary, const char *place, gpointer user_data);

GPtrArray *haul_discovery_run (
    const char *const *paths, HaulDiscoveryFunc func, gpointer user_data, GCancellable *cancellable, GError **error);
void haul_discovery_run_async (const char *const *paths,
                               HaulDiscoveryFunc func,
                               gpointer user_data,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer callback_data);
GPtrArray *haul_discovery_run_finish (GAsyncResult *result, GError **error);
char **haul_discovery_dup_default_paths (void);
HaulStore *haul_discovery_open_store (HaulStoreInfo *info, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulStoreSummary, haul_store_summary_unref)

G_END_DECLS
