/* haul-client-outlook-express.c - where Outlook Express 5 and 6 keep their mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * See:     docs/stores.md
 */
#include "store/haul-client-outlook-express.h"

#include "store/haul-dbx-directory.h"

#include <string.h>

static gboolean
holds_mail (const char *directory, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      if (!haul_dbx_directory_is_candidate (name))
        continue;
      g_autofree char *path = g_build_filename (directory, name, NULL);
      HaulDbxKind kind = haul_dbx_kind_from_path (path);
      if (kind == HAUL_DBX_KIND_MESSAGES || kind == HAUL_DBX_KIND_FOLDERS)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_guid (const char *name)
{
  gsize length = strlen (name);

  return length == 38 && name[0] == '{' && name[length - 1] == '}';
}

/* The directory under which Windows keeps one directory a user: the name after it is the user's. */
static gboolean
holds_users (const char *name)
{
  return g_ascii_strcasecmp (name, "Documents and Settings") == 0 || g_ascii_strcasecmp (name, "Profiles") == 0
         || g_ascii_strcasecmp (name, "Users") == 0;
}

/* …/Documents and Settings/anna/Local Settings/Application Data/Identities/{GUID}/Microsoft/Outlook Express */
static char *
guess_owner (const char *directory)
{
  g_auto (GStrv) names = g_strsplit (directory, G_DIR_SEPARATOR_S, -1);
  const char *owner = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (holds_users (names[i]) && names[i + 1] != NULL && names[i + 1][0] != '\0' && names[i + 2] != NULL)
        owner = names[i + 1];
      else if (owner == NULL && i > 0 && is_guid (names[i]) && g_ascii_strcasecmp (names[i - 1], "Identities") == 0)
        owner = names[i];
    }
  return owner == NULL ? NULL : g_filename_display_name (owner);
}

static HaulStoreInfo *
recognise (const char *directory, GPtrArray *names)
{
  if (!holds_mail (directory, names))
    return NULL;
  HaulStoreInfo *info = haul_store_info_new ("Outlook Express", "dbx", HAUL_GRADE_EXACT, directory);
  info->owner = guess_owner (directory);
  return info;
}

const HaulClient haul_client_outlook_express = {
  .program = "Outlook Express",
  .recognise = recognise,
};
