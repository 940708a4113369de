/* haul-keyring.h - passwords in the desktop's keyring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "account/haul-account.h"

G_BEGIN_DECLS

HaulSecret *haul_keyring_lookup (const HaulAccount *account, GCancellable *cancellable, GError **error);
gboolean haul_keyring_store (const HaulAccount *account, GCancellable *cancellable, GError **error);
gboolean haul_keyring_clear (const HaulAccount *account, GCancellable *cancellable, GError **error);
void haul_keyring_lookup_async (HaulAccount *account,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
HaulSecret *haul_keyring_lookup_finish (GAsyncResult *result, GError **error);
void haul_keyring_store_async (HaulAccount *account,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean haul_keyring_store_finish (GAsyncResult *result, GError **error);
void haul_keyring_clear_async (HaulAccount *account,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean haul_keyring_clear_finish (GAsyncResult *result, GError **error);

G_END_DECLS
