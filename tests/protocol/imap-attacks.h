/* imap-attacks.h - what somebody between us and a server may try before a password is sent, as scripts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scripts are for haul-test-server.h. The ids are those of docs/wire.md.
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-endpoint.h"
#include "imap/haul-imap-error.h"

/* In the place of a HaulImapError. */
#define ANY_TLS_ERROR -1 /* or what the IMAP side says, where one of both was quicker */
#define SIGNS_IN -2      /* the attack is without effect */

typedef struct
{
  const char *id;
  const char *name;
  HaulSecurity security;
  int code;
  const char *script;
  const char *last; /* (nullable) the last command that may be heard, "" for none, NULL where it is a race */
} ImapAttack;

extern const ImapAttack imap_attacks[];
extern const gsize imap_attacks_n;

/* Between these, a sign-in under STARTTLS that goes well, with room for what does not belong there. */
#define GREETING "S * OK ready\nC CAPABILITY\n"
#define OFFER GREETING "S * CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\nS $ OK\n"
#define ASK OFFER "C STARTTLS\n"
#define UNDER_TLS "S $ OK go\nT\nC CAPABILITY\n"
#define SIGN_IN "S * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\nS $ OK\nC AUTHENTICATE PLAIN *\n"
#define SIGNED_IN                                                                                                      \
  "S $ OK in\nC CAPABILITY\nS * CAPABILITY IMAP4rev1 MOVE\nS $ OK\n"                                                   \
  "C STATUS *\nS * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nS $ OK\n"
#define LISTED "C LIST \"\" \"*\"\nS * LIST () \"/\" INBOX\nS $ OK\nC LOGOUT"
