/* haul-account-error.c - the error domain of account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-account-error.h"

G_DEFINE_QUARK (haul - account - error - quark, haul_account_error)
