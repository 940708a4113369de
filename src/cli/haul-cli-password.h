/* haul-cli-password.h - where the password comes from, never from argv or the environment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "cli/haul-cli-options.h"

G_BEGIN_DECLS

HaulSecret *haul_cli_password_get (const HaulCliOptions *options,
                                   const HaulAccount *account,
                                   GCancellable *cancellable,
                                   GError **error);

G_END_DECLS
