/* haul-account-error.c - the error domain of account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-account-error.h"

GQuark
haul_account_error_quark (void)
{
  return g_quark_from_static_string ("haul-account-error-quark");
}
