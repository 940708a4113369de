/* haul-imap-login.c - sign-in: AUTHENTICATE PLAIN or LOGIN, two attempts at most
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each refused attempt counts towards a directory's lock-out, so there is one fallback, and none where the server
 * said in so many words that the password is wrong.
 *
 * Thread:  the session's.
 * Memory:  what holds the password is wiped.
 * See:     RFC 4616 (PLAIN), RFC 4959 (SASL-IR), RFC 3501 §6.2; docs/wire.md
 */
#include "imap/haul-imap-login.h"

#include <string.h>

#include "imap/haul-imap-error.h"
#include "imap/haul-imap-quirks.h"

/* An initial response goes on the command's line, which servers limit. */
#define MAX_INITIAL_RESPONSE 1000

/* authorization NUL authentication NUL password, in base64 */
static HaulSecret *
make_plain (const HaulImapCredentials *credentials)
{
  const char *authentication = credentials->authenticate_as != NULL ? credentials->authenticate_as : credentials->user;
  const char *authorization = credentials->authenticate_as != NULL ? credentials->user : "";
  gsize first = strlen (authorization) + 1;
  gsize second = strlen (authentication) + 1;
  gsize size = first + second + haul_secret_get_length (credentials->secret);
  g_autofree char *blob = g_malloc (size + 1);

  memcpy (blob, authorization, first);
  memcpy (blob + first, authentication, second);
  memcpy (blob + first + second, haul_secret_peek (credentials->secret), size - first - second + 1);
  HaulSecret *line = haul_secret_new_take (g_base64_encode ((const guchar *)blob, size));
  explicit_bzero (blob, size + 1);
  return line;
}

static HaulImapCommand *
new_plain (guint capabilities, const HaulImapCredentials *credentials)
{
  g_autoptr (HaulSecret) line = make_plain (credentials);
  HaulImapCommand *command = haul_imap_command_new ("AUTHENTICATE");

  haul_imap_command_add_constant (command, "PLAIN");
  if ((capabilities & HAUL_IMAP_CAPABILITY_SASL_IR) != 0 && haul_secret_get_length (line) <= MAX_INITIAL_RESPONSE)
    haul_imap_command_add_secret_word (command, line);
  else
    haul_imap_command_add_secret_line (command, line);
  return command;
}

static HaulImapCommand *
new_login (const HaulImapCredentials *credentials)
{
  HaulImapCommand *command = haul_imap_command_new ("LOGIN");

  haul_imap_command_add_string (command, credentials->user);
  haul_imap_command_add_secret (command, credentials->secret);
  return command;
}

static HaulImapResponse *
attempt (HaulImapChannel *channel, HaulImapCommand *command, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) owned = command;
  g_autoptr (HaulImapResponse) tagged = haul_imap_channel_run (channel, owned, NULL, NULL, cancellable, error);

  if (tagged == NULL)
    return NULL;
  if (tagged->condition == HAUL_IMAP_CONDITION_OK)
    return g_steal_pointer (&tagged);
  g_propagate_error (error, haul_imap_quirks_new_error (tagged, HAUL_IMAP_ERROR_LOGIN_REFUSED, "sign-in"));
  return NULL;
}

/* RFC 5530: the answer will not be another one by another mechanism. */
static gboolean
is_final (const GError *refusal)
{
  static const char *const codes[] = { "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "CONTACTADMIN", NULL };
  const char *code = haul_imap_error_get_server_code (refusal);

  return !g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED)
         || (code != NULL && g_strv_contains (codes, code));
}

static gboolean
is_safe (const HaulImapCredentials *credentials, GError **error)
{
  const char *texts[] = { credentials->user, credentials->authenticate_as, haul_secret_peek (credentials->secret) };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL && strpbrk (texts[i], "\r\n") != NULL)
      {
        g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT,
                             "a line break in a user name or password cannot be sent");
        return FALSE;
      }
  return TRUE;
}

/**
 * haul_imap_login_run:
 * @channel: a protected channel
 * @capabilities: what the server offers on it
 * @credentials: who
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Signs in.
 *
 * Returns: (transfer full) (nullable): the server's OK; or %NULL with %HAUL_IMAP_ERROR_LOGIN_REFUSED,
 *   %HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, %HAUL_IMAP_ERROR_THROTTLED, %HAUL_IMAP_ERROR_UNSAFE_TEXT …
 */
HaulImapResponse *
haul_imap_login_run (HaulImapChannel *channel,
                     guint capabilities,
                     const HaulImapCredentials *credentials,
                     GCancellable *cancellable,
                     GError **error)
{
  gboolean can_plain
      = (capabilities & HAUL_IMAP_CAPABILITY_AUTH_PLAIN) != 0 && credentials->mechanism != HAUL_IMAP_MECHANISM_LOGIN;
  gboolean can_login = (capabilities & HAUL_IMAP_CAPABILITY_LOGINDISABLED) == 0
                       && credentials->mechanism != HAUL_IMAP_MECHANISM_PLAIN && credentials->authenticate_as == NULL;
  g_autoptr (GError) refusal = NULL;

  if (!is_safe (credentials, error))
    return NULL;
  if (can_plain)
    {
      HaulImapResponse *tagged = attempt (channel, new_plain (capabilities, credentials), cancellable, &refusal);
      if (tagged != NULL)
        return tagged;
    }
  if (can_login && (refusal == NULL || !is_final (refusal)))
    return attempt (channel, new_login (credentials), cancellable, error);
  if (refusal != NULL)
    g_propagate_error (error, g_steal_pointer (&refusal));
  else
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED,
                         "the server offers no sign-in with a password that can be used here");
  return NULL;
}
