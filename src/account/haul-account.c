/* haul-account.c - whose mailbox, on which server, with which secret
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any, once filled in.
 */
#include "account/haul-account.h"

#include "imap/haul-imap-kind.h"

/**
 * haul_account_new:
 * @user: the login as typed
 * @endpoint: (nullable): the server; %NULL to search for it
 *
 * Makes an account without a secret.
 *
 * Returns: (transfer full): the account
 */
HaulAccount *
haul_account_new (const char *user, const HaulEndpoint *endpoint)
{
  HaulAccount *self = g_new0 (HaulAccount, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->user = g_strstrip (g_strdup (user));
  self->endpoint = endpoint == NULL ? NULL : haul_endpoint_copy (endpoint);
  return self;
}

/**
 * haul_account_copy:
 * @account: an account
 *
 * Returns: (transfer full): a copy that may still be filled in; the secret is shared
 */
HaulAccount *
haul_account_copy (const HaulAccount *account)
{
  HaulAccount *self = haul_account_new (account->user, account->endpoint);

  self->authenticate_as = g_strdup (account->authenticate_as);
  self->auth = account->auth;
  self->secret = account->secret == NULL ? NULL : haul_secret_ref (account->secret);
  self->token = account->token == NULL ? NULL : haul_token_ref (account->token);
  self->ca_file = g_strdup (account->ca_file);
  g_set_object (&self->client_certificate, account->client_certificate);
  self->pins = g_strdupv (account->pins);
  haul_account_trust_once (self, account->once_host, account->once_port, account->once_pin);
  self->server_kind = g_strdup (account->server_kind);
  self->allow_plaintext = account->allow_plaintext;
  self->allow_old_tls = account->allow_old_tls;
  return self;
}

/**
 * haul_account_set_server_kind:
 * @account: an account that is still being filled in
 * @word: as typed
 *
 * Says which server it is, whatever it says of itself.
 *
 * Returns: whether there is such a word
 */
gboolean
haul_account_set_server_kind (HaulAccount *account, const char *word)
{
  if (haul_imap_kind_get (word) == NULL)
    return FALSE;
  g_free (account->server_kind);
  account->server_kind = g_strdup (word);
  return TRUE;
}

/* The words for haul_account_set_server_kind(), with commas. */
char *
haul_account_dup_server_kinds (void)
{
  return haul_imap_kind_dup_words ();
}

/**
 * haul_account_trust_once:
 * @account: an account that is still being filled in
 * @host: (nullable): a server
 * @port: its port
 * @pin: (nullable): what is trusted there besides the pins that are kept
 */
void
haul_account_trust_once (HaulAccount *account, const char *host, guint16 port, const char *pin)
{
  g_free (account->once_host);
  g_free (account->once_pin);
  account->once_host = g_strdup (host);
  account->once_port = port;
  account->once_pin = g_strdup (pin);
}

HaulAccount *
haul_account_ref (HaulAccount *account)
{
  g_atomic_ref_count_inc (&account->ref_count);
  return account;
}

void
haul_account_unref (HaulAccount *account)
{
  if (!g_atomic_ref_count_dec (&account->ref_count))
    return;
  g_clear_pointer (&account->endpoint, haul_endpoint_free);
  g_clear_pointer (&account->secret, haul_secret_unref);
  g_clear_pointer (&account->token, haul_token_unref);
  g_free (account->user);
  g_free (account->authenticate_as);
  g_free (account->ca_file);
  g_free (account->server_kind);
  g_clear_object (&account->client_certificate);
  g_strfreev (account->pins);
  g_free (account->once_host);
  g_free (account->once_pin);
  g_free (account);
}

/**
 * haul_account_dup_id:
 * @account: an account with an endpoint
 *
 * A word that names the mailbox in file names: the same for the same user and host, whatever the port or protection.
 *
 * Returns: (transfer full): 16 hex digits
 */
char *
haul_account_dup_id (const HaulAccount *account)
{
  g_autofree char *host = g_ascii_strdown (account->endpoint == NULL ? "" : account->endpoint->host, -1);
  g_autofree char *whole = g_strconcat (account->user, "\n", host, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  return g_strndup (digest, 16);
}

/**
 * haul_account_dup_display:
 * @account: an account
 *
 * Returns: (transfer full): `CORP\bob on mail.example.org`, for people
 */
char *
haul_account_dup_display (const HaulAccount *account)
{
  return account->endpoint == NULL ? g_strdup (account->user)
                                   : g_strdup_printf ("%s on %s", account->user, account->endpoint->host);
}
