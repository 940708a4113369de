/* haul-sasl-ntlm-keys.h - the digests of NTLM, version 1 and 2
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "sasl/haul-sasl-buffer.h"

G_BEGIN_DECLS

#define HAUL_SASL_NTLM_KEY_SIZE 16
#define HAUL_SASL_NTLM_V1_SIZE 24

void haul_sasl_ntlm_keys_add_utf16 (HaulSaslBuffer *buffer, const char *text);
void haul_sasl_ntlm_keys_hash_password (const HaulSecret *password, guint8 *key);
void haul_sasl_ntlm_keys_make_v2 (const HaulSecret *password, const char *user, const char *domain, guint8 *key);
void haul_sasl_ntlm_keys_hmac (const guint8 *key, const void *a, gsize n_a, const void *b, gsize n_b, guint8 *digest);
void haul_sasl_ntlm_keys_respond_v1 (const guint8 *key, const guint8 *challenge, guint8 *response);
void haul_sasl_ntlm_keys_mix (const guint8 *server, const guint8 *client, guint8 *mixed);
void haul_sasl_ntlm_keys_bind (GBytes *end_point, guint8 *digest);

G_END_DECLS
