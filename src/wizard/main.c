/* main.c - the start of mailhaul
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "haul-config.h"

#include <glib.h>

int
main (int argc, char **argv)
{
  g_print ("%s\n", HAUL_VERSION);
  return 0;
}
