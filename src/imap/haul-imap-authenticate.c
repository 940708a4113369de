/* haul-imap-authenticate.c - AUTHENTICATE: one mechanism's exchange over the wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 * Memory:  what holds a secret is wiped.
 * See:     RFC 3501 §6.2.2, RFC 4959 (SASL-IR), RFC 5929 and RFC 9266 (channel binding)
 */
#include "imap/haul-imap-authenticate.h"

#include <string.h>

#include "imap/haul-imap-error.h"
#include "sasl/haul-sasl-base64.h"

/* An initial response goes on the command's line, which servers limit. */
#define MAX_INITIAL_RESPONSE 1000

typedef struct
{
  HaulSasl *sasl;
  HaulSecret *first; /* (owned) (nullable) said when the server is ready for it */
  gboolean is_refused;
} Talk;

static gboolean
translate (GError *problem, HaulImapError code, GError **error)
{
  g_set_error_literal (error, HAUL_IMAP_ERROR, code, problem->message);
  g_error_free (problem);
  return FALSE;
}

/* Base64 in one line (RFC 4648), made where it can be wiped. */
static HaulSecret *
encode (const HaulSecret *octets)
{
  return haul_secret_new_take (
      g_base64_encode ((const guchar *)haul_secret_peek (octets), haul_secret_get_length (octets)));
}

static gboolean
decode (const char *text, guint8 **data, gsize *length, GError **error)
{
  g_autofree char *challenge = g_strdup (text);

  *data = NULL;
  *length = 0;
  g_strstrip (challenge);
  if (*challenge == '\0')
    return TRUE;
  *data = haul_sasl_base64_decode (challenge, length);
  if (*data == NULL)
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL, "the server's challenge is not base64");
  return *data != NULL;
}

/* What the server's text in front of the first word of ours says is of no interest: some say “Ready”. */
static HaulSecret *
answer (const char *challenge, gpointer user_data, GError **error)
{
  Talk *talk = user_data;
  g_autofree guint8 *data = NULL;
  gsize length;
  GError *problem = NULL;

  if (talk->first != NULL)
    {
      g_autoptr (HaulSecret) first = g_steal_pointer (&talk->first);
      return encode (first);
    }
  if (!decode (challenge, &data, &length, error))
    return NULL;
  g_autoptr (HaulSecret) response = haul_sasl_step (talk->sasl, data, length, &problem);
  if (response != NULL)
    return encode (response);
  /* The server's NO comes after an empty line; where it is us who cannot go on, after a cancel. */
  gboolean is_theirs = g_error_matches (problem, HAUL_SASL_ERROR, HAUL_SASL_ERROR_REFUSED);
  if (is_theirs || g_error_matches (problem, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNAVAILABLE))
    {
      g_error_free (problem);
      talk->is_refused = TRUE;
      return haul_secret_new (is_theirs ? "" : "*");
    }
  gboolean is_unproven = g_error_matches (problem, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNPROVEN);
  translate (problem, is_unproven ? HAUL_IMAP_ERROR_UNPROVEN : HAUL_IMAP_ERROR_PROTOCOL, error);
  return NULL;
}

static HaulSasl *
new_sasl (HaulImapChannel *channel,
          const HaulImapLoginPlace *place,
          HaulSaslMechanism mechanism,
          const HaulImapNames *names,
          HaulSecret *secret,
          GError **error)
{
  HaulImapTransport *transport = haul_imap_channel_get_transport (channel);
  const char *binding_name = NULL;
  g_autoptr (GBytes) binding = NULL, end_point = NULL;
  GError *problem = NULL;

  if (place->is_protected)
    {
      binding = haul_imap_transport_dup_binding (transport, HAUL_IMAP_TLS_BINDING_CONNECTION, &binding_name);
      end_point = haul_imap_transport_dup_binding (transport, HAUL_IMAP_TLS_BINDING_SERVER, NULL);
    }
  g_autofree char *plus = g_strconcat ("AUTH=", haul_sasl_get_name (mechanism), "-PLUS", NULL);
  g_autofree char *offers = g_ascii_strup (place->capability_line, -1);
  HaulSaslCredentials credentials = { .user = names->user,
                                      .domain = names->domain,
                                      .authorize_as = names->authorize_as,
                                      .secret = secret,
                                      .host = place->host,
                                      .port = place->port,
                                      .binding_name = binding_name,
                                      .binding = binding,
                                      .end_point = end_point,
                                      .server_has_plus = strstr (offers, plus) != NULL };
  HaulSasl *sasl = haul_sasl_new (mechanism, &credentials, &problem);
  if (sasl != NULL)
    return sasl;
  /* Of a name or a secret that this mechanism has no form for; another may have one. Another person's mailbox is not
   * a matter of letters. */
  gboolean is_unsuitable
      = names->authorize_as == NULL && g_error_matches (problem, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE);
  translate (problem, is_unsuitable ? HAUL_IMAP_ERROR_UNSAFE_TEXT : HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, error);
  return NULL;
}

