/* test-haul-sasl.c - published exchanges, word for word, and servers that lie
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "test-haul-sasl.h"

#include <string.h>

static void *
decode (const Exchange *exchange, const char *text, gsize *length)
{
  if (exchange->is_base64)
    return g_base64_decode (text, length);
  *length = strlen (text);
  return g_strdup (text);
}

static HaulSasl *
start (const Exchange *exchange, GError **error)
{
  HaulSaslCredentials credentials = exchange->credentials;
  g_autoptr (HaulSecret) secret = exchange->secret == NULL ? NULL : haul_secret_new (exchange->secret);

  credentials.secret = secret;
  return haul_sasl_new (exchange->mechanism, &credentials, error);
}

void
test_haul_sasl_walk (const Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulSasl) sasl = start (exchange, &error);

  g_assert_no_error (error);
  g_assert_cmpint (haul_sasl_is_client_first (sasl), ==, exchange->turns[0] == NULL);
  for (guint i = 0; i == 0 || exchange->turns[i] != NULL; i += 2)
    {
      gsize n_challenge = 0, n_wanted = 0;
      g_autofree char *challenge
          = exchange->turns[i] == NULL ? NULL : decode (exchange, exchange->turns[i], &n_challenge);
      g_autofree char *wanted = decode (exchange, exchange->turns[i + 1], &n_wanted);
      g_autoptr (HaulSecret) response = haul_sasl_step (sasl, challenge, n_challenge, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (haul_secret_peek (response), haul_secret_get_length (response), wanted, n_wanted);
    }
  g_assert_true (haul_sasl_is_complete (sasl));
}

static const HaulSaslChance pencil_1 = { .nonce = "fyko+d2lbbFgONRv9qkxdawL" };
static const HaulSaslChance pencil_256 = { .nonce = "rOprNGfwEbeRWgbNEkqO" };

#define USER(name)                                                                                                     \
  {                                                                                                                    \
    .user = name                                                                                                       \
  }

static const Exchange exchanges[] = {
  /* RFC 4616 §4; NUL cannot be written here, so as base64. */
  { HAUL_SASL_PLAIN, USER ("tim"), "tanstaaftanstaaf", TRUE, { NULL, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm" } },
  { HAUL_SASL_PLAIN,
    { .user = "Kurt", .authorize_as = "Ursel" },
    "xipj3plmq",
    TRUE,
    { NULL, "VXJzZWwAS3VydAB4aXBqM3BsbXE=" } },
  /* A domain's user, and a password beyond ASCII, as UTF-8. */
  { HAUL_SASL_PLAIN, USER ("EXAMPLE\\alice"), "secret", TRUE, { NULL, "AEVYQU1QTEVcYWxpY2UAc2VjcmV0" } },
  { HAUL_SASL_PLAIN, USER ("alice"), "pässwörd", TRUE, { NULL, "AGFsaWNlAHDDpHNzd8O2cmQ=" } },
  { HAUL_SASL_LOGIN, USER ("DOM\\bob"), "a b", FALSE, { "Username:", "DOM\\bob", "Password:", "a b" } },
  { HAUL_SASL_EXTERNAL, { .authorize_as = "fred@example.com" }, NULL, FALSE, { NULL, "fred@example.com" } },
  { HAUL_SASL_EXTERNAL, { 0 }, NULL, FALSE, { NULL, "" } },
  /* RFC 2195 §2 */
  { HAUL_SASL_CRAM_MD5,
    USER ("tim"),
    "tanstaaftanstaaf",
    FALSE,
    { "<1896.697170952@postoffice.reston.mci.net>", "tim b913a602c7eda7a495b4e6e7334d3890" } },
  /* RFC 5802 §5 */
  { HAUL_SASL_SCRAM_SHA_1,
    { .user = "user", .chance = &pencil_1 },
    "pencil",
    FALSE,
    { NULL, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "" } },
  /* RFC 7677 §3 */
  { HAUL_SASL_SCRAM_SHA_256,
    { .user = "user", .chance = &pencil_256 },
    "pencil",
    FALSE,
    { NULL, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "" } },
  /* As Google's and Microsoft's pages on it show */
  { HAUL_SASL_XOAUTH2,
    USER ("alice@example.com"),
    "ya29.EXAMPLE",
    FALSE,
    { NULL, "user=alice@example.com\1auth=Bearer ya29.EXAMPLE\1\1" } },
  /* RFC 7628 §4.1 in form */
  { HAUL_SASL_OAUTHBEARER,
    { .user = "alice@example.com", .host = "imap.example.com", .port = 993 },
    "ya29.EXAMPLE",
    FALSE,
    { NULL, "n,a=alice@example.com,\1host=imap.example.com\1port=993\1auth=Bearer ya29.EXAMPLE\1\1" } },
};

static void
test_exchange (gconstpointer data)
{
  test_haul_sasl_walk (data);
}

/* A refused token: the server goes on only after it was answered, and then says NO. */
static void
test_token_refused (void)
{
  static const struct
  {
    HaulSaslMechanism mechanism;
    const char *answer;
  } cases[] = { { HAUL_SASL_XOAUTH2, "" }, { HAUL_SASL_OAUTHBEARER, "\1" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Exchange exchange = { cases[i].mechanism, USER ("a"), "token", FALSE, { NULL } };
      g_autoptr (HaulSasl) sasl = start (&exchange, NULL);
      g_autoptr (HaulSecret) first = haul_sasl_step (sasl, NULL, 0, NULL);
      g_autoptr (HaulSecret) second = haul_sasl_step (sasl, "{\"status\":\"401\"}", 16, NULL);
      g_assert_cmpstr (haul_secret_peek (second), ==, cases[i].answer);
      g_assert_false (haul_sasl_is_complete (sasl));
    }
}

static const char rfc_first[] = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";

static const struct
{
  const char *what, *first, *last;
  HaulSaslError code;
} lies[] = {
  { "another nonce", "r=ayko+d2lbbFgONRv9qkxdawL3rfcNHY,s=QSXCR+Q6sek8bf92,i=4096", NULL,
    HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "our nonce alone", "r=fyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6sek8bf92,i=4096", NULL, HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "a thousand million rounds", "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=1000000000", NULL,
    HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "no rounds", "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=0", NULL, HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "a salt that is no base64", "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC R+Q6,i=4096", NULL, HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "no salt", "r=fyko+d2lbbFgONRv9qkxdawLx,s=,i=4096", NULL, HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "an extension that must be understood", "m=x,r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=4096", NULL,
    HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "nothing", "", NULL, HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "a refusal", rfc_first, "e=invalid-proof", HAUL_SASL_ERROR_REFUSED },
  { "a refusal at once", "e=unknown-user", NULL, HAUL_SASL_ERROR_REFUSED },
  { "another connection", rfc_first, "e=channel-bindings-dont-match", HAUL_SASL_ERROR_UNPROVEN },
  { "an offer that somebody took away", "e=server-does-support-channel-binding,x=y", NULL, HAUL_SASL_ERROR_UNPROVEN },
  { "no proof of its own", rfc_first, "", HAUL_SASL_ERROR_BAD_CHALLENGE },
  { "an empty proof", rfc_first, "v=", HAUL_SASL_ERROR_UNPROVEN },
  { "a wrong proof", rfc_first, "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", HAUL_SASL_ERROR_UNPROVEN },
  { "half a proof", rfc_first, "v=rmF9pqV8S7s=", HAUL_SASL_ERROR_UNPROVEN },
};

static void
test_scram_lies (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      Exchange exchange = { HAUL_SASL_SCRAM_SHA_1, { .user = "user", .chance = &pencil_1 }, "pencil", FALSE, { NULL } };
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulSasl) sasl = start (&exchange, NULL);
      g_autoptr (HaulSecret) first = haul_sasl_step (sasl, NULL, 0, NULL);
      g_autoptr (HaulSecret) second = haul_sasl_step (sasl, lies[i].first, strlen (lies[i].first), &error);
      g_test_message ("%s", lies[i].what);
      if (lies[i].last != NULL)
        {
          g_assert_no_error (error);
          g_autoptr (HaulSecret) third = haul_sasl_step (sasl, lies[i].last, strlen (lies[i].last), &error);
          g_assert_null (third);
        }
      g_assert_error (error, HAUL_SASL_ERROR, (int)lies[i].code);
      g_assert_false (haul_sasl_is_complete (sasl));
      g_assert_null (haul_sasl_step (sasl, rfc_first, strlen (rfc_first), NULL));
    }
}

