/* haul-imap-error.h - what a mail server, or the way to it, can refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HAUL_IMAP_ERROR (haul_imap_error_quark ())

/**
 * HaulImapError:
 * @HAUL_IMAP_ERROR_REFUSED: tagged NO to a command, the connection is healthy
 * @HAUL_IMAP_ERROR_BAD: tagged BAD, or BAD while a literal was in flight: the connection must be closed
 * @HAUL_IMAP_ERROR_BYE: the server said BYE
 * @HAUL_IMAP_ERROR_PROTOCOL: the server sent what IMAP does not allow, or crossed a limit of ours
 * @HAUL_IMAP_ERROR_CLOSED: the connection is gone or was poisoned before; whatever was in flight is in doubt
 * @HAUL_IMAP_ERROR_TIMED_OUT: nothing moved for the time limit
 * @HAUL_IMAP_ERROR_LOGIN_REFUSED: sign-in refused
 * @HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED: the server offers no sign-in that is allowed here
 * @HAUL_IMAP_ERROR_NOT_CONNECTED: sign-in succeeded but the mailbox does not open (Exchange: "authenticated but not
 * connected")
 * @HAUL_IMAP_ERROR_NO_TLS: the server does not offer the protection asked for
 * @HAUL_IMAP_ERROR_TLS_TOO_OLD: only TLS 1.0 or 1.1
 * @HAUL_IMAP_ERROR_CERTIFICATE: the certificate is not trusted; see haul_imap_error_get_certificate()
 * @HAUL_IMAP_ERROR_PREAUTH: PREAUTH greeting, never accepted on a network
 * @HAUL_IMAP_ERROR_NOT_IMAP: what answers is not an IMAP server
 * @HAUL_IMAP_ERROR_OVERQUOTA: the mailbox is full
 * @HAUL_IMAP_ERROR_TOO_BIG: the message is larger than the server takes
 * @HAUL_IMAP_ERROR_TRY_CREATE: the mailbox does not exist
 * @HAUL_IMAP_ERROR_EXISTS: the mailbox exists already
 * @HAUL_IMAP_ERROR_THROTTLED: the server asks for patience
 * @HAUL_IMAP_ERROR_UNSAFE_TEXT: a name, user or password holds octets that cannot be sent
 * @HAUL_IMAP_ERROR_BODY_CHANGED: the message given to APPEND ended early or was longer than announced; connection
 * poisoned
 * @HAUL_IMAP_ERROR_PERHAPS_FULL: the server refuses again and again, in words that it has for a full mailbox, too
 * @HAUL_IMAP_ERROR_UNPROVEN: the server did not prove what it has to when somebody signs in
 */
typedef enum
{
  HAUL_IMAP_ERROR_REFUSED,
  HAUL_IMAP_ERROR_BAD,
  HAUL_IMAP_ERROR_BYE,
  HAUL_IMAP_ERROR_PROTOCOL,
  HAUL_IMAP_ERROR_CLOSED,
  HAUL_IMAP_ERROR_TIMED_OUT,
  HAUL_IMAP_ERROR_LOGIN_REFUSED,
  HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED,
  HAUL_IMAP_ERROR_NOT_CONNECTED,
  HAUL_IMAP_ERROR_NO_TLS,
  HAUL_IMAP_ERROR_TLS_TOO_OLD,
  HAUL_IMAP_ERROR_CERTIFICATE,
  HAUL_IMAP_ERROR_PREAUTH,
  HAUL_IMAP_ERROR_NOT_IMAP,
  HAUL_IMAP_ERROR_OVERQUOTA,
  HAUL_IMAP_ERROR_TOO_BIG,
  HAUL_IMAP_ERROR_TRY_CREATE,
  HAUL_IMAP_ERROR_EXISTS,
  HAUL_IMAP_ERROR_THROTTLED,
  HAUL_IMAP_ERROR_UNSAFE_TEXT,
  HAUL_IMAP_ERROR_BODY_CHANGED,
  HAUL_IMAP_ERROR_PERHAPS_FULL,
  HAUL_IMAP_ERROR_UNPROVEN,
} HaulImapError;

GQuark haul_imap_error_quark (void);
GError *
haul_imap_error_new (HaulImapError code, const char *server_code, const char *server_text, const char *format, ...)
    G_GNUC_PRINTF (4, 5);
GError *haul_imap_error_new_certificate (GTlsCertificate *certificate, guint problems, const char *host);
void haul_imap_error_set_server_code_text (GError *error, const char *text);
void haul_imap_error_set_finding (GError *error, guint finding, const char *other_server);
void haul_imap_error_forget_words (GError *error);
const char *haul_imap_error_get_server_code (const GError *error);
const char *haul_imap_error_get_server_code_text (const GError *error);
guint haul_imap_error_get_finding (const GError *error);
const char *haul_imap_error_get_other_server (const GError *error);
const char *haul_imap_error_get_server_text (const GError *error);
GTlsCertificate *haul_imap_error_get_certificate (const GError *error);
guint haul_imap_error_get_problems (const GError *error);

/**
 * HaulImapCertificateProblem:
 *
 * Reasons of ours, in bits above those of #GTlsCertificateFlags.
 */
typedef enum
{
  HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME = 1 << 16,
  HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS = 1 << 17,
  HAUL_IMAP_CERTIFICATE_PIN_CHANGED = 1 << 18, /* another certificate than the pinned one */
  HAUL_IMAP_CERTIFICATE_NEW_PROBLEM = 1 << 19, /* the pinned one, with a problem that was not accepted */
} HaulImapCertificateProblem;

/* Whoever shows this is not to be trusted by anybody's word. */
#define HAUL_IMAP_CERTIFICATE_HOPELESS                                                                                 \
  (G_TLS_CERTIFICATE_REVOKED | G_TLS_CERTIFICATE_INSECURE | G_TLS_CERTIFICATE_GENERIC_ERROR)

G_END_DECLS
