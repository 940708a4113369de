/* haul-sign-in-doctor.c - why a server did not let somebody in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is sure comes before what is likely: the server's words, then its code, then what servers of its kind mean by a
 * bare NO.
 *
 * Thread:  any; no state.
 * See:     RFC 5530 (codes), RFC 2221 (referrals); docs/wire.md
 */
#include "account/haul-sign-in-doctor.h"

#include <string.h>

#include "account/haul-login.h"
#include "imap/haul-imap-error.h"

/* Lower case. The first that is found counts. */
static const struct
{
  const char *words;
  HaulSignInFinding finding;
} texts[] = {
  { "application-specific password", HAUL_SIGN_IN_APP_PASSWORD }, /* Gmail */
  { "app password", HAUL_SIGN_IN_APP_PASSWORD },
  { "web browser", HAUL_SIGN_IN_BROWSER }, /* Gmail: Please log in via your web browser */
  { "web login required", HAUL_SIGN_IN_BROWSER },
  { "not enabled for imap", HAUL_SIGN_IN_IMAP_OFF }, /* Gmail */
  { "imap access is disabled", HAUL_SIGN_IN_IMAP_OFF },
  { "imap access disabled", HAUL_SIGN_IN_IMAP_OFF },
  { "imap is disabled", HAUL_SIGN_IN_IMAP_OFF },
  { "imap disabled", HAUL_SIGN_IN_IMAP_OFF },
  { "imap service is disabled", HAUL_SIGN_IN_IMAP_OFF },
  { "imap is not enabled", HAUL_SIGN_IN_IMAP_OFF },
  { "basicauth", HAUL_SIGN_IN_TOKEN_ONLY }, /* Outlook.com: BasicAuthBlocked */
  { "basic authentication is", HAUL_SIGN_IN_TOKEN_ONLY },
  { "password expired", HAUL_SIGN_IN_EXPIRED },
  { "password has expired", HAUL_SIGN_IN_EXPIRED },
  { "password is expired", HAUL_SIGN_IN_EXPIRED },
  { "expired password", HAUL_SIGN_IN_EXPIRED },
  { "must change your password", HAUL_SIGN_IN_EXPIRED },
  { "password must be changed", HAUL_SIGN_IN_EXPIRED },
  { "locked", HAUL_SIGN_IN_LOCKED },
  { "lockout", HAUL_SIGN_IN_LOCKED },
  { "too many failed", HAUL_SIGN_IN_LOCKED },
  { "too many login failures", HAUL_SIGN_IN_LOCKED },
  { "too many invalid", HAUL_SIGN_IN_LOCKED },
  { "too many bad", HAUL_SIGN_IN_LOCKED },
  { "account is disabled", HAUL_SIGN_IN_LOCKED },
  { "account disabled", HAUL_SIGN_IN_LOCKED },
  { "account is temporarily disabled", HAUL_SIGN_IN_LOCKED },
  { "account has been disabled", HAUL_SIGN_IN_LOCKED },
  { "user is disabled", HAUL_SIGN_IN_LOCKED },
  { "suspended", HAUL_SIGN_IN_LOCKED },
  { "too many simultaneous connections", HAUL_SIGN_IN_TOO_MANY },
  { "too many connections", HAUL_SIGN_IN_TOO_MANY },
  { "maximum number of connections", HAUL_SIGN_IN_TOO_MANY },
  { "no replica for that mailbox", HAUL_SIGN_IN_REFERRAL }, /* Exchange 5.5 */
};

static const struct
{
  const char *code;
  HaulSignInFinding finding;
} codes[] = {
  { "EXPIRED", HAUL_SIGN_IN_EXPIRED },
  { "CONTACTADMIN", HAUL_SIGN_IN_CONTACT_ADMIN },
  { "AUTHORIZATIONFAILED", HAUL_SIGN_IN_NO_ACCESS },
  { "PRIVACYREQUIRED", HAUL_SIGN_IN_NEEDS_PROTECTION },
  { "UNAVAILABLE", HAUL_SIGN_IN_UNAVAILABLE },
  { "INUSE", HAUL_SIGN_IN_UNAVAILABLE },
  { "LIMIT", HAUL_SIGN_IN_TOO_MANY },
  { "WEBALERT", HAUL_SIGN_IN_BROWSER },
};

