/* haul-sasl.c - what a client says to prove who it is: one mechanism, step by step; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server says is taken apart here and goes no further: a response is made of our own secrets, names and
 * digests.
 *
 * Thread:  one owner. GSSAPI's steps ask the ticket's issuer and so can wait; no other does.
 * Memory:  responses are HaulSecret, what is computed on the way is wiped.
 * Errors:  HAUL_SASL_ERROR
 * See:     RFC 4422; docs/wire.md
 */
#include "sasl/haul-sasl.h"

#include <string.h>
#include <sys/random.h>

#include "sasl/haul-sasl-private.h"

/* A ticket with a large authorization part has some 12,000 octets; nothing else comes near. */
#define MAX_CHALLENGE (48 * 1024)
#define MAX_NAME 1000
#define MAX_SECRET (32 * 1024)
/* The longest known exchange has five. */
#define MAX_STEPS 16

/* From the system, since a guessed nonce is no nonce. */
void
haul_sasl_get_random (void *data, gsize length)
{
  if (getrandom (data, length, 0) != (ssize_t)length)
    g_error ("the system has no random numbers");
}

static const HaulSaslClass *
get_class (HaulSaslMechanism mechanism)
{
  switch (mechanism)
    {
    case HAUL_SASL_PLAIN:
      return &haul_sasl_plain_class;
    case HAUL_SASL_LOGIN:
      return &haul_sasl_login_class;
    case HAUL_SASL_CRAM_MD5:
      return &haul_sasl_cram_md5_class;
    case HAUL_SASL_SCRAM_SHA_1:
      return &haul_sasl_scram_sha_1_class;
    case HAUL_SASL_SCRAM_SHA_1_PLUS:
      return &haul_sasl_scram_sha_1_plus_class;
    case HAUL_SASL_SCRAM_SHA_256:
      return &haul_sasl_scram_sha_256_class;
    case HAUL_SASL_SCRAM_SHA_256_PLUS:
      return &haul_sasl_scram_sha_256_plus_class;
    case HAUL_SASL_XOAUTH2:
      return &haul_sasl_xoauth2_class;
    case HAUL_SASL_OAUTHBEARER:
      return &haul_sasl_oauthbearer_class;
    case HAUL_SASL_EXTERNAL:
      return &haul_sasl_external_class;
    case HAUL_SASL_NTLM:
    case HAUL_SASL_NTLM_V1:
      return &haul_sasl_ntlm_class;
    case HAUL_SASL_GSSAPI:
#ifdef HAUL_HAVE_GSSAPI
      return &haul_sasl_gssapi_class;
#endif
    case HAUL_SASL_N_MECHANISMS:
    default:
      return NULL;
    }
}

/**
 * haul_sasl_get_name:
 * @mechanism: a mechanism
 *
 * Returns: its registered name, as it stands behind `AUTH=` and AUTHENTICATE
 */
const char *
haul_sasl_get_name (HaulSaslMechanism mechanism)
{
  static const char *const names[HAUL_SASL_N_MECHANISMS] = {
    "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS",
    "NTLM",  "NTLM",  "GSSAPI",   "XOAUTH2",     "OAUTHBEARER",      "EXTERNAL",
  };
  g_return_val_if_fail (mechanism < HAUL_SASL_N_MECHANISMS, NULL);
  return names[mechanism];
}

/* GSSAPI is there only where its library was when the program was built. */
gboolean
haul_sasl_is_built_in (HaulSaslMechanism mechanism)
{
  return get_class (mechanism) != NULL;
}

