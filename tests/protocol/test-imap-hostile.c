/* test-imap-hostile.c - servers that lie, stall, break off and refuse: a named error in time, and no confusion
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See: docs/wire.md; docs/wire.md
 */
#include <string.h>

#include "haul-test-server.h"
#include "haul-test-session.h"
#include "imap/haul-imap-append.h"
#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-quota.h"
#include "imap/haul-imap-uids.h"
#include "imap/haul-imap-quirks.h"
#include "imap/haul-imap-transport.h"

#define WORDS "IMAP4rev1 AUTH=PLAIN SASL-IR MOVE UIDPLUS UNSELECT NAMESPACE QUOTA"
#define IN                                                                                                             \
  "S * OK [CAPABILITY " WORDS "] ready\nC AUTHENTICATE PLAIN *\nS $ OK [CAPABILITY " WORDS "] in\n"                    \
  "C STATUS \"INBOX\" *\nS * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nS $ OK\n"

static gboolean
take_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  return TRUE;
}

/* A call of each kind, told by a letter. */
static gboolean
call (HaulImapSession *session, char what, GCancellable *cancellable, GError **error)
{
  static const guint32 uids[] = { 1, 2, 3 };
  g_auto (HaulImapStatus) status = { 0 };
  g_auto (HaulImapCopyUid) copy_uid = { 0 };
  g_auto (HaulImapNamespace) name_space = { 0 };
  HaulImapQuota quota;

  switch (what)
    {
    case 'n':
      return haul_imap_session_noop (session, cancellable, error);
    case 's':
      return haul_imap_mailbox_select (session, "x", &status, cancellable, error);
    case 'c':
      return haul_imap_mailbox_create (session, "x\303\244", cancellable, error);
    case 'm':
      return haul_imap_uids_move (session, uids, G_N_ELEMENTS (uids), "x", &copy_uid, cancellable, error);
    case 'f':
      return haul_imap_fetch_rows (session, 1, take_row, NULL, cancellable, error);
    case 'N':
      return haul_imap_mailbox_get_namespace (session, &name_space, cancellable, error);
    case 'q':
      return haul_imap_quota_get_room (session, "INBOX", &quota, cancellable, error);
    default:
      g_assert_not_reached ();
    }
}

typedef struct
{
  const char *name;
  char call;
  const char *script;
  int code; /* -1: succeeds */
  gboolean is_usable;
} Case;

