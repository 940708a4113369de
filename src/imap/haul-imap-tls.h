/* haul-imap-tls.h - whom to trust: certificate and version, stricter than GIO alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *ca_file;     /* (nullable) PEM file trusted besides the system's authorities */
  const char *const *pins; /* (nullable) SHA-256 of whole leaf certificates, hex */
} HaulImapTlsPolicy;

typedef struct _HaulImapTls HaulImapTls;

HaulImapTls *
haul_imap_tls_new (GIOStream *base, const char *host, guint16 port, const HaulImapTlsPolicy *policy, GError **error);
void haul_imap_tls_free (HaulImapTls *tls);
GTlsConnection *haul_imap_tls_get_connection (HaulImapTls *tls);
gboolean haul_imap_tls_check (HaulImapTls *tls, const GError *handshake_error, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapTls, haul_imap_tls_free)

G_END_DECLS
