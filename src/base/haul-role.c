/* haul-role.c - what a folder or mailbox is for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "base/haul-role.h"

#include "base/haul-role-names.h"

static const char *const words[HAUL_N_ROLES] = {
  [HAUL_ROLE_NONE] = "none", [HAUL_ROLE_INBOX] = "inbox",     [HAUL_ROLE_OUTBOX] = "outbox",
  [HAUL_ROLE_SENT] = "sent", [HAUL_ROLE_DRAFTS] = "drafts",   [HAUL_ROLE_TRASH] = "trash",
  [HAUL_ROLE_JUNK] = "junk", [HAUL_ROLE_ARCHIVE] = "archive", [HAUL_ROLE_TEMPLATES] = "templates",
};

const char *
haul_role_to_string (HaulRole role)
{
  return words[role];
}

HaulRole
haul_role_from_string (const char *text)
{
  for (HaulRole role = HAUL_ROLE_NONE; role < HAUL_N_ROLES; role++)
    if (g_strcmp0 (text, words[role]) == 0)
      return role;
  return HAUL_ROLE_NONE;
}

static char *
fold (const char *name)
{
  g_autofree char *composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);

  return composed == NULL ? NULL : g_utf8_strdown (composed, -1);
}

/**
 * haul_role_guess:
 * @name: a top-level folder's name, UTF-8
 *
 * Guesses a role from a name; used only where neither the store nor the server tells it.
 *
 * Returns: the role; NONE also for a name that means different things to different programs
 */
HaulRole
haul_role_guess (const char *name)
{
  g_autofree char *folded = fold (name);

  return folded == NULL ? HAUL_ROLE_NONE : haul_role_names_find (folded);
}

/**
 * haul_role_is_no_mail:
 * @name: a top-level folder's name, UTF-8
 *
 * Returns: whether groupware servers keep appointments, addresses and the like under this name, in one of the languages
 *   known: mail that is put there cannot be read
 */
gboolean
haul_role_is_no_mail (const char *name)
{
  g_autofree char *folded = fold (name);

  return folded != NULL && haul_role_names_is_other (folded);
}
