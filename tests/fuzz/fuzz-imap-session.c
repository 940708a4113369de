/* fuzz-imap-session.c - a whole session, from greeting to APPEND and MOVE, with a server made of any octets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transport is replaced by memory, so that it takes no time. In what the server says $ is the tag of the last
 * command and 0xff waits for the next line that the client writes; at the end the connection is closed. The first
 * octet chooses the way of signing in. However the server talks: an octet of a message, or a password that has to be
 * asked for, leaves only after a `+`; after an error of the protocol nothing is written any more; a body is handed out
 * whole or not at all.
 */
#include <string.h>

#include "imap/haul-imap-append.h"
#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-quota.h"
#include "imap/haul-imap-transport.h"
#include "imap/haul-imap-uids.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define WAIT 0xff
#define MARK "Zq7-the-message"

struct _HaulImapTransport
{
  const guint8 *at, *end;
  char tag[24];
  guint written;    /* lines since the last WAIT */
  gboolean is_plus; /* said since the last command with a literal */
  gboolean is_closed;
  char before; /* the octet said last */
};

static HaulImapTransport peer;
static HaulImapTimeLimits limits = { 1000, 1000, 1000, 1000, 1000 };

void
haul_imap_transport_set_limits (const HaulImapTimeLimits *new_limits)
{
  limits = *new_limits;
}

const HaulImapTimeLimits *
haul_imap_transport_get_limits (void)
{
  return &limits;
}

HaulImapTransport *
haul_imap_transport_connect (const HaulEndpoint *endpoint, GCancellable *cancellable, GError **error)
{
  return &peer;
}

void
haul_imap_transport_free (HaulImapTransport *transport)
{
}

void
haul_imap_transport_close (HaulImapTransport *transport, const char *farewell)
{
  g_assert_false (transport->is_closed);
  transport->is_closed = TRUE;
}

gboolean
haul_imap_transport_is_loopback (HaulImapTransport *transport)
{
  return TRUE;
}

gboolean
haul_imap_transport_is_protected (const HaulImapTransport *transport)
{
  return FALSE;
}

gboolean
haul_imap_transport_start_tls (HaulImapTransport *transport,
                               const HaulImapTlsPolicy *policy,
                               GCancellable *cancellable,
                               GError **error)
{
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NO_TLS, "no TLS in memory");
  return FALSE;
}

GBytes *
haul_imap_transport_dup_binding (HaulImapTransport *transport, HaulImapTlsBinding binding, const char **name)
{
  return NULL;
}

static gsize
say (HaulImapTransport *self, guint8 *buffer, gsize size)
{
  gsize n = 0;

  if (self->at < self->end && *self->at == WAIT && self->written > 0)
    {
      self->at++;
      self->written = 0;
    }
  for (; self->at < self->end && *self->at != WAIT && n + sizeof self->tag < size; self->at++)
    {
      self->is_plus = self->is_plus || (*self->at == '+' && self->before == '\n');
      self->before = (char)*self->at;
      if (*self->at == '$')
        {
          gsize length = strlen (self->tag);
          memcpy (buffer + n, self->tag, length);
          n += length;
        }
      else
        buffer[n++] = *self->at;
    }
  return n;
}

gssize
haul_imap_transport_read (
    HaulImapTransport *transport, void *buffer, gsize size, guint limit_ms, GCancellable *cancellable, GError **error)
{
  g_assert_false (transport->is_closed);
  gsize got = say (transport, buffer, size);

  if (got > 0)
    return (gssize)got;
  if (transport->at < transport->end)
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT, "silence");
  else
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED, "the end");
  return -1;
}

gssize
haul_imap_transport_read_ready (HaulImapTransport *transport, void *buffer, gsize size, GError **error)
{
  g_assert_false (transport->is_closed);
  return size <= sizeof transport->tag ? 0 : (gssize)say (transport, buffer, size);
}

static gboolean
contains (const void *data, gsize size, const char *text)
{
  return memmem (data, size, text, strlen (text)) != NULL;
}

gboolean
haul_imap_transport_write (
    HaulImapTransport *transport, const void *data, gsize size, GCancellable *cancellable, GError **error)
{
  g_assert_false (transport->is_closed);
  if (contains (data, size, MARK))
    g_assert_true (transport->is_plus);
  if (contains (data, size, "}\r\n"))
    transport->is_plus = FALSE;
  const guint8 *blank = memchr (data, ' ', MIN (size, sizeof transport->tag));
  if (blank != NULL && blank > (const guint8 *)data && !contains (data, size, MARK))
    {
      gsize length = (gsize)(blank - (const guint8 *)data);
      memcpy (transport->tag, data, length);
      transport->tag[length] = '\0';
    }
  transport->written += ((const guint8 *)data)[size - 1] == '\n' ? 1 : 0;
  return TRUE;
}

