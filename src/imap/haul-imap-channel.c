/* haul-imap-channel.c - commands out, responses in, over one transport; knows when it must not be used any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One command at a time. A foreign tag, an answer before the command was written, a `+` nobody waits for, an untagged
 * BAD, a broken line, a timeout, a cancel: each closes the connection at once, without goodbye, since what follows in
 * the stream cannot be told apart any more (docs/wire.md).
 *
 * Thread:  the session's.
 * Errors:  HAUL_IMAP_ERROR, G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §2.2, §5.5, §7; docs/wire.md.
 */
#include "imap/haul-imap-channel.h"

#include "base/haul-fault.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-quirks.h"

#define DRAIN_MAX (1024 * 1024)
/* A server may say that it is still there, but not for ever: this many limits without anything that was asked for. */
#define PATIENCE 10

struct _HaulImapChannel
{
  HaulImapTransport *transport; /* (owned) */
  HaulImapInput *input;         /* (owned) */
  gboolean is_poisoned;
  char prefix[5]; /* of our tags; random, so that no answer can be written beforehand */
  guint64 n_commands;

  /* The command in flight. */
  char *tag; /* (owned) (nullable) */
  HaulImapChannelFunc func;
  gpointer func_data;
  gboolean is_written;
  gboolean wants_continuation;
  char *challenge;          /* (owned) (nullable) what the server's last `+` said */
  HaulImapResponse *tagged; /* (owned) (nullable) */
  gint64 progress_us;       /* monotonic; when it was begun, or got something that may have been asked for */
};

/**
 * haul_imap_channel_new:
 * @transport: (transfer full): an open transport
 *
 * Returns: (transfer full): the channel
 */
HaulImapChannel *
haul_imap_channel_new (HaulImapTransport *transport)
{
  HaulImapChannel *self = g_new0 (HaulImapChannel, 1);

  self->transport = transport;
  self->input = haul_imap_input_new (transport);
  for (gsize i = 0; i < sizeof self->prefix - 1; i++)
    self->prefix[i] = (char)g_random_int_range ('A', 'Z' + 1);
  return self;
}

void
haul_imap_channel_free (HaulImapChannel *channel)
{
  g_free (channel->challenge);
  haul_imap_input_free (channel->input);
  haul_imap_transport_free (channel->transport);
  g_clear_pointer (&channel->tagged, haul_imap_response_free);
  g_free (channel->tag);
  g_free (channel);
}

HaulImapTransport *
haul_imap_channel_get_transport (HaulImapChannel *channel)
{
  return channel->transport;
}

void
haul_imap_channel_set_body_func (HaulImapChannel *channel, HaulImapResponseBodyFunc func, gpointer user_data)
{
  haul_imap_input_set_body_func (channel->input, func, user_data);
}

/**
 * haul_imap_channel_poison:
 * @channel: a channel
 *
 * Closes the connection at once; every later call fails with %HAUL_IMAP_ERROR_CLOSED.
 */
void
haul_imap_channel_poison (HaulImapChannel *channel)
{
  if (!channel->is_poisoned)
    haul_imap_transport_close (channel->transport, NULL);
  channel->is_poisoned = TRUE;
}

static void
log_status (const HaulImapResponse *response)
{
  static const char *const conditions[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  g_autofree char *text = g_strescape (response->text == NULL ? "" : response->text, "\"\\");

  g_debug ("S: %s %s [%s] %.500s", response->tag == NULL ? "*" : response->tag, conditions[response->condition],
           response->code == NULL ? "" : response->code, text);
}

static gboolean
protocol_error (GError **error, const char *what)
{
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL, what);
  return FALSE;
}

static gboolean
take_tagged (HaulImapChannel *self, HaulImapResponse **response, GError **error)
{
  if (self->tag == NULL || self->tagged != NULL)
    return protocol_error (error, "the server answered although nothing was asked");
  if (!g_str_equal ((*response)->tag, self->tag))
    return protocol_error (error, "the server answered something that was not asked");
  if ((*response)->condition == HAUL_IMAP_CONDITION_OK && !self->is_written)
    return protocol_error (error, "the server agreed before the command was complete");
  self->tagged = g_steal_pointer (response);
  return TRUE;
}

