/* haul-imap-tls.h - whom to trust: certificate and version, stricter than GIO alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 */
#pragma once

#include <gio/gio.h>

#include "imap/haul-imap-error.h"

G_BEGIN_DECLS

typedef struct
{
  const char *ca_file;     /* (nullable) PEM file trusted besides the system's authorities */
  GTlsCertificate *client; /* (nullable) our own, with its key, for a server that asks for one */
  const char *const *pins; /* (nullable) SHA-256 of whole leaf certificates, hex; perhaps `:` and accepted problems */
  gboolean allow_old;      /* TLS 1.0 and 1.1, and ciphers of their time */
} HaulImapTlsPolicy;

typedef struct _HaulImapTls HaulImapTls;

/**
 * HaulImapTlsBinding:
 * @HAUL_IMAP_TLS_BINDING_CONNECTION: of this very connection: `tls-exporter` (RFC 9266) on TLS 1.3, else `tls-unique`
 * @HAUL_IMAP_TLS_BINDING_SERVER: of the server's certificate: `tls-server-end-point` (RFC 5929 §4)
 */
typedef enum
{
  HAUL_IMAP_TLS_BINDING_CONNECTION,
  HAUL_IMAP_TLS_BINDING_SERVER,
} HaulImapTlsBinding;

/* What no pin excuses. */
#define HAUL_IMAP_TLS_NEVER_PINNED HAUL_IMAP_CERTIFICATE_HOPELESS

guint haul_imap_tls_weigh (guint problems, const char *digest, const char *const *pins);
HaulImapTls *
haul_imap_tls_new (GIOStream *base, const char *host, guint16 port, const HaulImapTlsPolicy *policy, GError **error);
void haul_imap_tls_free (HaulImapTls *tls);
GTlsConnection *haul_imap_tls_get_connection (HaulImapTls *tls);
gboolean haul_imap_tls_check (HaulImapTls *tls, const GError *handshake_error, GError **error);
GBytes *haul_imap_tls_dup_binding (GTlsConnection *connection, HaulImapTlsBinding binding, const char **name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapTls, haul_imap_tls_free)

G_END_DECLS
