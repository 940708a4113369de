/* fuzz-repair.c - any octets as a message to be repaired
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-repair-message.h"
#include "store/haul-repair-scan.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* As haul-wire.c does: whatever ends a line becomes CRLF. */
static GString *
make_wire (const guint8 *data, gsize size)
{
  GString *wire = g_string_sized_new (size);

  for (gsize i = 0; i < size; i++)
    if (data[i] == '\r' || data[i] == '\n')
      {
        i += data[i] == '\r' && i + 1 < size && data[i + 1] == '\n';
        g_string_append (wire, "\r\n");
      }
    else
      g_string_append_c (wire, (char)data[i]);
  return wire;
}

/* The first octet chooses the repairs. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) again = g_string_new (NULL);
  HaulRepairScan scan;

  if (size < 1)
    return 0;
  guint wanted = data[0] & HAUL_REPAIR_ALL;
  g_autoptr (GString) wire = make_wire (data + 1, size - 1);
  guint done = haul_repair_message_run (wire->str, wire->len, wanted, out);
  g_assert_cmpuint (done & ~wanted, ==, 0);
  haul_repair_message_run (wire->str, wire->len, wanted, again);
  g_assert_true (g_string_equal (out, again));
  if (done == 0)
    g_assert_true (g_string_equal (out, wire));
  haul_repair_scan_init (&scan);
  haul_repair_scan_update (&scan, (const guint8 *)out->str, out->len);
  if (done & HAUL_REPAIR_FINAL_CRLF)
    g_assert_cmpuint (haul_repair_scan_finish (&scan) & HAUL_REPAIR_FINAL_CRLF, ==, 0);
  if (done & HAUL_REPAIR_CARRIER)
    g_assert_cmpuint (haul_repair_scan_finish (&scan) & (HAUL_REPAIR_NUL | HAUL_REPAIR_FINAL_CRLF), ==, 0);
  return 0;
}
