/* haul-imap-login.c - sign-in: which ways there are, in which order, two attempts at most
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each refused attempt counts towards a directory's lock-out, so there is one fallback, and none where the server
 * said in so many words that the password is wrong. Words before it could know say nothing: SCRAM is refused at its
 * first message where the server keeps the password in another form, and GSSAPI without a ticket for it. Then the
 * password itself follows, where the connection is protected.
 *
 * Thread:  the session's.
 * Memory:  what holds a secret is wiped.
 * See:     RFC 3501 §6.2, RFC 4959 (SASL-IR); docs/wire.md
 */
#include "imap/haul-imap-login.h"

#include <string.h>

#include "imap/haul-imap-authenticate.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-quirks.h"

/* One way to sign in. */
typedef struct
{
  HaulImapMechanism mechanism;
  HaulSaslMechanism sasl;
  gboolean is_command; /* LOGIN */
  gboolean is_digest;  /* the password itself is not sent */
} Way;

enum
{
  SCRAM_SHA_256_PLUS,
  SCRAM_SHA_256,
  SCRAM_SHA_1_PLUS,
  SCRAM_SHA_1,
  PLAIN,
  LOGIN_COMMAND,
  LOGIN,
  NTLM,
  NTLM_V1,
  CRAM_MD5,
  GSSAPI,
  OAUTHBEARER,
  XOAUTH2,
  EXTERNAL,
  END,
};

static const Way ways[END] = {
  [SCRAM_SHA_256_PLUS] = { HAUL_IMAP_MECHANISM_SCRAM_SHA_256_PLUS, HAUL_SASL_SCRAM_SHA_256_PLUS, FALSE, TRUE },
  [SCRAM_SHA_256] = { HAUL_IMAP_MECHANISM_SCRAM_SHA_256, HAUL_SASL_SCRAM_SHA_256, FALSE, TRUE },
  [SCRAM_SHA_1_PLUS] = { HAUL_IMAP_MECHANISM_SCRAM_SHA_1_PLUS, HAUL_SASL_SCRAM_SHA_1_PLUS, FALSE, TRUE },
  [SCRAM_SHA_1] = { HAUL_IMAP_MECHANISM_SCRAM_SHA_1, HAUL_SASL_SCRAM_SHA_1, FALSE, TRUE },
  [PLAIN] = { HAUL_IMAP_MECHANISM_PLAIN, HAUL_SASL_PLAIN, FALSE, FALSE },
  [LOGIN_COMMAND] = { HAUL_IMAP_MECHANISM_LOGIN, HAUL_SASL_LOGIN, TRUE, FALSE },
  [LOGIN] = { HAUL_IMAP_MECHANISM_LOGIN, HAUL_SASL_LOGIN, FALSE, FALSE },
  [NTLM] = { HAUL_IMAP_MECHANISM_NTLM, HAUL_SASL_NTLM, FALSE, TRUE },
  [NTLM_V1] = { HAUL_IMAP_MECHANISM_NTLM_V1, HAUL_SASL_NTLM_V1, FALSE, TRUE },
  [CRAM_MD5] = { HAUL_IMAP_MECHANISM_CRAM_MD5, HAUL_SASL_CRAM_MD5, FALSE, TRUE },
  [GSSAPI] = { HAUL_IMAP_MECHANISM_GSSAPI, HAUL_SASL_GSSAPI, FALSE, FALSE },
  [OAUTHBEARER] = { HAUL_IMAP_MECHANISM_OAUTHBEARER, HAUL_SASL_OAUTHBEARER, FALSE, FALSE },
  [XOAUTH2] = { HAUL_IMAP_MECHANISM_XOAUTH2, HAUL_SASL_XOAUTH2, FALSE, FALSE },
  [EXTERNAL] = { HAUL_IMAP_MECHANISM_EXTERNAL, HAUL_SASL_EXTERNAL, FALSE, FALSE },
};

/* The order in which they are tried (docs/wire.md). */
static const guint8 asked_for[] = { SCRAM_SHA_256_PLUS,
                                    SCRAM_SHA_256,
                                    SCRAM_SHA_1_PLUS,
                                    SCRAM_SHA_1,
                                    PLAIN,
                                    LOGIN_COMMAND,
                                    LOGIN,
                                    NTLM,
                                    NTLM_V1,
                                    CRAM_MD5,
                                    GSSAPI,
                                    OAUTHBEARER,
                                    XOAUTH2,
                                    EXTERNAL,
                                    END };