/**
 * haul_sign_in_doctor_get_kind:
 * @greeting: (nullable): the server's first words
 * @host: (nullable): its name
 *
 * Guesses what a server is. Whoever runs an Exchange may have changed its greeting, so a guess it stays.
 */
HaulServerKind
haul_sign_in_doctor_get_kind (const char *greeting, const char *host)
{
  static const char *const app_hosts[]
      = { ".mail.yahoo.com", ".mail.aol.com", ".aol.com", ".mail.me.com", ".icloud.com", NULL };
  g_autofree char *name = g_ascii_strdown (host == NULL ? "" : host, -1);

  greeting = greeting == NULL ? "" : greeting;
  if (g_str_has_suffix (name, ".office365.com") || g_str_has_suffix (name, ".outlook.com")
      || strstr (greeting, "Outlook.com IMAP4rev1") != NULL || strstr (greeting, "(tcpproxy/") != NULL
      || strstr (greeting, "Microsoft Exchange IMAP4 service is ready. [") != NULL)
    return HAUL_SERVER_KIND_EXCHANGE_ONLINE;
  if (strstr (greeting, "Microsoft Exchange") != NULL)
    return HAUL_SERVER_KIND_EXCHANGE;
  if (g_str_has_prefix (greeting, "Gimap ") || g_str_equal (name, "imap.gmail.com"))
    return HAUL_SERVER_KIND_GMAIL;
  for (gsize i = 0; app_hosts[i] != NULL; i++)
    if (g_str_has_suffix (name, app_hosts[i]))
      return HAUL_SERVER_KIND_APP_PASSWORDS;
  return HAUL_SERVER_KIND_OTHER;
}

static gboolean
has_word (const char *capabilities, const char *word)
{
  g_auto (GStrv) words = g_strsplit (capabilities == NULL ? "" : capabilities, " ", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], word) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
takes_tokens_only (const char *capabilities)
{
  gboolean takes_tokens = has_word (capabilities, "AUTH=XOAUTH2") || has_word (capabilities, "AUTH=OAUTHBEARER");

  return takes_tokens && has_word (capabilities, "LOGINDISABLED") && !has_word (capabilities, "AUTH=PLAIN")
         && !has_word (capabilities, "AUTH=LOGIN") && !has_word (capabilities, "AUTH=NTLM");
}

/* The host of imap://user;AUTH=*@host:port/, if it is nothing but a name or number of a computer. */
static char *
dup_host (const char *referral)
{
  const char *at = referral == NULL ? NULL : strstr (referral, "://");

  if (at == NULL)
    return NULL;
  g_auto (GStrv) parts = g_strsplit_set (at + strlen ("://"), "/ ", 2);
  const char *name = parts[0] == NULL ? "" : parts[0];
  const char *sign = strrchr (name, '@');
  name = sign == NULL ? name : sign + 1;
  gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
  gboolean is_name = length > 0 && length < 254 && g_ascii_isalnum (*name);
  gsize port = name[length] == ':' ? strspn (name + length + 1, "0123456789") : 0;
  if (!is_name || (name[length] != '\0' && (port == 0 || port > 5 || name[length + 1 + port] != '\0')))
    return NULL;
  return g_strdup (name);
}

static HaulSignInFinding
find_words (const char *code, const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text == NULL ? "" : text, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strstr (lower, texts[i].words) != NULL)
      return texts[i].finding;
  for (gsize i = 0; code != NULL && i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (code, codes[i].code))
      return codes[i].finding;
  return HAUL_SIGN_IN_NOTHING;
}

/* On Exchange, which says the same to all. */
static HaulSignInFinding
judge_name (const char *user)
{
  g_autoptr (HaulLogin) login = haul_login_parse (user, NULL);

  if (login == NULL)
    return HAUL_SIGN_IN_NOTHING;
  if (g_ascii_strcasecmp (login->name, "Administrator") == 0)
    return HAUL_SIGN_IN_BUILT_IN;
  return login->domain == NULL ? HAUL_SIGN_IN_NAME_FORM : HAUL_SIGN_IN_EXCHANGE;
}