static const Case cases[] = {
  /* N-01 … N-07: what no line may be */
  { "endless line", 'n', "C NOOP\ns * OK \nF 40000 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "endless atom", 'f', "C UID FETCH *\nF 40000 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "huge literal", 's', "C SELECT *\nS * LIST () \"/\" {4294967295}", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "overflowing literal", 's', "C SELECT *\nS * LIST () \"/\" {18446744073709551616}", HAUL_IMAP_ERROR_PROTOCOL,
    FALSE },
  { "negative literal", 's', "C SELECT *\nS * LIST () \"/\" {-1}", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "deep", 'f', "C UID FETCH *\ns * 1 FETCH \nF 100000 (", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "body nobody asked for", 'f', "C UID FETCH *\nS * 1 FETCH (UID 1 BODY[] {2000000}\nF 40000 xxxxxxxxxxxxxxxxxxxx",
    HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  /* N-06, N-08 */
  { "no text", 'n', "C NOOP\ns $ OK\\r\\n", -1, TRUE },
  { "foreign tag", 'n', "C NOOP\nS a1 OK done", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "old tag", 'n', "C NOOP\nS none0 OK done", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "everything unasked", 'n',
    "C NOOP\nS * 4294967295 EXISTS\nS * 1 EXPUNGE\nS * FLAGS (\\Seen)\nS * 9 FETCH (FLAGS (\\Seen))\nS * VANISHED 1:9\n"
    "S * OK [ALERT] hello\nS * NO something\nS * XANYTHING (1 2)\nS * CAPABILITY IMAP9\nS $ OK done",
    -1, TRUE },
  { "untagged BAD", 'n', "C NOOP\nS * BAD what", HAUL_IMAP_ERROR_BAD, FALSE },
  { "BAD", 'n', "C NOOP\nS $ BAD what", HAUL_IMAP_ERROR_BAD, FALSE },
  { "NO", 'n', "C NOOP\nS $ NO", HAUL_IMAP_ERROR_REFUSED, TRUE },
  { "answered twice", 'n', "C NOOP\ns $ OK\\r\\n$ OK\\r\\n", -1, FALSE },
  { "answered beforehand", 'n', "W 1\nS $next OK done\nC NOOP", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  /* N-09 */
  { "BYE in the middle", 's', "C SELECT *\nS * 5 EXISTS\nS * BYE shutting down\nX", HAUL_IMAP_ERROR_BYE, FALSE },
  { "BYE beforehand", 'n', "S * BYE idle too long\nX", HAUL_IMAP_ERROR_BYE, FALSE },
  { "BYE for a reason", 'n', "C NOOP\nS * BYE Request is throttled", HAUL_IMAP_ERROR_THROTTLED, FALSE },
  { "closed", 'n', "C NOOP\nX", HAUL_IMAP_ERROR_CLOSED, FALSE },
  { "reset", 'n', "C NOOP\nR", HAUL_IMAP_ERROR_CLOSED, FALSE },
  { "closed in a line", 'n', "C NOOP\ns $ OK d\nX", HAUL_IMAP_ERROR_CLOSED, FALSE },
  { "silence", 'n', "C NOOP", HAUL_IMAP_ERROR_TIMED_OUT, FALSE },
  /* N-10: literals in commands */
  { "+ nobody waits for", 'n', "C NOOP\nS + go", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "literal", 'c', "C CREATE {3}\ns +\\r\\n\nc x\303\244\nS $ OK", -1, TRUE },
  { "literal refused", 'c', "C CREATE {3}\nS $ NO [CANNOT] no such letters", HAUL_IMAP_ERROR_REFUSED, TRUE },
  { "two +", 'c', "C CREATE {3}\ns + a\\r\\n+ b\\r\\n\n", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "OK before the literal", 'c', "C CREATE {3}\nS $ OK done", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "exists", 'c', "C CREATE {3}\nS + go\nc *\nS $ NO Mailbox already exists!", HAUL_IMAP_ERROR_EXISTS, TRUE },
  /* N-05, N-14: COPYUID that cannot be */
  { "COPYUID of others", 'm', "C UID MOVE 1:3 \"x\"\nS * OK [COPYUID 7 11:13 1:3] moved\nS $ OK done", -1, TRUE },
  { "COPYUID of two lengths", 'm', "C UID MOVE 1:3 *\nS $ OK [COPYUID 7 1:3 1:4294967295] done", -1, TRUE },
  { "moved to nowhere", 'm', "C UID MOVE *\nS $ NO [TRYCREATE] create it", HAUL_IMAP_ERROR_TRY_CREATE, TRUE },
  { "full", 'm', "C UID MOVE *\nS $ NO The mailbox is full", HAUL_IMAP_ERROR_OVERQUOTA, TRUE },
  /* N-13 */
  { "odd NAMESPACE", 'N',
    "C NAMESPACE\nS * NAMESPACE NIL NIL NIL\nS $ OK\nC LIST \"\" \"\"\nS * LIST () \"/\" \"\"\nS $ OK", -1, TRUE },
  { "odd QUOTA", 'q', "C GETQUOTAROOT *\nS * QUOTA \"ROOT\"\nS * QUOTA \"b\" (STORAGE 99999999999999999999 1)\nS $ OK",
    -1, TRUE },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *script = g_strconcat (IN, cases[i].script, NULL);
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, NULL);
      g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].name);
      if (cases[i].script[0] != 'C')
        g_usleep (50 * 1000);
      g_assert_cmpint (call (session, cases[i].call, NULL, &error), ==, cases[i].code == -1);
      if (cases[i].code != -1)
        g_assert_error (error, HAUL_IMAP_ERROR, cases[i].code);
      g_assert_cmpint (haul_imap_session_is_usable (session), ==, cases[i].is_usable);
      g_clear_error (&error);
      if (cases[i].is_usable)
        continue;
      g_assert_false (haul_imap_session_noop (session, NULL, &error));
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED);
    }
}

