/* haul-connection.c - an account's signed-in session; the lanes' way to the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the caller's, which then owns the session.
 * Errors:  HAUL_ACCOUNT_ERROR for what the account lacks, else as haul_imap_session_open() and _login().
 */
#include "account/haul-connection.h"

#include <string.h>

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
examine (HaulImapSession *session, const HaulAccount *account, const char *offered, GError *error)
{
  g_autoptr (HaulLogin) login = haul_login_parse (account->user, NULL);
  g_autofree char *server = NULL;
  HaulSignInSigns signs = { .error = error,
                            .greeting = haul_imap_session_get_greeting (session),
                            .capabilities = offered,
                            .host = account->endpoint->host,
                            .referral = haul_imap_session_get_referral (session),
                            .user = account->authenticate_as != NULL ? account->authenticate_as : account->user,
                            .wants_other = account->authenticate_as != NULL || login->alias != NULL,
                            .has_token = account->token != NULL,
                            .is_protected = account->endpoint->security != HAUL_SECURITY_NONE };
  HaulSignInFinding finding = haul_sign_in_doctor_examine (&signs, &server);

  if (finding != HAUL_SIGN_IN_NOTHING)
    haul_imap_error_set_finding (error, finding, server);
}

/* The password, or the token as it is now. */
static HaulSecret *
get_secret (
    const HaulAccount *account, const HaulSecret *refused, gboolean *is_new, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *is_new = TRUE;
  if (account->token == NULL)
    return haul_secret_ref (account->secret);
  HaulSecret *secret = haul_token_get (account->token, refused, is_new, cancellable, &local_error);
  if (secret == NULL && g_error_matches (local_error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD))
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_TOKEN, local_error->message);
  else if (secret == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return secret;
}

static gboolean
login_once (
    HaulImapSession *session, const HaulAccount *account, HaulSecret *secret, GCancellable *cancellable, GError **error)
{
  static const HaulImapMechanism mechanisms[]
      = { HAUL_IMAP_MECHANISM_AUTO, HAUL_IMAP_MECHANISM_PLAIN, HAUL_IMAP_MECHANISM_LOGIN };
  HaulImapCredentials credentials = { .user = account->user,
                                      .authenticate_as = account->authenticate_as,
                                      .secret = secret,
                                      .mechanism = mechanisms[account->auth] };

  return haul_imap_session_login (session, &credentials, cancellable, error);
}

/* A token that other connections share may have run out meanwhile: then once more, with a new one. */
static gboolean
login (HaulImapSession *session, const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  gboolean is_new;
  g_autoptr (HaulSecret) secret = get_secret (account, NULL, &is_new, cancellable, error);

  if (secret == NULL)
    return FALSE;
  if (login_once (session, account, secret, cancellable, &refusal))
    return TRUE;
  if (is_new || !g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED)
      || !haul_imap_session_is_usable (session))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  g_autoptr (HaulSecret) other = get_secret (account, secret, &is_new, cancellable, error);
  return other != NULL && login_once (session, account, other, cancellable, error);
}

/**
 * haul_connection_check:
 * @account: an account
 * @error: return location; %HAUL_ACCOUNT_ERROR_BAD_USER, _NO_PASSWORD, _BAD_PASSWORD
 *
 * Looks at what was typed, before a server is bothered and before a sign-in could be counted.
 *
 * Returns: %TRUE if it can be tried
 */
gboolean
haul_connection_check (const HaulAccount *account, GError **error)
{
  g_autoptr (HaulLogin) owner = haul_login_parse (account->user, error);
  g_autoptr (HaulLogin) other
      = owner == NULL || account->authenticate_as == NULL ? NULL : haul_login_parse (account->authenticate_as, error);

  if (owner == NULL || (account->authenticate_as != NULL && other == NULL))
    return FALSE;
  if (account->token != NULL)
    return TRUE;
  if (account->secret == NULL || haul_secret_get_length (account->secret) == 0)
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD, "there is no password");
  else if (strpbrk (haul_secret_peek (account->secret), "\r\n") != NULL)
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_BAD_PASSWORD, "a line break in the password");
  else
    return TRUE;
  return FALSE;
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
 * Returns: %TRUE; or %FALSE as haul_connection_check(), with %HAUL_ACCOUNT_ERROR_NO_TOKEN, %HAUL_ACCOUNT_ERROR_COMMAND,
 *   or as haul_imap_session_login()
 */
gboolean
haul_connection_login (HaulImapSession *session, const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  g_autofree char *offered = g_strdup (haul_imap_session_get_capability_line (session));
  GError *refusal = NULL;

  if (!haul_connection_check (account, error))
    return FALSE;
  if (login (session, account, cancellable, &refusal))
    return TRUE;
  if (refusal->domain == HAUL_IMAP_ERROR)
    examine (session, account, offered, refusal);
  g_propagate_error (error, refusal);
  return FALSE;
}
