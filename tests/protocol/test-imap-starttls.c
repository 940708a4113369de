/* test-imap-starttls.c - STARTTLS that goes well, signing in, plain text; what attacks it: test-imap-attacks.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See: docs/wire.md.
 */
#include <string.h>

#include "haul-test-certificates.h"
#include "haul-test-server.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-session.h"
#include "imap/haul-imap-transport.h"

#define PASSWORD "Zq7-marker"

static HaulTestCertificates *certificates;
static char *good; /* a certificate that is trusted */

/* Opens and signs in; returns the session only when all of it went well. */
static HaulImapSession *
sign_in (HaulTestServer *server, HaulSecurity security, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("localhost", haul_test_server_get_port (server), security);
  HaulImapOptions options = { .endpoint = endpoint, .ca_file = haul_test_certificates_get_ca_path (certificates) };
  g_autoptr (HaulImapSession) session = haul_imap_session_open (&options, NULL, error);
  g_autoptr (HaulSecret) secret = haul_secret_new (PASSWORD);
  HaulImapCredentials credentials = { .user = "alice", .secret = secret };

  if (session == NULL || !haul_imap_session_login (session, &credentials, NULL, error))
    return NULL;
  return g_steal_pointer (&session);
}

#define OFFER "S * OK ready\nC CAPABILITY\nS * CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\nS $ OK\n"
#define INBOX "C STATUS \"INBOX\" *\nS * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nS $ OK\n"