static void
test_copy_uid (void)
{
  static const struct
  {
    const char *answer;
    guint n_known;
  } answers[] = {
    { "S * OK [COPYUID 7 1:3 21:23] moved\nS $ OK done", 3 }, { "S $ OK [COPYUID 7 1:3 21:23] done", 3 },
    { "S * OK [COPYUID 7 1:3 21:22] moved\nS $ OK done", 0 }, { "S * OK [COPYUID 7 5:7 21:23] moved\nS $ OK done", 0 },
    { "S * OK [COPYUID 0 1:3 21:23] moved\nS $ OK done", 0 }, { "S $ OK done", 0 },
  };
  static const guint32 uids[] = { 1, 2, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *script = g_strconcat (IN "C UID MOVE 1:3 \"x\"\n", answers[i].answer, NULL);
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, NULL);
      g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
      g_auto (HaulImapCopyUid) copy_uid = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_true (haul_imap_uids_move (session, uids, 3, "x", &copy_uid, NULL, &error));
      g_assert_cmpuint (copy_uid.source->len, ==, answers[i].n_known);
      g_assert_cmpuint (copy_uid.destination->len, ==, answers[i].n_known);
      g_assert_cmpuint (copy_uid.uid_validity, ==, answers[i].n_known == 0 ? 0 : 7);
    }
}

/* Messages of 16 MB, which no buffer between us and the server holds. */
#define BIG_SIZE (16 * 1024 * 1024)
#define MARK "Zq7-body"

static const Case appends[] = {
  { "stored", 'a', "C APPEND \"x\" () \"* +0000\" {*}\nS + go\nL 16777218\nS $ OK [APPENDUID 7 9] stored", -1, TRUE },
  { "news before the +", 'a', "C APPEND *\nS * 1 EXISTS\nS * OK still here\nS +\nL 16777218\nS $ OK done", -1, TRUE },
  { "refused at once", 'a', "C APPEND *\nS $ NO no", HAUL_IMAP_ERROR_TOO_BIG, TRUE },
  { "no such mailbox", 'a', "C APPEND *\nS $ NO [TRYCREATE] no", HAUL_IMAP_ERROR_TRY_CREATE, TRUE },
  { "full", 'a', "C APPEND *\nS $ NO [OVERQUOTA] no room", HAUL_IMAP_ERROR_OVERQUOTA, TRUE },
  { "throttled", 'a', "C APPEND *\nS $ NO [OVERQUOTA] Account exceeded command or bandwidth limits.",
    HAUL_IMAP_ERROR_THROTTLED, TRUE },
  { "BAD at once", 'a', "C APPEND *\nS $ BAD Command Argument Error. 11", HAUL_IMAP_ERROR_BAD, FALSE },
  { "untagged BAD", 'a', "C APPEND *\nS * BAD too much", HAUL_IMAP_ERROR_BAD, FALSE },
  { "OK at once", 'a', "C APPEND *\nS $ OK done", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "NO in the middle", 'a', "C APPEND *\nS +\nL 1000\nS $ NO [OVERQUOTA] no room", HAUL_IMAP_ERROR_OVERQUOTA, FALSE },
  { "BAD in the middle", 'a', "C APPEND *\nS +\nL 1000\nS $ BAD what", HAUL_IMAP_ERROR_BAD, FALSE },
  { "message text as a tag", 'a', "C APPEND *\nS +\nL 1000\nS <body BAD Command Error. 10", HAUL_IMAP_ERROR_PROTOCOL,
    FALSE },
  { "OK in the middle", 'a', "C APPEND *\nS +\nL 1000\nS $ OK stored", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "second + in the middle", 'a', "C APPEND *\nS +\nL 1000\nS + more", HAUL_IMAP_ERROR_PROTOCOL, FALSE },
  { "BYE in the middle", 'a', "C APPEND *\nS +\nL 1000\nS * BYE bye\nW 100\nX", HAUL_IMAP_ERROR_BYE, FALSE },
  { "cut in the middle", 'a', "C APPEND *\nS +\nL 1000\nR", HAUL_IMAP_ERROR_CLOSED, FALSE },
  { "stops reading", 'a', "C APPEND *\nS +\nL 1000\nW 3000", HAUL_IMAP_ERROR_TIMED_OUT, FALSE },
  { "refused after all", 'a', "C APPEND *\nS +\nL 16777218\nS $ NO Message size exceeds fixed maximum message size",
    HAUL_IMAP_ERROR_TOO_BIG, TRUE },
  { "silence after all", 'a', "C APPEND *\nS +\nL 16777218\nW 3000", HAUL_IMAP_ERROR_TIMED_OUT, FALSE },
  { "cut after all", 'a', "C APPEND *\nS +\nL 16777218\nR", HAUL_IMAP_ERROR_CLOSED, FALSE },
};

