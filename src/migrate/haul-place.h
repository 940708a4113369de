/* haul-place.h - from a generation into the person's mailboxes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

HaulMoveVerb haul_place_get_verb (HaulRun *run, HaulImapSession *session);
gboolean haul_place_run (HaulStaging *staging, HaulImapSession *session, GPtrArray *items, GError **error);

G_END_DECLS
