/* haul-sign-in-doctor.h - why a server did not let somebody in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulSignInFinding:
 * @HAUL_SIGN_IN_NOTHING: nothing beyond what the error itself says
 * @HAUL_SIGN_IN_NAME_FORM: Exchange, and the name has no domain: it may be written in another way
 * @HAUL_SIGN_IN_EXCHANGE: Exchange, the name has its domain: the password, or IMAP is off for this mailbox
 * @HAUL_SIGN_IN_BUILT_IN: Exchange never opens the mailbox of its built-in administrator
 * @HAUL_SIGN_IN_TOKEN_ONLY: passwords are switched off, only tokens are taken
 * @HAUL_SIGN_IN_TOKEN_REFUSED: the token is wrong, too old, or for something else
 * @HAUL_SIGN_IN_APP_PASSWORD: an app password is needed
 * @HAUL_SIGN_IN_MAYBE_APP_PASSWORD: it is a service that takes none but app passwords from most people
 * @HAUL_SIGN_IN_BROWSER: the person must sign in with a browser first
 * @HAUL_SIGN_IN_LOCKED: the account is locked
 * @HAUL_SIGN_IN_EXPIRED: the password has expired
 * @HAUL_SIGN_IN_IMAP_OFF: IMAP is switched off for the mailbox
 * @HAUL_SIGN_IN_CONTACT_ADMIN: the server says that its administrator must be asked
 * @HAUL_SIGN_IN_NO_ACCESS: the password is right, but not for this mailbox
 * @HAUL_SIGN_IN_OTHER_MAILBOX: refused while asking for somebody else's mailbox: password or right, not told
 * @HAUL_SIGN_IN_NO_SESSION: signed in, but Exchange opens no mailbox
 * @HAUL_SIGN_IN_NO_SESSION_ONLINE: the same of Exchange Online, which has more reasons
 * @HAUL_SIGN_IN_REFERRAL: the mailbox is on another server
 * @HAUL_SIGN_IN_NEEDS_PROTECTION: only over a protected connection
 * @HAUL_SIGN_IN_NOT_OFFERED: the server does not have the way of signing in that was chosen
 * @HAUL_SIGN_IN_NO_TICKET: there is no Kerberos ticket, or none for this server
 * @HAUL_SIGN_IN_UNAVAILABLE: the server cannot say now
 * @HAUL_SIGN_IN_TOO_MANY: too many connections to the mailbox are open
 */
typedef enum
{
  HAUL_SIGN_IN_NOTHING,
  HAUL_SIGN_IN_NAME_FORM,
  HAUL_SIGN_IN_EXCHANGE,
  HAUL_SIGN_IN_BUILT_IN,
  HAUL_SIGN_IN_TOKEN_ONLY,
  HAUL_SIGN_IN_TOKEN_REFUSED,
  HAUL_SIGN_IN_APP_PASSWORD,
  HAUL_SIGN_IN_MAYBE_APP_PASSWORD,
  HAUL_SIGN_IN_BROWSER,
  HAUL_SIGN_IN_LOCKED,
  HAUL_SIGN_IN_EXPIRED,
  HAUL_SIGN_IN_IMAP_OFF,
  HAUL_SIGN_IN_CONTACT_ADMIN,
  HAUL_SIGN_IN_NO_ACCESS,
  HAUL_SIGN_IN_OTHER_MAILBOX,
  HAUL_SIGN_IN_NO_SESSION,
  HAUL_SIGN_IN_NO_SESSION_ONLINE,
  HAUL_SIGN_IN_REFERRAL,
  HAUL_SIGN_IN_NEEDS_PROTECTION,
  HAUL_SIGN_IN_NOT_OFFERED,
  HAUL_SIGN_IN_NO_TICKET,
  HAUL_SIGN_IN_UNAVAILABLE,
  HAUL_SIGN_IN_TOO_MANY,
  HAUL_N_SIGN_IN_FINDINGS
} HaulSignInFinding;

typedef enum
{
  HAUL_SERVER_KIND_OTHER,
  HAUL_SERVER_KIND_EXCHANGE,
  HAUL_SERVER_KIND_EXCHANGE_ONLINE,
  HAUL_SERVER_KIND_GMAIL,
  HAUL_SERVER_KIND_APP_PASSWORDS, /* Yahoo, AOL, iCloud */
} HaulServerKind;

/**
 * HaulSignInSigns:
 *
 * All that is known after a sign-in that failed; borrowed.
 */
typedef struct
{
  const GError *error;      /* of haul_imap_session_login() */
  const char *greeting;     /* (nullable) */
  const char *capabilities; /* (nullable) the words before sign-in */
  const char *host;         /* (nullable) the server's name, as asked for */
  const char *referral;     /* (nullable) what stood behind REFERRAL in the OK to the sign-in */
  const char *user;         /* the login, as typed */
  gboolean wants_other;     /* somebody else's mailbox is asked for */
  gboolean has_token;       /* a token, no password */
  gboolean is_protected;
  gboolean is_chosen;    /* one way of signing in was asked for, a token among them */
  gboolean wants_ticket; /* GSSAPI */
} HaulSignInSigns;

HaulServerKind haul_sign_in_doctor_get_kind (const char *greeting, const char *host);
HaulSignInFinding haul_sign_in_doctor_examine (const HaulSignInSigns *signs, char **server);

G_END_DECLS
