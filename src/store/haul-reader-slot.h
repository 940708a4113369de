/* haul-reader-slot.h - the process that has a store open, started when it is needed and again after it died
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-reader-process.h"
#include "store/haul-store.h"

G_BEGIN_DECLS

typedef struct _HaulReaderSlot HaulReaderSlot;

HaulReaderSlot *haul_reader_slot_new (HaulStoreInfo *info);
HaulReaderSlot *haul_reader_slot_ref (HaulReaderSlot *slot);
void haul_reader_slot_unref (HaulReaderSlot *slot);
void haul_reader_slot_set_patience (HaulReaderSlot *slot, guint milliseconds);
HaulReaderProcess *haul_reader_slot_open (HaulReaderSlot *slot, GCancellable *cancellable, GError **error);
guint haul_reader_slot_get_serial (const HaulReaderSlot *slot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulReaderSlot, haul_reader_slot_unref)

G_END_DECLS
