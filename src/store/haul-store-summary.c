/* haul-store-summary.c - a store with its counted folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "store/haul-discovery.h"

HaulStoreSummary *
haul_store_summary_ref (HaulStoreSummary *summary)
{
  g_atomic_ref_count_inc (&summary->ref_count);
  return summary;
}

void
haul_store_summary_unref (HaulStoreSummary *summary)
{
  if (!g_atomic_ref_count_dec (&summary->ref_count))
    return;
  haul_store_info_unref (summary->info);
  g_ptr_array_unref (summary->folders);
  g_clear_error (&summary->error);
  g_free (summary);
}

/**
 * haul_store_summary_get_totals:
 * @summary: a store
 * @totals: (out caller-allocates): messages, bytes, deleted, oldest and newest are set, nothing else is touched
 *
 * Adds up the folders that could be counted.
 */
void
haul_store_summary_get_totals (const HaulStoreSummary *summary, HaulFolder *totals)
{
  totals->messages = totals->bytes = totals->deleted = totals->oldest = totals->newest = 0;
  for (guint i = 0; i < summary->folders->len; i++)
    {
      const HaulFolder *folder = summary->folders->pdata[i];
      totals->messages += MAX (folder->messages, 0);
      totals->bytes += MAX (folder->bytes, 0);
      totals->deleted += MAX (folder->deleted, 0);
      if (folder->oldest != 0 && (totals->oldest == 0 || folder->oldest < totals->oldest))
        totals->oldest = folder->oldest;
      totals->newest = totals->newest == 0 ? folder->newest : MAX (totals->newest, folder->newest);
    }
}
