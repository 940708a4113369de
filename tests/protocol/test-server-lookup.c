/* test-server-lookup.c - from a user name to a server, with a DNS of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-certificate.h"
#include "account/haul-pins.h"
#include "account/haul-probe.h"
#include "account/haul-protection.h"
#include "account/haul-server-lookup.h"
#include "haul-test-certificates.h"
#include "haul-test-resolver.h"
#include "haul-test-server.h"
#include "imap/haul-imap-error.h"

static HaulTestResolver *resolver;
static HaulTestCertificates *certificates;

static void
test_domain (void)
{
  static const struct
  {
    const char *user;
    const char *domain;
  } cases[] = {
    { "bob@example.org", "example.org" },
    { "bob@Example.ORG", "example.org" },
    { "corp.example.org\\bob", "corp.example.org" },
    { "corp.example.org/bob/alias", "corp.example.org" },
    { "bob@example.org\\shared@other.example", "example.org" },
    { "CORP\\bob@example.org", "example.org" },
    { "bob@b\303\274cher.example", "xn--bcher-kva.example" },
    { "CORP\\bob", NULL },
    { "bob", NULL },
    { "bob.smith", NULL },
    { "bob@localhost", NULL },
    { "bob@10.0.0.1", NULL },
    { "bob@..", NULL },
    { "bob@exa mple.org", NULL },
    { "bob@", NULL },
    { "", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *domain = haul_server_lookup_dup_domain (cases[i].user);
      g_test_message ("%s", cases[i].user);
      g_assert_cmpstr (domain, ==, cases[i].domain);
    }
}

static char *
look_up (const char *user, GError **error)
{
  g_autoptr (GPtrArray) endpoints = haul_server_lookup_run (user, NULL, error);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; endpoints != NULL && i < endpoints->len; i++)
    {
      HaulEndpoint *endpoint = endpoints->pdata[i];
      g_autofree char *where = haul_endpoint_to_string (endpoint);
      g_string_append_printf (text, "%s/%d ", where, endpoint->security);
    }
  return endpoints == NULL ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_lookup (void)
{
  g_autoptr (GError) error = NULL;

  haul_test_resolver_clear (resolver);
  g_assert_null (look_up ("bob@example.test", &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER);
  g_clear_error (&error);
  g_assert_null (look_up ("CORP\\bob", &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER);
  g_clear_error (&error);

  haul_test_resolver_add_name (resolver, "mail.example.test", "127.0.0.1");
  g_autofree char *guessed = look_up ("bob@example.test", &error);
  g_assert_cmpstr (guessed, ==, "mail.example.test:993/0 ");

  haul_test_resolver_add_name (resolver, "imap.example.test", "127.0.0.1");
  haul_test_resolver_add_service (resolver, "_imap._tcp.example.test", "a.example.test", 143);
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "b.example.test.", 9993);
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "example.test", 993);
  g_autofree char *named = look_up ("example.test\\bob", &error);
  g_assert_cmpstr (named, ==,
                   "b.example.test:9993/1 example.test:993/1 a.example.test:143/2 imap.example.test:993/0 "
                   "mail.example.test:993/0 ");
}

/* A forged answer must not lead a password away. */
static void
test_foreign (void)
{
  g_autoptr (GError) error = NULL;

  haul_test_resolver_clear (resolver);
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "imap.attacker.test", 993);
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "badexample.test", 993);
  haul_test_resolver_add_service (resolver, "_imap._tcp.example.test", ".", 0);
  g_assert_null (look_up ("bob@example.test", &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER);
  g_assert_nonnull (strstr (error->message, "imap.attacker.test"));
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  haul_test_resolver_clear (resolver);
  haul_test_resolver_set_silent (resolver, TRUE);
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_null (haul_server_lookup_run ("bob@example.test", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 600 * 1000);
  g_thread_join (thread);
}

#define GREET "S * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\n"
#define REST                                                                                                           \
  "C AUTHENTICATE PLAIN *\nS $ OK [CAPABILITY IMAP4rev1 MOVE NAMESPACE] in\nC STATUS *\nS $ OK\n"                      \
  "C NAMESPACE\nS * NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\nS $ OK\nC LIST \"\" \"*\"\n"                               \
  "S * LIST () \".\" INBOX\nS * LIST () \".\" \"INBOX.Sent Items\"\nS * LIST () \".\" INBOX.Work.Drafts\n"             \
  "S * LIST (\\Trash) \".\" INBOX.Bin\nS * LIST () \".\" INBOX.Trash\nS $ OK\nC LOGOUT"

static HaulProbeResult *
probe (GError **error)
{
  g_autoptr (HaulAccount) account = haul_account_new ("bob@example.test", NULL);

  account->secret = haul_secret_new ("x");
  account->ca_file = g_strdup (haul_test_certificates_get_ca_path (certificates));
  return haul_probe_run (account, NULL, NULL, NULL, error);
}

static void
test_probe (void)
{
  g_autofree char *certificate
      = haul_test_certificates_make (certificates, TRUE,
                                     "dns_name = b.example.test\ntls_www_server\nexpiration_days = 2\n");
  g_autoptr (HaulTestServer) server = haul_test_server_new (certificate, "T\n" GREET REST, NULL);
  g_autoptr (GError) error = NULL;

  haul_test_resolver_clear (resolver);
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "b.example.test",
                                  haul_test_server_get_port (server));
  haul_test_resolver_add_name (resolver, "b.example.test", "127.0.0.1");
  g_autoptr (HaulProbeResult) result = probe (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (result->account->endpoint->host, ==, "b.example.test");
  g_assert_cmpstr (result->server->prefix, ==, "INBOX.");
  g_assert_cmpuint (result->server->mailboxes->len, ==, 5);
  g_assert_cmpstr (haul_server_find_role (result->server, HAUL_ROLE_SENT)->name, ==, "INBOX.Sent Items");
  g_assert_cmpstr (haul_server_find_role (result->server, HAUL_ROLE_TRASH)->name, ==, "INBOX.Bin");
  g_assert_null (haul_server_find_role (result->server, HAUL_ROLE_DRAFTS));
  g_assert_cmpint (haul_server_find_name (result->server, "INBOX.Trash")->role, ==, HAUL_ROLE_NONE);
}

/* A mailbox named without a domain is searched where the one who opens it is at home. */
static void
test_other_mailbox (void)
{
  g_autoptr (HaulAccount) account = haul_account_new ("sales", NULL);
  g_autoptr (GError) error = NULL;

  haul_test_resolver_clear (resolver);
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "b.example.test", 1);
  haul_test_resolver_add_name (resolver, "b.example.test", "127.0.0.1");
  account->authenticate_as = g_strdup ("bob@example.test");
  account->secret = haul_secret_new ("x");
  g_assert_null (haul_probe_run (account, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* 993 is closed, 143 offers STARTTLS; then one that offers nothing, which gets no password. */
static void
test_fallback (void)
{
  g_autofree char *certificate
      = haul_test_certificates_make (certificates, TRUE,
                                     "dns_name = imap.example.test\ntls_www_server\nexpiration_days = 2\n");
  g_autoptr (HaulTestServer) server
      = haul_test_server_new_at ("127.9.8.7", 143, certificate,
                                 "S * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC STARTTLS\nS $ OK go\nT\nC "
                                 "CAPABILITY\n"
                                 "S * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\nS $ OK\n" REST);
  g_autoptr (HaulTestServer) open = haul_test_server_new_at ("127.9.8.8", 143, NULL, GREET);
  g_autoptr (GError) error = NULL;

  if (server == NULL || open == NULL)
    {
      g_test_skip ("port 143 cannot be had here");
      return;
    }
  haul_test_resolver_clear (resolver);
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.9.8.7");
  g_autoptr (HaulProbeResult) result = probe (&error);
  g_assert_no_error (error);
  g_assert_cmpint (result->account->endpoint->security, ==, HAUL_SECURITY_STARTTLS);
  g_assert_cmpuint (result->account->endpoint->port, ==, 143);

  haul_test_resolver_add_name (resolver, "imap.example.test", "127.9.8.8");
  g_assert_null (probe (&error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NO_TLS);
  g_autofree char *heard = haul_test_server_stop (open, NULL);
  g_assert_cmpstr (heard, ==, "");
}

/* What is kept of servers; each test begins without. */
static void
forget_servers (void)
{
  g_autofree char *pins = haul_pins_dup_path ();
  g_autofree char *protection = haul_protection_dup_path ();

  haul_test_resolver_clear (resolver);
  g_unlink (pins);
  g_unlink (protection);
}

static char *
make_certificate (void)
{
  return haul_test_certificates_make (certificates, TRUE,
                                      "dns_name = imap.example.test\ntls_www_server\nexpiration_days = 2\n");
}

#define STARTTLS_SCRIPT                                                                                                \
  "S * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC STARTTLS\nS $ OK go\nT\nC CAPABILITY\n"                             \
  "S * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\nS $ OK\n" REST

static HaulProbeResult *
probe_at (HaulSecurity security, guint16 port, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("imap.example.test", port, security);
  g_autoptr (HaulAccount) account = haul_account_new ("bob@example.test", endpoint);

  account->secret = haul_secret_new ("x");
  account->ca_file = g_strdup (haul_test_certificates_get_ca_path (certificates));
  account->allow_plaintext = TRUE;
  return haul_probe_run (account, NULL, NULL, NULL, error);
}

/* Once TLS worked, a closed port 993 does not lead to STARTTLS, and no wish leads to plain text. */
static void
test_ratchet (void)
{
  g_autofree char *certificate = make_certificate ();
  g_autoptr (HaulTestServer) better = haul_test_server_new_at ("127.9.8.5", 993, certificate, "T\n" GREET REST);
  g_autoptr (HaulTestServer) worse = haul_test_server_new_at ("127.9.8.6", 143, certificate, STARTTLS_SCRIPT);
  g_autoptr (GError) error = NULL;

  if (better == NULL || worse == NULL)
    {
      g_test_skip ("ports 143 and 993 cannot be had here");
      return;
    }
  forget_servers ();
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.9.8.5");
  g_autoptr (HaulProbeResult) first = probe (&error);
  g_assert_no_error (error);
  g_assert_cmpint (first->account->endpoint->security, ==, HAUL_SECURITY_TLS);

  haul_test_resolver_clear (resolver);
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.9.8.6");
  g_assert_null (probe (&error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_WEAKER);
  g_clear_error (&error);
  g_assert_null (probe_at (HAUL_SECURITY_AUTO, 143, &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_WEAKER);
  g_clear_error (&error);
  g_assert_null (probe_at (HAUL_SECURITY_NONE, 143, &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_WEAKER);
  g_clear_error (&error);
  g_assert_cmpuint (haul_test_server_count_connections (worse), ==, 0);

  g_autoptr (HaulProbeResult) chosen = probe_at (HAUL_SECURITY_STARTTLS, 143, &error);
  g_assert_no_error (error);
  g_assert_cmpint (chosen->account->endpoint->security, ==, HAUL_SECURITY_STARTTLS);
}

/* What fails where TLS is spoken is not tried without it, whatever DNS offers: here the certificate is a stranger's. */
static void
test_no_second_way (void)
{
  g_autofree char *stranger
      = haul_test_certificates_make (certificates, FALSE, "dns_name = a.example.test\nexpiration_days = 2\n");
  g_autofree char *certificate = make_certificate ();
  g_autoptr (HaulTestServer) first = haul_test_server_new (stranger, "T\n" GREET, NULL);
  g_autoptr (HaulTestServer) second = haul_test_server_new (certificate, STARTTLS_SCRIPT, NULL);
  g_autoptr (GError) error = NULL;

  forget_servers ();
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "a.example.test",
                                  haul_test_server_get_port (first));
  haul_test_resolver_add_service (resolver, "_imap._tcp.example.test", "imap.example.test",
                                  haul_test_server_get_port (second));
  haul_test_resolver_add_name (resolver, "a.example.test", "127.0.0.1");
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.0.0.1");
  g_assert_null (probe (&error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE);
  g_assert_cmpuint (haul_test_server_count_connections (first), ==, 1);
  /* imap.example.test is asked once more, as a guess, where nothing listens. */
  g_assert_cmpuint (haul_test_server_count_connections (second), ==, 0);
}

/* A password that was refused under TLS is not tried under STARTTLS. */
static void
test_one_level (void)
{
  g_autofree char *certificate = make_certificate ();
  g_autoptr (HaulTestServer) first
      = haul_test_server_new_at ("127.9.8.4", 993, certificate,
                                 "T\n" GREET "C AUTHENTICATE PLAIN *\nS $ NO [AUTHENTICATIONFAILED] wrong");
  g_autoptr (HaulTestServer) second = haul_test_server_new_at ("127.9.8.4", 143, certificate, STARTTLS_SCRIPT);
  g_autoptr (GError) error = NULL;

  if (first == NULL || second == NULL)
    {
      g_test_skip ("ports 143 and 993 cannot be had here");
      return;
    }
  forget_servers ();
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.9.8.4");
  g_assert_null (probe (&error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED);
  g_assert_cmpuint (haul_test_server_count_connections (first), ==, 1);
  g_assert_cmpuint (haul_test_server_count_connections (second), ==, 0);
}

/* A kept pin counts for its host and port, also where the server was found by a search and an authority vouches. */
static void
test_kept_pins (void)
{
  static const char other[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1";
  g_autofree char *certificate = make_certificate ();
  g_autofree char *path = haul_pins_dup_path ();
  g_autoptr (HaulTestServer) server = haul_test_server_new (certificate, "T\n" GREET REST, NULL);
  guint16 port = haul_test_server_get_port (server);
  g_autoptr (GError) error = NULL;

  forget_servers ();
  haul_test_resolver_add_service (resolver, "_imaps._tcp.example.test", "imap.example.test", port);
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.0.0.1");
  g_assert_true (haul_pins_add (path, "imap.example.test", port, other, NULL));
  g_assert_null (probe (&error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE);
  g_autoptr (HaulCertificate) words = haul_certificate_new_from_error (error);
  g_assert_true (words->is_changed);
  g_clear_error (&error);

  g_autoptr (HaulAccount) account = haul_account_new ("bob@example.test", NULL);
  account->secret = haul_secret_new ("x");
  account->ca_file = g_strdup (haul_test_certificates_get_ca_path (certificates));
  haul_account_trust_once (account, "imap.example.test", port == 993 ? 994 : 993, words->pin);
  g_assert_null (haul_probe_run (account, NULL, NULL, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE);
  g_clear_error (&error);
  haul_account_trust_once (account, "imap.example.test", port, words->pin);
  g_autoptr (HaulProbeResult) result = haul_probe_run (account, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_unreachable (void)
{
  g_autoptr (GError) error = NULL;

  haul_test_resolver_clear (resolver);
  haul_test_resolver_add_name (resolver, "imap.example.test", "127.9.8.9");
  haul_test_resolver_add_name (resolver, "mail.example.test", "127.9.8.9");
  g_assert_null (probe (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("config.XXXXXX", NULL);

  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  certificates = haul_test_certificates_new ();
  if (certificates == NULL)
    {
      g_print ("1..0 # SKIP certtool (gnutls-bin) is not installed\n");
      return 0;
    }
  resolver = haul_test_resolver_install ();
  g_test_add_func ("/server-lookup/domain", test_domain);
  g_test_add_func ("/server-lookup/lookup", test_lookup);
  g_test_add_func ("/server-lookup/foreign", test_foreign);
  g_test_add_func ("/server-lookup/cancel", test_cancel);
  g_test_add_func ("/server-lookup/probe", test_probe);
  g_test_add_func ("/server-lookup/probe-other-mailbox", test_other_mailbox);
  g_test_add_func ("/server-lookup/fallback", test_fallback);
  g_test_add_func ("/server-lookup/ratchet", test_ratchet);
  g_test_add_func ("/server-lookup/no-second-way", test_no_second_way);
  g_test_add_func ("/server-lookup/one-level", test_one_level);
  g_test_add_func ("/server-lookup/kept-pins", test_kept_pins);
  g_test_add_func ("/server-lookup/unreachable", test_unreachable);
  int status = g_test_run ();
  forget_servers ();
  g_autofree char *folder = g_build_filename (home, "mailhaul", NULL);
  g_rmdir (folder);
  g_rmdir (home);
  haul_test_certificates_free (certificates);
  return status;
}
