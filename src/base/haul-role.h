/* haul-role.h - what a folder or mailbox is for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulRole:
 *
 * Special folders are matched by role and not by name (RFC 6154 on the server's side).
 */
typedef enum
{
  HAUL_ROLE_NONE,
  HAUL_ROLE_INBOX,
  HAUL_ROLE_OUTBOX,
  HAUL_ROLE_SENT,
  HAUL_ROLE_DRAFTS,
  HAUL_ROLE_TRASH,
  HAUL_ROLE_JUNK,
  HAUL_ROLE_ARCHIVE,
  HAUL_ROLE_TEMPLATES,
} HaulRole;

#define HAUL_N_ROLES (HAUL_ROLE_TEMPLATES + 1)

const char *haul_role_to_string (HaulRole role);
HaulRole haul_role_from_string (const char *text);
HaulRole haul_role_guess (const char *name);
gboolean haul_role_is_no_mail (const char *name);

G_END_DECLS
