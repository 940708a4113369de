/* haul-migrate-error.c - the error domain of migrate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-migrate-error.h"

G_DEFINE_QUARK (haul - migrate - error - quark, haul_migrate_error)
