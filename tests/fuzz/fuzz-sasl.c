/* fuzz-sasl.c - whatever a server says while somebody signs in, nothing but our own answers comes of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input: an octet for the mechanism, an octet of choices, then challenges, each behind two octets of its length.
 * GSSAPI is left out: its challenges are read by the system's library.
 */
#include <string.h>

#include "sasl/haul-sasl.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define PASSWORD "pencil-Zq7!"
#define TOKEN "ya29.Zq7"

static const HaulSaslChance chances[] = {
  { .nonce = "fyko+d2lbbFgONRv9qkxdawL", .ntlm_challenge = { 1, 2, 3, 4, 5, 6, 7, 8 } },
};

static gboolean
holds (const HaulSecret *octets, const char *text)
{
  return memmem (haul_secret_peek (octets), haul_secret_get_length (octets), text, strlen (text)) != NULL;
}

/* A million rounds are allowed, and take longer than a fuzzer likes. */
static gboolean
is_slow (const guint8 *challenge, gsize length)
{
  for (gsize i = 0; i + 6 <= length; i++)
    if (memcmp (challenge + i, "i=", 2) == 0
        && strspn ((const char[]){ (char)challenge[i + 2], (char)challenge[i + 3], (char)challenge[i + 4],
                                   (char)challenge[i + 5], '\0' },
                   "0123456789")
               == 4)
      return TRUE;
  return FALSE;
}

static gboolean
may_show_password (HaulSaslMechanism mechanism)
{
  return mechanism == HAUL_SASL_PLAIN || mechanism == HAUL_SASL_LOGIN;
}

static void
check_response (HaulSaslMechanism mechanism, const HaulSasl *sasl, const HaulSecret *response)
{
  gboolean is_token = mechanism == HAUL_SASL_XOAUTH2 || mechanism == HAUL_SASL_OAUTHBEARER;

  g_assert_cmpuint (haul_secret_get_length (response), <, 64 * 1024);
  g_assert_true (may_show_password (mechanism) || !holds (response, PASSWORD));
  g_assert_true (is_token || !holds (response, TOKEN));
  if (haul_sasl_is_complete (sasl) && mechanism != HAUL_SASL_EXTERNAL)
    g_assert_true (haul_sasl_has_used_secret (sasl));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* What the server says by itself may come back. */
  if (size < 2 || memmem (data, size, TOKEN, strlen (TOKEN)) != NULL
      || memmem (data, size, PASSWORD, strlen (PASSWORD)) != NULL)
    return 0;
  HaulSaslMechanism mechanism = data[0] % HAUL_SASL_N_MECHANISMS;
  gboolean is_token = mechanism == HAUL_SASL_XOAUTH2 || mechanism == HAUL_SASL_OAUTHBEARER;
  g_autoptr (HaulSecret) secret = haul_secret_new (is_token ? TOKEN : PASSWORD);
  g_autoptr (GBytes) binding = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  HaulSaslCredentials credentials = { .user = "user",
                                      .domain = (data[1] & 1) != 0 ? "Dömain" : NULL,
                                      .secret = secret,
                                      .host = "imap.example.org",
                                      .port = 993,
                                      .binding_name = "tls-exporter",
                                      .binding = binding,
                                      .end_point = (data[1] & 2) != 0 ? binding : NULL,
                                      .server_has_plus = (data[1] & 4) != 0,
                                      .chance = &chances[0] };
  if (mechanism == HAUL_SASL_GSSAPI)
    return 0;
  g_autoptr (HaulSasl) sasl = haul_sasl_new (mechanism, &credentials, NULL);
  g_assert_nonnull (sasl);

  gsize at = 2;
  gboolean has_failed = FALSE;
  if (haul_sasl_is_client_first (sasl))
    {
      g_autoptr (HaulSecret) first = haul_sasl_step (sasl, NULL, 0, NULL);
      g_assert_nonnull (first);
      check_response (mechanism, sasl, first);
    }
  while (size - at >= 2)
    {
      gsize length = MIN ((gsize)data[at] << 8 | data[at + 1], size - at - 2);
      if (is_slow (data + at + 2, length))
        return 0;
      /* A copy, so that a read past its end is seen. */
      g_autofree guint8 *challenge = g_memdup2 (data + at + 2, length);
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulSecret) response = haul_sasl_step (sasl, challenge, length, &error);
      g_assert_true ((response == NULL) == (error != NULL));
      g_assert_false (has_failed && response != NULL);
      if (response != NULL)
        check_response (mechanism, sasl, response);
      else
        g_assert_false (haul_sasl_is_complete (sasl));
      has_failed |= response == NULL;
      at += 2 + length;
    }
  return 0;
}