static gboolean
count_hook (gpointer user_data, GError **error)
{
  ++*(guint *)user_data;
  return TRUE;
}

static gboolean
append_big (HaulImapSession *session, guint *n_hooks, HaulImapAppendUid *uid, GCancellable *cancellable, GError **error)
{
  g_autofree char *text = g_strnfill (BIG_SIZE, 'x');
  memcpy (text, MARK, strlen (MARK));
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text, BIG_SIZE, NULL);
  HaulImapAppend append = { .mailbox = "x",
                            .internal_date = 981000000,
                            .size = BIG_SIZE,
                            .body = body,
                            .before_last = count_hook,
                            .user_data = n_hooks };

  return haul_imap_append_run (session, &append, uid, cancellable, error);
}

static void
test_appends (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (appends); i++)
    {
      g_autofree char *script = g_strconcat (IN, appends[i].script, NULL);
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, NULL);
      HaulImapSession *session = haul_test_session_sign_in (server);
      g_autoptr (GError) error = NULL;
      HaulImapAppendUid uid = { 0 };
      guint n_hooks = 0;
      gboolean reads_all = strstr (appends[i].script, "L 16777218") != NULL;

      g_test_message ("%s", appends[i].name);
      g_assert_cmpint (append_big (session, &n_hooks, &uid, NULL, &error), ==, appends[i].code == -1);
      if (appends[i].code != -1)
        g_assert_error (error, HAUL_IMAP_ERROR, appends[i].code);
      g_assert_cmpint (haul_imap_session_is_usable (session), ==, appends[i].is_usable);
      g_assert_cmpuint (n_hooks, ==, reads_all ? 1 : 0);
      g_assert_cmpuint (uid.uid, ==, i == 0 ? 9 : 0);
      haul_imap_session_close (session);
      g_autofree char *heard = haul_test_server_stop (server, NULL);
      /* Without its + not an octet of the message leaves. */
      g_assert_cmpint (strstr (heard, MARK) != NULL, ==, strstr (appends[i].script, "S +") != NULL);
      /* What the server says in the middle is heard in the middle. */
      g_assert_cmpint (strlen (heard) > BIG_SIZE / 2, ==, reads_all);
    }
}

static gboolean
refuse_hook (gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the intent cannot be written down");
  return FALSE;
}