static gboolean
take_status (HaulImapChannel *self, HaulImapResponse **response, GError **error)
{
  log_status (*response);
  if ((*response)->tag != NULL)
    return take_tagged (self, response, error);
  switch ((*response)->condition)
    {
    case HAUL_IMAP_CONDITION_BYE:
      g_propagate_error (error, haul_imap_quirks_new_error (*response, HAUL_IMAP_ERROR_BYE, "connection"));
      return FALSE;
    case HAUL_IMAP_CONDITION_BAD:
      g_propagate_error (error, haul_imap_quirks_new_error (*response, HAUL_IMAP_ERROR_BAD, "connection"));
      return FALSE;
    case HAUL_IMAP_CONDITION_PREAUTH:
      return protocol_error (error, "PREAUTH in the middle of a connection");
    case HAUL_IMAP_CONDITION_OK:
    case HAUL_IMAP_CONDITION_NO:
    default:
      return self->func == NULL || self->func (*response, self->func_data, error);
    }
}

static gboolean
take_response (HaulImapChannel *self, HaulImapResponse **response, GError **error)
{
  switch ((*response)->type)
    {
    case HAUL_IMAP_RESPONSE_CONTINUATION:
      if (!self->wants_continuation)
        return protocol_error (error, "the server asks for something that is not there to be sent");
      self->wants_continuation = FALSE;
      g_free (self->challenge);
      self->challenge = g_strdup ((*response)->text == NULL ? "" : (*response)->text);
      return TRUE;
    case HAUL_IMAP_RESPONSE_STATUS:
      return take_status (self, response, error);
    default:
      return self->func == NULL || self->func (*response, self->func_data, error);
    }
}

static gboolean
is_progress (const HaulImapResponse *response)
{
  return response->type == HAUL_IMAP_RESPONSE_FETCH || response->type == HAUL_IMAP_RESPONSE_LIST
         || response->type == HAUL_IMAP_RESPONSE_EXPUNGE;
}

/* Handles one response, waiting for it. */
static gboolean
wait_one (HaulImapChannel *self, guint limit_ms, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapResponse) response = haul_imap_input_wait (self->input, limit_ms, FALSE, cancellable, error);
  gint64 now_us = g_get_monotonic_time ();

  if (response == NULL)
    return FALSE;
  if (is_progress (response))
    self->progress_us = now_us;
  if (now_us - self->progress_us > (gint64)limit_ms * PATIENCE * 1000)
    {
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT, "the server talks and does not answer");
      return FALSE;
    }
  return take_response (self, &response, error);
}

/* A server may talk faster than it can be understood: some of it is for the next time. */
static gboolean
drain_ready (HaulImapChannel *self, GError **error)
{
  gsize budget = DRAIN_MAX;

  for (;;)
    {
      g_autoptr (HaulImapResponse) response = NULL;
      if (!haul_imap_input_poll (self->input, &budget, &response, error))
        return FALSE;
      if (response == NULL)
        return TRUE;
      if (!take_response (self, &response, error))
        return FALSE;
    }
}

static gboolean
check_open (HaulImapChannel *self, GError **error)
{
  if (!self->is_poisoned)
    return TRUE;
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED, "the connection was closed before");
  return FALSE;
}

static gboolean
poison_unless (HaulImapChannel *self, gboolean is_well)
{
  if (!is_well)
    haul_imap_channel_poison (self);
  return is_well;
}

/**
 * haul_imap_channel_drain:
 * @channel: a channel
 * @error: return location
 *
 * Handles the responses that are there already; never waits. Between commands an answer among them is an error.
 *
 * Returns: %TRUE while the channel is healthy
 */
gboolean
haul_imap_channel_drain (HaulImapChannel *channel, GError **error)
{
  return check_open (channel, error) && poison_unless (channel, drain_ready (channel, error));
}

gboolean
haul_imap_channel_is_usable (HaulImapChannel *channel)
{
  return haul_imap_channel_drain (channel, NULL);
}

/* A server that gives up says BYE, then closes; writing to it fails before the BYE was read. */
static gboolean
write_octets (HaulImapChannel *self, const void *data, gsize size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) write_error = NULL;
  g_autoptr (GError) reason = NULL;

  if (haul_imap_transport_write (self->transport, data, size, cancellable, &write_error))
    return TRUE;
  if (g_error_matches (write_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED) && !drain_ready (self, &reason)
      && !g_error_matches (reason, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED))
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    g_propagate_error (error, g_steal_pointer (&write_error));
  return FALSE;
}