static gboolean
take_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  g_assert_cmpuint (row->uid, !=, 0);
  return TRUE;
}

static gboolean
take_digest (const HaulImapFetchDigest *digest, gpointer user_data, GError **error)
{
  g_assert_cmpuint (digest->uid, >=, 1);
  g_assert_cmpuint (digest->uid, <=, 3);
  return ++*(guint *)user_data <= 3;
}

static gboolean
take_body (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
append (HaulImapSession *session)
{
  static const char text[] = "Subject: " MARK "\r\n\r\na1 DELETE INBOX\r\n";
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text, strlen (text), NULL);
  HaulImapAppend message = { .mailbox = "x", .internal_date = 981000000, .size = strlen (text), .body = body };
  HaulImapAppendUid uid = { 0 };

  if (haul_imap_append_run (session, &message, &uid, NULL, NULL))
    g_assert_true ((uid.uid == 0) == (uid.uid_validity == 0));
  else
    g_assert_true (uid.uid == 0 && uid.uid_validity == 0);
}

static void
place (HaulImapSession *session, gboolean is_move)
{
  static const guint32 uids[] = { 1, 2, 3 };
  g_auto (HaulImapCopyUid) copy_uid = { 0 };

  if (is_move)
    haul_imap_uids_move (session, uids, 3, "y\303\244", &copy_uid, NULL, NULL);
  else
    haul_imap_uids_copy (session, uids, 3, "y", &copy_uid, NULL, NULL);
  g_assert_cmpuint (copy_uid.source->len, ==, copy_uid.destination->len);
  for (guint i = 0; i < copy_uid.source->len; i++)
    g_assert_cmpuint (g_array_index (copy_uid.source, guint32, i), <=, 3);
}

static void
look (HaulImapSession *session)
{
  static const guint32 uids[] = { 1, 2, 3 };
  g_auto (HaulImapNamespace) name_space = { 0 };
  g_auto (HaulImapStatus) status = { 0 };
  HaulImapQuota quota;
  guint n_digests = 0;

  if (haul_imap_mailbox_get_namespace (session, &name_space, NULL, NULL))
    g_assert_nonnull (name_space.prefix);
  g_autoptr (GPtrArray) list = haul_imap_mailbox_list (session, "*", NULL, NULL);
  for (guint i = 0; list != NULL && i < list->len; i++)
    g_assert_true (g_utf8_validate (((HaulImapMailbox *)list->pdata[i])->display, -1, NULL));
  haul_imap_quota_get_room (session, "INBOX", &quota, NULL, NULL);
  haul_imap_mailbox_create (session, "x\303\244", NULL, NULL);
  if (!haul_imap_mailbox_select (session, "x", &status, NULL, NULL))
    return;
  haul_imap_fetch_rows (session, 1, take_row, NULL, NULL, NULL);
  haul_imap_fetch_flags (session, uids, 3, take_row, NULL, NULL, NULL);
  haul_imap_fetch_digests (session, uids, 3, take_digest, &n_digests, NULL, NULL);
  haul_imap_fetch_body (session, 2, take_body, NULL, NULL, NULL);
}

static void
work (HaulImapSession *session)
{
  static const guint32 uids[] = { 1, 2, 3 };
  g_autoptr (GError) error = NULL;

  append (session);
  look (session);
  append (session);
  place (session, TRUE);
  place (session, FALSE);
  haul_imap_uids_mark_deleted (session, uids, 3, NULL, NULL);
  haul_imap_uids_expunge (session, uids, 3, NULL, NULL);
  haul_imap_mailbox_unselect (session, NULL, NULL);
  haul_imap_mailbox_rename (session, "x", "z", NULL, NULL);
  if (!haul_imap_session_noop (session, NULL, &error)
      && (g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL)
          || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED)))
    g_assert_false (haul_imap_session_is_usable (session));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("127.0.0.1", 143, HAUL_SECURITY_NONE);
  HaulImapOptions options = { .endpoint = endpoint };
  g_autoptr (HaulSecret) secret = haul_secret_new ("pencil");
  HaulImapCredentials credentials = { .user = "user", .secret = secret };

  if (size < 1)
    return 0;
  credentials.mechanism = (HaulImapMechanism)(data[0] % (HAUL_IMAP_MECHANISM_NTLM + 1));
  peer = (HaulImapTransport){ .at = data + 1, .end = data + size, .before = '\n' };
  HaulImapSession *session = haul_imap_session_open (&options, NULL, NULL);
  if (session == NULL)
    return 0;
  if (haul_imap_session_login (session, &credentials, NULL, NULL))
    work (session);
  haul_imap_session_close (session);
  return 0;
}
