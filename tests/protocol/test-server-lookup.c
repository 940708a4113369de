/* test-server-lookup.c - from a user name to a server, with a DNS of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-probe.h"
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
  g_test_add_func ("/server-lookup/fallback", test_fallback);
  g_test_add_func ("/server-lookup/unreachable", test_unreachable);
  int status = g_test_run ();
  haul_test_certificates_free (certificates);
  return status;
}
