/* haul-endpoint.c - a mail server's host, port and kind of protection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; a plain value.
 */
#include "base/haul-endpoint.h"

#include <gio/gio.h>
#include <string.h>

/**
 * haul_endpoint_new:
 * @host: host name or address literal
 * @port: port, 0 for the usual one
 * @security: kind of protection
 *
 * Makes an endpoint; one final dot of @host is dropped, since no certificate names it.
 *
 * Returns: (transfer full): the endpoint
 */
HaulEndpoint *
haul_endpoint_new (const char *host, guint16 port, HaulSecurity security)
{
  HaulEndpoint *self = g_new0 (HaulEndpoint, 1);

  self->host = g_strdup (host);
  if (g_str_has_suffix (self->host, ".") && self->host[1] != '\0')
    self->host[strlen (self->host) - 1] = '\0';
  self->port = port;
  self->security = security;
  return self;
}

/* Those of East Asia are written together, and with Latin letters (UTS 39, highly restrictive). */
static gboolean
fits (GUnicodeScript script, GUnicodeScript *seen)
{
  static const GUnicodeScript together[]
      = { G_UNICODE_SCRIPT_LATIN,    G_UNICODE_SCRIPT_HAN,    G_UNICODE_SCRIPT_HIRAGANA,
          G_UNICODE_SCRIPT_KATAKANA, G_UNICODE_SCRIPT_HANGUL, G_UNICODE_SCRIPT_BOPOMOFO };

  if (script == G_UNICODE_SCRIPT_COMMON || script == G_UNICODE_SCRIPT_INHERITED)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (together); i++)
    if (script == together[i])
      script = G_UNICODE_SCRIPT_LATIN;
  if (*seen == G_UNICODE_SCRIPT_INVALID_CODE)
    *seen = script;
  return *seen == script;
}

/* A label of letters of several alphabets is how names are forged that look like others. */
static gboolean
mixes_alphabets (const char *host)
{
  GUnicodeScript seen = G_UNICODE_SCRIPT_INVALID_CODE;

  for (const char *p = host; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == '.')
        seen = G_UNICODE_SCRIPT_INVALID_CODE;
      else if (!fits (g_unichar_get_script (g_utf8_get_char (p)), &seen))
        return TRUE;
    }
  return FALSE;
}

/**
 * haul_endpoint_parse:
 * @text: `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`
 * @security: kind of protection
 * @error: return location
 *
 * Reads what a person typed as the server.
 *
 * Returns: (transfer full) (nullable): the endpoint, or %NULL with %G_IO_ERROR_INVALID_ARGUMENT
 */
HaulEndpoint *
haul_endpoint_parse (const char *text, HaulSecurity security, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *bracketed = NULL;
  const char *subject = trimmed;
  g_autoptr (GSocketConnectable) address = NULL;
  g_autoptr (GError) local_error = NULL;

  if (g_hostname_is_ip_address (trimmed) && strchr (trimmed, ':') != NULL)
    subject = bracketed = g_strdup_printf ("[%s]", trimmed);
  if (*subject != '\0' && g_utf8_validate (subject, -1, NULL) && strpbrk (subject, " \t/\\@\r\n\"'") == NULL)
    address = g_network_address_parse (subject, 0, &local_error);
  if (address == NULL || *g_network_address_get_hostname (G_NETWORK_ADDRESS (address)) == '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is not a server name; write it like mail.example.org or mail.example.org:993", trimmed);
      return NULL;
    }
  if (mixes_alphabets (g_network_address_get_hostname (G_NETWORK_ADDRESS (address))))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” mixes letters of different alphabets, as forged names do; type the server’s name by hand",
                   trimmed);
      return NULL;
    }
  return haul_endpoint_new (g_network_address_get_hostname (G_NETWORK_ADDRESS (address)),
                            g_network_address_get_port (G_NETWORK_ADDRESS (address)), security);
}

HaulEndpoint *
haul_endpoint_copy (const HaulEndpoint *endpoint)
{
  return haul_endpoint_new (endpoint->host, endpoint->port, endpoint->security);
}

void
haul_endpoint_free (HaulEndpoint *endpoint)
{
  g_free (endpoint->host);
  g_free (endpoint);
}

/**
 * haul_endpoint_get_port:
 * @endpoint: an endpoint
 *
 * The port to connect to (RFC 8314: 993 for TLS, 143 otherwise).
 */
guint16
haul_endpoint_get_port (const HaulEndpoint *endpoint)
{
  if (endpoint->port != 0)
    return endpoint->port;
  return endpoint->security == HAUL_SECURITY_STARTTLS || endpoint->security == HAUL_SECURITY_NONE ? 143 : 993;
}

gboolean
haul_endpoint_is_loopback (const HaulEndpoint *endpoint)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (endpoint->host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (endpoint->host, "localhost") == 0;
}

/**
 * haul_endpoint_dup_host_shown:
 * @endpoint: an endpoint
 *
 * Returns: (transfer full): the host for people; where its letters are not ASCII's, the form that is asked for as well
 */
char *
haul_endpoint_dup_host_shown (const HaulEndpoint *endpoint)
{
  g_autofree char *ascii = g_hostname_to_ascii (endpoint->host);

  if (ascii == NULL || g_ascii_strcasecmp (ascii, endpoint->host) == 0)
    return g_strdup (endpoint->host);
  return g_strdup_printf ("%s (%s)", endpoint->host, ascii);
}

/**
 * haul_endpoint_to_string:
 * @endpoint: an endpoint
 *
 * Returns: (transfer full): `host:port`, an IPv6 address in brackets
 */
char *
haul_endpoint_to_string (const HaulEndpoint *endpoint)
{
  gboolean v6 = strchr (endpoint->host, ':') != NULL;
  return g_strdup_printf (v6 ? "[%s]:%u" : "%s:%u", endpoint->host, haul_endpoint_get_port (endpoint));
}
