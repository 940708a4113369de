/* test-haul-sasl-ntlm.c - NTLM by the examples of MS-NLMP §4.2, and challenges that are none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "sasl/haul-sasl-ntlm-keys.h"
#include "test-haul-sasl.h"

static const HaulSaslChance chance
    = { .ntlm_challenge = { 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa }, .workstation = "COMPUTER" };

#define NEGOTIATE "TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw=="
#define CHALLENGE                                                                                                      \
  "TlRMTVNTUAACAAAADAAMADgAAAAzgoriASNFZ4mrze8AAAAAAAAAACQAJABEAAAABgBwFwAAAA9TAGUAcgB2AGUAcgACAAwARABvAG0AYQBpAG4A"   \
  "AQAMAFMAZQByAHYAZQByAAAAAAA="
/* §4.2.4: NTLMv2, as an AUTHENTICATE message */
#define AUTHENTICATE                                                                                                   \
  "TlRMTVNTUAADAAAAGAAYAGwAAABUAFQAhAAAAAwADABIAAAACAAIAFQAAAAQABAAXAAAAAAAAADYAAAABYKIogoAYUoAAAAPRABvAG0AYQBpAG4A"   \
  "VQBzAGUAcgBDAE8ATQBQAFUAVABFAFIAhsNQl6yc7BAlVHZKV8zMGaqqqqqqqqqqaM0KuFHlHJaqvJJ76+9qHAEBAAAAAAAAAAAAAAAAAACqqqqq"   \
  "qqqqqgAAAAACAAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAAAAAAAAAAA"

static const Exchange v2 = { HAUL_SASL_NTLM,
                             { .user = "User", .domain = "Domain", .chance = &chance },
                             "Password",
                             TRUE,
                             { NULL, NEGOTIATE, CHALLENGE, AUTHENTICATE } };

static void
test_v2 (void)
{
  test_haul_sasl_walk (&v2);
}

static const guint8 server[8] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };

/* §4.2.2.1.2, §4.2.2.2.1, §4.2.3.2.2, §4.2.4.1.1 */
static void
test_keys (void)
{
  static const guint8 v1_key[]
      = { 0xa4, 0xf4, 0x9c, 0x40, 0x65, 0x10, 0xbd, 0xca, 0xb6, 0x82, 0x4e, 0xe7, 0xc3, 0x0f, 0xd8, 0x52 };
  static const guint8 v2_key[]
      = { 0x0c, 0x86, 0x8a, 0x40, 0x3b, 0xfd, 0x7a, 0x93, 0xa3, 0x00, 0x1e, 0xf2, 0x2e, 0xf0, 0x2e, 0x3f };
  static const guint8 v1_response[] = { 0x67, 0xc4, 0x30, 0x11, 0xf3, 0x02, 0x98, 0xa2, 0xad, 0x35, 0xec, 0xe6,
                                        0x4f, 0x16, 0x33, 0x1c, 0x44, 0xbd, 0xbe, 0xd9, 0x27, 0x84, 0x1f, 0x94 };
  static const guint8 session_response[] = { 0x75, 0x37, 0xf8, 0x03, 0xae, 0x36, 0x71, 0x28, 0xca, 0x45, 0x82, 0x04,
                                             0xbd, 0xe7, 0xca, 0xf8, 0x1e, 0x97, 0xed, 0x26, 0x83, 0x26, 0x72, 0x32 };
  g_autoptr (HaulSecret) password = haul_secret_new ("Password");
  guint8 key[HAUL_SASL_NTLM_KEY_SIZE], response[HAUL_SASL_NTLM_V1_SIZE], mixed[8];

  haul_sasl_ntlm_keys_make_v2 (password, "User", "Domain", key);
  g_assert_cmpmem (key, sizeof key, v2_key, sizeof v2_key);
  haul_sasl_ntlm_keys_hash_password (password, key);
  g_assert_cmpmem (key, sizeof key, v1_key, sizeof v1_key);
  haul_sasl_ntlm_keys_respond_v1 (key, server, response);
  g_assert_cmpmem (response, sizeof response, v1_response, sizeof v1_response);
  haul_sasl_ntlm_keys_mix (server, chance.ntlm_challenge, mixed);
  haul_sasl_ntlm_keys_respond_v1 (key, mixed, response);
  g_assert_cmpmem (response, sizeof response, session_response, sizeof session_response);
}

