/* test-imap-certificates.c - authorities, bindings, old versions, what happens to a connection under TLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See: docs/wire.md.
 */
#include <string.h>

#include "haul-test-certificates.h"
#include "haul-test-server.h"
#include "imap/haul-imap-append.h"
#include "imap/haul-imap-certificate.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
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

static HaulImapSession *
open_at (HaulTestServer *server, const char *host, const char *pin, gboolean with_ca, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (host, haul_test_server_get_port (server), HAUL_SECURITY_TLS);
  const char *pins[] = { pin, NULL };
  HaulImapOptions options = { .endpoint = endpoint,
                              .ca_file = with_ca ? haul_test_certificates_get_ca_path (certificates) : NULL,
                              .pins = pins };
  return haul_imap_session_open (&options, NULL, error);
}

/* T-26: what a session that is resumed may skip is not the verdict. */
static void
test_resumption (void)
{
  g_autofree char *path = haul_test_certificates_make (certificates, FALSE, "dns_name = localhost\n" SERVER VALID);
  g_autofree char *digest = digest_of (path);
  g_autofree char *pin = g_strdup_printf ("%s:%x", digest, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_autofree char *clean = g_strdup_printf ("%s:0", digest);
  const struct
  {
    const char *pin;
    guint problems;
  } steps[] = {
    { pin, 0 },
    { NULL, G_TLS_CERTIFICATE_UNKNOWN_CA },
    { pin, 0 },
    { clean, G_TLS_CERTIFICATE_UNKNOWN_CA | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM },
    { pin, 0 },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:ffff",
      G_TLS_CERTIFICATE_UNKNOWN_CA | HAUL_IMAP_CERTIFICATE_PIN_CHANGED },
    { NULL, G_TLS_CERTIFICATE_UNKNOWN_CA },
  };
  g_autoptr (HaulTestServer) server = haul_test_server_new (path, "T\n" GREET, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulImapSession) session = open_at (server, "localhost", steps[i].pin, TRUE, &error);

      g_assert_cmpint (session != NULL, ==, steps[i].problems == 0);
      if (session == NULL)
        g_assert_cmphex (haul_imap_error_get_problems (error), ==, steps[i].problems);
    }
}

/* One extension of a ClientHello (RFC 8446 §4.1.2), or NULL. */
static const guint8 *
find_extension (GBytes *hello, guint type, gsize *length)
{
  gsize size;
  const guint8 *octets = g_bytes_get_data (hello, &size);
  gsize at = 5 + 4 + 2 + 32;

  g_assert_cmpuint (size, >, at);
  g_assert_cmpuint (octets[0], ==, 0x16);
  at += 1 + octets[at];
  at += 2 + (gsize)(octets[at] << 8 | octets[at + 1]);
  g_assert_cmpuint (octets[at], ==, 1); /* one way of compression: none */
  g_assert_cmpuint (octets[at + 1], ==, 0);
  for (at += 2 + 2; at + 4 <= size; at += 4 + *length)
    {
      *length = (gsize)(octets[at + 2] << 8 | octets[at + 3]);
      if ((guint)(octets[at] << 8 | octets[at + 1]) == type)
        return octets + at + 4;
    }
  return NULL;
}

