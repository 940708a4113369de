/* haul-refusal.h - what is done with a message that the server refuses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

/* Called with the open messages in another form; what it does not settle gets its own form back. */
typedef gboolean (*HaulRefusalFunc) (HaulTransfer *transfer, gpointer user_data, GError **error);

void haul_refusal_foresee (HaulTransfer *transfer, HaulImapSession *session);
gboolean haul_refusal_next (HaulTransfer *transfer, HaulItem *item);
void haul_refusal_give_up (HaulTransfer *transfer, HaulItem *item, const GError *error);
gboolean haul_refusal_try_forms (HaulTransfer *transfer,
                                 const HaulListing *listing,
                                 gboolean is_mild,
                                 HaulRefusalFunc func,
                                 gpointer user_data,
                                 GError **error);
char *haul_refusal_dup_sentence (guint repairs);

G_END_DECLS
