/* haul-auth.c - the ways of signing in, by the words people choose them with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     docs/wire.md, Signing in
 */
#include "account/haul-auth.h"

#define WHOLE HAUL_LOGIN_FORM_WHOLE
#define NAME HAUL_LOGIN_FORM_NAME

static const struct
{
  const char *word;
  HaulLoginForm form;
} auths[HAUL_N_AUTHS] = {
  [HAUL_AUTH_AUTO] = { "auto", WHOLE },
  [HAUL_AUTH_PLAIN] = { "plain", WHOLE },
  [HAUL_AUTH_LOGIN] = { "login", HAUL_LOGIN_FORM_JOINED },
  [HAUL_AUTH_CRAM_MD5] = { "cram-md5", NAME },
  [HAUL_AUTH_SCRAM_SHA_1] = { "scram-sha-1", WHOLE },
  [HAUL_AUTH_SCRAM_SHA_256] = { "scram-sha-256", WHOLE },
  [HAUL_AUTH_NTLM] = { "ntlm", HAUL_LOGIN_FORM_SPLIT },
  [HAUL_AUTH_NTLM_V1] = { "ntlm-v1", HAUL_LOGIN_FORM_SPLIT },
  [HAUL_AUTH_GSSAPI] = { "gssapi", WHOLE },
  [HAUL_AUTH_XOAUTH2] = { "xoauth2", HAUL_LOGIN_FORM_MAILBOX },
  [HAUL_AUTH_OAUTHBEARER] = { "oauthbearer", HAUL_LOGIN_FORM_MAILBOX },
  [HAUL_AUTH_EXTERNAL] = { "external", WHOLE },
};

/**
 * haul_auth_parse:
 * @word: as typed, in any case
 * @auth: (out): the way it names
 *
 * Returns: whether there is one of that name
 */
gboolean
haul_auth_parse (const char *word, HaulAuth *auth)
{
  for (HaulAuth i = 0; i < HAUL_N_AUTHS; i++)
    if (g_ascii_strcasecmp (word, auths[i].word) == 0)
      {
        *auth = i;
        return TRUE;
      }
  return FALSE;
}

const char *
haul_auth_to_string (HaulAuth auth)
{
  g_return_val_if_fail (auth < HAUL_N_AUTHS, NULL);
  return auths[auth].word;
}

/* All words but “auto”, with commas. */
char *
haul_auth_dup_words (void)
{
  GString *words = g_string_new (NULL);

  for (HaulAuth i = HAUL_AUTH_AUTO + 1; i < HAUL_N_AUTHS; i++)
    g_string_append_printf (words, "%s%s", words->len == 0 ? "" : ", ", auths[i].word);
  return g_string_free (words, FALSE);
}

/* Whether the secret is an access token. */
gboolean
haul_auth_takes_token (HaulAuth auth)
{
  return auth == HAUL_AUTH_XOAUTH2 || auth == HAUL_AUTH_OAUTHBEARER;
}

/* A ticket or a certificate is somewhere else. */
gboolean
haul_auth_needs_secret (HaulAuth auth)
{
  return auth != HAUL_AUTH_GSSAPI && auth != HAUL_AUTH_EXTERNAL;
}

HaulLoginForm
haul_auth_get_form (HaulAuth auth)
{
  g_return_val_if_fail (auth < HAUL_N_AUTHS, HAUL_LOGIN_FORM_WHOLE);
  return auths[auth].form;
}
