/* haul-imap-append.c - APPEND of one message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last octet of the literal is held back until the caller says that its intent is durable, and until the body is
 * known to end there: before it the server stores nothing, after it the outcome is the server's.
 *
 * Thread:  the session's.
 * Memory:  one chunk of 64 KiB.
 * Errors:  HAUL_IMAP_ERROR, what the body's stream or the hook says, G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §6.3.11, RFC 4315 §3; docs/wire.md, docs/upload.md.
 */
#include "imap/haul-imap-append-private.h"

#include <string.h>

#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-session-private.h"
#include "imap/haul-imap-text.h"

#define CHUNK_SIZE (64 * 1024)
#define MAX_KEYWORD 64
/* A refusal of the mere announcement of more than this is about the size (docs/wire.md). */
#define BIG (1024 * 1024)
/* Of a line, where the server holds its limit for commands against it and takes what stands behind for commands. */
#define MAX_LINE 9900

/**
 * haul_imap_append_is_keyword:
 * @keyword: a word
 *
 * Whether it may be sent as a keyword: an atom of 64 octets at most that is no system flag.
 */
gboolean
haul_imap_append_is_keyword (const char *keyword)
{
  return strlen (keyword) <= MAX_KEYWORD && haul_imap_text_is_keyword (keyword);
}

static HaulImapCommand *
new_command (const HaulImapAppend *append, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("APPEND");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  for (guint i = 0; append->keywords != NULL && append->keywords[i] != NULL; i++)
    if (!haul_imap_append_is_keyword (append->keywords[i]))
      {
        g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT, "a keyword cannot be sent");
        return NULL;
      }
  haul_imap_command_add_string (command, append->mailbox);
  haul_imap_command_add_flags (command, append->flags, append->keywords);
  haul_imap_command_add_date (command, haul_imap_text_clamp_date (append->internal_date, now));
  haul_imap_command_add_body (command, append->size);
  return g_steal_pointer (&command);
}

static gboolean
body_changed (GError **error, const char *what)
{
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_BODY_CHANGED, what);
  return FALSE;
}

/* Looks at what the server says meanwhile: whatever answers now, the literal stays unfinished. */
static gboolean
check_channel (HaulImapChannel *channel, GCancellable *cancellable, GError **error)
{
  if (!haul_imap_channel_drain (channel, error))
    return FALSE;
  if (!haul_imap_channel_is_answered (channel))
    return TRUE;
  g_autoptr (HaulImapResponse) tagged = haul_imap_channel_end (channel, 0, cancellable, error);
  if (tagged != NULL && haul_imap_channel_accept (channel, tagged, "APPEND", error))
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL, "the server agreed to half a message");
  return FALSE;
}

static gboolean
read_body (const HaulImapAppend *append, guint8 *chunk, gsize wanted, GCancellable *cancellable, GError **error)
{
  gsize got = 0;

  if (!g_input_stream_read_all (append->body, chunk, wanted, &got, cancellable, error))
    return FALSE;
  return got == wanted || body_changed (error, "the message ended before its announced size");
}

static gboolean
check_end (const HaulImapAppend *append, GCancellable *cancellable, GError **error)
{
  guint8 octet;
  gssize got = g_input_stream_read (append->body, &octet, 1, cancellable, error);

  if (got > 0)
    return body_changed (error, "the message is longer than its announced size");
  return got == 0;
}

static gboolean
send_last (
    HaulImapSession *session, const HaulImapAppend *append, guint8 octet, GCancellable *cancellable, GError **error)
{
  HaulImapChannel *channel = haul_imap_session_get_channel (session);
  gsize length = haul_imap_session_get_kind (session)->wants_end_alone ? 1 : 3;
  guint8 last[] = { octet, '\r', '\n' };

  if (!check_end (append, cancellable, error) || !check_channel (channel, cancellable, error))
    return FALSE;
  if (append->before_last != NULL && !append->before_last (append->user_data, error))
    return FALSE;
  for (gsize at = 0; at < sizeof last; at += length, length = sizeof last - at)
    if (!haul_imap_channel_send_body (channel, last + at, length, cancellable, error))
      return FALSE;
  if (append->sent != NULL)
    append->sent (1, append->user_data);
  return TRUE;
}

/* Whoever calls sees to it that such a line is encoded; what did not see to it must not leave all the same. */
static gboolean
check_lines (const guint8 *chunk, gsize length, gsize *line, GError **error)
{
  for (gsize at = 0; at < length;)
    {
      const guint8 *end = memchr (chunk + at, '\n', length - at);
      gsize n = end == NULL ? length - at : (gsize)(end - chunk) + 1 - at;
      *line += n;
      if (*line > MAX_LINE)
        {
          g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT,
                               "a line of the message is longer than this server takes");
          return FALSE;
        }
      if (end != NULL)
        *line = 0;
      at += n;
    }
  return TRUE;
}

