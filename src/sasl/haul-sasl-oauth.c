/* haul-sasl-oauth.c - XOAUTH2 and OAUTHBEARER: a token instead of a password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A challenge means that the token was refused, and holds the server's reasons in JSON. They are a stranger's words
 * about a configuration that the person cannot see, and the NO that follows has its own; so they are not read.
 *
 * Thread:  the exchange's.
 * See:     RFC 7628 (OAUTHBEARER), RFC 6750 §2.1 (what a token is made of); docs/wire.md (XOAUTH2)
 */
#include <string.h>

#include "sasl/haul-sasl-private.h"

#define SEPARATOR "\1"

static gboolean
check_token (HaulSasl *self, GError **error)
{
  const char *problem = self->user == NULL ? "the user name is missing" : NULL;

  for (const char *p = haul_secret_peek (self->secret); problem == NULL && *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      problem = "this is no token: it holds blanks or letters beyond ASCII";
  if (problem != NULL)
    g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, problem);
  return problem == NULL;
}

static gboolean
refuse_challenge (HaulSasl *self, GError **error)
{
  g_set_error (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE, "%s: the server goes on after its refusal",
               self->class->name);
  return FALSE;
}

static void
add_token (HaulSasl *self, HaulSaslBuffer *response)
{
  haul_sasl_buffer_add_text (response, SEPARATOR "auth=Bearer ");
  haul_sasl_buffer_add_secret (response, self->secret);
  haul_sasl_buffer_add_text (response, SEPARATOR SEPARATOR);
  self->has_used_secret = self->is_complete = TRUE;
}

/* Without an answer to its refusal the server never says NO. */
static gboolean
step_xoauth2 (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  if (self->n_steps > 0)
    {
      self->is_complete = FALSE;
      return self->n_steps == 1 || refuse_challenge (self, error);
    }
  haul_sasl_buffer_add_text (response, "user=");
  haul_sasl_buffer_add_text (response, self->user);
  add_token (self, response);
  return TRUE;
}

const HaulSaslClass haul_sasl_xoauth2_class = {
  .name = "XOAUTH2",
  .is_client_first = TRUE,
  .needs_secret = TRUE,
  .check = check_token,
  .step = step_xoauth2,
};

/* RFC 5801 §4: a comma ends a name. */
static void
add_name (HaulSaslBuffer *response, const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    if (*p == ',')
      haul_sasl_buffer_add_text (response, "=2C");
    else if (*p == '=')
      haul_sasl_buffer_add_text (response, "=3D");
    else
      haul_sasl_buffer_add (response, p, 1);
}

static gboolean
step_oauthbearer (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  if (self->n_steps > 0)
    {
      self->is_complete = FALSE;
      haul_sasl_buffer_add_text (response, SEPARATOR);
      return self->n_steps == 1 || refuse_challenge (self, error);
    }
  haul_sasl_buffer_add_text (response, "n,a=");
  add_name (response, self->user);
  haul_sasl_buffer_add_text (response, ",");
  if (self->host != NULL)
    {
      g_autofree char *server = g_strdup_printf (SEPARATOR "host=%s" SEPARATOR "port=%u", self->host, self->port);
      haul_sasl_buffer_add_text (response, server);
    }
  add_token (self, response);
  return TRUE;
}

const HaulSaslClass haul_sasl_oauthbearer_class = {
  .name = "OAUTHBEARER",
  .is_client_first = TRUE,
  .needs_secret = TRUE,
  .check = check_token,
  .step = step_oauthbearer,
};
