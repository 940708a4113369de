/* haul-imap-fetch.c - what is in the selected mailbox: UID, size, date, flags, digest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SEARCH is never used: some servers answer it wrongly (docs/wire.md).
 *
 * Thread:  the session's.
 * Memory:  one response; bodies go through in pieces.
 * Errors:  HAUL_IMAP_ERROR, what the caller's function says, G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §6.4.5, §7.4.2.
 */
#include "imap/haul-imap-fetch.h"

#include <string.h>

#include "imap/haul-imap-session-private.h"
#include "imap/haul-imap-strip.h"

#define MAX_UID_SET 6000
/* No mailbox holds as many: this is a server that never ends its list. */
#define MAX_ROWS (16 * 1024 * 1024)

typedef struct
{
  guint32 first_uid;
  guint n_rows;
  HaulImapFetchRowFunc func;
  gpointer user_data;
} Rows;

static gboolean
on_row (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Rows *rows = user_data;

  /* `n:*` gives the last message even where its UID is below n; a change of flags told meanwhile has neither size nor
   * date. */
  if (response->type != HAUL_IMAP_RESPONSE_FETCH || response->uid < rows->first_uid || !response->has_flags
      || (response->size == 0 && response->internal_date == 0))
    return TRUE;
  if (++rows->n_rows > MAX_ROWS)
    {
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL, "the list of messages does not end");
      return FALSE;
    }
  HaulImapFetchRow row = { .uid = response->uid,
                           .size = response->size,
                           .internal_date = response->internal_date,
                           .flags = response->flags,
                           .keywords = response->keywords };
  return rows->func (&row, rows->user_data, error);
}

/**
 * haul_imap_fetch_rows:
 * @session: a session with a mailbox selected
 * @first_uid: the least UID wanted, at least 1
 * @func: sees each message
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Lists the messages from @first_uid on.
 *
 * Returns: %TRUE when the list is complete
 */
gboolean
haul_imap_fetch_rows (HaulImapSession *session,
                      guint32 first_uid,
                      HaulImapFetchRowFunc func,
                      gpointer user_data,
                      GCancellable *cancellable,
                      GError **error)
{
  Rows rows = { .first_uid = MAX (first_uid, 1), .func = func, .user_data = user_data };
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID FETCH");

  haul_imap_command_add_uid_from (command, rows.first_uid);
  haul_imap_command_add_constant (command, "(UID RFC822.SIZE INTERNALDATE FLAGS)");
  return haul_imap_session_execute (session, command, "UID FETCH", on_row, &rows, cancellable, error);
}

static gboolean
on_uid (HaulImapResponse *response, gpointer user_data, GError **error)
{
  guint32 *last = user_data;

  if (response->type == HAUL_IMAP_RESPONSE_FETCH)
    *last = MAX (*last, response->uid);
  return TRUE;
}

/**
 * haul_imap_fetch_last_uid:
 * @session: a session with a mailbox selected that is not empty
 * @uid: (out): the last message's; 0 the server did not say
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Asks for the UID of the last message, which is the highest.
 *
 * Returns: %TRUE when the server answered
 */
gboolean
haul_imap_fetch_last_uid (HaulImapSession *session, guint32 *uid, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID FETCH");

  *uid = 0;
  haul_imap_command_add_constant (command, "* (UID)");
  return haul_imap_session_execute (session, command, "UID FETCH", on_uid, uid, cancellable, error);
}

static gboolean
on_flags (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Rows *rows = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_FETCH || response->uid == 0 || !response->has_flags)
    return TRUE;
  HaulImapFetchRow row = { .uid = response->uid, .flags = response->flags, .keywords = response->keywords };
  return rows->func (&row, rows->user_data, error);
}

/**
 * haul_imap_fetch_flags:
 * @session: a session with a mailbox selected
 * @uids: which messages
 * @n_uids: how many
 * @func: sees each of them that is there, with its flags only; others may come too
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Asks which of these messages are there, and for their flags.
 *
 * Returns: %TRUE when the list is complete
 */
