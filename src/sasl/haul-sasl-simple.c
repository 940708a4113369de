/* haul-sasl-simple.c - PLAIN, LOGIN and EXTERNAL, which send what they know
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A password goes as the octets that were typed, UTF-8: RFC 4616 leaves preparing it to the server.
 *
 * Thread:  the exchange's.
 * See:     RFC 4616 (PLAIN), RFC 4422 appendix A (EXTERNAL); LOGIN has no RFC: draft-murchison-sasl-login-00
 */
#include "sasl/haul-sasl-private.h"

static gboolean
refuse_challenge (HaulSasl *self, GError **error)
{
  g_set_error (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE, "%s: the server asks for more than there is",
               self->class->name);
  return FALSE;
}

static gboolean
needs_user (HaulSasl *self, GError **error)
{
  if (self->user != NULL)
    return TRUE;
  g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, "the user name is missing");
  return FALSE;
}

static gboolean
step_plain (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  if (self->n_steps > 0)
    return refuse_challenge (self, error);
  if (self->authorize_as != NULL)
    haul_sasl_buffer_add_text (response, self->authorize_as);
  haul_sasl_buffer_add (response, "", 1);
  haul_sasl_buffer_add_text (response, self->user);
  haul_sasl_buffer_add (response, "", 1);
  haul_sasl_buffer_add_secret (response, self->secret);
  self->has_used_secret = self->is_complete = TRUE;
  return TRUE;
}

const HaulSaslClass haul_sasl_plain_class = {
  .name = "PLAIN",
  .is_client_first = TRUE,
  .needs_secret = TRUE,
  .check = needs_user,
  .step = step_plain,
};

static gboolean
check_login (HaulSasl *self, GError **error)
{
  if (self->authorize_as == NULL)
    return needs_user (self, error);
  g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, "LOGIN cannot name another mailbox");
  return FALSE;
}

/* The server's words, “Username:” or others, say nothing: it is always the name first. */
static gboolean
step_login (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  if (self->n_steps == 0)
    {
      haul_sasl_buffer_add_text (response, self->user);
      return TRUE;
    }
  if (self->n_steps > 1)
    return refuse_challenge (self, error);
  haul_sasl_buffer_add_secret (response, self->secret);
  self->has_used_secret = self->is_complete = TRUE;
  return TRUE;
}

const HaulSaslClass haul_sasl_login_class = {
  .name = "LOGIN",
  .needs_secret = TRUE,
  .check = check_login,
  .step = step_login,
};

static gboolean
step_external (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  if (self->n_steps > 0)
    return refuse_challenge (self, error);
  if (self->authorize_as != NULL)
    haul_sasl_buffer_add_text (response, self->authorize_as);
  self->is_complete = TRUE;
  return TRUE;
}

const HaulSaslClass haul_sasl_external_class = {
  .name = "EXTERNAL",
  .is_client_first = TRUE,
  .step = step_external,
};
