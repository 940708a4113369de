/* haul-whole.h - a mailbox that is filled under another name, checked, and then becomes the person's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_whole_finish (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error);

G_END_DECLS
