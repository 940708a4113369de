/* haul-reader-service.h - mailhaul-reader's side of the frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-store.h"

G_BEGIN_DECLS

/**
 * HaulReaderFound:
 * @info: (nullable): a store; %NULL when only @place changed
 * @place: the folder being looked at
 */
typedef void (*HaulReaderFound) (HaulStoreInfo *info, const char *place, gpointer user_data);

/**
 * HaulReaderBackend:
 * @walk: looks for stores under @root
 * @open: (transfer full): opens @path as a store of @format
 *
 * What is served.
 */
typedef struct
{
  gboolean (*walk) (
      const char *root, HaulReaderFound found, gpointer user_data, GCancellable *cancellable, GError **error);
  HaulStore *(*open) (const char *format, const char *path, GError **error);
} HaulReaderBackend;

void haul_reader_service_run (int in, int out, const HaulReaderBackend *backend);

G_END_DECLS