/* A NO that gives no reason. */
static HaulSignInFinding
judge_kind (const HaulSignInSigns *signs, HaulServerKind kind)
{
  gboolean is_password = g_strcmp0 (haul_imap_error_get_server_code (signs->error), "AUTHENTICATIONFAILED") == 0;

  if (signs->has_token)
    return HAUL_SIGN_IN_TOKEN_REFUSED;
  if (kind == HAUL_SERVER_KIND_EXCHANGE_ONLINE)
    return HAUL_SIGN_IN_TOKEN_ONLY;
  if (kind == HAUL_SERVER_KIND_GMAIL || kind == HAUL_SERVER_KIND_APP_PASSWORDS)
    return HAUL_SIGN_IN_MAYBE_APP_PASSWORD;
  if (signs->wants_other && !is_password)
    return HAUL_SIGN_IN_OTHER_MAILBOX;
  return kind == HAUL_SERVER_KIND_EXCHANGE ? judge_name (signs->user) : HAUL_SIGN_IN_NOTHING;
}

static HaulSignInFinding
judge_no_session (const HaulSignInSigns *signs, HaulServerKind kind)
{
  if (kind == HAUL_SERVER_KIND_EXCHANGE_ONLINE)
    return HAUL_SIGN_IN_NO_SESSION_ONLINE;
  if (signs->wants_other)
    return HAUL_SIGN_IN_NO_ACCESS;
  return kind == HAUL_SERVER_KIND_EXCHANGE ? HAUL_SIGN_IN_NO_SESSION : HAUL_SIGN_IN_NOTHING;
}

static HaulSignInFinding
judge_offer (const HaulSignInSigns *signs)
{
  if (takes_tokens_only (signs->capabilities) && !signs->has_token)
    return HAUL_SIGN_IN_TOKEN_ONLY;
  if (!signs->is_protected && has_word (signs->capabilities, "LOGINDISABLED"))
    return HAUL_SIGN_IN_NEEDS_PROTECTION;
  if (signs->wants_ticket && has_word (signs->capabilities, "AUTH=GSSAPI"))
    return HAUL_SIGN_IN_NO_TICKET;
  return signs->is_chosen ? HAUL_SIGN_IN_NOT_OFFERED : HAUL_SIGN_IN_NOTHING;
}

/**
 * haul_sign_in_doctor_examine:
 * @signs: what is known
 * @server: (out) (optional) (transfer full) (nullable): with %HAUL_SIGN_IN_REFERRAL the other server, `host` or
 *   `host:port`; never to be followed unasked
 *
 * Finds out why a sign-in failed.
 *
 * Returns: the finding; %HAUL_SIGN_IN_NOTHING also for errors that have nothing to do with signing in
 */
HaulSignInFinding
haul_sign_in_doctor_examine (const HaulSignInSigns *signs, char **server)
{
  const char *code = haul_imap_error_get_server_code (signs->error);
  HaulServerKind kind = haul_sign_in_doctor_get_kind (signs->greeting, signs->host);
  const char *referral
      = g_strcmp0 (code, "REFERRAL") == 0 ? haul_imap_error_get_server_code_text (signs->error) : signs->referral;
  HaulSignInFinding told = find_words (code, haul_imap_error_get_server_text (signs->error));

  if (server != NULL)
    *server = NULL;
  if (signs->error->domain != HAUL_IMAP_ERROR)
    return HAUL_SIGN_IN_NOTHING;
  switch (signs->error->code)
    {
    case HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED:
      return judge_offer (signs);
    case HAUL_IMAP_ERROR_NOT_CONNECTED:
    case HAUL_IMAP_ERROR_LOGIN_REFUSED:
      if (referral != NULL || told == HAUL_SIGN_IN_REFERRAL)
        {
          if (server != NULL)
            *server = dup_host (referral);
          return HAUL_SIGN_IN_REFERRAL;
        }
      if (told != HAUL_SIGN_IN_NOTHING)
        return told;
      return signs->error->code == HAUL_IMAP_ERROR_NOT_CONNECTED ? judge_no_session (signs, kind)
                                                                 : judge_kind (signs, kind);
    case HAUL_IMAP_ERROR_THROTTLED:
      return told == HAUL_SIGN_IN_NOTHING ? HAUL_SIGN_IN_UNAVAILABLE : told;
    case HAUL_IMAP_ERROR_BYE:
      return told;
    default:
      return HAUL_SIGN_IN_NOTHING;
    }
}
