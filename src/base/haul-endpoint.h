/* haul-endpoint.h - a mail server's host, port and kind of protection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulSecurity:
 * @HAUL_SECURITY_AUTO: not chosen yet: TLS first, STARTTLS where 993 is closed; never plain text
 * @HAUL_SECURITY_TLS: TLS from the first octet (RFC 8314)
 * @HAUL_SECURITY_STARTTLS: STARTTLS, required
 * @HAUL_SECURITY_NONE: plain text; loopback addresses, or by explicit consent
 */
typedef enum
{
  HAUL_SECURITY_AUTO,
  HAUL_SECURITY_TLS,
  HAUL_SECURITY_STARTTLS,
  HAUL_SECURITY_NONE,
} HaulSecurity;

typedef struct
{
  char *host;   /* (owned) as typed, without a final dot */
  guint16 port; /* 0: the usual one of @security */
  HaulSecurity security;
} HaulEndpoint;

HaulEndpoint *haul_endpoint_new (const char *host, guint16 port, HaulSecurity security);
HaulEndpoint *haul_endpoint_parse (const char *text, HaulSecurity security, GError **error);
HaulEndpoint *haul_endpoint_copy (const HaulEndpoint *endpoint);
void haul_endpoint_free (HaulEndpoint *endpoint);
guint16 haul_endpoint_get_port (const HaulEndpoint *endpoint);
gboolean haul_endpoint_is_loopback (const HaulEndpoint *endpoint);
char *haul_endpoint_dup_host_shown (const HaulEndpoint *endpoint);
char *haul_endpoint_to_string (const HaulEndpoint *endpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulEndpoint, haul_endpoint_free)

G_END_DECLS
