/* haul-account.h - whose mailbox, on which server, with which secret
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-endpoint.h"
#include "account/haul-auth.h"
#include "account/haul-token.h"
#include "base/haul-secret.h"

G_BEGIN_DECLS

/**
 * HaulAccount:
 *
 * Filled in by its maker, then shared between threads and never changed.
 */
typedef struct
{
  gatomicrefcount ref_count;
  HaulEndpoint *endpoint; /* (owned) (nullable) NULL: to be searched; security AUTO until a probe found out */
  char *user;             /* (owned) as typed, outer blanks dropped */
  char *authenticate_as;  /* (owned) (nullable) a helpdesk's own login, for somebody else's mailbox */
  HaulAuth auth;
  HaulSecret *secret;                  /* (owned) (nullable) the password */
  HaulToken *token;                    /* (owned) (nullable) in place of a password */
  char *ca_file;                       /* (owned) (nullable) */
  GTlsCertificate *client_certificate; /* (owned) (nullable) one's own, with its key, for servers that ask for one */
  char **pins;                         /* (owned) (nullable) the only certificates trusted, see haul-pins.c */
  char *once_host; /* (owned) (nullable) a server whose certificate @once_pin is trusted besides its pins */
  guint16 once_port;
  char *once_pin;    /* (owned) (nullable) */
  char *server_kind; /* (owned) (nullable) which server it is, whatever it says: a word of
                        haul_account_dup_server_kinds() */
  gboolean allow_plaintext;
  gboolean allow_old_tls; /* TLS 1.0 and 1.1, 3DES and RC4; certificates are judged as always */
} HaulAccount;

HaulAccount *haul_account_new (const char *user, const HaulEndpoint *endpoint);
HaulAccount *haul_account_copy (const HaulAccount *account);
void haul_account_trust_once (HaulAccount *account, const char *host, guint16 port, const char *pin);
HaulAccount *haul_account_ref (HaulAccount *account);
void haul_account_unref (HaulAccount *account);
gboolean haul_account_set_server_kind (HaulAccount *account, const char *word);
char *haul_account_dup_server_kinds (void);
char *haul_account_dup_id (const HaulAccount *account);
char *haul_account_dup_display (const HaulAccount *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulAccount, haul_account_unref)

G_END_DECLS