/* Without the hook's leave the last octet stays here, so that the server has nothing to store. */
static void
test_last_octet (void)
{
  static const char text[] = "Subject: x\r\n\r\nthe end is near!";
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, IN "C APPEND *\nS +", NULL);
  HaulImapSession *session = haul_test_session_sign_in (server);
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text, strlen (text), NULL);
  HaulImapAppend append
      = { .mailbox = "x", .internal_date = 981000000, .size = strlen (text), .body = body, .before_last = refuse_hook };
  HaulImapAppendUid uid = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (haul_imap_append_run (session, &append, &uid, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (haul_imap_session_is_usable (session));
  haul_imap_session_close (session);
  g_autofree char *heard = haul_test_server_stop (server, NULL);
  g_assert_true (g_str_has_suffix (heard, "the end is near"));
}

static gboolean
never (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
  return FALSE;
}

static gboolean
count_digest (const HaulImapFetchDigest *digest, gpointer user_data, GError **error)
{
  ++*(guint *)user_data;
  return TRUE;
}

static void
test_fetch_shapes (void)
{
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (NULL,
                              IN "C UID FETCH 1:2 (UID BODY.PEEK[])\nS * 1 FETCH (FLAGS (\\Seen))\nS * 7 FETCH (UID "
                                 "70 BODY[] \"x\")\n"
                                 "S * 1 FETCH (BODY[] {3}\ns abc UID 1)\\r\\n\nS * 2 FETCH (UID 2 BODY[] NIL)\n"
                                 "S * 1 FETCH (UID 1 BODY[] \"again\")\nS $ OK\n"
                                 "C UID FETCH 5 *\nS * 5 FETCH (UID 6 BODY[] \"other\")\nS $ OK",
                              NULL);
  g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
  g_autoptr (GError) error = NULL;
  static const guint32 uids[] = { 1, 2 };
  guint n_seen = 0;

  g_assert_true (haul_imap_fetch_digests (session, uids, 2, count_digest, &n_seen, NULL, &error));
  g_assert_cmpuint (n_seen, ==, 1);
  g_assert_false (haul_imap_fetch_body (session, 5, never, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (haul_imap_session_is_usable (session));
}

static gboolean
keep_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  g_string_append_printf (user_data, "%u:%" G_GUINT64_FORMAT " ", row->uid, row->size);
  return TRUE;
}

/* Rows that were not asked for, or are no rows, are passed over. */
static void
test_rows (void)
{
  g_autoptr (HaulTestServer) server = haul_test_server_new (
      NULL,
      IN "C UID FETCH 5:* (UID RFC822.SIZE INTERNALDATE FLAGS)\n"
         "S * 1 FETCH (UID 4 RFC822.SIZE 10 INTERNALDATE \"01-Feb-2001 03:04:05 +0000\" FLAGS ())\n"
         "S * 2 FETCH (FLAGS (\\Seen))\nS * 2 FETCH (UID 5 FLAGS (\\Seen))\n"
         "S * 2 FETCH (UID 5 RFC822.SIZE 11 INTERNALDATE \"01-Feb-2001 03:04:05 +0000\" FLAGS (\\Seen))\n"
         "S * 3 FETCH (UID 6 INTERNALDATE \"01-Feb-2001 03:04:05 +0000\" FLAGS () RFC822.SIZE 0)\nS $ OK",
      NULL);
  g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (haul_imap_fetch_rows (session, 5, keep_row, rows, NULL, &error));
  g_assert_cmpstr (rows->str, ==, "5:11 6:0 ");
}

/* A host that drops what comes: here a listener whose queue is full. */
static void
test_black_hole (void)
{
  g_autoptr (GSocket) listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GPtrArray) fillers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  HaulImapTimeLimits limits = *haul_imap_transport_get_limits ();
  HaulImapTimeLimits short_limits = limits;

  g_socket_set_listen_backlog (listener, 0);
  g_assert_true (g_socket_bind (listener, wanted, FALSE, NULL) && g_socket_listen (listener, NULL));
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (listener, NULL);
  for (guint i = 0; i < 4; i++)
    {
      GSocket *filler = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
      g_socket_set_blocking (filler, FALSE);
      g_socket_connect (filler, address, NULL, NULL);
      g_ptr_array_add (fillers, filler);
    }
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("127.0.0.1", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)),
                           HAUL_SECURITY_TLS);
  HaulImapOptions options = { .endpoint = endpoint };
  gint64 start = g_get_monotonic_time ();
  short_limits.connect_ms = 500;
  haul_imap_transport_set_limits (&short_limits);
  g_assert_null (haul_imap_session_open (&options, NULL, &error));
  haul_imap_transport_set_limits (&limits);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 1500 * 1000);
}

