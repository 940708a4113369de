/* haul-sasl-buffer.c - octets that grow and are wiped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 * Memory:  what it held is wiped whenever it moves, and at the end.
 */
#include "sasl/haul-sasl-buffer.h"

#include <string.h>

void
haul_sasl_buffer_clear (HaulSaslBuffer *buffer)
{
  if (buffer->data != NULL)
    explicit_bzero (buffer->data, buffer->size);
  g_free (buffer->data);
  *buffer = (HaulSaslBuffer){ 0 };
}

/**
 * haul_sasl_buffer_add:
 * @buffer: a buffer
 * @data: (nullable): octets
 * @length: how many
 *
 * Appends @data. Not by realloc(), which may leave the old octets behind.
 */
void
haul_sasl_buffer_add (HaulSaslBuffer *buffer, const void *data, gsize length)
{
  if (length == 0)
    return;
  if (buffer->size - buffer->length < length)
    {
      HaulSaslBuffer bigger = { .length = buffer->length, .size = (buffer->length + length) * 2 };
      bigger.data = g_malloc (bigger.size);
      if (buffer->length > 0)
        memcpy (bigger.data, buffer->data, buffer->length);
      haul_sasl_buffer_clear (buffer);
      *buffer = bigger;
    }
  memcpy (buffer->data + buffer->length, data, length);
  buffer->length += length;
}

void
haul_sasl_buffer_add_text (HaulSaslBuffer *buffer, const char *text)
{
  haul_sasl_buffer_add (buffer, text, strlen (text));
}

void
haul_sasl_buffer_add_secret (HaulSaslBuffer *buffer, const HaulSecret *secret)
{
  haul_sasl_buffer_add (buffer, haul_secret_peek (secret), haul_secret_get_length (secret));
}

/* For what is no secret. */
void
haul_sasl_buffer_add_base64 (HaulSaslBuffer *buffer, const void *data, gsize length)
{
  g_autofree char *text = g_base64_encode (data, length);
  haul_sasl_buffer_add_text (buffer, text);
}
