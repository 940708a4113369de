/* haul-cli-verify.h - compare the server with the sources again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cli/haul-cli-options.h"
#include "report/haul-exit-status.h"

G_BEGIN_DECLS

HaulExitStatus haul_cli_verify_run (const HaulCliOptions *options);

G_END_DECLS
