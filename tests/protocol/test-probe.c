/* test-probe.c - finding out how a mailbox is reached, against a real Dovecot (run by support/with-dovecot)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-probe.h"
#include "imap/haul-imap-error.h"

static HaulAccount *
new_account (const char *port_variable, HaulSecurity security, const char *user, const char *password)
{
  guint16 port = (guint16)g_ascii_strtoull (g_getenv (port_variable), NULL, 10);
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("localhost", port, security);
  HaulAccount *account = haul_account_new (user, endpoint);

  account->secret = password == NULL ? NULL : haul_secret_new (password);
  account->ca_file = g_strdup (g_getenv ("IMAP_CA"));
  return account;
}

/* Steps as letters: small when one begins, capital when it is done. */
static void
on_step (HaulProbeStep step, gboolean is_done, const char *detail, gpointer user_data)
{
  g_string_append_c (user_data, (is_done ? "LCTSM" : "lctsm")[step]);
}

static void
test_auto (void)
{
  static const struct
  {
    const char *port_variable;
    HaulSecurity found;
    const char *steps;
  } cases[] = {
    { "IMAPS_PORT", HAUL_SECURITY_TLS, "lLcCtTsSmM" },
    { "IMAP_PORT", HAUL_SECURITY_STARTTLS, "lLcCtcCtTsSmM" }, /* TLS at once was tried first */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HaulAccount) account = new_account (cases[i].port_variable, HAUL_SECURITY_AUTO, "CORP\\bob", "geheim");
      g_autoptr (GString) steps = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulProbeResult) result = haul_probe_run (account, on_step, steps, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (steps->str, ==, cases[i].steps);
      g_assert_cmpint (result->account->endpoint->security, ==, cases[i].found);
      g_assert_cmpuint (result->account->endpoint->port, ==, account->endpoint->port);
      g_assert_cmpint (account->endpoint->security, ==, HAUL_SECURITY_AUTO);
      g_assert_true (result->server->can_move);
      g_assert_true (result->server->has_uidplus);
      g_assert_cmpstr (result->server->prefix, ==, "");
      g_assert_cmpint (result->server->delimiter, ==, '.');
      g_assert_nonnull (haul_server_find_role (result->server, HAUL_ROLE_INBOX));
      g_assert_nonnull (strstr (result->server->greeting, "Dovecot"));
      g_assert_nonnull (strstr (result->server->capabilities, "UIDPLUS"));
    }
}

/* Registered where with-dovecot gives a quota and special mailboxes. */
static void
test_server (void)
{
  g_autoptr (HaulAccount) account = new_account ("IMAPS_PORT", HAUL_SECURITY_TLS, "carol", "p\"w\\d");
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulProbeResult) result = haul_probe_run (account, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (result->server->has_quota);
  g_assert_cmpuint (result->server->quota_limit_bytes, ==, 100 * 1024);
  g_assert_cmpuint (result->server->quota_used_bytes, ==, 0);
  g_assert_cmpstr (haul_server_find_role (result->server, HAUL_ROLE_TRASH)->display, ==, "Gelöscht");
  g_assert_cmpstr (haul_server_find_role (result->server, HAUL_ROLE_SENT)->name, ==, "Sent");
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *port_variable;
    const char *user;
    const char *password;
    const char *steps;
    int code;
    gboolean is_account_error;
  } cases[] = {
    { "IMAPS_PORT", "alice", "wrong", "lLcCtTs", HAUL_IMAP_ERROR_LOGIN_REFUSED, FALSE },
    { "IMAPS_PORT", "alice", "", "", HAUL_ACCOUNT_ERROR_NO_PASSWORD, TRUE },
    { "IMAPS_PORT", "alice", NULL, "", HAUL_ACCOUNT_ERROR_NO_PASSWORD, TRUE },
    { "IMAPS_PORT", " ", "x", "", HAUL_ACCOUNT_ERROR_BAD_USER, TRUE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HaulAccount) account
          = new_account (cases[i].port_variable, HAUL_SECURITY_AUTO, cases[i].user, cases[i].password);
      g_autoptr (GString) steps = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (haul_probe_run (account, on_step, steps, NULL, &error));
      GQuark domain = cases[i].is_account_error ? HAUL_ACCOUNT_ERROR : HAUL_IMAP_ERROR;
      g_assert_error (error, domain, cases[i].code);
      g_assert_cmpstr (steps->str, ==, cases[i].steps);
    }
}

static void
test_untrusted (void)
{
  g_autoptr (HaulAccount) account = new_account ("IMAPS_PORT", HAUL_SECURITY_AUTO, "alice", "x");
  g_autoptr (GString) steps = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&account->ca_file, g_free);
  g_assert_null (haul_probe_run (account, on_step, steps, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE);
  g_assert_cmpstr (steps->str, ==, "lLcCt");
}

static void
test_plaintext (void)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("mail.example.org", 0, HAUL_SECURITY_NONE);
  g_autoptr (HaulAccount) account = haul_account_new ("alice", endpoint);
  g_autoptr (HaulAccount) inside = new_account ("IMAP_PORT", HAUL_SECURITY_NONE, "carol", "p\"w\\d");
  g_autoptr (GError) error = NULL;

  account->secret = haul_secret_new ("x");
  g_assert_null (haul_probe_run (account, NULL, NULL, NULL, &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED);
  g_clear_error (&error);
  g_autoptr (HaulProbeResult) result = haul_probe_run (inside, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

typedef struct
{
  GMainLoop *loop;
  GThread *thread;
  GString *steps;
  HaulProbeResult *result;
  GError *error;
} Async;

static void
on_async_step (HaulProbeStep step, gboolean is_done, const char *detail, gpointer user_data)
{
  Async *async = user_data;

  g_assert_true (g_thread_self () == async->thread);
  on_step (step, is_done, detail, async->steps);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Async *async = user_data;

  async->result = haul_probe_run_finish (result, &async->error);
  g_main_loop_quit (async->loop);
}

static void
test_async (void)
{
  g_autoptr (HaulAccount) account = new_account ("IMAPS_PORT", HAUL_SECURITY_AUTO, "carol", "p\"w\\d");
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GString) steps = g_string_new (NULL);
  Async async = { .loop = loop, .thread = g_thread_self (), .steps = steps };

  haul_probe_run_async (account, on_async_step, &async, NULL, on_done, &async);
  g_main_loop_run (loop);
  g_assert_no_error (async.error);
  g_assert_cmpstr (steps->str, ==, "lLcCtTsSmM");
  haul_probe_result_free (async.result);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("QUOTA") != NULL)
    {
      g_test_add_func ("/probe/server", test_server);
      return g_test_run ();
    }
  g_test_add_func ("/probe/auto", test_auto);
  g_test_add_func ("/probe/refusals", test_refusals);
  g_test_add_func ("/probe/untrusted", test_untrusted);
  g_test_add_func ("/probe/plaintext", test_plaintext);
  g_test_add_func ("/probe/async", test_async);
  return g_test_run ();
}