static const guint8 with_token[] = { OAUTHBEARER, XOAUTH2, END };
static const guint8 with_password[] = {
  SCRAM_SHA_256_PLUS, SCRAM_SHA_256, SCRAM_SHA_1_PLUS, SCRAM_SHA_1, PLAIN, LOGIN_COMMAND, LOGIN, NTLM, CRAM_MD5, END
};
/* Exchange, and a helpdesk's password for somebody else's mailbox: PLAIN is what is meant and tested for that. */
static const guint8 with_plain_first[] = { PLAIN,         LOGIN_COMMAND,    LOGIN,       NTLM,     SCRAM_SHA_256_PLUS,
                                           SCRAM_SHA_256, SCRAM_SHA_1_PLUS, SCRAM_SHA_1, CRAM_MD5, END };
/* Nobody but us may see what goes over the wire; what is not protected is. */
static const guint8 in_the_open[] = { SCRAM_SHA_256, SCRAM_SHA_1, NTLM, CRAM_MD5, PLAIN, LOGIN_COMMAND, LOGIN, END };

static const guint8 *
get_order (const HaulImapLoginPlace *place, const HaulImapCredentials *credentials)
{
  if (credentials->mechanism != HAUL_IMAP_MECHANISM_AUTO)
    return asked_for;
  if (credentials->is_token)
    return with_token;
  if (credentials->authenticate_as != NULL || place->kind->wants_plain_first)
    return with_plain_first;
  return place->is_protected ? with_password : in_the_open;
}

static gboolean
is_offered (const HaulImapLoginPlace *place, const Way *way)
{
  gboolean is_readable = way->sasl == HAUL_SASL_PLAIN || way->sasl == HAUL_SASL_LOGIN;
  g_auto (GStrv) words = NULL;

  /* In the open it is meant of every password that somebody could read there. */
  if ((way->is_command || (is_readable && !place->is_protected))
      && (place->capabilities & HAUL_IMAP_CAPABILITY_LOGINDISABLED) != 0)
    return FALSE;
  if (way->is_command)
    return TRUE;
  if (place->kind->breaks_authenticate)
    return FALSE;
  g_autofree char *wanted = g_strconcat ("AUTH=", haul_sasl_get_name (way->sasl), NULL);
  words = g_strsplit (place->capability_line, " ", -1);
  for (gsize i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], wanted) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_possible (const HaulImapLoginPlace *place, const HaulImapCredentials *credentials, const Way *way)
{
  return (credentials->mechanism == HAUL_IMAP_MECHANISM_AUTO || credentials->mechanism == way->mechanism)
         && is_offered (place, way) && haul_sasl_is_built_in (way->sasl);
}

static HaulImapResponse *
run_login (HaulImapChannel *channel,
           const HaulImapNames *names,
           const HaulImapCredentials *credentials,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("LOGIN");

  haul_imap_command_add_string (command, names->user);
  haul_imap_command_add_secret (command, credentials->secret);
  return haul_imap_channel_run (channel, command, NULL, NULL, cancellable, error);
}

/* RFC 5530: the answer will not be another one by another mechanism. */
static gboolean
is_final (const GError *refusal, HaulImapAttempt made)
{
  static const char *const codes[]
      = { "AUTHORIZATIONFAILED", "EXPIRED", "CONTACTADMIN", "REFERRAL", "PRIVACYREQUIRED", "ALERT", NULL };
  const char *code = haul_imap_error_get_server_code (refusal);

  if (!g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED))
    return TRUE;
  if (code != NULL && g_strv_contains (codes, code))
    return TRUE;
  return made == HAUL_IMAP_ATTEMPT_MADE && g_strcmp0 (code, "AUTHENTICATIONFAILED") == 0;
}

static gboolean
set_names (const HaulImapCredentials *credentials, HaulImapMechanism mechanism, HaulImapNames *names, GError **error)
{
  gboolean is_other = credentials->authenticate_as != NULL;

  if (credentials->names != NULL)
    return credentials->names (mechanism, names, credentials->names_data, error);
  names->user = g_strdup (is_other ? credentials->authenticate_as : credentials->user);
  names->authorize_as = is_other ? g_strdup (credentials->user) : NULL;
  return TRUE;
}

static void
names_clear (HaulImapNames *names)
{
  g_free (names->user);
  g_free (names->domain);
  g_free (names->authorize_as);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapNames, names_clear)

/* What a NO says of mailboxes and quotas is, here, about the person. */
static GError *
new_refusal (const HaulImapResponse *tagged)
{
  GError *refusal = haul_imap_quirks_new_error (tagged, HAUL_IMAP_ERROR_LOGIN_REFUSED, "sign-in");

  if (refusal->code != HAUL_IMAP_ERROR_THROTTLED && refusal->code != HAUL_IMAP_ERROR_NOT_CONNECTED)
    refusal->code = HAUL_IMAP_ERROR_LOGIN_REFUSED;
  return refusal;
}

