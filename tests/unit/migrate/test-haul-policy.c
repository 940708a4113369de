/* test-haul-policy.c - each error stops what it must, and no more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-policy.h"

#include <gio/gio.h>

#include "imap/haul-imap-error.h"
#include "imap/haul-imap-quirks.h"
#include "base/haul-migrate-error.h"

static void
test_table (void)
{
  static const struct
  {
    HaulImapError error;
    HaulScope scope;
    HaulAction action;
  } rows[] = {
    { HAUL_IMAP_ERROR_REFUSED, HAUL_SCOPE_MESSAGE, HAUL_ACTION_FAIL },
    { HAUL_IMAP_ERROR_TOO_BIG, HAUL_SCOPE_MESSAGE, HAUL_ACTION_FAIL },
    { HAUL_IMAP_ERROR_BAD, HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT },
    { HAUL_IMAP_ERROR_BYE, HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT },
    { HAUL_IMAP_ERROR_CLOSED, HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT },
    { HAUL_IMAP_ERROR_TIMED_OUT, HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT },
    { HAUL_IMAP_ERROR_PROTOCOL, HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT },
    { HAUL_IMAP_ERROR_TRY_CREATE, HAUL_SCOPE_MAILBOX, HAUL_ACTION_RECONNECT },
    { HAUL_IMAP_ERROR_LOGIN_REFUSED, HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP },
    { HAUL_IMAP_ERROR_CERTIFICATE, HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP },
    { HAUL_IMAP_ERROR_OVERQUOTA, HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP },
    { HAUL_IMAP_ERROR_THROTTLED, HAUL_SCOPE_ACCOUNT, HAUL_ACTION_RECONNECT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = haul_imap_error_new (rows[i].error, NULL, NULL, "x");
      HaulPolicy policy = haul_policy_decide (error, 0);
      g_assert_cmpint (policy.scope, ==, rows[i].scope);
      g_assert_cmpint (policy.action, ==, rows[i].action);
      g_assert_nonnull (haul_policy_get_code (error));
    }
}

/* A network error may pass; our own trouble does not. */
static void
test_others (void)
{
  g_autoptr (GError) network = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "x");
  g_autoptr (GError) journal = g_error_new_literal (HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "x");
  g_autoptr (GError) cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");

  g_assert_cmpint (haul_policy_decide (network, 0).action, ==, HAUL_ACTION_RECONNECT);
  g_assert_cmpint (haul_policy_decide (network, 0).wait_ms, ==, 1000);
  g_assert_cmpint (haul_policy_decide (network, 3).wait_ms, ==, 8000);
  g_assert_cmpint (haul_policy_decide (journal, 0).action, ==, HAUL_ACTION_STOP);
  g_assert_cmpint (haul_policy_decide (cancelled, 0).action, ==, HAUL_ACTION_STOP);
}

static void
test_told_to_wait (void)
{
  g_autoptr (GError) told
      = haul_imap_error_new (HAUL_IMAP_ERROR_THROTTLED, NULL,
                             "Request is throttled. Suggested Backoff Time: 100000 milliseconds", "x");
  g_autoptr (GError) untold = haul_imap_error_new (HAUL_IMAP_ERROR_THROTTLED, NULL, "later", "x");
  g_autoptr (GError) endless
      = haul_imap_error_new (HAUL_IMAP_ERROR_THROTTLED, NULL, "Suggested Backoff Time: 99999999999999999999", "x");

  g_assert_cmpint (haul_policy_decide (told, 5).wait_ms, ==, 105000);
  g_assert_cmpint (haul_policy_decide (untold, 0).wait_ms, ==, 30000);
  g_assert_cmpint (haul_policy_decide (untold, 1).wait_ms, ==, 60000);
  g_assert_cmpint (haul_policy_decide (untold, 50).wait_ms, ==, 15 * 60 * 1000);
  g_assert_cmpint (haul_policy_decide (endless, 0).wait_ms, <=, 26 * 3600 * 1000);
}

/* By code, words and state: what a server defends itself with. */
static void
test_pressure (void)
{
  static const struct
  {
    const char *code;
    const char *text;
    HaulPressure pressure;
    HaulWaitReason reason;
  } rows[] = {
    { "ALERT", "Too many simultaneous connections. (Failure)", HAUL_PRESSURE_CONNECTIONS, HAUL_WAIT_CONNECTIONS },
    { "UNAVAILABLE", "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
      HAUL_PRESSURE_CONNECTIONS, HAUL_WAIT_CONNECTIONS },
    { NULL, "Request is throttled. Suggested Backoff Time: 299961 milliseconds", HAUL_PRESSURE_THROTTLE,
      HAUL_WAIT_THROTTLED },
    { "OVERQUOTA", "Account exceeded command or bandwidth limits. (Failure)", HAUL_PRESSURE_THROTTLE,
      HAUL_WAIT_DAILY_LIMIT },
    { "OVERQUOTA", "Quota exceeded", HAUL_PRESSURE_QUOTA, HAUL_WAIT_NETWORK },
    { NULL, "APPEND The 1500 MB storage limit has been exceeded.", HAUL_PRESSURE_QUOTA, HAUL_WAIT_NETWORK },
    { NULL, "it is time to find a bigger place", HAUL_PRESSURE_QUOTA, HAUL_WAIT_NETWORK },
    { NULL, "Maximum size of appendable message has been exceeded", HAUL_PRESSURE_SIZE, HAUL_WAIT_NETWORK },
    { "LIMIT", "Mail size is larger than the maximum size allowed by server configuration", HAUL_PRESSURE_SIZE,
      HAUL_WAIT_NETWORK },
    { NULL, "command line limit exceeded", HAUL_PRESSURE_SIZE, HAUL_WAIT_NETWORK },
    { "LIMIT", "Too many user flags in mailbox", HAUL_PRESSURE_MESSAGE, HAUL_WAIT_NETWORK },
    { NULL, "User is authenticated but not connected.", HAUL_PRESSURE_SESSION, HAUL_WAIT_NETWORK },
    { NULL, "Command Argument Error. 11", HAUL_PRESSURE_MESSAGE, HAUL_WAIT_NETWORK },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HaulImapError code = haul_imap_quirks_classify (rows[i].code, rows[i].text, HAUL_IMAP_ERROR_REFUSED);
      g_autoptr (GError) error = haul_imap_error_new (code, rows[i].code, rows[i].text, "x");
      HaulPolicy policy = haul_policy_decide (error, 0);
      g_assert_cmpint (policy.pressure, ==, rows[i].pressure);
      g_assert_cmpint (policy.reason, ==, rows[i].reason);
      if (policy.reason == HAUL_WAIT_DAILY_LIMIT)
        g_assert_cmpint (policy.wait_ms, >, 60 * 1000);
      g_assert_cmpint (policy.wait_ms, <=, (24 * 60 + 80) * 60 * 1000);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/table", test_table);
  g_test_add_func ("/policy/others", test_others);
  g_test_add_func ("/policy/told-to-wait", test_told_to_wait);
  g_test_add_func ("/policy/pressure", test_pressure);
  return g_test_run ();
}