/* What clients said by now, once it is more than so many octets and ends like that. */
static GBytes *
wait_for_octets (HaulTestServer *server, gsize least, const char *end)
{
  for (gint64 deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;; g_usleep (10000))
    {
      g_autoptr (GBytes) octets = haul_test_server_dup_octets (server);
      gsize length = strlen (end), size;
      const char *data = g_bytes_get_data (octets, &size);
      if (size > least && size >= length && memcmp (data + size - length, end, length) == 0)
        return g_steal_pointer (&octets);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

/* What is said before anything is known: the protocol, the name without its dot; no data yet, no compression (S-10). */
static void
test_hello (void)
{
  enum
  {
    SERVER_NAME = 0,
    ALPN = 16,
    PRE_SHARED_KEY = 41,
    EARLY_DATA = 42
  };
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);
  g_autoptr (HaulTestServer) server = haul_test_server_new (path, "T\n" GREET, "L 100\nX", NULL);
  g_autoptr (GError) error = NULL;
  HaulImapSession *first = open_at (server, "localhost.", NULL, TRUE, &error);
  gsize length;

  g_assert_no_error (error);
  haul_imap_session_close (first);
  g_autoptr (GBytes) before = wait_for_octets (server, 0, "LOGOUT\r\n");
  g_assert_null (open_at (server, "localhost.", NULL, TRUE, &error));
  g_autoptr (GBytes) begun = wait_for_octets (server, g_bytes_get_size (before), "");
  g_autofree char *heard = haul_test_server_stop (server, NULL);
  g_autoptr (GBytes) all = haul_test_server_dup_octets (server);
  g_autoptr (GBytes) hello
      = g_bytes_new_from_bytes (all, g_bytes_get_size (before), g_bytes_get_size (all) - g_bytes_get_size (before));
  const guint8 *alpn = find_extension (hello, ALPN, &length);
  g_assert_cmpmem (alpn, length, "\0\5\4imap", 7);
  const guint8 *name = find_extension (hello, SERVER_NAME, &length);
  g_assert_cmpmem (name + 5, length - 5, "localhost", 9);
  g_assert_null (find_extension (hello, EARLY_DATA, &length));
  g_test_message ("the session is %sresumed", find_extension (hello, PRE_SHARED_KEY, &length) == NULL ? "not " : "");
}

static gboolean
keep_body (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  return TRUE;
}

#define IN                                                                                                             \
  "T\nS * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\nC AUTHENTICATE PLAIN *\n"                                   \
  "S $ OK [CAPABILITY IMAP4rev1 UIDPLUS] in\nC STATUS *\nS * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\n"      \
  "S $ OK\n"

static HaulImapSession *
sign_in (HaulTestServer *server)
{
  g_autoptr (HaulSecret) secret = haul_secret_new ("x");
  HaulImapCredentials credentials = { .user = "alice", .secret = secret };
  g_autoptr (GError) error = NULL;
  HaulImapSession *session = open_at (server, "localhost", NULL, TRUE, &error);

  g_assert_no_error (error);
  haul_imap_session_login (session, &credentials, NULL, &error);
  g_assert_no_error (error);
  return session;
}

/* T-22: an end that TLS did not announce is no end of an answer; what it was about is not known, and never a success.
 */
static void
test_truncation (void)
{
  static const char *const ends[]
      = { "s $ OK [APPENDUID 7 9\nX", "s $ OK [APPENDUID 7 9] done\nX", "s $ O\nX", "X", "R" };
  static const char text[] = "Subject: x\r\n\r\nx\r\n";
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *script
          = g_strdup_printf (IN "C APPEND *\nS + go\nL %" G_GSIZE_FORMAT "\n%s", strlen (text) + 2, ends[i]);
      g_autoptr (HaulTestServer) server = haul_test_server_new (path, script, NULL);
      g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text, strlen (text), NULL);
      HaulImapAppend append = { .mailbox = "x", .internal_date = 981000000, .size = strlen (text), .body = body };
      HaulImapAppendUid uid = { 0 };
      g_autoptr (GError) error = NULL;
      HaulImapSession *session = sign_in (server);

      g_assert_false (haul_imap_append_run (session, &append, &uid, NULL, &error));
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED);
      g_assert_cmpuint (uid.uid, ==, 0);
      haul_imap_session_close (session);
    }
}

static void
test_truncated_literal (void)
{
  g_autofree char *path = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\n" SERVER VALID);
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (path,
                              IN "C EXAMINE *\nS * 1 EXISTS\nS * OK [UIDVALIDITY 7] x\nS * OK [UIDNEXT 2] x\nS $ OK\n"
                                 "C UID FETCH *\ns * 1 FETCH (UID 1 BODY[] {100}\\r\\nhalf a mess\nX",
                              NULL);
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) error = NULL;
  HaulImapSession *session = sign_in (server);

  g_assert_true (haul_imap_mailbox_examine (session, "INBOX", &status, NULL, &error));
  g_assert_false (haul_imap_fetch_body (session, 1, keep_body, NULL, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED);
  haul_imap_session_close (session);
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
      g_test_add_func ("/imap-certificates/resumption", test_resumption);
      g_test_add_func ("/imap-certificates/hello", test_hello);
      g_test_add_func ("/imap-certificates/truncation", test_truncation);
      g_test_add_func ("/imap-certificates/truncated-literal", test_truncated_literal);
    }
  int status = g_test_run ();
  haul_test_certificates_free (certificates);
  return status;
}
