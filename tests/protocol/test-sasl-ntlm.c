/* test-sasl-ntlm.c - NTLM judged by gss-ntlmssp, which accepts as a server would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and domains beyond ASCII are not judged here: gss-ntlmssp 1.2.0 refuses them to its own client as well (seen
 * with “jörg” and “DÜSSELDORF”). One name, “jörg”, is judged by the scripted server alone, in cli-signin-mechanisms.
 * NTLM_USER_FILE holds what the server knows; LM_COMPAT_LEVEL 5 takes version 2 alone, 0 version 1 as well.
 */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gssapi/gssapi.h>
#include <string.h>

#include "sasl/haul-sasl.h"

static gss_OID_desc ntlm_oid = { 10, (void *)"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a" };

static const char users[] = "CORP:bob:geheim\n"
                            "CORP:carol:pässwörd\n"
                            "CORP:long:a pass phrase that is longer than any block of any digest would like it to be\n";

typedef struct
{
  const char *what, *user, *domain, *password;
  HaulSaslMechanism mechanism;
  const char *end_point; /* (nullable) what the client is bound to */
  const char *seen;      /* (nullable) what the server is bound to */
  const char *level;
  gboolean is_accepted;
} Case;

static const Case cases[] = {
  { "version 2", "bob", "CORP", "geheim", HAUL_SASL_NTLM, NULL, NULL, "5", TRUE },
  { "in another case", "BOB", "CORP", "geheim", HAUL_SASL_NTLM, NULL, NULL, "5", TRUE },
  { "a wrong password", "bob", "CORP", "falsch", HAUL_SASL_NTLM, NULL, NULL, "5", FALSE },
  { "nobody", "eve", "CORP", "geheim", HAUL_SASL_NTLM, NULL, NULL, "5", FALSE },
  { "a password beyond ASCII", "carol", "CORP", "pässwörd", HAUL_SASL_NTLM, NULL, NULL, "5", TRUE },
  { "a long password", "long", "CORP", "a pass phrase that is longer than any block of any digest would like it to be",
    HAUL_SASL_NTLM, NULL, NULL, "5", TRUE },
  { "bound to the server's certificate", "bob", "CORP", "geheim", HAUL_SASL_NTLM, "certificate", "certificate", "5",
    TRUE },
  { "bound to another certificate", "bob", "CORP", "geheim", HAUL_SASL_NTLM, "certificate", "another", "5", FALSE },
  { "version 1 where it is switched off", "bob", "CORP", "geheim", HAUL_SASL_NTLM_V1, NULL, NULL, "5", FALSE },
  { "version 1", "bob", "CORP", "geheim", HAUL_SASL_NTLM_V1, NULL, NULL, "0", TRUE },
  { "version 1, a wrong password", "bob", "CORP", "falsch", HAUL_SASL_NTLM_V1, NULL, NULL, "0", FALSE },
  { "version 2 where both are taken", "bob", "CORP", "geheim", HAUL_SASL_NTLM, NULL, NULL, "0", TRUE },
};

static gss_cred_id_t
new_acceptor (void)
{
  gss_OID_set_desc set = { 1, &ntlm_oid };
  gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
  OM_uint32 minor;

  if (GSS_ERROR (
          gss_acquire_cred (&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &set, GSS_C_ACCEPT, &credential, NULL, NULL)))
    return GSS_C_NO_CREDENTIAL;
  return credential;
}

/* One message in, one out. */
static OM_uint32
judge (gss_ctx_id_t *context, gss_cred_id_t credential, const char *seen, HaulSecret *message, GBytes **reply)
{
  g_autofree char *text = seen == NULL ? NULL : g_strconcat ("tls-server-end-point:", seen, NULL);
  struct gss_channel_bindings_struct bindings = { 0 };
  gss_buffer_desc in = { haul_secret_get_length (message), (void *)haul_secret_peek (message) };
  gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
  OM_uint32 minor, ignored;

  if (text != NULL)
    bindings.application_data = (gss_buffer_desc){ strlen (text), text };
  OM_uint32 major
      = gss_accept_sec_context (&minor, context, credential, &in, text == NULL ? GSS_C_NO_CHANNEL_BINDINGS : &bindings,
                                NULL, NULL, &out, NULL, NULL, NULL);
  if (reply != NULL)
    *reply = g_bytes_new (out.value, out.length);
  gss_release_buffer (&ignored, &out);
  return major;
}

static gboolean
is_accepted (const Case *c, gss_cred_id_t credential)
{
  g_autoptr (HaulSecret) secret = haul_secret_new (c->password);
  g_autoptr (GBytes) end_point = c->end_point == NULL ? NULL : g_bytes_new_static (c->end_point, strlen (c->end_point));
  HaulSaslCredentials credentials
      = { .user = c->user, .domain = c->domain, .secret = secret, .host = "imap.example.org", .end_point = end_point };
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulSasl) sasl = haul_sasl_new (c->mechanism, &credentials, &error);
  gss_ctx_id_t context = GSS_C_NO_CONTEXT;
  g_autoptr (GBytes) challenge = NULL;
  OM_uint32 ignored;

  g_assert_no_error (error);
  g_autoptr (HaulSecret) negotiate = haul_sasl_step (sasl, NULL, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (judge (&context, credential, c->seen, negotiate, &challenge), ==, GSS_S_CONTINUE_NEEDED);
  gsize length;
  const void *octets = g_bytes_get_data (challenge, &length);
  g_autoptr (HaulSecret) authenticate = haul_sasl_step (sasl, octets, length, &error);
  g_assert_no_error (error);
  OM_uint32 major = judge (&context, credential, c->seen, authenticate, NULL);
  gss_delete_sec_context (&ignored, &context, GSS_C_NO_BUFFER);
  return major == GSS_S_COMPLETE;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  OM_uint32 ignored;

  g_setenv ("LM_COMPAT_LEVEL", c->level, TRUE);
  gss_cred_id_t credential = new_acceptor ();
  if (credential == GSS_C_NO_CREDENTIAL)
    {
      g_test_skip ("gss-ntlmssp is not installed");
      return;
    }
  g_assert_cmpint (is_accepted (c, credential), ==, c->is_accepted);
  gss_release_cred (&ignored, &credential);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_test_init (&argc, &argv, NULL);
  int fd = g_file_open_tmp ("ntlm-users-XXXXXX", &path, &error);
  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, users, -1, NULL));
  g_setenv ("NTLM_USER_FILE", path, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/sasl/ntlm/judged/%s", cases[i].what);
      g_test_add_data_func (name, &cases[i], test_case);
    }
  int status = g_test_run ();
  g_unlink (path);
  return status;
}
