/* haul-connection.c - an account's signed-in session; the lanes' way to the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the caller's, which then owns the session.
 * Errors:  HAUL_ACCOUNT_ERROR for what the account lacks, else as haul_imap_session_open() and _login().
 */
#include "account/haul-connection.h"

#include "account/haul-account-error.h"
#include "account/haul-login.h"
#include "account/haul-sign-in-doctor.h"

/**
 * haul_connection_open:
 * @account: an account whose endpoint a probe has found, with its protection
 * @step: (nullable): told how far it is
 * @step_data: for @step
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Connects to the account's server and protects the connection; does not sign in.
 *
 * Returns: (transfer full) (nullable): the session; or %NULL with %HAUL_ACCOUNT_ERROR_NO_SERVER,
 *   %HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED, or as haul_imap_session_open()
 */
HaulImapSession *
haul_connection_open (
    const HaulAccount *account, HaulImapStepFunc step, gpointer step_data, GCancellable *cancellable, GError **error)
{
  const HaulEndpoint *endpoint = account->endpoint;

  if (endpoint == NULL || endpoint->security == HAUL_SECURITY_AUTO)
    {
      g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER, "the server is not known yet");
      return NULL;
    }
  if (endpoint->security == HAUL_SECURITY_NONE && !account->allow_plaintext && !haul_endpoint_is_loopback (endpoint))
    {
      g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED, "plain text to %s was not allowed",
                   endpoint->host);
      return NULL;
    }
  HaulImapOptions options = { .endpoint = endpoint,
                              .ca_file = account->ca_file,
                              .pins = (const char *const *)account->pins,
                              .allow_plaintext = account->allow_plaintext,
                              .step = step,
                              .step_data = step_data };
  return haul_imap_session_open (&options, cancellable, error);
}

static void
examine (
    HaulImapSession *session, const HaulAccount *account, const HaulLogin *login, const char *offered, GError *error)
{
  g_autofree char *server = NULL;
  HaulSignInSigns signs = { .error = error,
                            .greeting = haul_imap_session_get_greeting (session),
                            .capabilities = offered,
                            .host = account->endpoint->host,
                            .referral = haul_imap_session_get_referral (session),
                            .user = account->authenticate_as != NULL ? account->authenticate_as : account->user,
                            .wants_other = account->authenticate_as != NULL || login->alias != NULL,
                            .is_protected = account->endpoint->security != HAUL_SECURITY_NONE };
  HaulSignInFinding finding = haul_sign_in_doctor_examine (&signs, &server);

  if (finding != HAUL_SIGN_IN_NOTHING)
    haul_imap_error_set_finding (error, finding, server);
}

/**
 * haul_connection_login:
 * @session: an open session
 * @account: the account, with its secret
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Signs in. A refusal is examined: haul_imap_error_get_finding() is a #HaulSignInFinding.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_ACCOUNT_ERROR_BAD_USER, %HAUL_ACCOUNT_ERROR_NO_PASSWORD, or as
 *   haul_imap_session_login()
 */
gboolean
haul_connection_login (HaulImapSession *session, const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  static const HaulImapMechanism mechanisms[]
      = { HAUL_IMAP_MECHANISM_AUTO, HAUL_IMAP_MECHANISM_PLAIN, HAUL_IMAP_MECHANISM_LOGIN };

  g_autoptr (HaulLogin) login = haul_login_parse (account->user, error);
  if (login == NULL)
    return FALSE;
  if (account->secret == NULL || haul_secret_get_length (account->secret) == 0)
    {
      g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD, "there is no password");
      return FALSE;
    }
  HaulImapCredentials credentials = { .user = account->user,
                                      .authenticate_as = account->authenticate_as,
                                      .secret = account->secret,
                                      .mechanism = mechanisms[account->auth] };
  g_autofree char *offered = g_strdup (haul_imap_session_get_capability_line (session));
  GError *refusal = NULL;
  if (haul_imap_session_login (session, &credentials, cancellable, &refusal))
    return TRUE;
  examine (session, account, login, offered, refusal);
  g_propagate_error (error, refusal);
  return FALSE;
}
