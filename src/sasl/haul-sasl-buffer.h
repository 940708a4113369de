/* haul-sasl-buffer.h - octets that grow and are wiped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-secret.h"

G_BEGIN_DECLS

/* Zeroed before use. */
typedef struct
{
  guint8 *data; /* (owned) (nullable) */
  gsize length;
  gsize size;
} HaulSaslBuffer;

void haul_sasl_buffer_add (HaulSaslBuffer *buffer, const void *data, gsize length);
void haul_sasl_buffer_add_text (HaulSaslBuffer *buffer, const char *text);
void haul_sasl_buffer_add_secret (HaulSaslBuffer *buffer, const HaulSecret *secret);
void haul_sasl_buffer_add_base64 (HaulSaslBuffer *buffer, const void *data, gsize length);
void haul_sasl_buffer_clear (HaulSaslBuffer *buffer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulSaslBuffer, haul_sasl_buffer_clear)

G_END_DECLS
