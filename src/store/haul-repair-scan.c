/* haul-repair-scan.c - finds out, while a message is measured, what of it calls for a repair
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * See:     haul-repair.h.
 */
#include "store/haul-repair-scan.h"

#include <string.h>

static const char from_word[] = "From ";

void
haul_repair_scan_init (HaulRepairScan *scan)
{
  *scan = (HaulRepairScan){ .in_header = TRUE };
}

static gboolean
has_8bit (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (data[i] >= 0x80)
      return TRUE;
  return FALSE;
}

static void
take_line (HaulRepairScan *self, const guint8 *data, gsize length, gboolean has_end)
{
  if (self->in_header && has_8bit (data, length))
    self->flaws |= HAUL_REPAIR_HEADER_8BIT;
  self->line += length;
  /* With the CR. */
  if (self->line > HAUL_REPAIR_LINE_MAX + 1)
    self->flaws |= HAUL_REPAIR_LONG_LINES;
  if (!has_end)
    return;
  if (self->line <= 1)
    self->in_header = FALSE;
  self->line = 0;
}

/**
 * haul_repair_scan_update:
 * @scan: a scan
 * @data: (array length=size): the next octets in wire form
 * @size: how many
 *
 * Looks at the next octets. Header fields of parts are not looked at, so that they alone never call for a repair.
 */
void
haul_repair_scan_update (HaulRepairScan *scan, const guint8 *data, gsize size)
{
  if (size == 0)
    return;
  for (gsize i = 0; i < size && scan->size + i == scan->n_from && scan->n_from < strlen (from_word); i++)
    if (data[i] == (guint8)from_word[scan->n_from])
      scan->n_from++;
  if (memchr (data, 0, size) != NULL)
    scan->flaws |= HAUL_REPAIR_NUL;
  scan->size += size;
  scan->last = data[size - 1];
  while (size > 0)
    {
      const guint8 *end = memchr (data, '\n', size);
      gsize length = end == NULL ? size : (gsize)(end - data);
      take_line (scan, data, length, end != NULL);
      length += end != NULL;
      data += length;
      size -= length;
    }
}

/**
 * haul_repair_scan_finish:
 * @scan: a scan that saw the whole message
 *
 * Returns: #HaulRepair: what it calls for
 */
guint
haul_repair_scan_finish (const HaulRepairScan *scan)
{
  if (scan->size == 0)
    return HAUL_REPAIR_EMPTY;
  return scan->flaws | (scan->last == '\n' ? 0 : HAUL_REPAIR_FINAL_CRLF)
         | (scan->n_from == strlen (from_word) ? HAUL_REPAIR_FROM_LINE : 0);
}
