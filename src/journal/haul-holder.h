/* haul-holder.h - one Mailhaul at a time works in a mailbox, and the others can say which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-migrate-error.h"

G_BEGIN_DECLS

typedef struct _HaulHolder HaulHolder;

HaulHolder *haul_holder_new (const char *state_dir, const char *account, const char *job, GError **error);
void haul_holder_free (HaulHolder *holder);
gboolean haul_holder_is_held (const char *state_dir, const char *account, const char *job);
char *haul_holder_dup_sentence (const char *state_dir, const char *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulHolder, haul_holder_free)

G_END_DECLS
