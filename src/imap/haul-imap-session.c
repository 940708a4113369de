/* haul-imap-session.c - one signed-in connection: greeting, protection, sign-in, one command at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner; plain struct, no locks.
 * Errors:  HAUL_IMAP_ERROR; what GIO says while connecting; G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §3, §6.1, §6.2; RFC 8314; docs/wire.md
 */
#include "imap/haul-imap-session.h"

#include "imap/haul-imap-capability.h"
#include "imap/haul-imap-login.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-session-private.h"

struct _HaulImapSession
{
  HaulImapChannel *channel; /* (owned) */
  char *host;               /* (owned) as asked for */
  guint16 port;
  gboolean is_protected; /* by TLS */
  char *greeting;        /* (owned) UTF-8 */
  char *id;              /* (owned) (nullable) the name it told */
  const HaulImapKind *kind;
  gboolean is_kind_given;
  char *capability_line; /* (owned) */
  guint capabilities;
  guint64 append_limit;
  char *selected;   /* (owned) (nullable) mailbox, wire octets */
  char *referral;   /* (owned) (nullable) the other server that the OK to the sign-in names */
  gint64 opened_us; /* monotonic */
  gboolean is_signed_in;
  HaulImapLoginTally tally;
};

static void
set_capabilities (HaulImapSession *self, char **words)
{
  g_free (self->capability_line);
  self->capability_line = g_strjoinv (" ", words);
  self->capabilities = haul_imap_capability_parse ((const char *const *)words, &self->append_limit);
}

static gboolean
on_capability (HaulImapResponse *response, gpointer user_data, GError **error)
{
  if (response->type == HAUL_IMAP_RESPONSE_CAPABILITY && response->words != NULL)
    set_capabilities (user_data, response->words);
  return TRUE;
}

/* Asked again when more is known: what is offered changes at sign-in. */
static void
find_kind (HaulImapSession *self)
{
  if (!self->is_kind_given)
    self->kind = haul_imap_kind_find (self->greeting, self->capability_line, self->id);
}

static gboolean
on_id (HaulImapResponse *response, gpointer user_data, GError **error)
{
  HaulImapSession *self = user_data;

  if (response->type == HAUL_IMAP_RESPONSE_ID && response->text != NULL && self->id == NULL)
    self->id = g_utf8_make_valid (response->text, -1);
  return TRUE;
}

/* Who we are, for who they are (RFC 2971). A refusal is no harm. */
static gboolean
exchange_ids (HaulImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("ID");
  g_autoptr (GError) refusal = NULL;

  if ((self->capabilities & HAUL_IMAP_CAPABILITY_ID) == 0)
    return TRUE;
  haul_imap_command_add_constant (command, "(\"name\" \"Mailhaul\")");
  if (haul_imap_session_execute (self, command, "ID", on_id, self, cancellable, &refusal)
      || g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

/* Takes the words from the code of an OK, else asks; what was known before is forgotten either way. */
static gboolean
learn_capabilities (HaulImapSession *self, const HaulImapResponse *ok, GCancellable *cancellable, GError **error)
{
  char *none[] = { NULL };

  set_capabilities (self, none);
  if (ok != NULL && g_strcmp0 (ok->code, "CAPABILITY") == 0 && ok->words != NULL)
    {
      set_capabilities (self, ok->words);
      return TRUE;
    }
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("CAPABILITY");
  return haul_imap_session_execute (self, command, "CAPABILITY", on_capability, self, cancellable, error);
}

static gboolean
upgrade (HaulImapSession *self, const HaulImapTlsPolicy *policy, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("STARTTLS");

  if ((self->capabilities & HAUL_IMAP_CAPABILITY_STARTTLS) == 0)
    {
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NO_TLS, "the server does not offer STARTTLS");
      return FALSE;
    }
  g_autoptr (HaulImapResponse) tagged = haul_imap_channel_run (self->channel, command, NULL, NULL, cancellable, error);
  if (tagged == NULL)
    return FALSE;
  if (tagged->condition != HAUL_IMAP_CONDITION_OK)
    {
      g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_NO_TLS, tagged->code, tagged->text,
                                                     "the server refuses STARTTLS"));
      return FALSE;
    }
  return haul_imap_channel_start_tls (self->channel, policy, cancellable, error);
}

static void
tell (const HaulImapOptions *options, HaulImapStep step)
{
  if (options->step != NULL)
    options->step (step, options->step_data);
}

static gboolean
refuse_plaintext (const HaulImapOptions *options, GError **error)
{
  g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NO_TLS, "plain text to %s was not allowed",
               options->endpoint->host);
  return FALSE;
}

