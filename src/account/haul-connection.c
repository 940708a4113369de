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
                              .client_certificate = account->client_certificate,
                              .pins = (const char *const *)account->pins,
                              .allow_plaintext = account->allow_plaintext,
                              .allow_old_tls = account->allow_old_tls,
                              .kind = account->server_kind == NULL ? NULL : haul_imap_kind_get (account->server_kind),
                              .step = step,
                              .step_data = step_data };
  return haul_imap_session_open (&options, cancellable, error);
}

/* The password, or the token as it is now; nothing, without an error, where none is needed. */
static gboolean
get_secret (const HaulAccount *account,
            const HaulSecret *refused,
            HaulSecret **secret,
            gboolean *is_new,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *is_new = TRUE;
  *secret = NULL;
  if (account->token == NULL)
    {
      *secret = account->secret == NULL ? NULL : haul_secret_ref (account->secret);
      return TRUE;
    }
  *secret = haul_token_get (account->token, refused, is_new, cancellable, &local_error);
  if (*secret != NULL)
    return TRUE;
  if (g_error_matches (local_error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD))
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_TOKEN, local_error->message);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static const struct
{
  HaulAuth auth;
  HaulImapMechanism mechanism;
} mechanisms[] = {
  { HAUL_AUTH_AUTO, HAUL_IMAP_MECHANISM_AUTO },
  { HAUL_AUTH_PLAIN, HAUL_IMAP_MECHANISM_PLAIN },
  { HAUL_AUTH_LOGIN, HAUL_IMAP_MECHANISM_LOGIN },
  { HAUL_AUTH_CRAM_MD5, HAUL_IMAP_MECHANISM_CRAM_MD5 },
  { HAUL_AUTH_SCRAM_SHA_1, HAUL_IMAP_MECHANISM_SCRAM_SHA_1 },
  { HAUL_AUTH_SCRAM_SHA_256, HAUL_IMAP_MECHANISM_SCRAM_SHA_256 },
  { HAUL_AUTH_NTLM, HAUL_IMAP_MECHANISM_NTLM },
  { HAUL_AUTH_NTLM_V1, HAUL_IMAP_MECHANISM_NTLM_V1 },
  { HAUL_AUTH_GSSAPI, HAUL_IMAP_MECHANISM_GSSAPI },
  { HAUL_AUTH_XOAUTH2, HAUL_IMAP_MECHANISM_XOAUTH2 },
  { HAUL_AUTH_OAUTHBEARER, HAUL_IMAP_MECHANISM_OAUTHBEARER },
  { HAUL_AUTH_EXTERNAL, HAUL_IMAP_MECHANISM_EXTERNAL },
};

static HaulImapMechanism
to_mechanism (HaulAuth auth)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (mechanisms[i].auth == auth)
      return mechanisms[i].mechanism;
  return HAUL_IMAP_MECHANISM_AUTO;
}

static HaulAuth
to_auth (HaulImapMechanism mechanism)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (mechanisms[i].mechanism == mechanism)
      return mechanisms[i].auth;
  return HAUL_AUTH_AUTO;
}

/* The login of @account in the form that a mechanism takes. */
static gboolean
set_names (HaulImapMechanism mechanism, HaulImapNames *names, gpointer user_data, GError **error)
{
  const HaulAccount *account = user_data;
  const char *owner = account->authenticate_as != NULL ? account->authenticate_as : account->user;
  const char *mailbox = account->authenticate_as != NULL ? account->user : NULL;
  g_autoptr (HaulLogin) login = haul_login_parse (owner, error);
  g_auto (HaulLoginSent) sent = { 0 };

  if (login == NULL || !haul_login_compose (login, mailbox, haul_auth_get_form (to_auth (mechanism)), &sent, error))
    return FALSE;
  names->user = g_steal_pointer (&sent.user);
  names->domain = g_steal_pointer (&sent.domain);
  names->authorize_as = g_steal_pointer (&sent.authorize_as);
  /* The certificate says who it is; whose mailbox is still to be said. */
  if (mechanism == HAUL_IMAP_MECHANISM_EXTERNAL && names->authorize_as == NULL)
    names->authorize_as = g_strdup (names->user);
  return TRUE;
}

static gboolean
has_token (const HaulAccount *account)
{
  return account->token != NULL || haul_auth_takes_token (account->auth);
}

static gboolean
login_once (
    HaulImapSession *session, const HaulAccount *account, HaulSecret *secret, GCancellable *cancellable, GError **error)
{
  HaulImapCredentials credentials = { .user = account->user,
                                      .authenticate_as = account->authenticate_as,
                                      .secret = secret,
                                      .is_token = has_token (account),
                                      .mechanism = to_mechanism (account->auth),
                                      .names = set_names,
                                      .names_data = (gpointer)account };

  return haul_imap_session_login (session, &credentials, cancellable, error);
}

/* A token that other connections share may have run out meanwhile: then once more, with a new one. */
static gboolean
login (HaulImapSession *session, const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulSecret) secret = NULL;
  g_autoptr (HaulSecret) other = NULL;
  g_autoptr (GError) refusal = NULL;
  gboolean is_new;

  if (!get_secret (account, NULL, &secret, &is_new, cancellable, error))
    return FALSE;
  if (login_once (session, account, secret, cancellable, &refusal))
    return TRUE;
  if (is_new || !g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED)
      || haul_imap_session_get_attempts (session) >= HAUL_IMAP_LOGIN_ATTEMPTS_MAX
      || !haul_imap_session_is_usable (session))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  return get_secret (account, secret, &other, &is_new, cancellable, error)
         && login_once (session, account, other, cancellable, error);
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
                            .has_token = has_token (account),
                            .is_chosen = account->auth != HAUL_AUTH_AUTO || account->token != NULL,
                            .wants_ticket = account->auth == HAUL_AUTH_GSSAPI,
                            .is_protected = account->endpoint->security != HAUL_SECURITY_NONE };
  HaulSignInFinding finding = haul_sign_in_doctor_examine (&signs, &server);

  if (finding != HAUL_SIGN_IN_NOTHING)
    haul_imap_error_set_finding (error, finding, server);
}

/**
 * haul_connection_check:
 * @account: an account
 * @error: return location; %HAUL_ACCOUNT_ERROR_BAD_USER, _MAILBOX_FORM, _NO_PASSWORD,
 *   _BAD_PASSWORD
 *
 * Looks at what was typed, before a server is bothered and before a sign-in could be counted.
 *
 * Returns: %TRUE if it can be tried
 */
gboolean
haul_connection_check (const HaulAccount *account, GError **error)
{
  const char *owner = account->authenticate_as != NULL ? account->authenticate_as : account->user;
  const char *mailbox = account->authenticate_as != NULL ? account->user : NULL;
  g_autoptr (HaulLogin) login = haul_login_parse (owner, error);
  g_auto (HaulLoginSent) sent = { 0 };

  if (login == NULL || !haul_login_compose (login, mailbox, haul_auth_get_form (account->auth), &sent, error))
    return FALSE;
  g_autoptr (HaulLogin) other = mailbox == NULL ? NULL : haul_login_parse (mailbox, error);
  if (mailbox != NULL && other == NULL)
    return FALSE;
  if (account->token != NULL || !haul_auth_needs_secret (account->auth))
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

/* The way of signing in that worked on a session; AUTO before. */
HaulAuth
haul_connection_get_auth (const HaulImapSession *session)
{
  return to_auth (haul_imap_session_get_mechanism (session));
}
