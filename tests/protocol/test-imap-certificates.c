/* test-imap-certificates.c - authorities, bindings, old versions, what happens to a connection under TLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See: docs/wire.md.
 */
#include <string.h>

#include "haul-test-certificates.h"
#include "haul-test-server.h"
#include "imap/haul-imap-certificate.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-session.h"
#include "imap/haul-imap-transport.h"

#define GREET "S * OK [CAPABILITY IMAP4rev1] ready\nC LOGOUT"
#define UPGRADE                                                                                                        \
  "S * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC STARTTLS\nS $ OK go\nT\n"                                           \
  "C CAPABILITY\nS * CAPABILITY IMAP4rev1\nS $ OK\nC LOGOUT"

#define VALID "expiration_days = 2\n"
#define SERVER "tls_www_server\n"

typedef enum
{
  PIN_NONE,
  PIN_THIS,
} Pin;

static HaulTestCertificates *certificates;

static char *
digest_of (const char *path)
{
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  return haul_imap_certificate_dup_sha256 (certificate);
}

static gboolean
try (const char *path, const char *host, const char *pin, gboolean with_ca, HaulSecurity security, GError **error)
{
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (path, security == HAUL_SECURITY_TLS ? "T\n" GREET : UPGRADE, NULL);
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (host, haul_test_server_get_port (server), security);
  const char *pins[] = { pin, NULL };
  HaulImapOptions options = { .endpoint = endpoint,
                              .ca_file = with_ca ? haul_test_certificates_get_ca_path (certificates) : NULL,
                              .pins = pins };
  g_autoptr (HaulImapSession) session = haul_imap_session_open (&options, NULL, error);

  return session != NULL;
}

/* The file's authorities stand beside the system's; without it nobody knows ours. */
static void
test_unknown_authority (void)
{
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);
  g_autoptr (GError) error = NULL;

  g_assert_false (try (path, "localhost", NULL, FALSE, HAUL_SECURITY_TLS, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE);
  g_assert_cmphex (haul_imap_error_get_problems (error), ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
}

static void
test_missing_file (void)
{
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);
  g_autoptr (HaulTestServer) server = haul_test_server_new (path, "T\n" GREET, NULL);
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("localhost", haul_test_server_get_port (server), HAUL_SECURITY_TLS);
  HaulImapOptions options = { .endpoint = endpoint, .ca_file = "/nonexistent/ca.pem" };
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_imap_session_open (&options, NULL, &error));
  g_assert_nonnull (strstr (error->message, "/nonexistent/ca.pem"));
}

/* RFC 5929 §4: of an ECDSA-with-SHA256 certificate, the binding to the server is the certificate's SHA-256. */
static void
test_bindings (void)
{
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);
  g_autofree char *digest = digest_of (path);
  g_autoptr (HaulTestServer) server = haul_test_server_new (path, "T\n" GREET, NULL);
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("localhost", haul_test_server_get_port (server), HAUL_SECURITY_TLS);
  HaulImapTlsPolicy policy = { .ca_file = haul_test_certificates_get_ca_path (certificates) };
  g_autoptr (GBytes) connection_octets = NULL;
  g_autoptr (GBytes) server_octets = NULL;
  const char *name = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulImapTransport) transport = haul_imap_transport_connect (endpoint, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (haul_imap_transport_dup_binding (transport, HAUL_IMAP_TLS_BINDING_CONNECTION, &name));
  g_assert_true (haul_imap_transport_start_tls (transport, &policy, NULL, &error));
  connection_octets = haul_imap_transport_dup_binding (transport, HAUL_IMAP_TLS_BINDING_CONNECTION, &name);
  g_assert_nonnull (connection_octets);
  g_assert_cmpstr (name, ==, "tls-exporter");
  g_assert_cmpuint (g_bytes_get_size (connection_octets), ==, 32);
  server_octets = haul_imap_transport_dup_binding (transport, HAUL_IMAP_TLS_BINDING_SERVER, &name);
  g_assert_nonnull (server_octets);
  g_assert_cmpstr (name, ==, "tls-server-end-point");
  g_assert_cmpuint (g_bytes_get_size (server_octets), ==, 32);
  for (gsize i = 0; i < 32; i++)
    {
      g_autofree char *pair = g_strdup_printf ("%02x", ((const guint8 *)g_bytes_get_data (server_octets, NULL))[i]);
      g_assert_true (strncmp (pair, digest + 2 * i, 2) == 0);
    }
}

/* Both sides are made to speak TLS 1.1 by G_TLS_GNUTLS_PRIORITY, which GIO reads once a process. */
static void
test_old_version (void)
{
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);
  g_autofree char *digest = digest_of (path);

  for (HaulSecurity security = HAUL_SECURITY_TLS; security <= HAUL_SECURITY_STARTTLS; security++)
    for (Pin pin = PIN_NONE; pin <= PIN_THIS; pin++)
      {
        g_autoptr (GError) error = NULL;
        g_assert_false (try (path, "localhost", pin == PIN_THIS ? digest : NULL, TRUE, security, &error));
        if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC))
          {
            g_test_skip ("this system's GnuTLS does not speak TLS 1.1 at all");
            return;
          }
        g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TLS_TOO_OLD);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  certificates = haul_test_certificates_new ();
  if (certificates == NULL)
    {
      g_print ("1..0 # SKIP certtool (gnutls-bin) is not installed\n");
      return 0;
    }
  if (g_getenv ("G_TLS_GNUTLS_PRIORITY") != NULL)
    g_test_add_func ("/imap-certificates/old-version", test_old_version);
  else
    {
      g_test_add_func ("/imap-certificates/unknown-authority", test_unknown_authority);
      g_test_add_func ("/imap-certificates/missing-file", test_missing_file);
      g_test_add_func ("/imap-certificates/bindings", test_bindings);
    }
  int status = g_test_run ();
  haul_test_certificates_free (certificates);
  return status;
}
