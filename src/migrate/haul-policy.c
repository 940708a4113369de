/* haul-policy.c - what an error stops: a message, a mailbox, a connection, all; and what to do then
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * See:     docs/wire.md
 */
#include "migrate/haul-policy.h"

#include "account/haul-account-error.h"
#include "base/haul-clock.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-quirks.h"
#include "base/haul-migrate-error.h"

#define THROTTLE_FIRST_MS 30000
#define THROTTLE_LAST_MS (15 * 60 * 1000)
#define TOMORROW_MINUTES 10

/* One row a HaulImapError, in its order. */
static const struct
{
  HaulScope scope;
  HaulAction action;
  const char *code; /* of the message that is reported */
  HaulPressure pressure;
} imap_table[] = {
  [HAUL_IMAP_ERROR_REFUSED] = { HAUL_SCOPE_MESSAGE, HAUL_ACTION_FAIL, "refused", HAUL_PRESSURE_MESSAGE },
  [HAUL_IMAP_ERROR_BAD] = { HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT, "refused", HAUL_PRESSURE_MESSAGE },
  [HAUL_IMAP_ERROR_BYE] = { HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT, "connection-lost", HAUL_PRESSURE_SERVER },
  [HAUL_IMAP_ERROR_PROTOCOL] = { HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT, "protocol", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_CLOSED] = { HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT, "connection-lost", HAUL_PRESSURE_SERVER },
  [HAUL_IMAP_ERROR_TIMED_OUT]
  = { HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT, "connection-lost", HAUL_PRESSURE_SERVER },
  [HAUL_IMAP_ERROR_LOGIN_REFUSED] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "sign-in-refused", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "sign-in-refused", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_NOT_CONNECTED] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "sign-in-refused", HAUL_PRESSURE_SESSION },
  [HAUL_IMAP_ERROR_NO_TLS] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "no-tls", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_TLS_TOO_OLD] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "no-tls", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_CERTIFICATE] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "certificate", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_PREAUTH] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "protocol", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_NOT_IMAP] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "protocol", HAUL_PRESSURE_SERVER },
  [HAUL_IMAP_ERROR_OVERQUOTA] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "mailbox-full", HAUL_PRESSURE_QUOTA },
  [HAUL_IMAP_ERROR_PERHAPS_FULL] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "mailbox-full", HAUL_PRESSURE_QUOTA },
  [HAUL_IMAP_ERROR_TOO_BIG] = { HAUL_SCOPE_MESSAGE, HAUL_ACTION_FAIL, "too-big", HAUL_PRESSURE_SIZE },
  [HAUL_IMAP_ERROR_TRY_CREATE] = { HAUL_SCOPE_MAILBOX, HAUL_ACTION_RECONNECT, "mailbox-gone", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_EXISTS] = { HAUL_SCOPE_MAILBOX, HAUL_ACTION_FAIL, "refused", HAUL_PRESSURE_MESSAGE },
  [HAUL_IMAP_ERROR_THROTTLED] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_RECONNECT, "throttled", HAUL_PRESSURE_THROTTLE },
  [HAUL_IMAP_ERROR_UNSAFE_TEXT] = { HAUL_SCOPE_MESSAGE, HAUL_ACTION_FAIL, "unsafe-text", HAUL_PRESSURE_MESSAGE },
  [HAUL_IMAP_ERROR_UNPROVEN] = { HAUL_SCOPE_ACCOUNT, HAUL_ACTION_STOP, "sign-in-refused", HAUL_PRESSURE_NONE },
  [HAUL_IMAP_ERROR_BODY_CHANGED] = { HAUL_SCOPE_MESSAGE, HAUL_ACTION_RECONNECT, "changed", HAUL_PRESSURE_NONE },
};

/* Obeyed with 5 % on top. 0 where nothing is said. */
static gint64
parse_wait_ms (const GError *error)
{
  gint64 told_ms = (gint64)haul_imap_quirks_parse_backoff (haul_imap_error_get_server_text (error));

  return told_ms + told_ms / 20;
}

/* What is used up for a day is there again a little after midnight. */
static gint64
get_ms_until_tomorrow (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) next = g_date_time_add_days (now, 1);
  g_autoptr (GDateTime) morning = g_date_time_new_local (g_date_time_get_year (next), g_date_time_get_month (next),
                                                         g_date_time_get_day_of_month (next), 0, TOMORROW_MINUTES, 0);

  return morning == NULL ? 24 * 3600 * 1000 : g_date_time_difference (morning, now) / 1000;
}

/* The code alone does not say which of its reasons a server has for asking to be left alone. */
static void
decide_throttled (HaulPolicy *policy, const GError *error, guint attempt)
{
  const char *text = haul_imap_error_get_server_text (error);

  policy->wait_ms = MIN ((gint64)THROTTLE_FIRST_MS << MIN (attempt, 10), THROTTLE_LAST_MS);
  policy->reason = HAUL_WAIT_THROTTLED;
  if (haul_imap_quirks_is_about_connections (text))
    {
      policy->scope = HAUL_SCOPE_CONNECTION;
      policy->pressure = HAUL_PRESSURE_CONNECTIONS;
      policy->reason = HAUL_WAIT_CONNECTIONS;
    }
  else if (haul_imap_quirks_is_about_budget (text))
    {
      policy->wait_ms = get_ms_until_tomorrow ();
      policy->reason = HAUL_WAIT_DAILY_LIMIT;
    }
}

/**
 * haul_policy_decide:
 * @error: what happened while speaking with the server
 * @attempt: how often it happened in a row before, from 0
 *
 * The one place that says what an error means for the run.
 *
 * Returns: what to do
 */
HaulPolicy
haul_policy_decide (const GError *error, guint attempt)
{
  HaulPolicy stop = { HAUL_SCOPE_RUN, HAUL_ACTION_STOP, 0, HAUL_PRESSURE_NONE, HAUL_WAIT_NONE };

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == HAUL_MIGRATE_ERROR
      || error->domain == HAUL_ACCOUNT_ERROR)
    return stop;
  if (error->domain != HAUL_IMAP_ERROR)
    /* Sockets, names, TLS: the network, which may come back. */
    return (HaulPolicy){ HAUL_SCOPE_CONNECTION, HAUL_ACTION_RECONNECT, haul_clock_back_off_ms (attempt),
                         HAUL_PRESSURE_SERVER, HAUL_WAIT_NETWORK };
  if (error->code < 0 || error->code >= (int)G_N_ELEMENTS (imap_table))
    return stop;

  HaulPolicy policy = { imap_table[error->code].scope, imap_table[error->code].action, 0,
                        imap_table[error->code].pressure, HAUL_WAIT_NETWORK };
  if (policy.action == HAUL_ACTION_RECONNECT)
    policy.wait_ms = haul_clock_back_off_ms (attempt);
  gint64 told_ms = parse_wait_ms (error);
  if (error->code == HAUL_IMAP_ERROR_THROTTLED)
    decide_throttled (&policy, error, attempt);
  if (told_ms > 0 && policy.action == HAUL_ACTION_RECONNECT)
    policy.wait_ms = told_ms;
  return policy;
}

/**
 * haul_policy_get_code:
 * @error: why a message was not copied
 *
 * Returns: the report's word for it
 */
const char *
haul_policy_get_code (const GError *error)
{
  if (error->domain == HAUL_IMAP_ERROR && error->code >= 0 && error->code < (int)G_N_ELEMENTS (imap_table))
    return imap_table[error->code].code;
  return error->domain == HAUL_MIGRATE_ERROR ? "journal" : "connection-lost";
}
