/* haul-sasl-base64.c - base64 as a server must write it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     RFC 4648 §4
 */
#include "sasl/haul-sasl-base64.h"

#include <string.h>

/**
 * haul_sasl_base64_decode:
 * @text: letters
 * @length: (out): octets
 *
 * Decodes @text where all of it is base64, in whole groups; GLib's decoder skips what it does not know.
 *
 * Returns: (transfer full) (nullable): the octets, none for an empty text; %NULL where it is something else
 */
guint8 *
haul_sasl_base64_decode (const char *text, gsize *length)
{
  gsize n = strlen (text);
  gsize n_letters = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

  *length = 0;
  if (n % 4 != 0 || n - n_letters > 2 || strspn (text + n_letters, "=") != n - n_letters)
    return NULL;
  return n == 0 ? g_malloc0 (1) : g_base64_decode (text, length);
}
