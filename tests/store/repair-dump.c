/* repair-dump.c - repairs the message on standard input as the words given say, and writes what was done and the result
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-repair-message.h"
#include "store/haul-repair-scan.h"

#include <stdio.h>

int
main (int argc, char **argv)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  HaulRepairScan scan;
  guint8 chunk[1000];
  guint wanted = 0;
  gsize n;

  if (argc != 2 || (!haul_repair_parse (argv[1], &wanted) && !g_str_equal (argv[1], "carrier")))
    return 64;
  if (wanted == 0)
    wanted = HAUL_REPAIR_CARRIER;
  haul_repair_scan_init (&scan);
  while ((n = fread (chunk, 1, sizeof chunk, stdin)) > 0)
    {
      haul_repair_scan_update (&scan, chunk, n);
      g_byte_array_append (data, chunk, (guint)n);
    }
  guint done = haul_repair_message_run ((const char *)data->data, data->len, wanted, out);
  g_autofree char *flaws = haul_repair_dup_list (haul_repair_scan_finish (&scan));
  g_autofree char *words = haul_repair_dup_list (done);
  printf ("%s|%s\n", flaws, words);
  fwrite (out->str, 1, out->len, stdout);
  return 0;
}