static gboolean
not_imap (GError **error, const char *what)
{
  g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NOT_IMAP, "no IMAP greeting: %s", what);
  return FALSE;
}

static gboolean
check_greeting (const HaulImapResponse *greeting, GError **error)
{
  if (greeting->type != HAUL_IMAP_RESPONSE_STATUS || greeting->tag != NULL)
    return not_imap (error, "something else came first");
  log_status (greeting);
  switch (greeting->condition)
    {
    case HAUL_IMAP_CONDITION_OK:
      return TRUE;
    case HAUL_IMAP_CONDITION_PREAUTH:
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PREAUTH,
                           "the server claims that we have signed in already");
      return FALSE;
    case HAUL_IMAP_CONDITION_BYE:
      g_propagate_error (error, haul_imap_quirks_new_error (greeting, HAUL_IMAP_ERROR_BYE, "greeting"));
      return FALSE;
    case HAUL_IMAP_CONDITION_NO:
    case HAUL_IMAP_CONDITION_BAD:
    default:
      /* It may be one that asks to be left alone for a while. */
      g_propagate_error (error, haul_imap_quirks_new_error (greeting, HAUL_IMAP_ERROR_NOT_IMAP, "greeting"));
      return FALSE;
    }
}

/**
 * haul_imap_channel_read_greeting:
 * @channel: a new channel
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Waits for the server's first line (RFC 3501 §7.1).
 *
 * Returns: (transfer full) (nullable): an OK greeting; or %NULL with %HAUL_IMAP_ERROR_PREAUTH, %HAUL_IMAP_ERROR_BYE,
 *   %HAUL_IMAP_ERROR_NOT_IMAP, %HAUL_IMAP_ERROR_THROTTLED …
 */
HaulImapResponse *
haul_imap_channel_read_greeting (HaulImapChannel *channel, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (HaulImapResponse) greeting
      = haul_imap_input_wait (channel->input, haul_imap_transport_get_limits ()->greeting_ms, TRUE, cancellable,
                              &local_error);

  if (greeting != NULL && check_greeting (greeting, error))
    return g_steal_pointer (&greeting);
  haul_imap_channel_poison (channel);
  if (g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL))
    not_imap (error, local_error->message);
  else if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * haul_imap_channel_start_tls:
 * @channel: a channel before its greeting, or right after the OK to STARTTLS
 * @policy: whom to trust
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Puts the connection under TLS. After a command, an octet that lies in any buffer was put in by somebody in between;
 * before the first, it is a server's greeting in clear text, and the handshake says that this is not TLS.
 *
 * Returns: %TRUE, or %FALSE with the channel poisoned
 */
gboolean
haul_imap_channel_start_tls (HaulImapChannel *channel,
                             const HaulImapTlsPolicy *policy,
                             GCancellable *cancellable,
                             GError **error)
{
  gboolean was_used = channel->n_commands > 0;

  if (!poison_unless (channel, (!was_used || haul_imap_input_is_empty (channel->input, error))
                                   && haul_imap_transport_start_tls (channel->transport, policy, cancellable, error)))
    return FALSE;
  haul_imap_input_reset (channel->input);
  return TRUE;
}

static void
forget_command (HaulImapChannel *self)
{
  g_clear_pointer (&self->tag, g_free);
  g_clear_pointer (&self->tagged, haul_imap_response_free);
  g_clear_pointer (&self->challenge, g_free);
  self->func = NULL;
  self->is_written = FALSE;
  self->wants_continuation = FALSE;
}

/* What came before a literal's size was said is no answer to it, even where its line ends afterwards. */
static gboolean
check_no_plus (HaulImapChannel *self, gboolean is_first, GError **error)
{
  if (!is_first && !drain_ready (self, error))
    return FALSE;
  return !haul_imap_input_is_continuation_begun (self->input)
         || protocol_error (error, "the server asks for something that is not there to be sent");
}

