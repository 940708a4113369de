/* haul-imap-tls.c - whom to trust: certificate and version, stricter than GIO alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIO accepts a name that stands in the common name only, a certificate made for clients, a weak key, and TLS 1.0
 * (measured, docs/wire.md); here they are refused. With pins, only a pinned certificate passes: another one on
 * a pinned host is a change to be told, however good it looks.
 *
 * Thread:  the session's.
 * See:     RFC 9525 (names), RFC 8314 §4.1 (version).
 */
#include "imap/haul-imap-tls.h"

#include <string.h>

#include "imap/haul-imap-certificate.h"
#include "imap/haul-imap-error.h"

#define SHA256_DIGITS 64

struct _HaulImapTls
{
  GTlsConnection *connection;   /* (owned) */
  GSocketConnectable *identity; /* (owned) */
  char *host;                   /* (owned) */
  GTlsDatabase *database;       /* (owned) (nullable) of the policy's file */
  char **pins;                  /* (owned) (nullable) */
  GTlsCertificate *seen;        /* (owned) (nullable) the certificate GIO asked about */
  guint seen_problems;          /* of @seen */
  gboolean allow_old;
};

/* The system's authorities and the policy's file each give an answer; the one that knows the issuer counts. */
static guint
ask_database (HaulImapTls *self, GTlsCertificate *certificate, guint problems)
{
  if (self->database == NULL || (problems & G_TLS_CERTIFICATE_UNKNOWN_CA) == 0)
    return problems;

  g_autoptr (GError) error = NULL;
  guint answer = g_tls_database_verify_chain (self->database, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                              self->identity, NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &error);
  if (error != NULL || (answer & (G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_GENERIC_ERROR)) != 0)
    return problems;
  return answer;
}

/* What a pin excuses: the problems it names; where it names none, all that may be pinned. */
static guint
get_excused (const char *pin)
{
  guint64 named;

  if (pin[SHA256_DIGITS] == '\0')
    return ~(guint)HAUL_IMAP_TLS_NEVER_PINNED;
  if (pin[SHA256_DIGITS] != ':'
      || !g_ascii_string_to_unsigned (pin + SHA256_DIGITS + 1, 16, 0, G_MAXUINT, &named, NULL))
    return 0;
  return (guint)named & ~(guint)HAUL_IMAP_TLS_NEVER_PINNED;
}

/**
 * haul_imap_tls_weigh:
 * @problems: what is wrong with a certificate, #GTlsCertificateFlags and #HaulImapCertificateProblem
 * @digest: its SHA-256, 64 hex digits
 * @pins: (nullable): the certificates that are trusted for this server: SHA-256, perhaps `:` and, in hex, the problems
 *   that were accepted
 *
 * Decides. On a pinned server another certificate is a change to be told, however good it looks; so is a problem of
 * the pinned one that nobody has accepted.
 *
 * Returns: 0 when the certificate may be used, else what is wrong
 */
guint
haul_imap_tls_weigh (guint problems, const char *digest, const char *const *pins)
{
  if (pins == NULL || pins[0] == NULL)
    return problems;
  for (guint i = 0; pins[i] != NULL; i++)
    if (strlen (digest) == SHA256_DIGITS && g_ascii_strncasecmp (pins[i], digest, SHA256_DIGITS) == 0)
      {
        gboolean is_excused = (problems & ~get_excused (pins[i])) == 0;
        return is_excused ? 0 : problems | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM;
      }
  return problems | HAUL_IMAP_CERTIFICATE_PIN_CHANGED;
}

/* 0 when the certificate may be used. */
static guint
judge (HaulImapTls *self, GTlsCertificate *certificate, guint gio_problems)
{
  guint problems = ask_database (self, certificate, gio_problems);

  if (!haul_imap_certificate_has_subject_alt_name (certificate))
    problems |= HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME;
  if (!haul_imap_certificate_is_strong (certificate))
    problems |= G_TLS_CERTIFICATE_INSECURE;
  if (!haul_imap_certificate_is_for_servers (certificate))
    problems |= HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS;
  g_autofree char *digest = haul_imap_certificate_dup_sha256 (certificate);
  return haul_imap_tls_weigh (problems, digest, (const char *const *)self->pins);
}

static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate, guint flags, gpointer data)
{
  HaulImapTls *self = data;

  g_set_object (&self->seen, certificate);
  self->seen_problems = flags;
  return judge (self, certificate, flags) == 0;
}

/**
 * haul_imap_tls_new:
 * @base: the raw connection
 * @host: the name to be certified, ASCII, no final dot
 * @port: its port
 * @policy: whom to trust; copied
 * @error: return location
 *
 * Prepares a handshake.
 *
 * Returns: (transfer full) (nullable): the TLS side, or %NULL when the policy's file cannot be read
 */
