/* haul-imap-old-tls.h - a handshake with an old server, made by a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 */
#pragma once

#include <gio/gio.h>

#include "imap/haul-imap-tls.h"

G_BEGIN_DECLS

/* What is known of a connection whose TLS is another process's. */
typedef struct
{
  GSocketConnection *connection; /* (owned) to that process; what goes through it is protected on the network */
  char *binding_name;            /* (owned) of the connection, as haul_imap_tls_dup_binding() */
  GBytes *binding;               /* (owned) (nullable) */
  GBytes *server_binding;        /* (owned) (nullable) */
} HaulImapOldTls;

HaulImapOldTls *haul_imap_old_tls_start (GSocket *socket,
                                         const char *host,
                                         guint16 port,
                                         const HaulImapTlsPolicy *policy,
                                         guint limit_ms,
                                         GCancellable *cancellable,
                                         GError **error);
void haul_imap_old_tls_free (HaulImapOldTls *old);
int haul_imap_old_tls_serve (int control_fd, int network_fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapOldTls, haul_imap_old_tls_free)

G_END_DECLS
