/* haul-token.h - an access token that is asked for again when it runs out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-secret.h"

G_BEGIN_DECLS

typedef struct _HaulToken HaulToken;

HaulToken *haul_token_new (const char *command);
HaulToken *haul_token_ref (HaulToken *token);
void haul_token_unref (HaulToken *token);
HaulSecret *haul_token_get (
    HaulToken *token, const HaulSecret *refused, gboolean *is_new, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulToken, haul_token_unref)

G_END_DECLS
