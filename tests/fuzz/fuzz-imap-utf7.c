/* fuzz-imap-utf7.c - a mailbox name is refused or reads back as it was, both ways
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-utf7.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup (size == 0 ? "" : (const char *)data, size);
  g_autofree char *decoded = haul_utf7_decode (text);
  g_autofree char *encoded = haul_utf7_encode (text);

  g_assert_true ((encoded != NULL) == g_utf8_validate (text, -1, NULL));
  if (decoded != NULL)
    {
      g_autofree char *back = haul_utf7_encode (decoded);
      g_assert_cmpstr (back, ==, text);
    }
  if (encoded != NULL)
    {
      g_autofree char *back = haul_utf7_decode (encoded);
      g_assert_cmpstr (back, ==, text);
    }
  return 0;
}
