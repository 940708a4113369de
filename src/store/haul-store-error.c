/* haul-store-error.c - the error domain of store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-store-error.h"

GQuark
haul_store_error_quark (void)
{
  return g_quark_from_static_string ("haul-store-error-quark");
}