static void
test_unselect_without_extension (void)
{
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (NULL,
                              "S * OK [CAPABILITY IMAP4rev1] ready\nC LOGIN *\nS $ OK [CAPABILITY IMAP4rev1] in\nC "
                              "STATUS *\nS $ OK\n"
                              "C SELECT \"x\"\nS $ OK\nC EXAMINE \"x\"\nS $ OK\nC CLOSE\nS $ OK\nC LOGOUT",
                              NULL);
  HaulImapSession *session = haul_test_session_sign_in (server);
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;

  g_assert_true (haul_imap_mailbox_unselect (session, NULL, &error)); /* nothing to do */
  g_assert_true (haul_imap_mailbox_select (session, "x", &status, NULL, &error));
  g_assert_true (haul_imap_mailbox_unselect (session, NULL, &error));
  haul_imap_session_close (session);
  g_free (haul_test_server_stop (server, &problem));
  g_assert_cmpstr (problem, ==, NULL);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (150 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* A cancel is felt at once, wherever it falls, and ends the connection. */
static void
test_cancel (void)
{
  static const struct
  {
    HaulSecurity security;
    const char *script;
    gboolean is_in;
  } places[] = {
    { HAUL_SECURITY_TLS, "W 1", FALSE },
    { HAUL_SECURITY_NONE, "W 1", FALSE },
    { HAUL_SECURITY_NONE, IN "C APPEND *", TRUE },
    { HAUL_SECURITY_NONE, IN "C APPEND *\nS +\nL 1000\nW 3000", TRUE },
    { HAUL_SECURITY_NONE, IN "C APPEND *\nS +\nL 16777218\nW 3000", TRUE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, places[i].script, NULL);
      g_autoptr (HaulEndpoint) endpoint
          = haul_endpoint_new ("127.0.0.1", haul_test_server_get_port (server), places[i].security);
      HaulImapOptions options = { .endpoint = endpoint };
      g_autoptr (HaulImapSession) session = places[i].is_in ? haul_test_session_sign_in (server) : NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      HaulImapAppendUid uid;
      guint n_hooks = 0;
      gint64 start = g_get_monotonic_time ();
      GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

      if (places[i].is_in)
        g_assert_false (append_big (session, &n_hooks, &uid, cancellable, &error));
      else
        g_assert_null (haul_imap_session_open (&options, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 650 * 1000);
      g_thread_join (thread);
      if (session != NULL)
        g_assert_false (haul_imap_session_is_usable (session));
    }
}

/* A server that never stops talking, faster than it can be understood, does not keep us from stopping. */
static void
test_flood (void)
{
  g_autofree char *noise = g_strnfill (60000, 'x');
  g_autofree char *script = g_strdup_printf ("%sF 100000 * OK %s\\r\\n", IN, noise);
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, NULL);
  HaulImapSession *session = haul_test_session_sign_in (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_false (haul_imap_session_noop (session, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 3000 * 1000);
  g_thread_join (thread);
  haul_imap_session_close (session);
}

static void
test_words (void)
{
  static const struct
  {
    const char *code;
    const char *text;
    int meaning;
  } words[] = {
    { NULL, "Request is throttled. Suggested Backoff Time: 297523 milliseconds", HAUL_IMAP_ERROR_THROTTLED },
    { "LIMIT", "", HAUL_IMAP_ERROR_THROTTLED },
    { "UNAVAILABLE", "Temporary failure", HAUL_IMAP_ERROR_THROTTLED },
    { NULL, "Server error - Please try again later", HAUL_IMAP_ERROR_THROTTLED },
    { NULL, "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
      HAUL_IMAP_ERROR_THROTTLED },
    { "OVERQUOTA", "Not enough disk quota", HAUL_IMAP_ERROR_OVERQUOTA },
    { "OVERQUOTA", "Account exceeded command or bandwidth limits.", HAUL_IMAP_ERROR_THROTTLED },
    { NULL, "Your mailbox is over its storage limit", HAUL_IMAP_ERROR_OVERQUOTA },
    { NULL, "Maximum size of appendable message has been exceeded.", HAUL_IMAP_ERROR_TOO_BIG },
    { "TOOBIG", "", HAUL_IMAP_ERROR_TOO_BIG },
    { "NONEXISTENT", "", HAUL_IMAP_ERROR_TRY_CREATE },
    { NULL, "x doesn't exist.", HAUL_IMAP_ERROR_TRY_CREATE },
    { "CANNOT", "no", HAUL_IMAP_ERROR_REFUSED },
    { NULL, NULL, HAUL_IMAP_ERROR_REFUSED },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_cmpint ((int)haul_imap_quirks_classify (words[i].code, words[i].text, HAUL_IMAP_ERROR_REFUSED), ==,
                     words[i].meaning);
  g_assert_cmpint (haul_imap_quirks_parse_backoff (words[0].text), ==, 297523);
  g_assert_cmpint (haul_imap_quirks_parse_backoff ("Backoff Time: 99999999999999999999"), ==, 24 * 60 * 60 * 1000);
  g_assert_cmpint (haul_imap_quirks_parse_backoff (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  haul_imap_transport_set_limits (&(HaulImapTimeLimits){
      .connect_ms = 5000, .tls_ms = 1500, .greeting_ms = 1500, .command_ms = 1000, .append_ms = 1000 });
  g_test_add_func ("/imap-hostile/cases", test_cases);
  g_test_add_func ("/imap-hostile/copy-uid", test_copy_uid);
  g_test_add_func ("/imap-hostile/appends", test_appends);
  g_test_add_func ("/imap-hostile/last-octet", test_last_octet);
  g_test_add_func ("/imap-hostile/fetch-shapes", test_fetch_shapes);
  g_test_add_func ("/imap-hostile/rows", test_rows);
  g_test_add_func ("/imap-hostile/black-hole", test_black_hole);
  g_test_add_func ("/imap-hostile/unselect-without-extension", test_unselect_without_extension);
  g_test_add_func ("/imap-hostile/cancel", test_cancel);
  g_test_add_func ("/imap-hostile/flood", test_flood);
  g_test_add_func ("/imap-hostile/words", test_words);
  return g_test_run ();
}