/* The good way, with nothing pipelined behind STARTTLS and the capabilities asked twice again. */
static void
test_upgrade (void)
{
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (good,
                              OFFER "C STARTTLS\nS $ OK go\nT\n"
                                    "C CAPABILITY\nS * CAPABILITY IMAP4rev1 AUTH=PLAIN\nS $ OK\n"
                                    "C AUTHENTICATE PLAIN\nS +\nc AGFsaWNlAFpxNy1tYXJrZXI=\nS $ OK in\n"
                                    "C CAPABILITY\nS * CAPABILITY IMAP4rev1 MOVE\nS $ OK\n" INBOX "C LOGOUT",
                              NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;
  HaulImapSession *session = sign_in (server, HAUL_SECURITY_STARTTLS, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (haul_imap_session_get_capabilities (session), ==, HAUL_IMAP_CAPABILITY_MOVE);
  haul_imap_session_close (session);
  g_autofree char *heard = haul_test_server_stop (server, &problem);
  g_assert_cmpstr (problem, ==, NULL);
  g_assert_true (g_str_has_suffix (heard, " LOGOUT\r\n"));
}

static void
test_plaintext_outside (void)
{
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, "S * OK ready", NULL);
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("0.0.0.0", haul_test_server_get_port (server), HAUL_SECURITY_NONE);
  g_autoptr (GError) error = NULL;

  /* It leads to this computer, but does not say so. */
  HaulImapOptions options = { .endpoint = endpoint };
  g_autoptr (HaulImapSession) session = haul_imap_session_open (&options, NULL, &error);
  g_assert_null (session);
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NO_TLS);
  g_assert_cmpuint (haul_test_server_count_connections (server), ==, 0);
  g_clear_error (&error);

  options.allow_plaintext = TRUE;
  g_assert_null (haul_imap_session_open (&options, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT);
}

typedef struct
{
  const char *name;
  HaulImapMechanism mechanism;
  const char *script;
  int code; /* -1: signs in */
} Login;

#define READY(words) "S * OK [CAPABILITY IMAP4rev1 " words "] ready\n"
#define BLOB "AGFsaWNlAFpxNy1tYXJrZXI="

static const Login logins[] = {
  { "initial response", HAUL_IMAP_MECHANISM_AUTO,
    READY ("AUTH=PLAIN SASL-IR") "C AUTHENTICATE PLAIN " BLOB "\nS $ OK [CAPABILITY IMAP4rev1] in\n" INBOX, -1 },
  { "refused without a code, then LOGIN", HAUL_IMAP_MECHANISM_AUTO,
    READY ("AUTH=PLAIN SASL-IR") "C AUTHENTICATE PLAIN *\nS $ NO AUTHENTICATE failed.\n"
                                 "C LOGIN \"alice\" \"" PASSWORD "\"\nS $ OK [CAPABILITY IMAP4rev1] in\n" INBOX,
    -1 },
  { "two attempts at most", HAUL_IMAP_MECHANISM_AUTO,
    READY ("AUTH=PLAIN SASL-IR") "C AUTHENTICATE PLAIN *\nS $ NO AUTHENTICATE failed.\nC LOGIN *\nS $ NO LOGIN failed.",
    HAUL_IMAP_ERROR_LOGIN_REFUSED },
  { "one where the server is sure", HAUL_IMAP_MECHANISM_AUTO,
    READY ("AUTH=PLAIN SASL-IR") "C AUTHENTICATE PLAIN *\nS $ NO [AUTHENTICATIONFAILED] wrong",
    HAUL_IMAP_ERROR_LOGIN_REFUSED },
  { "no password in the open where LOGIN is disabled", HAUL_IMAP_MECHANISM_AUTO,
    READY ("AUTH=PLAIN AUTH=LOGIN SASL-IR LOGINDISABLED"), HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED },
  { "LOGIN only", HAUL_IMAP_MECHANISM_AUTO,
    READY ("IDLE") "C LOGIN \"alice\" \"" PASSWORD "\"\nS $ OK\nC CAPABILITY\nS * CAPABILITY IMAP4rev1\nS $ OK\n" INBOX,
    -1 },
  { "nothing on offer", HAUL_IMAP_MECHANISM_AUTO, READY ("AUTH=KERBEROS_V4 LOGINDISABLED"),
    HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED },
  { "PLAIN wanted, not offered", HAUL_IMAP_MECHANISM_PLAIN, READY ("IDLE"), HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED },
  { "referral (S-06)", HAUL_IMAP_MECHANISM_LOGIN,
    READY ("IDLE") "C LOGIN *\nS $ NO [REFERRAL imap://;AUTH=*@attacker.example/] go there",
    HAUL_IMAP_ERROR_LOGIN_REFUSED },
  { "in, but not connected", HAUL_IMAP_MECHANISM_LOGIN,
    READY ("IDLE") "C LOGIN *\nS $ OK [CAPABILITY IMAP4rev1]\nC STATUS *\n"
                   "S $ BAD User is authenticated but not connected.",
    HAUL_IMAP_ERROR_NOT_CONNECTED },
  { "in, but no mailbox", HAUL_IMAP_MECHANISM_LOGIN,
    READY ("IDLE") "C LOGIN *\nS $ OK [CAPABILITY IMAP4rev1]\nC STATUS *\nS $ NO no replica",
    HAUL_IMAP_ERROR_NOT_CONNECTED },
  { "throttled", HAUL_IMAP_MECHANISM_AUTO,
    READY ("AUTH=PLAIN SASL-IR") "C AUTHENTICATE PLAIN *\n"
                                 "S $ BAD Request is throttled. Suggested Backoff Time: 297523 milliseconds",
    HAUL_IMAP_ERROR_THROTTLED },
  { "BYE", HAUL_IMAP_MECHANISM_LOGIN, READY ("IDLE") "C LOGIN *\nS * BYE go away\nX", HAUL_IMAP_ERROR_BYE },
  { "OK before the answer was given", HAUL_IMAP_MECHANISM_PLAIN, READY ("AUTH=PLAIN") "C AUTHENTICATE PLAIN\nS $ OK in",
    HAUL_IMAP_ERROR_PROTOCOL },
  { "a second challenge", HAUL_IMAP_MECHANISM_PLAIN,
    READY ("AUTH=PLAIN") "C AUTHENTICATE PLAIN\nS + \nc " BLOB "\nS + more", HAUL_IMAP_ERROR_PROTOCOL },
};

static void
test_logins (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, logins[i].script, NULL);
      g_autoptr (HaulEndpoint) endpoint
          = haul_endpoint_new ("127.0.0.1", haul_test_server_get_port (server), HAUL_SECURITY_NONE);
      HaulImapOptions options = { .endpoint = endpoint };
      g_autoptr (HaulSecret) secret = haul_secret_new (PASSWORD);
      HaulImapCredentials credentials = { .user = "alice", .secret = secret, .mechanism = logins[i].mechanism };
      g_autoptr (GError) error = NULL;
      g_autofree char *problem = NULL;
      HaulImapSession *session = haul_imap_session_open (&options, NULL, &error);

      g_test_message ("%s", logins[i].name);
      g_assert_no_error (error);
      g_assert_cmpint (haul_imap_session_login (session, &credentials, NULL, &error), ==, logins[i].code == -1);
      if (logins[i].code != -1)
        g_assert_error (error, HAUL_IMAP_ERROR, logins[i].code);
      haul_imap_session_close (session);
      g_free (haul_test_server_stop (server, &problem));
      g_assert_cmpstr (problem, ==, NULL);
      g_assert_cmpuint (haul_test_server_count_connections (server), ==, 1);
    }
}

