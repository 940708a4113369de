/* haul-imap-session.h - one signed-in connection: greeting, protection, sign-in, one command at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner, usually a lane; every function blocks and takes a cancellable. A cancelled, timed-out or confused
 *          session is poisoned: every later call fails with %HAUL_IMAP_ERROR_CLOSED, haul_imap_session_close() still
 * works. Names:   a mailbox is named by its octets on the wire (modified UTF-7), see base/haul-utf7.h.
 */
#pragma once

#include "base/haul-endpoint.h"
#include "base/haul-role.h"
#include "base/haul-secret.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-kind.h"

G_BEGIN_DECLS

typedef struct _HaulImapSession HaulImapSession;

/* For one press of a button, over all its connections. */
#define HAUL_IMAP_LOGIN_ATTEMPTS_MAX 2

typedef enum
{
  HAUL_IMAP_STEP_CONNECTED, /* the socket is open */
  HAUL_IMAP_STEP_SECURED,   /* the certificate is trusted, or plain text was allowed */
  HAUL_IMAP_STEP_GREETED,   /* capabilities are known */
} HaulImapStep;

typedef void (*HaulImapStepFunc) (HaulImapStep step, gpointer user_data);

typedef struct
{
  const HaulEndpoint *endpoint;        /* security must not be AUTO */
  const char *ca_file;                 /* (nullable) PEM file trusted besides the system's authorities */
  GTlsCertificate *client_certificate; /* (nullable) our own, with its key: for EXTERNAL */
  const char *const
      *pins; /* (nullable) SHA-256 of whole leaf certificates, lower-case hex, that are trusted as they are */
  gboolean allow_plaintext; /* SECURITY_NONE beyond loopback */
  gboolean allow_old_tls;   /* in a process of its own, see haul-imap-old-tls.c */
  const HaulImapKind *kind; /* (nullable) which server it is, whatever it says */
  HaulImapStepFunc step;    /* (nullable) */
  gpointer step_data;
} HaulImapOptions;

/**
 * HaulImapMechanism:
 * @HAUL_IMAP_MECHANISM_AUTO: the best that the server offers and the credentials fit
 * @HAUL_IMAP_MECHANISM_LOGIN: the LOGIN command; AUTHENTICATE LOGIN where that alone is offered
 * @HAUL_IMAP_MECHANISM_NTLM: version 2
 * @HAUL_IMAP_MECHANISM_NTLM_V1: can be cracked by whoever listens; never chosen by itself
 *
 * How to sign in.
 */
typedef enum
{
  HAUL_IMAP_MECHANISM_AUTO,
  HAUL_IMAP_MECHANISM_PLAIN,
  HAUL_IMAP_MECHANISM_LOGIN,
  HAUL_IMAP_MECHANISM_CRAM_MD5,
  HAUL_IMAP_MECHANISM_SCRAM_SHA_1,
  HAUL_IMAP_MECHANISM_SCRAM_SHA_1_PLUS,
  HAUL_IMAP_MECHANISM_SCRAM_SHA_256,
  HAUL_IMAP_MECHANISM_SCRAM_SHA_256_PLUS,
  HAUL_IMAP_MECHANISM_NTLM,
  HAUL_IMAP_MECHANISM_NTLM_V1,
  HAUL_IMAP_MECHANISM_GSSAPI,
  HAUL_IMAP_MECHANISM_XOAUTH2,
  HAUL_IMAP_MECHANISM_OAUTHBEARER,
  HAUL_IMAP_MECHANISM_EXTERNAL,
} HaulImapMechanism;

/* What one mechanism sends of a login. */
typedef struct
{
  char *user;         /* (owned) (nullable) */
  char *domain;       /* (owned) (nullable) NTLM */
  char *authorize_as; /* (owned) (nullable) whose mailbox */
} HaulImapNames;

/* FALSE: this login cannot be said by this mechanism. */
typedef gboolean (*HaulImapNamesFunc) (HaulImapMechanism mechanism,
                                       HaulImapNames *names,
                                       gpointer user_data,
                                       GError **error);

typedef struct
{
  const char *user;            /* as typed: DOMAIN\user, user@host … */
  const char *authenticate_as; /* (nullable) whose password it is; user is then whose mailbox */
  HaulSecret *secret;          /* (nullable) borrowed; not with GSSAPI and EXTERNAL */
  gboolean is_token;           /* the secret is an OAuth access token */
  HaulImapMechanism mechanism;
  HaulImapNamesFunc names; /* (nullable) else @user and @authenticate_as as they are */
  gpointer names_data;
} HaulImapCredentials;

typedef enum
{
  HAUL_IMAP_CAPABILITY_STARTTLS = 1 << 0,
  HAUL_IMAP_CAPABILITY_LOGINDISABLED = 1 << 1,
  HAUL_IMAP_CAPABILITY_SASL_IR = 1 << 3,
  HAUL_IMAP_CAPABILITY_LITERAL_PLUS = 1 << 4,
  HAUL_IMAP_CAPABILITY_LITERAL_MINUS = 1 << 5,
  HAUL_IMAP_CAPABILITY_MULTIAPPEND = 1 << 6,
  HAUL_IMAP_CAPABILITY_UIDPLUS = 1 << 7,
  HAUL_IMAP_CAPABILITY_MOVE = 1 << 8,
  HAUL_IMAP_CAPABILITY_NAMESPACE = 1 << 9,
  HAUL_IMAP_CAPABILITY_SPECIAL_USE = 1 << 10,
  HAUL_IMAP_CAPABILITY_QUOTA = 1 << 11,
  HAUL_IMAP_CAPABILITY_UNSELECT = 1 << 12,
  HAUL_IMAP_CAPABILITY_ID = 1 << 13,
  HAUL_IMAP_CAPABILITY_COMPRESS = 1 << 14,
  HAUL_IMAP_CAPABILITY_CREATE_SPECIAL_USE = 1 << 15,
  HAUL_IMAP_CAPABILITY_APPENDLIMIT = 1 << 16, /* told for each mailbox */
} HaulImapCapability;

HaulImapSession *haul_imap_session_open (const HaulImapOptions *options, GCancellable *cancellable, GError **error);
gboolean haul_imap_session_login (HaulImapSession *session,
                                  const HaulImapCredentials *credentials,
                                  GCancellable *cancellable,
                                  GError **error);
guint haul_imap_session_get_capabilities (const HaulImapSession *session);
guint64 haul_imap_session_get_append_limit (const HaulImapSession *session);
const char *haul_imap_session_get_greeting (const HaulImapSession *session);
const HaulImapKind *haul_imap_session_get_kind (const HaulImapSession *session);
const char *haul_imap_session_get_capability_line (const HaulImapSession *session);
guint haul_imap_session_get_attempts (const HaulImapSession *session);
HaulImapMechanism haul_imap_session_get_mechanism (const HaulImapSession *session);
const char *haul_imap_session_get_referral (const HaulImapSession *session);
gint64 haul_imap_session_get_opened_us (const HaulImapSession *session);
gboolean haul_imap_session_is_usable (HaulImapSession *session);
gboolean haul_imap_session_is_signed_in (const HaulImapSession *session);
gboolean haul_imap_session_noop (HaulImapSession *session, GCancellable *cancellable, GError **error);
void haul_imap_session_close (HaulImapSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapSession, haul_imap_session_close)

G_END_DECLS