static gboolean
begin (Talk *talk, GError **error)
{
  GError *problem = NULL;

  if (!haul_sasl_is_client_first (talk->sasl))
    return TRUE;
  talk->first = haul_sasl_step (talk->sasl, NULL, 0, &problem);
  return talk->first != NULL || translate (problem, HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, error);
}

static HaulImapCommand *
new_command (Talk *talk, HaulSaslMechanism mechanism, guint capabilities)
{
  HaulImapCommand *command = haul_imap_command_new ("AUTHENTICATE");

  haul_imap_command_add_constant (command, haul_sasl_get_name (mechanism));
  if (talk->first == NULL || (capabilities & HAUL_IMAP_CAPABILITY_SASL_IR) == 0)
    return command;
  g_autoptr (HaulSecret) line = encode (talk->first);
  if (haul_secret_get_length (line) > MAX_INITIAL_RESPONSE)
    return command;
  g_autoptr (HaulSecret) nothing = haul_secret_new ("=");
  haul_imap_command_add_secret_word (command, haul_secret_get_length (line) == 0 ? nothing : line);
  g_clear_pointer (&talk->first, haul_secret_unref);
  return command;
}

/**
 * haul_imap_authenticate_run:
 * @channel: a channel
 * @place: what is known of the server and the connection
 * @mechanism: how
 * @names: who
 * @secret: (nullable): by what
 * @made: (out): how far it came
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Carries out one exchange.
 *
 * Returns: (transfer full) (nullable): OK, NO or BAD; or %NULL with %HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED,
 * %HAUL_IMAP_ERROR_UNSAFE_TEXT, or %HAUL_IMAP_ERROR_UNPROVEN where the server did not prove what it has to
 */
HaulImapResponse *
haul_imap_authenticate_run (HaulImapChannel *channel,
                            const HaulImapLoginPlace *place,
                            HaulSaslMechanism mechanism,
                            const HaulImapNames *names,
                            HaulSecret *secret,
                            HaulImapAttempt *made,
                            GCancellable *cancellable,
                            GError **error)
{
  g_autoptr (HaulSasl) sasl = new_sasl (channel, place, mechanism, names, secret, error);
  Talk talk = { .sasl = sasl };

  *made = HAUL_IMAP_ATTEMPT_NONE;
  if (sasl == NULL || !begin (&talk, error))
    return NULL;
  *made = HAUL_IMAP_ATTEMPT_MADE;
  g_autoptr (HaulImapCommand) command = new_command (&talk, mechanism, place->capabilities);
  gboolean is_complete = haul_sasl_is_client_first (sasl) && talk.first == NULL;
  g_autoptr (HaulImapResponse) tagged
      = haul_imap_channel_converse (channel, command, is_complete, answer, &talk, cancellable, error);
  g_clear_pointer (&talk.first, haul_secret_unref);
  /* Refused before it had anything to judge: it knows nobody of that name, or keeps the password in another form. */
  if (tagged != NULL && tagged->condition != HAUL_IMAP_CONDITION_OK && !haul_sasl_has_used_secret (sasl))
    *made = HAUL_IMAP_ATTEMPT_ASKED;
  /* It has said so in the mechanism's own words. */
  else if (tagged != NULL && talk.is_refused && tagged->code == NULL)
    tagged->code = g_strdup ("AUTHENTICATIONFAILED");
  if (tagged == NULL || tagged->condition != HAUL_IMAP_CONDITION_OK)
    return g_steal_pointer (&tagged);
  if (haul_sasl_is_complete (sasl) && !talk.is_refused)
    return g_steal_pointer (&tagged);
  haul_imap_channel_poison (channel);
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNPROVEN,
                       "the server agreed before it had proved who it is");
  return NULL;
}