static HaulImapResponse *
attempt (HaulImapChannel *channel,
         const HaulImapLoginPlace *place,
         const HaulImapCredentials *credentials,
         const Way *way,
         HaulImapAttempt *made,
         GCancellable *cancellable,
         GError **error)
{
  g_auto (HaulImapNames) names = { 0 };
  g_autoptr (HaulImapResponse) tagged = NULL;

  *made = HAUL_IMAP_ATTEMPT_NONE;
  if (!set_names (credentials, way->mechanism, &names, error))
    return NULL;
  if (way->is_command && names.authorize_as != NULL)
    {
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED,
                           "LOGIN cannot name another mailbox");
      return NULL;
    }
  if (way->is_command)
    {
      *made = HAUL_IMAP_ATTEMPT_MADE;
      tagged = run_login (channel, &names, credentials, cancellable, error);
    }
  else
    tagged
        = haul_imap_authenticate_run (channel, place, way->sasl, &names, credentials->secret, made, cancellable, error);
  if (tagged == NULL || tagged->condition == HAUL_IMAP_CONDITION_OK)
    return g_steal_pointer (&tagged);
  g_propagate_error (error, new_refusal (tagged));
  return NULL;
}

static gboolean
is_safe (const HaulImapCredentials *credentials, GError **error)
{
  const char *texts[] = { credentials->user, credentials->authenticate_as,
                          credentials->secret == NULL ? NULL : haul_secret_peek (credentials->secret) };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL && strpbrk (texts[i], "\r\n") != NULL)
      {
        g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT,
                             "a line break in a user name or password cannot be sent");
        return FALSE;
      }
  return TRUE;
}

/* After a refusal: a digest is followed by the password itself, and that by LOGIN. A server that offers -PLUS and does
 * not know this connection's kind of binding gets the same without. */
static gboolean
may_follow (const HaulImapLoginPlace *place, const Way *refused, HaulImapAttempt made, const Way *way)
{
  static const HaulSaslMechanism unbound[HAUL_SASL_N_MECHANISMS] = {
    [HAUL_SASL_SCRAM_SHA_1_PLUS] = HAUL_SASL_SCRAM_SHA_1,
    [HAUL_SASL_SCRAM_SHA_256_PLUS] = HAUL_SASL_SCRAM_SHA_256,
  };

  if (refused == NULL)
    return TRUE;
  if (made == HAUL_IMAP_ATTEMPT_ASKED && way->is_digest && unbound[refused->sasl] == way->sasl)
    return TRUE;
  return !way->is_digest && way->mechanism != refused->mechanism && (place->is_protected || !refused->is_digest);
}

/**
 * haul_imap_login_run:
 * @channel: a channel
 * @place: what is known of the server and the connection
 * @credentials: who
 * @tally: (inout): the attempts before on this connection, and after
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Signs in.
 *
 * Returns: (transfer full) (nullable): the server's OK; or %NULL with %HAUL_IMAP_ERROR_LOGIN_REFUSED,
 *   %HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, %HAUL_IMAP_ERROR_THROTTLED, %HAUL_IMAP_ERROR_UNSAFE_TEXT …
 */
HaulImapResponse *
haul_imap_login_run (HaulImapChannel *channel,
                     const HaulImapLoginPlace *place,
                     const HaulImapCredentials *credentials,
                     HaulImapLoginTally *tally,
                     GCancellable *cancellable,
                     GError **error)
{
  const guint8 *order = get_order (place, credentials);
  guint most = tally->n_attempts + HAUL_IMAP_LOGIN_ATTEMPTS_MAX;
  const Way *refused = NULL;
  HaulImapAttempt last = HAUL_IMAP_ATTEMPT_NONE;
  g_autoptr (GError) problem = NULL;

  if (!is_safe (credentials, error))
    return NULL;
  for (gsize i = 0; order[i] != END && tally->n_attempts < most; i++)
    {
      const Way *way = &ways[order[i]];
      g_autoptr (GError) local_error = NULL;
      HaulImapAttempt made;
      if (!is_possible (place, credentials, way) || !may_follow (place, refused, last, way))
        continue;
      HaulImapResponse *tagged = attempt (channel, place, credentials, way, &made, cancellable, &local_error);
      tally->n_attempts += made == HAUL_IMAP_ATTEMPT_MADE;
      if (tagged != NULL)
        {
          tally->mechanism = way->mechanism;
          return tagged;
        }
      /* Another mechanism would show the same token. */
      gboolean is_over = made != HAUL_IMAP_ATTEMPT_NONE && (credentials->is_token || is_final (local_error, made));
      if (made != HAUL_IMAP_ATTEMPT_NONE || problem == NULL)
        {
          g_clear_error (&problem);
          problem = g_steal_pointer (&local_error);
        }
      if (is_over)
        break;
      if (made == HAUL_IMAP_ATTEMPT_NONE)
        continue;
      refused = way;
      last = made;
    }
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED,
                         "the server offers no sign-in that can be used here");
  return NULL;
}
