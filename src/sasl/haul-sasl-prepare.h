/* haul-sasl-prepare.h - a name or password in the one form that both sides compute with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-secret.h"

G_BEGIN_DECLS

HaulSecret *haul_sasl_prepare_text (const char *text);

G_END_DECLS
