/* haul-protection.h - the strongest protection a mail server was ever reached with; less is refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"

G_BEGIN_DECLS

/**
 * HaulProtection:
 * @HAUL_PROTECTION_NONE: plain text, or nothing known
 * @HAUL_PROTECTION_OLD_TLS: TLS of any age, by consent
 * @HAUL_PROTECTION_STARTTLS: TLS 1.2 or newer, after some words in the open
 * @HAUL_PROTECTION_TLS: TLS 1.2 or newer from the first octet
 */
typedef enum
{
  HAUL_PROTECTION_NONE,
  HAUL_PROTECTION_OLD_TLS,
  HAUL_PROTECTION_STARTTLS,
  HAUL_PROTECTION_TLS,
} HaulProtection;

char *haul_protection_dup_path (void);
HaulProtection haul_protection_of_account (const HaulAccount *account);
HaulProtection haul_protection_lookup (const char *path, const HaulEndpoint *endpoint);
gboolean
haul_protection_raise (const char *path, const HaulEndpoint *endpoint, HaulProtection protection, GError **error);
gboolean haul_protection_is_enough (HaulProtection protection, HaulProtection known, gboolean is_chosen);

G_END_DECLS
