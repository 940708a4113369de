/* haul-sasl-error.c - why an exchange cannot go on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sasl/haul-sasl-error.h"

G_DEFINE_QUARK (haul - sasl - error - quark, haul_sasl_error)
