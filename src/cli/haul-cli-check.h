/* haul-cli-check.h - find the server, sign in, say what it can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cli/haul-cli-options.h"
#include "report/haul-exit-status.h"

G_BEGIN_DECLS

HaulExitStatus haul_cli_check_run (const HaulCliOptions *options);

G_END_DECLS
