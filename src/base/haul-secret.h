/* haul-secret.h - a password or token that is wiped when the last holder lets go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HaulSecret HaulSecret;

HaulSecret *haul_secret_new (const char *text);
HaulSecret *haul_secret_new_octets (const void *data, gsize length);
HaulSecret *haul_secret_new_take (char *text);
HaulSecret *haul_secret_ref (HaulSecret *secret);
void haul_secret_unref (HaulSecret *secret);
const char *haul_secret_peek (const HaulSecret *secret);
gsize haul_secret_get_length (const HaulSecret *secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulSecret, haul_secret_unref)

G_END_DECLS
