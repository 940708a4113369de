/* fuzz-fingerprint.c - any octets have a fingerprint, the same in one piece and in many
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-fingerprint.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (HaulFingerprintScanner) scanner = haul_fingerprint_scanner_new ();
  HaulFingerprint whole, pieces;

  haul_fingerprint_scanner_update (scanner, data, size);
  haul_fingerprint_scanner_finish (scanner, &whole);
  for (size_t i = 0; i < size; i++)
    haul_fingerprint_scanner_update (scanner, data + i, 1);
  haul_fingerprint_scanner_finish (scanner, &pieces);
  if (memcmp (&whole, &pieces, sizeof whole) != 0)
    __builtin_trap ();
  return 0;
}
