/* haul-reader-slot.c - the process that has a store open, started when it is needed and again after it died
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a process died of is the business of the call that saw it.
 *
 * Thread:  any one thread at a time; blocks.
 * Errors:  as haul-reader-process.c.
 */
#include "store/haul-reader-slot.h"

struct _HaulReaderSlot
{
  gatomicrefcount ref_count;
  HaulStoreInfo *info;        /* (owned) */
  HaulReaderProcess *process; /* (owned) (nullable) */
  guint serial;               /* how many processes were started */
  guint patience_ms;
};

/* (transfer full): nothing is started yet. */
HaulReaderSlot *
haul_reader_slot_new (HaulStoreInfo *info)
{
  HaulReaderSlot *self = g_new0 (HaulReaderSlot, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->info = haul_store_info_ref (info);
  self->patience_ms = HAUL_READER_PROCESS_PATIENCE_MS;
  return self;
}

HaulReaderSlot *
haul_reader_slot_ref (HaulReaderSlot *slot)
{
  g_atomic_ref_count_inc (&slot->ref_count);
  return slot;
}

void
haul_reader_slot_unref (HaulReaderSlot *slot)
{
  if (!g_atomic_ref_count_dec (&slot->ref_count))
    return;
  g_clear_pointer (&slot->process, haul_reader_process_free);
  haul_store_info_unref (slot->info);
  g_free (slot);
}

/**
 * haul_reader_slot_set_patience:
 * @slot: a slot
 * @milliseconds: how long the next process may be silent while it owes an answer
 */
void
haul_reader_slot_set_patience (HaulReaderSlot *slot, guint milliseconds)
{
  slot->patience_ms = milliseconds;
}

/**
 * haul_reader_slot_open:
 * @slot: a slot
 * @cancellable: (nullable): to stop it
 * @error: return location; why the store cannot be opened
 *
 * Makes sure that a process runs and has the store open.
 *
 * Returns: (transfer none) (nullable): the process
 */
HaulReaderProcess *
haul_reader_slot_open (HaulReaderSlot *slot, GCancellable *cancellable, GError **error)
{
  if (slot->process != NULL && haul_reader_process_is_alive (slot->process))
    return slot->process;
  g_clear_pointer (&slot->process, haul_reader_process_free);
  g_autoptr (HaulReaderProcess) process
      = haul_reader_process_start (slot->info->path, slot->patience_ms, cancellable, error);
  if (process == NULL
      || !haul_reader_process_send (process, HAUL_FRAME_OPEN, g_variant_new ("(s)", slot->info->format), cancellable,
                                    error)
      || !haul_reader_process_expect_end (process, cancellable, error))
    return NULL;
  slot->process = g_steal_pointer (&process);
  slot->serial++;
  return slot->process;
}

/* A number that changes with each process started; 0 before the first. */
guint
haul_reader_slot_get_serial (const HaulReaderSlot *slot)
{
  return slot->serial;
}
