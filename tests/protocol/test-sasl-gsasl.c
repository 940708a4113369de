/* test-sasl-gsasl.c - SCRAM with and without channel binding, PLAIN, CRAM-MD5 and LOGIN, judged by libgsasl's server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gsasl.h>
#include <string.h>

#include "sasl/haul-sasl.h"

typedef struct
{
  const char *what;
  HaulSaslMechanism mechanism;
  const char *user, *authorize_as, *password;
  const char *binding_name; /* (nullable) */
  const char *binding;      /* (nullable) the client's */
  const char *seen;         /* (nullable) the server's */
  gboolean server_has_plus;
  gboolean is_accepted;
} Case;

#define UNIQUE "tls-unique"
#define EXPORTER "tls-exporter"
#define RIGHT "pencil, pässwörd"

static const Case cases[] = {
  { "plain", HAUL_SASL_PLAIN, "user", NULL, RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "plain for somebody else", HAUL_SASL_PLAIN, "user", "owner", RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "plain wrong", HAUL_SASL_PLAIN, "user", NULL, "pen", NULL, NULL, NULL, FALSE, FALSE },
  { "login", HAUL_SASL_LOGIN, "user", NULL, RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "cram", HAUL_SASL_CRAM_MD5, "user", NULL, RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "cram wrong", HAUL_SASL_CRAM_MD5, "user", NULL, "pen", NULL, NULL, NULL, FALSE, FALSE },
  { "scram-1", HAUL_SASL_SCRAM_SHA_1, "user", NULL, RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "scram-256", HAUL_SASL_SCRAM_SHA_256, "user", NULL, RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "scram-256 for somebody else", HAUL_SASL_SCRAM_SHA_256, "us,er=", "o,w=ner", RIGHT, NULL, NULL, NULL, FALSE, TRUE },
  { "scram-256 wrong", HAUL_SASL_SCRAM_SHA_256, "user", NULL, "pen", NULL, NULL, NULL, FALSE, FALSE },
  { "scram-1 bound to tls-unique", HAUL_SASL_SCRAM_SHA_1_PLUS, "user", NULL, RIGHT, UNIQUE, "finished", "finished",
    TRUE, TRUE },
  { "scram-256 bound to tls-unique", HAUL_SASL_SCRAM_SHA_256_PLUS, "user", NULL, RIGHT, UNIQUE, "finished", "finished",
    TRUE, TRUE },
  { "scram-1 bound to tls-exporter", HAUL_SASL_SCRAM_SHA_1_PLUS, "user", NULL, RIGHT, EXPORTER, "exported", "exported",
    TRUE, TRUE },
  { "scram-256 bound to tls-exporter", HAUL_SASL_SCRAM_SHA_256_PLUS, "user", "owner", RIGHT, EXPORTER, "exported",
    "exported", TRUE, TRUE },
  { "scram-256 bound to another connection", HAUL_SASL_SCRAM_SHA_256_PLUS, "user", NULL, RIGHT, EXPORTER, "exported",
    "another", TRUE, FALSE },
  { "scram-256 bound, wrong password", HAUL_SASL_SCRAM_SHA_256_PLUS, "user", NULL, "pen", EXPORTER, "exported",
    "exported", TRUE, FALSE },
  /* The client says “y”: it could, and saw no offer; a server that made one knows that it was taken away. */
  { "the offer was taken away", HAUL_SASL_SCRAM_SHA_256, "user", NULL, RIGHT, EXPORTER, "exported", "exported", FALSE,
    FALSE },
  { "the offer was seen and not taken", HAUL_SASL_SCRAM_SHA_256, "user", NULL, RIGHT, EXPORTER, "exported", "exported",
    TRUE, TRUE },
};

static int
on_property (Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
  const Case *c = gsasl_session_hook_get (session);
  const char *wanted = property == GSASL_CB_TLS_UNIQUE ? UNIQUE : EXPORTER;
  g_autofree char *octets = NULL;

  switch (property)
    {
    case GSASL_PASSWORD:
      return gsasl_property_set (session, property, RIGHT);
    case GSASL_CB_TLS_UNIQUE:
    case GSASL_CB_TLS_EXPORTER:
      if (c->seen == NULL || g_strcmp0 (c->binding_name, wanted) != 0)
        return GSASL_NO_CALLBACK;
      octets = g_base64_encode ((const guint8 *)c->seen, strlen (c->seen));
      return gsasl_property_set (session, property, octets);
    default:
      return GSASL_NO_CALLBACK;
    }
}

/* Until one of the two has had enough. */
static gboolean
talk (HaulSasl *sasl, Gsasl_session *session)
{
  g_autofree char *said = NULL;
  gsize n_said = 0;
  gboolean is_first = haul_sasl_is_client_first (sasl);
  int state = GSASL_NEEDS_MORE;

  if (!is_first)
    state = gsasl_step (session, NULL, 0, &said, &n_said);
  while (state == GSASL_NEEDS_MORE || n_said > 0)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulSecret) answer = haul_sasl_step (sasl, is_first ? NULL : said, n_said, &error);
      if (answer == NULL)
        return FALSE;
      is_first = FALSE;
      g_clear_pointer (&said, g_free);
      n_said = 0;
      if (state == GSASL_NEEDS_MORE)
        state = gsasl_step (session, haul_secret_peek (answer), haul_secret_get_length (answer), &said, &n_said);
    }
  return state == GSASL_OK && haul_sasl_is_complete (sasl);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (HaulSecret) secret = haul_secret_new (c->password);
  g_autoptr (GBytes) binding = c->binding == NULL ? NULL : g_bytes_new_static (c->binding, strlen (c->binding));
  HaulSaslCredentials credentials = { .user = c->user,
                                      .authorize_as = c->authorize_as,
                                      .secret = secret,
                                      .binding_name = c->binding_name,
                                      .binding = binding,
                                      .server_has_plus = c->server_has_plus };
  g_autoptr (HaulSasl) sasl = haul_sasl_new (c->mechanism, &credentials, NULL);
  Gsasl *context;
  Gsasl_session *session;

  g_assert_nonnull (sasl);
  g_assert_cmpint (gsasl_init (&context), ==, GSASL_OK);
  gsasl_callback_set (context, on_property);
  g_assert_cmpint (gsasl_server_start (context, haul_sasl_get_name (c->mechanism), &session), ==, GSASL_OK);
  gsasl_session_hook_set (session, (void *)c);
  g_assert_cmpint (talk (sasl, session), ==, c->is_accepted);
  if (c->is_accepted && c->mechanism != HAUL_SASL_LOGIN)
    g_assert_cmpstr (gsasl_property_fast (session, GSASL_AUTHID), ==, c->user);
  if (c->is_accepted && c->authorize_as != NULL)
    g_assert_cmpstr (gsasl_property_fast (session, GSASL_AUTHZID), ==, c->authorize_as);
  gsasl_finish (session);
  gsasl_done (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/sasl/gsasl/%s", cases[i].what);
      g_test_add_data_func (name, &cases[i], test_case);
    }
  return g_test_run ();
}
