/* haul-probe.h - find the server, connect, check the certificate, sign in, say what the server can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "account/haul-account.h"
#include "account/haul-server.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_PROBE_LOOKUP,
  HAUL_PROBE_CONNECT,
  HAUL_PROBE_CERTIFICATE,
  HAUL_PROBE_SIGN_IN,
  HAUL_PROBE_MAILBOX,
  HAUL_PROBE_WAITING, /* no step of its own: a server that lets in but opens no mailbox is given a minute */
} HaulProbeStep;

#define HAUL_N_PROBE_STEPS (HAUL_PROBE_MAILBOX + 1)

typedef struct
{
  HaulAccount *account; /* (owned) with the endpoint that worked */
  HaulServer *server;   /* (owned) */
} HaulProbeResult;

/**
 * HaulProbeFunc:
 * @step: a step that begins (@is_done %FALSE) or ended well (@is_done %TRUE)
 * @detail: (nullable): what was found, for people: `mail.example.org:993`
 *
 * Called on the thread of haul_probe_run(), or in the caller's main context by haul_probe_run_async().
 */
typedef void (*HaulProbeFunc) (HaulProbeStep step, gboolean is_done, const char *detail, gpointer user_data);

HaulProbeResult *haul_probe_run (
    const HaulAccount *account, HaulProbeFunc func, gpointer user_data, GCancellable *cancellable, GError **error);
void haul_probe_run_async (HaulAccount *account,
                           HaulProbeFunc func,
                           gpointer user_data,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer callback_data);
HaulProbeResult *haul_probe_run_finish (GAsyncResult *result, GError **error);
void haul_probe_result_free (HaulProbeResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulProbeResult, haul_probe_result_free)

G_END_DECLS