/* What stands before the name tells the server what is known of the connection (RFC 5802 §6). */
static void
test_scram_binding (void)
{
  g_autoptr (GBytes) binding = g_bytes_new_static ("\1\2\3\4", 4);
  HaulSaslCredentials bound = {
    .user = "user", .authorize_as = "a,b=c", .binding = binding, .binding_name = "tls-exporter", .chance = &pencil_1
  };
  HaulSaslCredentials offered = bound;
  offered.server_has_plus = TRUE;
  const struct
  {
    HaulSaslMechanism mechanism;
    HaulSaslCredentials credentials;
    const char *gs2, *sent; /* the second: what the proof's c= must be */
  } cases[] = {
    { HAUL_SASL_SCRAM_SHA_1_PLUS, offered, "p=tls-exporter,a=a=2Cb=3Dc,",
      "c=cD10bHMtZXhwb3J0ZXIsYT1hPTJDYj0zRGMsAQIDBA==," },
    { HAUL_SASL_SCRAM_SHA_1, bound, "y,a=a=2Cb=3Dc,", "c=eSxhPWE9MkNiPTNEYyw=," },
    { HAUL_SASL_SCRAM_SHA_1, offered, "n,a=a=2Cb=3Dc,", "c=bixhPWE9MkNiPTNEYyw=," },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Exchange exchange = { cases[i].mechanism, cases[i].credentials, "pencil", FALSE, { NULL } };
      g_autoptr (HaulSasl) sasl = start (&exchange, NULL);
      g_autoptr (HaulSecret) first = haul_sasl_step (sasl, NULL, 0, NULL);
      g_assert_true (g_str_has_prefix (haul_secret_peek (first), cases[i].gs2));
      g_autoptr (HaulSecret) second = haul_sasl_step (sasl, rfc_first, strlen (rfc_first), NULL);
      g_assert_true (g_str_has_prefix (haul_secret_peek (second), cases[i].sent));
    }
}