static HaulSecret *
answer (HaulSaslMechanism mechanism, GBytes *end_point, const guint8 *challenge, gsize length, GError **error)
{
  g_autoptr (HaulSecret) password = haul_secret_new ("Password");
  HaulSaslCredentials credentials
      = { .user = "User", .domain = "Domain", .secret = password, .end_point = end_point, .chance = &chance };
  g_autoptr (HaulSasl) sasl = haul_sasl_new (mechanism, &credentials, error);
  g_autoptr (HaulSecret) first = haul_sasl_step (sasl, NULL, 0, NULL);

  return haul_sasl_step (sasl, challenge, length, error);
}

/* Cut anywhere, and changed anywhere: an answer or an error, and no octet outside is read. */
static void
test_damage (void)
{
  gsize length;
  g_autofree guint8 *challenge = g_base64_decode (CHALLENGE, &length);

  for (gsize i = 0; i < length; i++)
    {
      g_autofree guint8 *cut = g_memdup2 (challenge, MAX (i, 1));
      HaulSecret *response = answer (HAUL_SASL_NTLM, NULL, cut, i, NULL);
      g_clear_pointer (&response, haul_secret_unref);
      for (guint octet = 0; octet < 256; octet += 51)
        {
          g_autofree guint8 *changed = g_memdup2 (challenge, length);
          changed[i] = (guint8)octet;
          response = answer (HAUL_SASL_NTLM, NULL, changed, length, NULL);
          g_clear_pointer (&response, haul_secret_unref);
        }
    }
}

static gboolean
holds (HaulSecret *message, const void *part, gsize length)
{
  const char *text = haul_secret_peek (message);

  for (gsize i = 0; i + length <= haul_secret_get_length (message); i++)
    if (memcmp (text + i, part, length) == 0)
      return TRUE;
  return FALSE;
}

/* With a time in the challenge: no LM response, a MIC and its flag; with TLS: what binds to it (§2.2.2.1). */
static void
test_mic_and_binding (void)
{
  static const guint8 tail[] = { 7, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0 };
  static const guint8 zeros[24] = { 0 };
  static const guint8 flags[] = { 6, 0, 4, 0, 2, 0, 0, 0 };
  static const guint8 bound[] = { 10, 0, 16, 0 };
  g_autoptr (GBytes) end_point = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  gsize length;
  g_autofree guint8 *challenge = g_base64_decode (CHALLENGE, &length);
  g_autofree guint8 *timed = g_malloc (length + 12);

  memcpy (timed, challenge, length - 4);
  memcpy (timed + length - 4, tail, sizeof tail);
  timed[40] = timed[42] = (guint8)(0x24 + 12);
  g_autoptr (HaulSecret) plain = answer (HAUL_SASL_NTLM, NULL, challenge, length, NULL);
  g_autoptr (HaulSecret) message = answer (HAUL_SASL_NTLM, end_point, timed, length + 12, NULL);
  const char *octets = haul_secret_peek (message);
  guint lm_at = (guint8)octets[16];
  g_assert_cmpmem (octets + lm_at, 24, zeros, 24);
  g_assert_cmpint (memcmp (octets + 72, zeros, 16), !=, 0);
  g_assert_true (holds (message, flags, sizeof flags));
  g_assert_true (holds (message, bound, sizeof bound));
  g_assert_false (holds (plain, flags, sizeof flags));
  g_assert_false (holds (plain, bound, sizeof bound));
}

void
test_haul_sasl_add_ntlm (void)
{
  g_test_add_func ("/sasl/ntlm/v2", test_v2);
  g_test_add_func ("/sasl/ntlm/keys", test_keys);
  g_test_add_func ("/sasl/ntlm/damage", test_damage);
  g_test_add_func ("/sasl/ntlm/mic-and-binding", test_mic_and_binding);
}
