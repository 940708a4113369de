/* haul-token.c - an access token that is asked for again when it runs out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long a token is good for is known to its server alone, so each new connection asks the command anew; connections
 * that are made together share what it said.
 *
 * Thread:  any; the command is run by one at a time, the others wait for what it prints.
 */
#include "account/haul-token.h"

#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-secret-source.h"

#define SHARED_FOR (60 * G_TIME_SPAN_SECOND)

struct _HaulToken
{
  gatomicrefcount ref_count;
  char *command; /* (owned) */
  GMutex lock;
  HaulSecret *last; /* (owned) (nullable) under lock */
  gint64 asked_us;  /* monotonic; under lock */
};

/**
 * haul_token_new:
 * @command: prints the token: words, quoted as for a shell; no shell sees them
 *
 * Returns: (transfer full): the token, not asked for yet
 */
HaulToken *
haul_token_new (const char *command)
{
  HaulToken *self = g_new0 (HaulToken, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->command = g_strdup (command);
  return self;
}

HaulToken *
haul_token_ref (HaulToken *token)
{
  g_atomic_ref_count_inc (&token->ref_count);
  return token;
}

void
haul_token_unref (HaulToken *token)
{
  if (!g_atomic_ref_count_dec (&token->ref_count))
    return;
  g_clear_pointer (&token->last, haul_secret_unref);
  g_mutex_clear (&token->lock);
  g_free (token->command);
  g_free (token);
}

/* A token is one word (RFC 6750 §2.1); the first line of JSON or of a complaint is none, and no server need see it. */
static gboolean
is_token (const HaulSecret *secret)
{
  for (const char *p = haul_secret_peek (secret); *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || strchr ("{}[]<>\"\\", *p) != NULL)
      return FALSE;
  return TRUE;
}

/**
 * haul_token_get:
 * @token: a token
 * @refused: (nullable): what a server has just refused: not to be given again unless the command prints it again
 * @is_new: (out) (optional): whether the command was run for it
 * @cancellable: (nullable): to stop it
 * @error: return location, as haul_secret_source_run(); also %HAUL_ACCOUNT_ERROR_NO_PASSWORD if it prints something
 * else
 *
 * Returns: (transfer full) (nullable): the token as it is now
 */
HaulSecret *
haul_token_get (
    HaulToken *token, const HaulSecret *refused, gboolean *is_new, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&token->lock);
  gboolean is_fresh = token->last != NULL && g_get_monotonic_time () - token->asked_us < SHARED_FOR;

  if (is_new != NULL)
    *is_new = FALSE;
  if (is_fresh && token->last != refused)
    return haul_secret_ref (token->last);
  g_autoptr (HaulSecret) secret = haul_secret_source_run (token->command, cancellable, error);
  if (secret == NULL)
    return NULL;
  if (!is_token (secret))
    {
      g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD,
                           "what the command prints is not an access token");
      return NULL;
    }
  g_clear_pointer (&token->last, haul_secret_unref);
  token->last = haul_secret_ref (secret);
  token->asked_us = g_get_monotonic_time ();
  if (is_new != NULL)
    *is_new = TRUE;
  return g_steal_pointer (&secret);
}