gboolean
haul_imap_fetch_flags (HaulImapSession *session,
                       const guint32 *uids,
                       gsize n_uids,
                       HaulImapFetchRowFunc func,
                       gpointer user_data,
                       GCancellable *cancellable,
                       GError **error)
{
  Rows rows = { .first_uid = 1, .func = func, .user_data = user_data };

  for (gsize done = 0; done < n_uids;)
    {
      gsize n_part = haul_imap_command_count_uids (uids + done, n_uids - done, MAX_UID_SET);
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID FETCH");
      haul_imap_command_add_uid_set (command, uids + done, n_part);
      haul_imap_command_add_constant (command, "(UID FLAGS)");
      if (!haul_imap_session_execute (session, command, "UID FETCH", on_flags, &rows, cancellable, error))
        return FALSE;
      done += n_part;
    }
  return TRUE;
}

/* Bodies come before it is known whose they are: the UID may stand behind. */
typedef struct
{
  const char *what; /* is asked for */
  guint n_bodies;   /* in this response */
  GError *failure;  /* (owned) (nullable) of the caller's function; the parser only knows that it stopped */
  gboolean (*take) (const guint8 *data, gsize length, gpointer user_data, GError **error);
  gpointer user_data;
} Bodies;

static gboolean
on_body (gboolean is_first, const void *data, gsize length, gpointer user_data)
{
  Bodies *bodies = user_data;

  bodies->n_bodies += is_first ? 1 : 0;
  if (bodies->n_bodies > 1)
    {
      bodies->failure = haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL, "two messages in one answer");
      return FALSE;
    }
  return bodies->take (data, length, bodies->user_data, &bodies->failure);
}