static gboolean
send_body (HaulImapSession *session, const HaulImapAppend *append, GCancellable *cancellable, GError **error)
{
  HaulImapChannel *channel = haul_imap_session_get_channel (session);
  gboolean is_limited = haul_imap_session_get_kind (session)->max_line != 0;
  g_autofree guint8 *chunk = g_malloc (CHUNK_SIZE);
  guint64 left = append->size;
  gsize line = 0;

  for (;;)
    {
      gsize length = (gsize)MIN (left, CHUNK_SIZE);
      gboolean is_last = left <= CHUNK_SIZE;
      gsize now = is_last ? length - 1 : length;

      if (!read_body (append, chunk, length, cancellable, error) || !check_channel (channel, cancellable, error)
          || (is_limited && !check_lines (chunk, length, &line, error)))
        return FALSE;
      if (now > 0 && !haul_imap_channel_send_body (channel, chunk, now, cancellable, error))
        return FALSE;
      if (now > 0 && append->sent != NULL)
        append->sent (now, append->user_data);
      if (is_last)
        return send_last (session, append, chunk[length - 1], cancellable, error);
      left -= length;
    }
}

/* NO instead of the `+`: the literal was not sent and the connection is well. */
static gboolean
refuse_early (HaulImapChannel *channel, const HaulImapAppend *append, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  g_autoptr (HaulImapResponse) tagged = haul_imap_channel_end (channel, 0, cancellable, error);

  if (tagged == NULL)
    return FALSE;
  haul_imap_channel_accept (channel, tagged, "APPEND", &refusal);
  if (g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED) && append->size > BIG)
    refusal->code = HAUL_IMAP_ERROR_TOO_BIG;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

/* Any other mailbox, or none, may be selected there. */
static gboolean
leave_mailbox (HaulImapSession *session, const char *mailbox, GCancellable *cancellable, GError **error)
{
  if (!haul_imap_session_get_kind (session)->loses_in_selected
      || g_strcmp0 (haul_imap_session_get_selected (session), mailbox) != 0)
    return TRUE;
  return haul_imap_mailbox_unselect (session, cancellable, error);
}

/**
 * haul_imap_append_send:
 * @session: a signed-in session
 * @append: the message
 * @command: APPEND with all its arguments
 * @uid: (out caller-allocates): its UID, zero where the server did not say
 * @cancellable: (nullable): cancels; the session is poisoned then
 * @error: return location
 *
 * As haul_imap_append_run(), for a command that was made before.
 *
 * Returns: %TRUE when the server said OK
 */
gboolean
haul_imap_append_send (HaulImapSession *session,
                       const HaulImapAppend *append,
                       HaulImapCommand *command,
                       HaulImapAppendUid *uid,
                       GCancellable *cancellable,
                       GError **error)
{
  HaulImapChannel *channel = haul_imap_session_get_channel (session);

  if (!haul_imap_channel_begin (channel, command, NULL, NULL, cancellable, error))
    return FALSE;
  if (haul_imap_channel_is_answered (channel))
    return refuse_early (channel, append, cancellable, error);
  if (!send_body (session, append, cancellable, error))
    {
      haul_imap_channel_poison (channel);
      return FALSE;
    }
  g_autoptr (HaulImapResponse) tagged
      = haul_imap_channel_end (channel, haul_imap_transport_get_limits ()->append_ms, cancellable, error);
  if (tagged == NULL || !haul_imap_channel_accept (channel, tagged, "APPEND", error))
    return FALSE;
  *uid = tagged->append_uid;
  return TRUE;
}

/**
 * haul_imap_append_run:
 * @session: a signed-in session
 * @append: the message
 * @uid: (out caller-allocates): its UID, zero where the server did not say
 * @cancellable: (nullable): cancels; the session is poisoned then
 * @error: return location
 *
 * Stores one message. When it fails and the session is not usable any more, and @append's hook was called, the outcome
 * is unknown.
 *
 * Returns: %TRUE when the server said OK; or %FALSE with %HAUL_IMAP_ERROR_TRY_CREATE, _OVERQUOTA, _TOO_BIG, _THROTTLED,
 *   _REFUSED (the session is well); or anything else (it is poisoned)
 */
gboolean
haul_imap_append_run (HaulImapSession *session,
                      const HaulImapAppend *append,
                      HaulImapAppendUid *uid,
                      GCancellable *cancellable,
                      GError **error)
{
  *uid = (HaulImapAppendUid){ 0 };
  if (append->size == 0)
    return body_changed (error, "an empty message cannot be stored");
  g_autoptr (HaulImapCommand) command = new_command (append, error);
  return command != NULL && leave_mailbox (session, append->mailbox, cancellable, error)
         && haul_imap_append_send (session, append, command, uid, cancellable, error);
}
