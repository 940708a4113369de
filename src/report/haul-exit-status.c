/* haul-exit-status.c - which of two exit statuses tells more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-exit-status.h"

#include <glib.h>

/* From harmless to grave. */
static const HaulExitStatus by_severity[] = {
  HAUL_EXIT_OK,          HAUL_EXIT_NOT_ALL,      HAUL_EXIT_STOPPED,  HAUL_EXIT_NOT_FOUND, HAUL_EXIT_DAMAGED,
  HAUL_EXIT_READ_ERROR,  HAUL_EXIT_UNREACHABLE,  HAUL_EXIT_PROTOCOL, HAUL_EXIT_FULL,      HAUL_EXIT_SIGN_IN,
  HAUL_EXIT_CERTIFICATE, HAUL_EXIT_CANNOT_WRITE, HAUL_EXIT_PRESET,   HAUL_EXIT_USAGE,     HAUL_EXIT_BUG,
};

static gsize
rank (HaulExitStatus status)
{
  for (gsize i = 0; i < G_N_ELEMENTS (by_severity); i++)
    if (by_severity[i] == status)
      return i;
  return G_N_ELEMENTS (by_severity);
}

/**
 * haul_exit_status_worst:
 * @a: an exit status
 * @b: another
 *
 * Returns: the more severe of the two
 */
HaulExitStatus
haul_exit_status_worst (HaulExitStatus a, HaulExitStatus b)
{
  return rank (a) >= rank (b) ? a : b;
}