static gboolean
fetch_bodies (HaulImapSession *session,
              const guint32 *uids,
              gsize n_uids,
              Bodies *bodies,
              HaulImapChannelFunc func,
              gpointer func_data,
              GCancellable *cancellable,
              GError **error)
{
  HaulImapChannel *channel = haul_imap_session_get_channel (session);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID FETCH");
  g_autoptr (GError) local_error = NULL;

  haul_imap_command_add_uid_set (command, uids, n_uids);
  haul_imap_command_add_constant (command, bodies->what);
  haul_imap_channel_set_body_func (channel, on_body, bodies);
  gboolean is_well
      = haul_imap_session_execute (session, command, "UID FETCH", func, func_data, cancellable, &local_error);
  haul_imap_channel_set_body_func (channel, NULL, NULL);
  if (is_well)
    return TRUE;
  if (bodies->failure != NULL)
    g_propagate_error (error, g_steal_pointer (&bodies->failure));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

typedef struct
{
  Bodies bodies;
  GChecksum *checksum;             /* (owned) */
  HaulFingerprintScanner *scanner; /* (owned) */
  guint64 size;
  GHashTable *wanted;   /* (owned) UIDs not seen yet */
  HaulImapStrip *strip; /* (nullable) this server puts lines of its own into messages */
  GByteArray *stripped; /* (owned) of one piece */
  HaulImapFetchDigestFunc func;
  HaulImapFetchHeaderFunc header_func; /* the one or the other */
  gpointer user_data;
} Digests;

static gboolean
digest_octets (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  Digests *digests = user_data;

  if (digests->strip != NULL)
    {
      g_byte_array_set_size (digests->stripped, 0);
      haul_imap_strip_feed (digests->strip, data, length, digests->stripped);
      data = digests->stripped->data;
      length = digests->stripped->len;
    }
  if (length == 0)
    return TRUE;
  if (digests->func != NULL)
    g_checksum_update (digests->checksum, data, (gssize)length);
  haul_fingerprint_scanner_update (digests->scanner, data, length);
  digests->size += length;
  return TRUE;
}

static gboolean
on_digest (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Digests *digests = user_data;
  HaulImapFetchDigest digest = { .uid = response->uid, .size = digests->size };
  HaulImapFetchHeader header = { .uid = response->uid };
  gsize length = sizeof digest.digest;

  if (response->type != HAUL_IMAP_RESPONSE_FETCH)
    return TRUE;
  g_checksum_get_digest (digests->checksum, digest.digest, &length);
  g_checksum_reset (digests->checksum);
  haul_fingerprint_scanner_finish (digests->scanner, &digest.fingerprint);
  digests->size = 0;
  digests->bodies.n_bodies = 0;
  if (digests->strip != NULL)
    haul_imap_strip_begin (digests->strip);
  if (!response->has_body || !g_hash_table_remove (digests->wanted, GUINT_TO_POINTER (response->uid)))
    return TRUE;
  if (digests->func != NULL)
    return digests->func (&digest, digests->user_data, error);
  header.fingerprint = digest.fingerprint;
  header.fingerprint.text = 0; /* not asked for */
  return digests->header_func (&header, digests->user_data, error);
}

static gboolean
fetch_all (Digests *digests,
           HaulImapSession *session,
           const guint32 *uids,
           gsize n_uids,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (HaulFingerprintScanner) scanner = haul_fingerprint_scanner_new ();
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  g_autoptr (GByteArray) stripped = g_byte_array_new ();
  g_auto (HaulImapStrip) strip = { 0 };
  gboolean is_well = TRUE;

  haul_imap_strip_init (&strip);
  if (haul_imap_session_get_kind (session)->adds_fields)
    digests->strip = &strip;
  digests->stripped = stripped;
  digests->checksum = checksum;
  digests->scanner = scanner;
  digests->wanted = wanted;
  digests->bodies.take = digest_octets;
  digests->bodies.user_data = digests;
  for (gsize i = 0; i < n_uids; i++)
    g_hash_table_add (wanted, GUINT_TO_POINTER (uids[i]));
  for (gsize done = 0, now; is_well && done < n_uids; done += now)
    {
      now = haul_imap_command_count_uids (uids + done, n_uids - done, MAX_UID_SET);
      is_well = fetch_bodies (session, uids + done, now, &digests->bodies, on_digest, digests, cancellable, error);
    }
  return is_well;
}

/**
 * haul_imap_fetch_digests:
 * @session: a session with a mailbox selected
 * @uids: messages in it, best in ascending order
 * @n_uids: how many
 * @func: sees each message that is still there, once, in the server's order
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Downloads messages and digests their octets, for a fingerprint too. @size in the result is what came, not
 * RFC822.SIZE.
 *
 * Returns: %TRUE when all that are there were seen
 */
gboolean
haul_imap_fetch_digests (HaulImapSession *session,
                         const guint32 *uids,
                         gsize n_uids,
                         HaulImapFetchDigestFunc func,
                         gpointer user_data,
                         GCancellable *cancellable,
                         GError **error)
{
  Digests digests = { .bodies = { .what = "(UID BODY.PEEK[])" }, .func = func, .user_data = user_data };

  return fetch_all (&digests, session, uids, n_uids, cancellable, error);
}

/**
 * haul_imap_fetch_headers:
 * @session: a session with a mailbox selected
 * @uids: messages in it, best in ascending order
 * @n_uids: how many
 * @func: sees each message that is still there, once, in the server's order
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Downloads the messages' headers, for their fingerprints.
 *
 * Returns: %TRUE when all that are there were seen
 */
gboolean
haul_imap_fetch_headers (HaulImapSession *session,
                         const guint32 *uids,
                         gsize n_uids,
                         HaulImapFetchHeaderFunc func,
                         gpointer user_data,
                         GCancellable *cancellable,
                         GError **error)
{
  Digests digests = { .bodies = { .what = "(UID BODY.PEEK[HEADER])" }, .header_func = func, .user_data = user_data };

  return fetch_all (&digests, session, uids, n_uids, cancellable, error);
}

typedef struct
{
  Bodies bodies;
  guint32 uid;
  guint n_seen;
} Body;

static gboolean
on_whole_body (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Body *body = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_FETCH || !response->has_body)
    return TRUE;
  body->n_seen++;
  if (response->uid == body->uid && body->n_seen == 1)
    return TRUE;
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL, "the server sent another message");
  return FALSE;
}

/**
 * haul_imap_fetch_body:
 * @session: a session with a mailbox selected
 * @uid: a message in it
 * @func: sees its octets
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Downloads one message. The octets count only when the call succeeded.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_REFUSED where there is no such message
 */
gboolean
haul_imap_fetch_body (HaulImapSession *session,
                      guint32 uid,
                      HaulImapFetchBodyFunc func,
                      gpointer user_data,
                      GCancellable *cancellable,
                      GError **error)
{
  Body body = { .bodies = { .what = "(UID BODY.PEEK[])", .take = func, .user_data = user_data }, .uid = uid };

  if (!fetch_bodies (session, &uid, 1, &body.bodies, on_whole_body, &body, cancellable, error))
    return FALSE;
  if (body.n_seen == 1)
    return TRUE;
  g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED, "there is no message %u", uid);
  return FALSE;
}
