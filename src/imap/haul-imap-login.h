/* haul-imap-login.h - sign-in: which ways there are, in which order, two attempts at most
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's. Only for the files of this folder.
 */
#pragma once

#include "imap/haul-imap-channel.h"
#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

/* Where somebody signs in. */
typedef struct
{
  const char *host;
  guint16 port;
  const char *capability_line;
  guint capabilities; /* HaulImapCapability */
  const HaulImapKind *kind;
  gboolean is_protected; /* by TLS */
} HaulImapLoginPlace;

/* How far a way of signing in came. */
typedef enum
{
  HAUL_IMAP_ATTEMPT_NONE,  /* nothing was asked of the server */
  HAUL_IMAP_ATTEMPT_ASKED, /* it refused before it could judge a secret: it says nothing about it */
  HAUL_IMAP_ATTEMPT_MADE,  /* it may count one against somebody */
} HaulImapAttempt;

/* What was done on a connection. */
typedef struct
{
  guint n_attempts;            /* those the server can count against somebody */
  HaulImapMechanism mechanism; /* the one that was accepted */
} HaulImapLoginTally;

HaulImapResponse *haul_imap_login_run (HaulImapChannel *channel,
                                       const HaulImapLoginPlace *place,
                                       const HaulImapCredentials *credentials,
                                       HaulImapLoginTally *tally,
                                       GCancellable *cancellable,
                                       GError **error);

G_END_DECLS