static const struct
{
  const char *what;
  HaulSaslMechanism mechanism;
  HaulSaslCredentials credentials;
  const char *secret;
  HaulSaslError code;
} unsuitable[] = {
  { "a line break in the password", HAUL_SASL_PLAIN, USER ("a"), "b\r\nx LOGOUT", HAUL_SASL_ERROR_UNSUITABLE },
  { "a line break in the name", HAUL_SASL_PLAIN, USER ("a\nb"), "b", HAUL_SASL_ERROR_UNSUITABLE },
  { "no password", HAUL_SASL_PLAIN, USER ("a"), "", HAUL_SASL_ERROR_UNSUITABLE },
  { "no name", HAUL_SASL_CRAM_MD5, { 0 }, "b", HAUL_SASL_ERROR_UNSUITABLE },
  { "another mailbox", HAUL_SASL_CRAM_MD5, { .user = "a", .authorize_as = "b" }, "c", HAUL_SASL_ERROR_UNSUITABLE },
  { "another mailbox", HAUL_SASL_NTLM, { .user = "a", .authorize_as = "b" }, "c", HAUL_SASL_ERROR_UNSUITABLE },
  { "another mailbox", HAUL_SASL_LOGIN, { .user = "a", .authorize_as = "b" }, "c", HAUL_SASL_ERROR_UNSUITABLE },
  { "a token with a blank", HAUL_SASL_XOAUTH2, USER ("a"), "b c", HAUL_SASL_ERROR_UNSUITABLE },
  { "a token with a separator", HAUL_SASL_OAUTHBEARER, USER ("a"), "b\1c", HAUL_SASL_ERROR_UNSUITABLE },
  { "nothing to bind to", HAUL_SASL_SCRAM_SHA_256_PLUS, USER ("a"), "b", HAUL_SASL_ERROR_UNAVAILABLE },
  { "a password without a form", HAUL_SASL_SCRAM_SHA_256, USER ("a"),
    "\xe2\x80\xae"
    "b",
    HAUL_SASL_ERROR_UNSUITABLE },
  /* RFC 4013 §3: a control character, and letters of both directions. */
  { "a bell", HAUL_SASL_SCRAM_SHA_256, USER ("a"), "\x07", HAUL_SASL_ERROR_UNSUITABLE },
  { "an alef before a digit", HAUL_SASL_SCRAM_SHA_256, USER ("a"), "\xd8\xa7\x31", HAUL_SASL_ERROR_UNSUITABLE },
  { "nothing but a soft hyphen", HAUL_SASL_SCRAM_SHA_256, USER ("a"), "\xc2\xad", HAUL_SASL_ERROR_UNSUITABLE },
  { "octets that are no UTF-8", HAUL_SASL_SCRAM_SHA_256, USER ("a"), "\xe4\xf6", HAUL_SASL_ERROR_UNSUITABLE },
};

