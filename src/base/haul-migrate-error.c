/* haul-migrate-error.c - the error domain of migrate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-migrate-error.h"

GQuark
haul_migrate_error_quark (void)
{
  return g_quark_from_static_string ("haul-migrate-error-quark");
}
