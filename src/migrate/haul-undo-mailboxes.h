/* haul-undo-mailboxes.h - the mailboxes that a job made, taken away again where they are empty
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-undo-place.h"

G_BEGIN_DECLS

gboolean haul_undo_mailboxes_delete (HaulUndoWork *work, GError **error);

G_END_DECLS