/* From an open connection to known capabilities. */
static gboolean
settle (HaulImapSession *self, const HaulImapOptions *options, GCancellable *cancellable, GError **error)
{
  HaulSecurity security = options->endpoint->security;
  HaulImapTlsPolicy policy = { .ca_file = options->ca_file,
                               .client = options->client_certificate,
                               .pins = options->pins,
                               .allow_old = options->allow_old_tls };

  if (security == HAUL_SECURITY_TLS && !haul_imap_channel_start_tls (self->channel, &policy, cancellable, error))
    return FALSE;
  /* The name said so before, but names can be made to lead anywhere. */
  if (security == HAUL_SECURITY_NONE && !options->allow_plaintext
      && !haul_imap_transport_is_loopback (haul_imap_channel_get_transport (self->channel)))
    return refuse_plaintext (options, error);
  if (security != HAUL_SECURITY_STARTTLS)
    tell (options, HAUL_IMAP_STEP_SECURED);

  g_autoptr (HaulImapResponse) greeting = haul_imap_channel_read_greeting (self->channel, cancellable, error);
  if (greeting == NULL)
    return FALSE;
  self->greeting = g_utf8_make_valid (greeting->text == NULL ? "" : greeting->text, -1);
  if (!learn_capabilities (self, greeting, cancellable, error))
    return FALSE;
  if (security == HAUL_SECURITY_STARTTLS)
    {
      /* What was learnt in the open may be anybody's words: it is asked again. */
      if (!upgrade (self, &policy, cancellable, error) || !learn_capabilities (self, NULL, cancellable, error))
        return FALSE;
      tell (options, HAUL_IMAP_STEP_SECURED);
    }
  find_kind (self);
  tell (options, HAUL_IMAP_STEP_GREETED);
  return TRUE;
}

/**
 * haul_imap_session_open:
 * @options: where to and whom to trust; security must not be AUTO
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Connects, protects the connection and learns what the server offers; does not sign in.
 *
 * Returns: (transfer full) (nullable): the session; or %NULL with what GIO says while connecting,
 *   %HAUL_IMAP_ERROR_CERTIFICATE, _TLS_TOO_OLD, _NO_TLS, _PREAUTH, _NOT_IMAP, _BYE, _THROTTLED, _TIMED_OUT, _CLOSED
 */
HaulImapSession *
haul_imap_session_open (const HaulImapOptions *options, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (options->endpoint->security != HAUL_SECURITY_AUTO, NULL);
  if (options->endpoint->security == HAUL_SECURITY_NONE && !options->allow_plaintext
      && !haul_endpoint_is_loopback (options->endpoint))
    {
      refuse_plaintext (options, error);
      return NULL;
    }
  HaulImapTransport *transport = haul_imap_transport_connect (options->endpoint, cancellable, error);
  if (transport == NULL)
    return NULL;
  g_autoptr (HaulImapSession) self = g_new0 (HaulImapSession, 1);
  self->channel = haul_imap_channel_new (transport);
  self->opened_us = g_get_monotonic_time ();
  self->host = g_strdup (options->endpoint->host);
  self->port = options->endpoint->port;
  self->is_protected = options->endpoint->security != HAUL_SECURITY_NONE;
  self->is_kind_given = options->kind != NULL;
  self->kind = self->is_kind_given ? options->kind : haul_imap_kind_find ("", "", NULL);
  tell (options, HAUL_IMAP_STEP_CONNECTED);
  g_autoptr (GError) local_error = NULL;
  if (!settle (self, options, cancellable, &local_error))
    {
      if (options->endpoint->security == HAUL_SECURITY_STARTTLS && !haul_imap_transport_is_protected (transport))
        haul_imap_error_forget_words (local_error);
      haul_imap_channel_poison (self->channel);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* Signed in is not yet in: Exchange says OK and then knows no mailbox (docs/wire.md). */
static gboolean
probe_inbox (HaulImapSession *self, GCancellable *cancellable, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) refusal = NULL;

  if (haul_imap_mailbox_status (self, "INBOX", &status, cancellable, &refusal))
    return TRUE;
  gboolean is_refusal = g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
                        || g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_BAD)
                        || g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE);
  if (!is_refusal)
    g_propagate_error (error, g_steal_pointer (&refusal));
  else
    g_propagate_error (error,
                       haul_imap_error_new (HAUL_IMAP_ERROR_NOT_CONNECTED, haul_imap_error_get_server_code (refusal),
                                            haul_imap_error_get_server_text (refusal),
                                            "sign-in succeeded, but the mailbox does not open"));
  return FALSE;
}

/**
 * haul_imap_session_login:
 * @session: an open session
 * @credentials: who
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Signs in and makes sure that the mailbox opens; two attempts at most.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_LOGIN_REFUSED, _LOGIN_UNSUPPORTED, _NOT_CONNECTED, _THROTTLED …
 */
