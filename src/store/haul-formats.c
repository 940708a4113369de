/* haul-formats.c - the table of formats: how bytes are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; a constant table.
 */
#include "store/haul-formats.h"

#include "store/haul-format-dbx.h"
#include "store/haul-format-eml.h"
#include "store/haul-format-maildir.h"
#include "store/haul-format-mbox.h"

/* In the order of sniffing: the surest magic first, plain text last. */
static const HaulFormat *const formats[] = {
  &haul_format_dbx, &haul_format_maildir, &haul_format_mbox, &haul_format_eml, NULL,
};

const HaulFormat *
haul_formats_find (const char *name)
{
  for (gsize i = 0; formats[i] != NULL; i++)
    if (g_str_equal (formats[i]->name, name))
      return formats[i];
  return NULL;
}

/**
 * haul_formats_sniff:
 * @path: a file or directory
 * @head: (nullable): its first 4 KiB; %NULL for a directory
 *
 * Tells the format by magic octets and layout, never by the name's ending alone.
 *
 * Returns: (nullable): the format
 */
const HaulFormat *
haul_formats_sniff (const char *path, GBytes *head)
{
  for (gsize i = 0; formats[i] != NULL; i++)
    if (formats[i]->sniff (path, head))
      return formats[i];
  return NULL;
}
