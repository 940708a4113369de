/* fuzz-date.c - any octets as a date, a Received: field and a From_ line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-date.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *)data;
  gint64 seconds;

  gint64 date = haul_date_parse (text, size);
  g_assert_true (date == 0 || haul_date_is_plausible (date));
  date = haul_date_parse_received (text, size);
  g_assert_true (date == 0 || haul_date_is_plausible (date));
  haul_date_parse_from_line (text, size, &seconds);
  g_assert_true (seconds == 0 || haul_date_is_plausible (seconds));
  return 0;
}
