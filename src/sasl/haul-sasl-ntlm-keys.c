/* haul-sasl-ntlm-keys.c - the digests of NTLM, version 1 and 2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  keys are wiped.
 * See:     MS-NLMP §3.3.1, §3.3.2, §6
 */
#include "sasl/haul-sasl-ntlm-keys.h"

#include <nettle/des.h>
#include <nettle/hmac.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <string.h>

static void
add_utf16 (HaulSaslBuffer *buffer, const char *text, gboolean is_upper)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      guint16 units[2] = { 0 };
      gsize n = 1;
      if (is_upper)
        c = g_unichar_toupper (c);
      if (c < 0x10000)
        units[0] = GUINT16_TO_LE ((guint16)c);
      else
        {
          units[0] = GUINT16_TO_LE ((guint16)(0xD800 + ((c - 0x10000) >> 10)));
          units[1] = GUINT16_TO_LE ((guint16)(0xDC00 + ((c - 0x10000) & 0x3FF)));
          n = 2;
        }
      haul_sasl_buffer_add (buffer, units, n * 2);
    }
}

/* Appends a text as UTF-16LE. */
void
haul_sasl_ntlm_keys_add_utf16 (HaulSaslBuffer *buffer, const char *text)
{
  add_utf16 (buffer, text, FALSE);
}

/**
 * haul_sasl_ntlm_keys_hash_password:
 * @password: UTF-8
 * @key: (out): %HAUL_SASL_NTLM_KEY_SIZE octets
 *
 * NTOWFv1: the form that Windows keeps a password in (MS-NLMP §3.3.1).
 */
void
haul_sasl_ntlm_keys_hash_password (const HaulSecret *password, guint8 *key)
{
  g_auto (HaulSaslBuffer) text = { 0 };
  struct md4_ctx md4;

  add_utf16 (&text, haul_secret_peek (password), FALSE);
  md4_init (&md4);
  md4_update (&md4, text.length, text.data);
  md4_digest (&md4, HAUL_SASL_NTLM_KEY_SIZE, key);
  explicit_bzero (&md4, sizeof md4);
}

/**
 * haul_sasl_ntlm_keys_hmac:
 * @key: %HAUL_SASL_NTLM_KEY_SIZE octets
 * @a: octets
 * @n_a: how many
 * @b: (nullable): octets that follow
 * @n_b: how many
 * @digest: (out): %HAUL_SASL_NTLM_KEY_SIZE octets
 *
 * HMAC-MD5 of both together.
 */
void
haul_sasl_ntlm_keys_hmac (const guint8 *key, const void *a, gsize n_a, const void *b, gsize n_b, guint8 *digest)
{
  struct hmac_md5_ctx hmac;

  hmac_md5_set_key (&hmac, HAUL_SASL_NTLM_KEY_SIZE, key);
  hmac_md5_update (&hmac, n_a, a);
  hmac_md5_update (&hmac, n_b, b);
  hmac_md5_digest (&hmac, HAUL_SASL_NTLM_KEY_SIZE, digest);
  explicit_bzero (&hmac, sizeof hmac);
}

/**
 * haul_sasl_ntlm_keys_make_v2:
 * @password: UTF-8
 * @user: in whatever case
 * @domain: as it is
 * @key: (out): %HAUL_SASL_NTLM_KEY_SIZE octets
 *
 * NTOWFv2 (MS-NLMP §3.3.2).
 */
void
haul_sasl_ntlm_keys_make_v2 (const HaulSecret *password, const char *user, const char *domain, guint8 *key)
{
  g_auto (HaulSaslBuffer) name = { 0 };
  guint8 hashed[HAUL_SASL_NTLM_KEY_SIZE];

  haul_sasl_ntlm_keys_hash_password (password, hashed);
  add_utf16 (&name, user, TRUE);
  add_utf16 (&name, domain, FALSE);
  haul_sasl_ntlm_keys_hmac (hashed, name.data, name.length, NULL, 0, key);
  explicit_bzero (hashed, sizeof hashed);
}

/* Seven octets as a key of DES, whose lowest bits are parity. */
static void
encrypt (const guint8 *seven, const guint8 *block, guint8 *out)
{
  guint8 key[DES_KEY_SIZE];
  struct des_ctx des;

  key[0] = seven[0];
  for (gsize i = 1; i < 7; i++)
    key[i] = (guint8)((seven[i - 1] << (8 - i)) | (seven[i] >> i));
  key[7] = (guint8)(seven[6] << 1);
  des_fix_parity (sizeof key, key, key);
  /* It says FALSE to a weak key, and takes it. */
  (void)des_set_key (&des, key);
  des_encrypt (&des, DES_BLOCK_SIZE, out, block);
  explicit_bzero (&des, sizeof des);
  explicit_bzero (key, sizeof key);
}

/* DESL: version 1's answer to eight octets. */
void
haul_sasl_ntlm_keys_respond_v1 (const guint8 *key, const guint8 *challenge, guint8 *response)
{
  guint8 padded[21] = { 0 };

  memcpy (padded, key, HAUL_SASL_NTLM_KEY_SIZE);
  for (gsize i = 0; i < 3; i++)
    encrypt (padded + 7 * i, challenge, response + 8 * i);
  explicit_bzero (padded, sizeof padded);
}

/* The challenge of version 1 with extended session security: ours and theirs in one. */
void
haul_sasl_ntlm_keys_mix (const guint8 *server, const guint8 *client, guint8 *mixed)
{
  struct md5_ctx md5;

  md5_init (&md5);
  md5_update (&md5, 8, server);
  md5_update (&md5, 8, client);
  md5_digest (&md5, 8, mixed);
}

/**
 * haul_sasl_ntlm_keys_bind:
 * @end_point: the octets of tls-server-end-point
 * @digest: (out): %HAUL_SASL_NTLM_KEY_SIZE octets
 *
 * MsvAvChannelBindings: MD5 of a gss_channel_bindings_struct that holds nothing but these (MS-NLMP §2.2.2.1).
 */
void
haul_sasl_ntlm_keys_bind (GBytes *end_point, guint8 *digest)
{
  static const char name[] = "tls-server-end-point:";
  gsize size;
  const guint8 *octets = g_bytes_get_data (end_point, &size);
  guint8 head[20] = { 0 };
  guint32 length = GUINT32_TO_LE ((guint32)(strlen (name) + size));
  struct md5_ctx md5;

  memcpy (head + 16, &length, 4);
  md5_init (&md5);
  md5_update (&md5, sizeof head, head);
  md5_update (&md5, strlen (name), (const guint8 *)name);
  md5_update (&md5, size, octets);
  md5_digest (&md5, MD5_DIGEST_SIZE, digest);
}