/* Sends the segments, waiting for `+` between them; ends early where the server answers instead. */
static gboolean
send_segments (HaulImapChannel *self, const HaulImapCommand *command, GCancellable *cancellable, GError **error)
{
  guint n_segments = haul_imap_command_get_n_segments (command);
  gboolean has_body = haul_imap_command_has_body (command);

  for (guint i = 0; i < n_segments; i++)
    {
      if (!check_no_plus (self, i == 0, error))
        return FALSE;
      if (self->tagged != NULL)
        break;
      gsize length;
      const char *data = haul_imap_command_get_segment (command, i, &length);
      gboolean is_last = i + 1 == n_segments;

      self->wants_continuation = !is_last || has_body;
      for (gsize done = 0, now; (now = HAUL_FAULT_PIECE (i, data, done, length)) > 0; done += now)
        if (!write_octets (self, data + done, now, cancellable, error))
          return FALSE;
      self->is_written = is_last && !has_body;
      while (self->wants_continuation && self->tagged == NULL)
        if (!wait_one (self, haul_imap_transport_get_limits ()->command_ms, cancellable, error))
          return FALSE;
      HAUL_FAULT (F07, is_last && !has_body ? "no-plus" : "plus-received");
    }
  return TRUE;
}

/**
 * haul_imap_channel_begin:
 * @channel: a channel without a command in flight
 * @command: the command; finished by this call
 * @func: (nullable): sees untagged responses until haul_imap_channel_end()
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sends a command up to its end, or up to its body's place. Ask haul_imap_channel_is_answered() before sending a body.
 *
 * Returns: %TRUE; or %FALSE, and the channel is poisoned unless it is %HAUL_IMAP_ERROR_UNSAFE_TEXT
 */
gboolean
haul_imap_channel_begin (HaulImapChannel *channel,
                         HaulImapCommand *command,
                         HaulImapChannelFunc func,
                         gpointer user_data,
                         GCancellable *cancellable,
                         GError **error)
{
  if (!haul_imap_channel_drain (channel, error))
    return FALSE;
  g_autofree char *tag = g_strdup_printf ("%s%" G_GUINT64_FORMAT, channel->prefix, ++channel->n_commands);
  if (!haul_imap_command_finish (command, tag, error))
    return FALSE;
  g_autofree char *transcript = haul_imap_command_dup_transcript (command);
  g_debug ("C: %s", transcript);

  channel->tag = g_steal_pointer (&tag);
  channel->func = func;
  channel->func_data = user_data;
  channel->progress_us = g_get_monotonic_time ();
  if (poison_unless (channel, send_segments (channel, command, cancellable, error)))
    return TRUE;
  forget_command (channel);
  return FALSE;
}

/* Whether the command in flight got its tagged answer. */
gboolean
haul_imap_channel_is_answered (const HaulImapChannel *channel)
{
  return channel->tagged != NULL;
}

/**
 * haul_imap_channel_send_body:
 * @channel: a channel whose command waits for its body
 * @data: octets of the body, or what follows it
 * @size: how many
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sends a part of a literal.
 *
 * Returns: %TRUE, or %FALSE with the channel poisoned
 */
gboolean
haul_imap_channel_send_body (
    HaulImapChannel *channel, const void *data, gsize size, GCancellable *cancellable, GError **error)
{
  gboolean is_well = check_open (channel, error);

  for (gsize done = 0, now; is_well && (now = HAUL_FAULT_BODY_PIECE (data, done, size)) > 0; done += now)
    is_well = poison_unless (channel, write_octets (channel, (const guint8 *)data + done, now, cancellable, error));
  return is_well;
}

/**
 * haul_imap_channel_end:
 * @channel: a channel with a command in flight that is written completely or answered
 * @limit_ms: how long to wait without an octet moving
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Waits for the tagged answer.
 *
 * Returns: (transfer full) (nullable): OK, NO or BAD; or %NULL with the channel poisoned
 */
HaulImapResponse *
haul_imap_channel_end (HaulImapChannel *channel, guint limit_ms, GCancellable *cancellable, GError **error)
{
  gboolean is_well = check_open (channel, error);

  channel->is_written = TRUE;
  channel->progress_us = g_get_monotonic_time ();
  HAUL_FAULT_COMMAND ("awaited");
  while (is_well && channel->tagged == NULL)
    is_well = poison_unless (channel, wait_one (channel, limit_ms, cancellable, error));
  HAUL_FAULT_COMMAND (is_well ? "answered" : "broken");
  HaulImapResponse *tagged = is_well ? g_steal_pointer (&channel->tagged) : NULL;
  forget_command (channel);
  return tagged;
}

/**
 * haul_imap_channel_run:
 * @channel: a channel without a command in flight
 * @command: a command without a body
 * @func: (nullable): sees untagged responses
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sends a command and waits for its answer.
 *
 * Returns: (transfer full) (nullable): OK, NO or BAD; or %NULL
 */
