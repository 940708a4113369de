/* haul-auth.h - the ways of signing in, by the words people choose them with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-login.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_AUTH_AUTO, /* the best that is offered and safe; never NTLM version 1 */
  HAUL_AUTH_PLAIN,
  HAUL_AUTH_LOGIN, /* the command LOGIN, or the mechanism of that name where the command is switched off */
  HAUL_AUTH_CRAM_MD5,
  HAUL_AUTH_SCRAM_SHA_1, /* bound to the connection where the server can */
  HAUL_AUTH_SCRAM_SHA_256,
  HAUL_AUTH_NTLM,
  HAUL_AUTH_NTLM_V1, /* for Exchange 5.5 and 2000; whoever listens can find the password out */
  HAUL_AUTH_GSSAPI,
  HAUL_AUTH_XOAUTH2,
  HAUL_AUTH_OAUTHBEARER,
  HAUL_AUTH_EXTERNAL,
  HAUL_N_AUTHS
} HaulAuth;

gboolean haul_auth_parse (const char *word, HaulAuth *auth);
const char *haul_auth_to_string (HaulAuth auth);
char *haul_auth_dup_words (void);
gboolean haul_auth_takes_token (HaulAuth auth);
gboolean haul_auth_needs_secret (HaulAuth auth);
HaulLoginForm haul_auth_get_form (HaulAuth auth);

G_END_DECLS
