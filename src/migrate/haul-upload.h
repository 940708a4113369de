/* haul-upload.h - sends a folder's open messages, and has them placed in batches
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_upload_run (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error);

G_END_DECLS
