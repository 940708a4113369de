/* haul-rewriting.h - does this server keep messages as they are sent?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

HaulRewriting haul_rewriting_get (HaulRun *run, const HaulImapSession *session);
void haul_rewriting_learn (HaulRun *run, const HaulFingerprint *sent, const HaulFingerprint *kept);
gboolean haul_rewriting_prove (HaulTransfer *transfer, HaulImapSession *session, GPtrArray *items, GError **error);
gboolean haul_rewriting_clean (HaulTransfer *transfer, HaulImapSession *session, GError **error);

G_END_DECLS
