/* haul-store-process.h - a store read by a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-reader-slot.h"
#include "store/haul-store.h"

G_BEGIN_DECLS

#define HAUL_TYPE_STORE_PROCESS (haul_store_process_get_type ())
G_DECLARE_FINAL_TYPE (HaulStoreProcess, haul_store_process, HAUL, STORE_PROCESS, GObject)

HaulStore *haul_store_process_new (HaulStoreInfo *info);
HaulReaderSlot *haul_store_process_get_slot (HaulStoreProcess *self);

G_END_DECLS