HaulImapResponse *
haul_imap_channel_run (HaulImapChannel *channel,
                       HaulImapCommand *command,
                       HaulImapChannelFunc func,
                       gpointer user_data,
                       GCancellable *cancellable,
                       GError **error)
{
  if (!haul_imap_channel_begin (channel, command, func, user_data, cancellable, error))
    return NULL;
  return haul_imap_channel_end (channel, haul_imap_transport_get_limits ()->command_ms, cancellable, error);
}

static gboolean
send_answer (HaulImapChannel *self, const HaulSecret *answer, GCancellable *cancellable, GError **error)
{
  g_debug ("C: (%" G_GSIZE_FORMAT " octets of an answer)", haul_secret_get_length (answer));
  self->wants_continuation = TRUE;
  if (!write_octets (self, haul_secret_peek (answer), haul_secret_get_length (answer), cancellable, error)
      || !write_octets (self, "\r\n", 2, cancellable, error))
    return FALSE;
  self->is_written = TRUE;
  return TRUE;
}

static gboolean
converse (HaulImapChannel *self,
          HaulImapChannelAnswerFunc func,
          gpointer user_data,
          GCancellable *cancellable,
          GError **error)
{
  while (self->tagged == NULL)
    {
      if (!wait_one (self, haul_imap_transport_get_limits ()->command_ms, cancellable, error))
        return FALSE;
      if (self->tagged != NULL || self->wants_continuation)
        continue;
      g_autofree char *challenge = g_steal_pointer (&self->challenge);
      g_autoptr (HaulSecret) answer = func (challenge, user_data, error);
      if (answer == NULL || !send_answer (self, answer, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * haul_imap_channel_converse:
 * @channel: a channel without a command in flight
 * @command: AUTHENTICATE
 * @is_complete: whether the server may agree without asking for anything
 * @func: answers what the server's `+` says with a line; %NULL ends the connection
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sends a command that the server answers with questions (RFC 3501 §6.2.2). Its OK is believed only after all that was
 * asked for has been said.
 *
 * Returns: (transfer full) (nullable): OK, NO or BAD; or %NULL with the channel poisoned
 */
HaulImapResponse *
haul_imap_channel_converse (HaulImapChannel *channel,
                            HaulImapCommand *command,
                            gboolean is_complete,
                            HaulImapChannelAnswerFunc func,
                            gpointer user_data,
                            GCancellable *cancellable,
                            GError **error)
{
  if (!haul_imap_channel_begin (channel, command, NULL, NULL, cancellable, error))
    return NULL;
  channel->is_written = is_complete;
  channel->wants_continuation = TRUE;
  gboolean is_well = poison_unless (channel, converse (channel, func, user_data, cancellable, error));
  HaulImapResponse *tagged = is_well ? g_steal_pointer (&channel->tagged) : NULL;
  forget_command (channel);
  return tagged;
}

/**
 * haul_imap_channel_accept:
 * @channel: a channel
 * @tagged: an answer
 * @what: the command's name
 * @error: return location
 *
 * Turns a NO or BAD into an error. A BAD whose words tell nothing closes the channel: we and the server then disagree
 * on what was said.
 *
 * Returns: %TRUE for OK
 */
gboolean
haul_imap_channel_accept (HaulImapChannel *channel, const HaulImapResponse *tagged, const char *what, GError **error)
{
  if (tagged->condition == HAUL_IMAP_CONDITION_OK)
    return TRUE;
  GError *refusal = haul_imap_quirks_new_error (tagged,
                                                tagged->condition == HAUL_IMAP_CONDITION_NO ? HAUL_IMAP_ERROR_REFUSED
                                                                                            : HAUL_IMAP_ERROR_BAD,
                                                what);
  if (refusal->code == HAUL_IMAP_ERROR_BAD)
    haul_imap_channel_poison (channel);
  g_propagate_error (error, refusal);
  return FALSE;
}

/**
 * haul_imap_channel_leave:
 * @channel: a channel
 *
 * Says LOGOUT where that is still possible, and closes; does not wait for the answer.
 */
void
haul_imap_channel_leave (HaulImapChannel *channel)
{
  if (!haul_imap_channel_drain (channel, NULL))
    return;
  g_autofree char *line
      = g_strdup_printf ("%s%" G_GUINT64_FORMAT " LOGOUT\r\n", channel->prefix, ++channel->n_commands);
  haul_imap_transport_close (channel->transport, line);
  channel->is_poisoned = TRUE;
}
