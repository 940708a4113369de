/* haul-imap-certificate.h - what a server's certificate says; the only place that knows GnuTLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HaulImapCertificateHandshake:
 * @HAUL_IMAP_CERTIFICATE_HANDSHAKE_BROKEN: for a reason of its own
 * @HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOT_TLS: the peer did not answer in TLS
 * @HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOTHING_IN_COMMON: no version or cipher that both sides would use
 */
typedef enum
{
  HAUL_IMAP_CERTIFICATE_HANDSHAKE_BROKEN,
  HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOT_TLS,
  HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOTHING_IN_COMMON,
} HaulImapCertificateHandshake;

HaulImapCertificateHandshake haul_imap_certificate_explain_handshake (const GError *error);
char *haul_imap_certificate_dup_sha256 (GTlsCertificate *certificate);
gboolean haul_imap_certificate_has_subject_alt_name (GTlsCertificate *certificate);
gboolean haul_imap_certificate_is_strong (GTlsCertificate *certificate);
gboolean haul_imap_certificate_is_for_servers (GTlsCertificate *certificate);
char **haul_imap_certificate_dup_names (GTlsCertificate *certificate);
char *haul_imap_certificate_dup_issuer (GTlsCertificate *certificate);
gboolean haul_imap_certificate_get_validity (GTlsCertificate *certificate, gint64 *not_before, gint64 *not_after);
char *haul_imap_certificate_print (GTlsCertificate *certificate);

G_END_DECLS
