/* haul-client-thunderbird.c - where Thunderbird and SeaMonkey keep their mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each folder NAME has its index beside it, NAME.msf. Half of what was deleted and not yet compacted is marked in the
 * index alone, which is not read, so a person is told what to do first.
 *
 * Thread:  any; blocks.
 * See:     docs/stores.md
 */
#include "store/haul-client-thunderbird.h"

#include "store/haul-formats.h"

#include <string.h>

static gboolean
has_index (GPtrArray *names)
{
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < names->len; i++)
    g_hash_table_add (set, names->pdata[i]);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *folder = g_str_has_suffix (name, ".msf") ? g_strndup (name, strlen (name) - 4) : NULL;

      if (folder != NULL && g_hash_table_contains (set, folder))
        return TRUE;
    }
  return FALSE;
}

static HaulStoreInfo *
recognise (const char *directory, GPtrArray *names)
{
  const HaulFormat *format = has_index (names) ? haul_formats_sniff (directory, NULL) : NULL;

  if (format == NULL)
    return NULL;
  HaulStoreInfo *info = haul_store_info_new ("Thunderbird", format->name, HAUL_GRADE_GOOD, directory);
  info->warning
      = g_strdup ("Mail that was deleted in Thunderbird may still be in its files and would be copied. To prevent "
                  "that, choose Compact Folders in Thunderbird's File menu first.");
  return info;
}

const HaulClient haul_client_thunderbird = {
  .program = "Thunderbird",
  .recognise = recognise,
};