static gboolean
check_name (const char *name, const char *what, GError **error)
{
  if (name == NULL)
    return TRUE;
  if (*name == '\0' || strlen (name) > MAX_NAME || !g_utf8_validate (name, -1, NULL)
      || strpbrk (name, "\r\n\1") != NULL)
    {
      g_set_error (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, "the %s cannot be sent", what);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_secret (const HaulSaslClass *class, const HaulSecret *secret, GError **error)
{
  const char *problem = NULL;

  if (!class->needs_secret)
    return TRUE;
  if (secret == NULL || haul_secret_get_length (secret) == 0)
    problem = "the password is missing";
  else if (haul_secret_get_length (secret) > MAX_SECRET)
    problem = "the password is too long";
  else if (strlen (haul_secret_peek (secret)) != haul_secret_get_length (secret)
           || strpbrk (haul_secret_peek (secret), "\r\n") != NULL)
    problem = "the password holds a line break or a zero octet";
  if (problem != NULL)
    g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, problem);
  return problem == NULL;
}

static void
copy_credentials (HaulSasl *self, const HaulSaslCredentials *credentials)
{
  self->user = g_strdup (credentials->user);
  self->domain = g_strdup (credentials->domain);
  self->authorize_as = g_strdup (credentials->authorize_as);
  self->host = g_strdup (credentials->host);
  self->port = credentials->port;
  self->binding_name = g_strdup (credentials->binding_name);
  self->server_has_plus = credentials->server_has_plus;
  if (credentials->secret != NULL)
    self->secret = haul_secret_ref (credentials->secret);
  if (credentials->binding != NULL)
    self->binding = g_bytes_ref (credentials->binding);
  if (credentials->end_point != NULL)
    self->end_point = g_bytes_ref (credentials->end_point);
  if (credentials->chance != NULL)
    {
      self->has_chance = TRUE;
      self->chance = *credentials->chance;
      self->nonce = g_strdup (credentials->chance->nonce);
      self->chance.nonce = self->nonce;
      self->workstation = g_strdup (credentials->chance->workstation);
      self->chance.workstation = self->workstation;
    }
}

/**
 * haul_sasl_new:
 * @mechanism: how
 * @credentials: who; copied
 * @error: return location
 *
 * Prepares an exchange.
 *
 * Returns: (transfer full) (nullable): the exchange; or %NULL with %HAUL_SASL_ERROR_UNSUITABLE or
 *   %HAUL_SASL_ERROR_UNAVAILABLE
 */
HaulSasl *
haul_sasl_new (HaulSaslMechanism mechanism, const HaulSaslCredentials *credentials, GError **error)
{
  const HaulSaslClass *class = get_class (mechanism);

  if (class == NULL)
    {
      g_set_error (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNAVAILABLE, "%s is not built into this program",
                   haul_sasl_get_name (mechanism));
      return NULL;
    }
  if (!check_name (credentials->user, "user name", error)
      || !check_name (credentials->authorize_as, "mailbox's name", error)
      || !check_name (credentials->domain, "domain", error) || !check_secret (class, credentials->secret, error))
    return NULL;

  g_autoptr (HaulSasl) self = g_new0 (HaulSasl, 1);
  self->class = class;
  self->mechanism = mechanism;
  self->state = g_malloc0 (class->state_size);
  copy_credentials (self, credentials);
  if (class->check != NULL && !class->check (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
haul_sasl_free (HaulSasl *sasl)
{
  if (sasl->class->clear != NULL)
    sasl->class->clear (sasl);
  if (sasl->state != NULL)
    explicit_bzero (sasl->state, sasl->class->state_size);
  g_free (sasl->state);
  g_clear_pointer (&sasl->secret, haul_secret_unref);
  g_clear_pointer (&sasl->binding, g_bytes_unref);
  g_clear_pointer (&sasl->end_point, g_bytes_unref);
  g_free (sasl->user);
  g_free (sasl->domain);
  g_free (sasl->authorize_as);
  g_free (sasl->host);
  g_free (sasl->binding_name);
  g_free (sasl->nonce);
  g_free (sasl->workstation);
  g_free (sasl);
}

/* Whether the first step needs no challenge: its response may go along with the command (RFC 4959). */
gboolean
haul_sasl_is_client_first (const HaulSasl *sasl)
{
  return sasl->class->is_client_first;
}

/**
 * haul_sasl_step:
 * @sasl: an exchange
 * @challenge: (nullable): what the server said, decoded; %NULL for the first step of a mechanism that begins itself
 * @length: its octets
 * @error: return location
 *
 * Answers a challenge. After an error the exchange is over and must be cancelled.
 *
 * Returns: (transfer full) (nullable): the response, octets, possibly none; or %NULL with
 *   %HAUL_SASL_ERROR_BAD_CHALLENGE, %HAUL_SASL_ERROR_UNPROVEN, %HAUL_SASL_ERROR_REFUSED or
 *   %HAUL_SASL_ERROR_UNAVAILABLE
 */
HaulSecret *
haul_sasl_step (HaulSasl *sasl, const void *challenge, gsize length, GError **error)
{
  g_auto (HaulSaslBuffer) response = { 0 };

  if (sasl->has_failed || sasl->n_steps == MAX_STEPS || length > MAX_CHALLENGE)
    {
      sasl->has_failed = TRUE;
      g_set_error (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE, "%s: more than can be answered",
                   sasl->class->name);
      return NULL;
    }
  if (!sasl->class->step (sasl, challenge == NULL ? "" : challenge, length, &response, error))
    {
      sasl->has_failed = TRUE;
      sasl->is_complete = FALSE;
      return NULL;
    }
  sasl->n_steps++;
  return haul_secret_new_octets (response.data, response.length);
}

/* Whether the server's OK may be believed: all was said, and the server proved what the mechanism lets it prove. */
gboolean
haul_sasl_is_complete (const HaulSasl *sasl)
{
  return sasl->is_complete;
}

/* Whether the server got what lets it judge the password: a refusal before that says nothing about it. */
gboolean
haul_sasl_has_used_secret (const HaulSasl *sasl)
{
  return sasl->has_used_secret;
}
