/* haul-process.h - what every process with a password in it does first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void haul_process_harden (void);

G_END_DECLS