static void
test_unsuitable (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unsuitable); i++)
    {
      Exchange exchange = { unsuitable[i].mechanism, unsuitable[i].credentials, unsuitable[i].secret, FALSE, { NULL } };
      g_autoptr (GError) error = NULL;
      g_test_message ("%s", unsuitable[i].what);
      g_assert_null (start (&exchange, &error));
      g_assert_error (error, HAUL_SASL_ERROR, (int)unsuitable[i].code);
    }
}

/* RFC 4013 §3: a soft hyphen is nothing, a roman numeral is its letters, a blank of any width is a blank. */
static void
test_prepared (void)
{
  static const char *const pairs[][2] = { { "I\xc2\xadX", "IX" },
                                          { "\xe2\x85\xa8", "IX" },
                                          { "a\xe3\x80\x80"
                                            "b",
                                            "a b" },
                                          { "u\xcc\x88", "\xc3\xbc" },
                                          { "\xc2\xaa", "a" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      HaulSecret *proofs[2];
      for (gsize j = 0; j < 2; j++)
        {
          Exchange exchange
              = { HAUL_SASL_SCRAM_SHA_1, { .user = "user", .chance = &pencil_1 }, pairs[i][j], FALSE, { NULL } };
          g_autoptr (HaulSasl) sasl = start (&exchange, NULL);
          g_autoptr (HaulSecret) first = haul_sasl_step (sasl, NULL, 0, NULL);
          proofs[j] = haul_sasl_step (sasl, rfc_first, strlen (rfc_first), NULL);
        }
      g_assert_cmpstr (haul_secret_peek (proofs[0]), ==, haul_secret_peek (proofs[1]));
      haul_secret_unref (proofs[0]);
      haul_secret_unref (proofs[1]);
    }
}

/* A server that never comes to an end. */
static void
test_endless (void)
{
  for (guint m = 0; m < HAUL_SASL_N_MECHANISMS; m++)
    {
      Exchange exchange = { m, { .user = "a", .host = "localhost" }, "secret", FALSE, { NULL } };
      g_autoptr (HaulSasl) sasl = start (&exchange, NULL);
      guint n = 0;
      if (sasl == NULL)
        continue;
      for (g_autoptr (GError) error = NULL; error == NULL && n < 100; n++)
        {
          HaulSecret *response = haul_sasl_step (sasl, "abc", 3, &error);
          g_clear_pointer (&response, haul_secret_unref);
        }
      g_assert_cmpuint (n, <, 20);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      g_autofree char *name
          = g_strdup_printf ("/sasl/exchange/%" G_GSIZE_FORMAT "/%s", i, haul_sasl_get_name (exchanges[i].mechanism));
      g_test_add_data_func (name, &exchanges[i], test_exchange);
    }
  g_test_add_func ("/sasl/token-refused", test_token_refused);
  g_test_add_func ("/sasl/scram/lies", test_scram_lies);
  g_test_add_func ("/sasl/scram/binding", test_scram_binding);
  g_test_add_func ("/sasl/unsuitable", test_unsuitable);
  g_test_add_func ("/sasl/prepared", test_prepared);
  g_test_add_func ("/sasl/endless", test_endless);
  test_haul_sasl_add_ntlm ();
  return g_test_run ();
}
