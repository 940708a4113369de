/* haul-sasl-gssapi.c - GSSAPI: a Kerberos ticket instead of a password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Built where libgssapi was found (meson option gssapi).
 *
 * Thread:  the exchange's; asks the ticket's issuer, and so can wait.
 * See:     RFC 4752 §3.1
 */
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_krb5.h>
#include <string.h>

#include "sasl/haul-sasl-private.h"

#define NO_LAYER 1

typedef struct
{
  gss_name_t server;
  gss_ctx_id_t context;
  gboolean is_established;
} Gssapi;

static gboolean
fail (OM_uint32 major, OM_uint32 minor, GError **error)
{
  g_autoptr (GString) text = g_string_new ("the ticket is not accepted");
  OM_uint32 kinds[] = { GSS_C_GSS_CODE, GSS_C_MECH_CODE };
  OM_uint32 codes[] = { major, minor };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      OM_uint32 ignored, more = 0;
      gss_buffer_desc words = GSS_C_EMPTY_BUFFER;
      if (gss_display_status (&ignored, codes[i], (int)kinds[i], GSS_C_NO_OID, &more, &words) != GSS_S_COMPLETE)
        continue;
      g_string_append_printf (text, "; %.*s", (int)MIN (words.length, 300), (const char *)words.value);
      gss_release_buffer (&ignored, &words);
    }
  g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNAVAILABLE, text->str);
  return FALSE;
}

static gboolean
check (HaulSasl *self, GError **error)
{
  if (self->host != NULL)
    return TRUE;
  g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, "the server's name is missing");
  return FALSE;
}

static gboolean
name_server (HaulSasl *self, GError **error)
{
  Gssapi *state = self->state;
  g_autofree char *service = g_strconcat ("imap@", self->host, NULL);
  gss_buffer_desc text = { strlen (service), service };
  OM_uint32 minor;
  OM_uint32 major = gss_import_name (&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &state->server);

  return !GSS_ERROR (major) || fail (major, minor, error);
}

/* What Exchange's “Extended Protection” wants to see; others do not look at it. */
static gss_channel_bindings_t
make_bindings (const HaulSasl *self, HaulSaslBuffer *octets, gss_channel_bindings_t bindings)
{
  if (self->end_point == NULL)
    return GSS_C_NO_CHANNEL_BINDINGS;
  haul_sasl_buffer_add_text (octets, "tls-server-end-point:");
  haul_sasl_buffer_add (octets, g_bytes_get_data (self->end_point, NULL), g_bytes_get_size (self->end_point));
  bindings->application_data = (gss_buffer_desc){ octets->length, octets->data };
  return bindings;
}

static gboolean
establish (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  Gssapi *state = self->state;
  gss_buffer_desc in = { length, (void *)challenge }, out = GSS_C_EMPTY_BUFFER;
  g_auto (HaulSaslBuffer) octets = { 0 };
  struct gss_channel_bindings_struct bindings = { 0 };
  OM_uint32 minor, ignored, flags = 0;

  if (state->server == GSS_C_NO_NAME && !name_server (self, error))
    return FALSE;
  OM_uint32 major = gss_init_sec_context (&minor, GSS_C_NO_CREDENTIAL, &state->context, state->server,
                                          (gss_OID)gss_mech_krb5, GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG, 0,
                                          make_bindings (self, &octets, &bindings), &in, NULL, &out, &flags, NULL);
  if (!GSS_ERROR (major))
    haul_sasl_buffer_add (response, out.value, out.length);
  gss_release_buffer (&ignored, &out);
  if (GSS_ERROR (major))
    return fail (major, minor, error);
  state->is_established = major == GSS_S_COMPLETE;
  if (!state->is_established || (flags & GSS_C_MUTUAL_FLAG) != 0)
    return TRUE;
  g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNPROVEN, "GSSAPI: the server has not proved who it is");
  return FALSE;
}

/* The server says which layers it would put around the connection; we want none, TLS is there. */
static gboolean
choose_layer (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  Gssapi *state = self->state;
  gss_buffer_desc in = { length, (void *)challenge }, offer = GSS_C_EMPTY_BUFFER, out = GSS_C_EMPTY_BUFFER;
  g_auto (HaulSaslBuffer) choice = { 0 };
  OM_uint32 minor, ignored;
  OM_uint32 major = gss_unwrap (&minor, state->context, &in, &offer, NULL, NULL);

  if (GSS_ERROR (major))
    return fail (major, minor, error);
  gboolean is_good = offer.length == 4 && (((const guint8 *)offer.value)[0] & NO_LAYER) != 0;
  gss_release_buffer (&ignored, &offer);
  if (!is_good)
    {
      g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE, "GSSAPI: the server wants a layer");
      return FALSE;
    }
  haul_sasl_buffer_add (&choice, (const guint8[]){ NO_LAYER, 0, 0, 0 }, 4);
  if (self->authorize_as != NULL || self->user != NULL)
    haul_sasl_buffer_add_text (&choice, self->authorize_as != NULL ? self->authorize_as : self->user);
  gss_buffer_desc plain = { choice.length, choice.data };
  major = gss_wrap (&minor, state->context, 0, GSS_C_QOP_DEFAULT, &plain, NULL, &out);
  if (GSS_ERROR (major))
    return fail (major, minor, error);
  haul_sasl_buffer_add (response, out.value, out.length);
  gss_release_buffer (&ignored, &out);
  self->is_complete = TRUE;
  return TRUE;
}

static gboolean
step (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  Gssapi *state = self->state;

  if (!state->is_established)
    return establish (self, challenge, length, response, error);
  if (!self->is_complete)
    return choose_layer (self, challenge, length, response, error);
  g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE,
                       "GSSAPI: the server goes on after the end");
  return FALSE;
}

static void
clear (HaulSasl *self)
{
  Gssapi *state = self->state;
  OM_uint32 minor;

  if (state->context != GSS_C_NO_CONTEXT)
    gss_delete_sec_context (&minor, &state->context, GSS_C_NO_BUFFER);
  if (state->server != GSS_C_NO_NAME)
    gss_release_name (&minor, &state->server);
}

const HaulSaslClass haul_sasl_gssapi_class = {
  .name = "GSSAPI",
  .is_client_first = TRUE,
  .state_size = sizeof (Gssapi),
  .check = check,
  .step = step,
  .clear = clear,
};
