/* haul-verify.h - compare the server with the sources again, changing nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "migrate/haul-plan.h"
#include "migrate/haul-report.h"

G_BEGIN_DECLS

HaulReport *haul_verify_run (HaulAccount *account,
                             HaulPlan *plan,
                             gboolean every_byte,
                             HaulProgress *progress,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
