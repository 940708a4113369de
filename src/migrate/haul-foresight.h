/* haul-foresight.h - what will be done with messages that the server refuses, told before the start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "migrate/haul-plan.h"

G_BEGIN_DECLS

char *haul_foresight_dup_sentence (const HaulPlan *plan);
void haul_foresight_build (const HaulPlan *plan, JsonBuilder *builder);

G_END_DECLS