/* What cannot be quoted goes as a counted literal; what cannot be sent at all never leaves. */
static void
test_awkward_secrets (void)
{
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (NULL,
                              READY ("IDLE") "C LOGIN \"alice\" {9}\nS + go\nc p\303\244ss w\303\266\nS $ NO wrong\nC "
                                             "LOGIN \"alice\" \"p\\\\\\\"w\"\nS $ NO wrong",
                              NULL);
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("127.0.0.1", haul_test_server_get_port (server), HAUL_SECURITY_NONE);
  HaulImapOptions options = { .endpoint = endpoint };
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;
  HaulImapSession *session = haul_imap_session_open (&options, NULL, &error);
  static const struct
  {
    const char *password;
    int code;
  } cases[] = {
    { "p\303\244ss w\303\266", HAUL_IMAP_ERROR_LOGIN_REFUSED },
    { "two\r\nb LOGOUT", HAUL_IMAP_ERROR_UNSAFE_TEXT },
    { "p\\\"w", HAUL_IMAP_ERROR_LOGIN_REFUSED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HaulSecret) secret = haul_secret_new (cases[i].password);
      HaulImapCredentials credentials = { .user = "alice", .secret = secret };
      g_assert_false (haul_imap_session_login (session, &credentials, NULL, &error));
      g_assert_error (error, HAUL_IMAP_ERROR, cases[i].code);
      g_clear_error (&error);
    }
  haul_imap_session_close (session);
  g_free (haul_test_server_stop (server, &problem));
  g_assert_cmpstr (problem, ==, NULL);
}

static GString *logged;

static GLogWriterOutput
keep_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autofree char *line = g_log_writer_format_fields (level, fields, n_fields, FALSE);
  g_string_append (logged, line);
  return G_LOG_WRITER_HANDLED;
}

/* In a process of its own, since the writer cannot be taken back. */
static void
test_transcript (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }
  logged = g_string_new (NULL);
  g_log_set_writer_func (keep_log, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, logins[i].script, NULL);
      g_autoptr (HaulImapSession) session = sign_in (server, HAUL_SECURITY_NONE, NULL);
    }
  g_assert_nonnull (strstr (logged->str, "AUTHENTICATE"));
  g_assert_nonnull (strstr (logged->str, "LOGIN"));
  g_assert_null (strstr (logged->str, PASSWORD));
  g_assert_null (strstr (logged->str, BLOB));
  g_string_free (logged, TRUE);
}

static void
dawdle (HaulImapStep step, gpointer user_data)
{
  if (step == HAUL_IMAP_STEP_CONNECTED)
    g_usleep (100000);
}

/* Whether the greeting came before or after our first octet, this is a server without TLS and not an attack. */
static void
test_greeting_in_clear (void)
{
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, "S * OK ready", NULL);
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("localhost", haul_test_server_get_port (server), HAUL_SECURITY_TLS);
  HaulImapOptions options = { .endpoint = endpoint, .step = dawdle };
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulImapSession) session = haul_imap_session_open (&options, NULL, &error);

  g_assert_null (session);
  g_assert_true (error->domain == G_TLS_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  haul_imap_transport_set_limits (&(HaulImapTimeLimits){
      .connect_ms = 5000, .tls_ms = 1500, .greeting_ms = 1500, .command_ms = 1000, .append_ms = 1000 });
  certificates = haul_test_certificates_new ();
  if (certificates == NULL)
    {
      g_print ("1..0 # SKIP certtool (gnutls-bin) is not installed\n");
      return 0;
    }
  good
      = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\ntls_www_server\nexpiration_days = 2\n");
  g_test_add_func ("/imap-starttls/upgrade", test_upgrade);
  g_test_add_func ("/imap-starttls/greeting-in-clear", test_greeting_in_clear);
  g_test_add_func ("/imap-starttls/plaintext-outside", test_plaintext_outside);
  g_test_add_func ("/imap-starttls/logins", test_logins);
  g_test_add_func ("/imap-starttls/awkward-secrets", test_awkward_secrets);
  g_test_add_func ("/imap-starttls/transcript", test_transcript);
  int status = g_test_run ();
  g_free (good);
  haul_test_certificates_free (certificates);
  return status;
}
