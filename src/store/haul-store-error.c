/* haul-store-error.c - the error domain of store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-store-error.h"

G_DEFINE_QUARK (haul - store - error - quark, haul_store_error)
