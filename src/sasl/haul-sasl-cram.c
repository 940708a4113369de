/* haul-sasl-cram.c - CRAM-MD5: a digest over what the server says, instead of the password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the exchange's.
 * See:     RFC 2195
 */
#include <nettle/hmac.h>
#include <string.h>

#include "sasl/haul-sasl-private.h"

static gboolean
check (HaulSasl *self, GError **error)
{
  const char *problem = NULL;

  if (self->user == NULL)
    problem = "the user name is missing";
  else if (self->authorize_as != NULL)
    problem = "CRAM-MD5 cannot name another mailbox";
  if (problem != NULL)
    g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, problem);
  return problem == NULL;
}

static gboolean
step (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  struct hmac_md5_ctx hmac;
  guint8 digest[MD5_DIGEST_SIZE];

  if (self->n_steps > 0 || length == 0)
    {
      g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE, "CRAM-MD5 has one challenge");
      return FALSE;
    }
  hmac_md5_set_key (&hmac, haul_secret_get_length (self->secret), (const guint8 *)haul_secret_peek (self->secret));
  hmac_md5_update (&hmac, length, (const guint8 *)challenge);
  hmac_md5_digest (&hmac, sizeof digest, digest);
  explicit_bzero (&hmac, sizeof hmac);
  haul_sasl_buffer_add_text (response, self->user);
  haul_sasl_buffer_add_text (response, " ");
  for (gsize i = 0; i < sizeof digest; i++)
    {
      char hex[3];
      g_snprintf (hex, sizeof hex, "%02x", digest[i]);
      haul_sasl_buffer_add (response, hex, 2);
    }
  self->has_used_secret = self->is_complete = TRUE;
  return TRUE;
}

const HaulSaslClass haul_sasl_cram_md5_class = {
  .name = "CRAM-MD5",
  .needs_secret = TRUE,
  .check = check,
  .step = step,
};
