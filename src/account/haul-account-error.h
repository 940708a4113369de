/* haul-account-error.h - what can go wrong between a person's words and a server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_ACCOUNT_ERROR (haul_account_error_quark ())

/**
 * HaulAccountError:
 * @HAUL_ACCOUNT_ERROR_BAD_USER: the user name is empty or holds what cannot be sent
 * @HAUL_ACCOUNT_ERROR_BAD_SERVER: the server's name is not one
 * @HAUL_ACCOUNT_ERROR_NO_SERVER: no server was given and none could be found for the user's domain
 * @HAUL_ACCOUNT_ERROR_NO_PASSWORD: there is no password: not given, not in the keyring, an empty file
 * @HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED: plain text beyond this computer was not allowed
 * @HAUL_ACCOUNT_ERROR_BAD_PASSWORD: the password holds what cannot be sent
 * @HAUL_ACCOUNT_ERROR_NO_TOKEN: the command gives no access token
 * @HAUL_ACCOUNT_ERROR_COMMAND: the command for a password or token cannot be run
 * @HAUL_ACCOUNT_ERROR_MAILBOX_FORM: somebody else's mailbox cannot be named in this way of signing in
 * @HAUL_ACCOUNT_ERROR_WEAKER: the server was reached with more protection before
 * @HAUL_ACCOUNT_ERROR_AUTHORITY: the file of an authority to trust as well cannot be used
 * @HAUL_ACCOUNT_ERROR_KEYRING: the keyring is locked, refuses or is not there
 */
typedef enum
{
  HAUL_ACCOUNT_ERROR_BAD_USER,
  HAUL_ACCOUNT_ERROR_BAD_SERVER,
  HAUL_ACCOUNT_ERROR_NO_SERVER,
  HAUL_ACCOUNT_ERROR_NO_PASSWORD,
  HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED,
  HAUL_ACCOUNT_ERROR_BAD_PASSWORD,
  HAUL_ACCOUNT_ERROR_NO_TOKEN,
  HAUL_ACCOUNT_ERROR_COMMAND,
  HAUL_ACCOUNT_ERROR_MAILBOX_FORM,
  HAUL_ACCOUNT_ERROR_KEYRING,
  HAUL_ACCOUNT_ERROR_WEAKER,
  HAUL_ACCOUNT_ERROR_AUTHORITY,
} HaulAccountError;

GQuark haul_account_error_quark (void);

G_END_DECLS
