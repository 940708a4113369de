/* haul-protection.c - the strongest protection a mail server was ever reached with; less is refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who sits on the way can close a port or garble a handshake, and so make a program try something weaker. A text file
 * remembers what worked: `mail.example.org 993 tls`. It only ever rises; who changed a server on purpose removes the
 * line. The usual ports, 993 and 143, count as one server, other ports as one each. Of this computer's own addresses
 * nothing is kept.
 *
 * Thread:  any; see haul-host-table.c.
 * See:     docs/wire.md
 */
#include "account/haul-protection.h"

#include "account/haul-host-table.h"

#define TLS_PORT 993
#define STARTTLS_PORT 143

static const char *const words[] = { "none", "old-tls", "starttls", "tls" };

/**
 * haul_protection_dup_path:
 *
 * Returns: (transfer full): where it is remembered for this user
 */
char *
haul_protection_dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "mailhaul", "protection", NULL);
}

/**
 * haul_protection_of_account:
 * @account: an account whose endpoint has its kind of protection
 *
 * How strongly a connection made for it is protected at least.
 */
HaulProtection
haul_protection_of_account (const HaulAccount *account)
{
  HaulSecurity security = account->endpoint->security;

  if (security == HAUL_SECURITY_NONE || security == HAUL_SECURITY_AUTO)
    return HAUL_PROTECTION_NONE;
  if (account->allow_old_tls)
    return HAUL_PROTECTION_OLD_TLS;
  return security == HAUL_SECURITY_TLS ? HAUL_PROTECTION_TLS : HAUL_PROTECTION_STARTTLS;
}

static guint16
get_key_port (const HaulEndpoint *endpoint)
{
  guint16 port = haul_endpoint_get_port (endpoint);
  return port == STARTTLS_PORT ? TLS_PORT : port;
}

/**
 * haul_protection_lookup:
 * @path: the file
 * @endpoint: a server
 *
 * What it was reached with. A file that cannot be read tells nothing.
 */
HaulProtection
haul_protection_lookup (const char *path, const HaulEndpoint *endpoint)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) values = haul_host_table_lookup (path, endpoint->host, get_key_port (endpoint), &error);
  HaulProtection known = HAUL_PROTECTION_NONE;

  if (error != NULL)
    g_info ("%s", error->message);
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    for (HaulProtection protection = 0; protection < G_N_ELEMENTS (words); protection++)
      if (g_str_equal (values[i], words[protection]))
        known = MAX (known, protection);
  return known;
}

/**
 * haul_protection_raise:
 * @path: the file; it and its folder are made
 * @endpoint: a server
 * @protection: what it was reached with just now
 * @error: return location
 *
 * Remembers it where it is more than before.
 *
 * Returns: %FALSE when it could not be written
 */
gboolean
haul_protection_raise (const char *path, const HaulEndpoint *endpoint, HaulProtection protection, GError **error)
{
  if (protection <= haul_protection_lookup (path, endpoint))
    return TRUE;
  return haul_host_table_replace (path, endpoint->host, get_key_port (endpoint), words[protection], error);
}

/**
 * haul_protection_is_enough:
 * @protection: what a connection would have
 * @known: what the server was reached with before
 * @is_chosen: a person asked for just this, by name
 *
 * Whether a password may be sent. STARTTLS instead of TLS may be chosen, since both end in the same protection; what
 * is less than that is not even for choice once there was more.
 */
gboolean
haul_protection_is_enough (HaulProtection protection, HaulProtection known, gboolean is_chosen)
{
  return protection >= known || (is_chosen && protection >= HAUL_PROTECTION_STARTTLS);
}