gboolean
haul_imap_session_login (HaulImapSession *session,
                         const HaulImapCredentials *credentials,
                         GCancellable *cancellable,
                         GError **error)
{
  HaulImapLoginPlace place = { .host = session->host,
                               .port = session->port,
                               .capability_line = session->capability_line,
                               .capabilities = session->capabilities,
                               .kind = session->kind,
                               .is_protected = session->is_protected };
  g_autoptr (HaulImapResponse) ok
      = haul_imap_login_run (session->channel, &place, credentials, &session->tally, cancellable, error);

  session->is_signed_in = ok != NULL;
  if (ok != NULL && g_strcmp0 (ok->code, "REFERRAL") == 0)
    session->referral = g_strdup (ok->code_text);
  if (ok == NULL || !learn_capabilities (session, ok, cancellable, error)
      || !exchange_ids (session, cancellable, error))
    return FALSE;
  find_kind (session);
  return probe_inbox (session, cancellable, error);
}

/* The server took the password, whatever came of the connection since. */
gboolean
haul_imap_session_is_signed_in (const HaulImapSession *session)
{
  return session->is_signed_in;
}

/* How often the server was asked to let somebody in; it may count them. */
guint
haul_imap_session_get_attempts (const HaulImapSession *session)
{
  return session->tally.n_attempts;
}

/* The way of signing in that the server took; AUTO before. */
HaulImapMechanism
haul_imap_session_get_mechanism (const HaulImapSession *session)
{
  return session->tally.mechanism;
}

/**
 * haul_imap_session_get_kind:
 * @session: a session
 *
 * Returns: (transfer none): which server this is, as far as is known; better known after sign-in
 */
const HaulImapKind *
haul_imap_session_get_kind (const HaulImapSession *session)
{
  return session->kind;
}

/* (nullable): a URL, as it came, where the server let somebody in and said that the mailbox is elsewhere (RFC 2221). */
const char *
haul_imap_session_get_referral (const HaulImapSession *session)
{
  return session->referral;
}

guint
haul_imap_session_get_capabilities (const HaulImapSession *session)
{
  return session->capabilities;
}

/* Octets a message may have, 0 unknown (RFC 7889). */
guint64
haul_imap_session_get_append_limit (const HaulImapSession *session)
{
  return session->append_limit;
}

/* When the connection was made, by the monotonic clock. */
gint64
haul_imap_session_get_opened_us (const HaulImapSession *session)
{
  return session->opened_us;
}

const char *
haul_imap_session_get_greeting (const HaulImapSession *session)
{
  return session->greeting;
}

const char *
haul_imap_session_get_capability_line (const HaulImapSession *session)
{
  return session->capability_line;
}

/**
 * haul_imap_session_is_usable:
 * @session: a session
 *
 * Whether another command may be sent; looks at what the server sent meanwhile, without waiting.
 */
gboolean
haul_imap_session_is_usable (HaulImapSession *session)
{
  return haul_imap_channel_is_usable (session->channel);
}

gboolean
haul_imap_session_noop (HaulImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("NOOP");
  return haul_imap_session_execute (session, command, "NOOP", NULL, NULL, cancellable, error);
}

/**
 * haul_imap_session_close:
 * @session: (transfer full): a session
 *
 * Says LOGOUT where that is still possible, and closes.
 */
void
haul_imap_session_close (HaulImapSession *session)
{
  haul_imap_channel_leave (session->channel);
  haul_imap_channel_free (session->channel);
  g_free (session->greeting);
  g_free (session->host);
  g_free (session->id);
  g_free (session->capability_line);
  g_free (session->selected);
  g_free (session->referral);
  g_free (session);
}

HaulImapChannel *
haul_imap_session_get_channel (HaulImapSession *session)
{
  return session->channel;
}

const char *
haul_imap_session_get_selected (const HaulImapSession *session)
{
  return session->selected;
}

void
haul_imap_session_set_selected (HaulImapSession *session, const char *name)
{
  char *copy = g_strdup (name);
  g_free (session->selected);
  session->selected = copy;
}

/**
 * haul_imap_session_execute:
 * @session: a session
 * @command: a command without a body
 * @what: its name, for errors
 * @func: (nullable): sees untagged responses
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sends a command; NO and BAD become errors.
 *
 * Returns: %TRUE for OK
 */
gboolean
haul_imap_session_execute (HaulImapSession *session,
                           HaulImapCommand *command,
                           const char *what,
                           HaulImapChannelFunc func,
                           gpointer user_data,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (HaulImapResponse) tagged
      = haul_imap_channel_run (session->channel, command, func, user_data, cancellable, error);
  return tagged != NULL && haul_imap_channel_accept (session->channel, tagged, what, error);
}
