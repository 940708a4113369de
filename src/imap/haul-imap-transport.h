/* haul-imap-transport.h - octets to and from a server, plain or under TLS, with time limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-endpoint.h"
#include "imap/haul-imap-tls.h"

G_BEGIN_DECLS

typedef struct _HaulImapTransport HaulImapTransport;

/* In milliseconds; what waits for octets is rounded up to whole seconds. */
typedef struct
{
  guint connect_ms;  /* name, address and TCP, all in all */
  guint tls_ms;      /* the handshake, all in all */
  guint greeting_ms; /* all in all */
  guint command_ms;  /* without an octet moving */
  guint append_ms;   /* the same, after the last octet of a message */
} HaulImapTimeLimits;

void haul_imap_transport_set_limits (const HaulImapTimeLimits *limits);
const HaulImapTimeLimits *haul_imap_transport_get_limits (void);

HaulImapTransport *
haul_imap_transport_connect (const HaulEndpoint *endpoint, GCancellable *cancellable, GError **error);
void haul_imap_transport_free (HaulImapTransport *transport);
void haul_imap_transport_close (HaulImapTransport *transport, const char *farewell);
gboolean haul_imap_transport_is_loopback (HaulImapTransport *transport);
gboolean haul_imap_transport_is_protected (const HaulImapTransport *transport);
gboolean haul_imap_transport_start_tls (HaulImapTransport *transport,
                                        const HaulImapTlsPolicy *policy,
                                        GCancellable *cancellable,
                                        GError **error);
GBytes *haul_imap_transport_dup_binding (HaulImapTransport *transport, HaulImapTlsBinding binding, const char **name);
gssize haul_imap_transport_read (
    HaulImapTransport *transport, void *buffer, gsize size, guint limit_ms, GCancellable *cancellable, GError **error);
gssize haul_imap_transport_read_ready (HaulImapTransport *transport, void *buffer, gsize size, GError **error);
gboolean haul_imap_transport_write (
    HaulImapTransport *transport, const void *data, gsize size, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapTransport, haul_imap_transport_free)

G_END_DECLS