HaulImapTls *
haul_imap_tls_new (GIOStream *base, const char *host, guint16 port, const HaulImapTlsPolicy *policy, GError **error)
{
  static const char *const protocols[] = { "imap", NULL };
  g_autoptr (HaulImapTls) self = g_new0 (HaulImapTls, 1);

  self->host = g_strdup (host);
  self->identity = g_network_address_new (host, port);
  self->pins = g_strdupv ((char **)policy->pins);
  self->allow_old = policy->allow_old;
  if (policy->ca_file != NULL)
    {
      g_autofree char *path = g_canonicalize_filename (policy->ca_file, NULL);
      self->database = g_tls_file_database_new (path, error);
      if (self->database == NULL)
        {
          g_prefix_error (error, "%s: ", path);
          return NULL;
        }
    }
  self->connection = G_TLS_CONNECTION (g_tls_client_connection_new (base, self->identity, error));
  if (self->connection == NULL)
    return NULL;
  if (policy->client != NULL)
    g_tls_connection_set_certificate (self->connection, policy->client);
  g_tls_connection_set_advertised_protocols (self->connection, protocols);
  g_signal_connect (self->connection, "accept-certificate", G_CALLBACK (on_accept_certificate), self);
  return g_steal_pointer (&self);
}

void
haul_imap_tls_free (HaulImapTls *tls)
{
  if (tls->connection != NULL)
    g_signal_handlers_disconnect_by_data (tls->connection, tls);
  g_clear_object (&tls->connection);
  g_clear_object (&tls->identity);
  g_clear_object (&tls->database);
  g_clear_object (&tls->seen);
  g_strfreev (tls->pins);
  g_free (tls->host);
  g_free (tls);
}

GTlsConnection *
haul_imap_tls_get_connection (HaulImapTls *tls)
{
  return tls->connection;
}

static void
set_handshake_error (HaulImapTls *self, const GError *handshake_error, GError **error)
{
  if (self->seen != NULL && g_error_matches (handshake_error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    {
      guint problems = judge (self, self->seen, self->seen_problems);
      g_propagate_error (error, haul_imap_error_new_certificate (self->seen, problems, self->host));
      return;
    }
  switch (haul_imap_certificate_explain_handshake (handshake_error))
    {
    case HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOT_TLS:
      g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, handshake_error->message);
      break;
    case HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOTHING_IN_COMMON:
      g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TLS_TOO_OLD, "%s offers no TLS that is new enough: %s",
                   self->host, handshake_error->message);
      break;
    case HAUL_IMAP_CERTIFICATE_HANDSHAKE_BROKEN:
    default:
      g_propagate_error (error, g_error_copy (handshake_error));
    }
}

/**
 * haul_imap_tls_check:
 * @tls: a TLS side whose handshake ended
 * @handshake_error: (nullable): how it failed
 * @error: return location
 *
 * Says whether the connection may be used. Must be asked before the first octet is sent.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_CERTIFICATE, %HAUL_IMAP_ERROR_TLS_TOO_OLD or @handshake_error
 */
gboolean
haul_imap_tls_check (HaulImapTls *tls, const GError *handshake_error, GError **error)
{
  if (handshake_error != NULL)
    {
      set_handshake_error (tls, handshake_error, error);
      return FALSE;
    }

  /* GIO asks about a certificate only where it has doubts itself. */
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (tls->connection);
  if (certificate == NULL)
    {
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NO_TLS, "the server showed no certificate");
      return FALSE;
    }
  guint problems = judge (tls, certificate, g_tls_connection_get_peer_certificate_errors (tls->connection));
  if (problems != 0)
    {
      g_propagate_error (error, haul_imap_error_new_certificate (certificate, problems, tls->host));
      return FALSE;
    }
  if (!tls->allow_old && g_tls_connection_get_protocol_version (tls->connection) < G_TLS_PROTOCOL_VERSION_TLS_1_2)
    {
      g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TLS_TOO_OLD, "%s offers only TLS 1.1 or older", tls->host);
      return FALSE;
    }
  return TRUE;
}

/**
 * haul_imap_tls_dup_binding:
 * @connection: a connection whose handshake ended and was judged
 * @binding: which kind
 * @name: (out) (optional): its name as SCRAM writes it, static: `tls-exporter`, `tls-unique`, `tls-server-end-point`
 *
 * What binds a sign-in to this connection, so that nobody can pass it on over another (RFC 5056, RFC 5929, RFC 9266).
 *
 * Returns: (transfer full) (nullable): the octets; %NULL where the connection has none
 */
GBytes *
haul_imap_tls_dup_binding (GTlsConnection *connection, HaulImapTlsBinding binding, const char **name)
{
  static const char *const names[] = { "tls-unique", "tls-server-end-point", "tls-exporter" };
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  GTlsChannelBindingType type = G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT;

  /* tls-unique is not defined for TLS 1.3 (RFC 8446 §C.5). */
  if (binding == HAUL_IMAP_TLS_BINDING_CONNECTION)
    type = g_tls_connection_get_protocol_version (connection) >= G_TLS_PROTOCOL_VERSION_TLS_1_3
               ? G_TLS_CHANNEL_BINDING_TLS_EXPORTER
               : G_TLS_CHANNEL_BINDING_TLS_UNIQUE;
  if (name != NULL)
    *name = names[type];
  if (!g_tls_connection_get_channel_binding_data (connection, type, octets, NULL) || octets->len == 0)
    return NULL;
  return g_byte_array_free_to_bytes (g_steal_pointer (&octets));
}
