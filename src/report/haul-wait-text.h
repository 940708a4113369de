/* haul-wait-text.h - why nothing is copied just now, and how long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-progress.h"

G_BEGIN_DECLS

char *haul_wait_text_dup (HaulWaitReason reason, gint64 until);

G_END_DECLS
