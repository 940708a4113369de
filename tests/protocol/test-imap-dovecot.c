/* test-imap-dovecot.c - the IMAP side against a real Dovecot (run by support/with-dovecot)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "base/haul-utf7.h"
#include "imap/haul-imap-append.h"
#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-quota.h"
#include "imap/haul-imap-uids.h"

static guint16
port_of (const char *name)
{
  return (guint16)g_ascii_strtoull (g_getenv (name), NULL, 10);
}

static HaulImapSession *
open_with (HaulSecurity security, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("localhost", port_of (security == HAUL_SECURITY_TLS ? "IMAPS_PORT" : "IMAP_PORT"), security);
  HaulImapOptions options = { .endpoint = endpoint, .ca_file = g_getenv ("IMAP_CA") };

  return haul_imap_session_open (&options, NULL, error);
}

static gboolean
login_as (HaulImapSession *session,
          const char *user,
          const char *authenticate_as,
          const char *password,
          HaulImapMechanism mechanism,
          GError **error)
{
  g_autoptr (HaulSecret) secret = haul_secret_new (password);
  HaulImapCredentials credentials
      = { .user = user, .authenticate_as = authenticate_as, .secret = secret, .mechanism = mechanism };

  return haul_imap_session_login (session, &credentials, NULL, error);
}

static HaulImapSession *
sign_in (void)
{
  g_autoptr (GError) error = NULL;
  HaulImapSession *session = open_with (HAUL_SECURITY_TLS, &error);

  g_assert_no_error (error);
  login_as (session, "carol", NULL, "p\"w\\d", HAUL_IMAP_MECHANISM_AUTO, &error);
  g_assert_no_error (error);
  return session;
}

static char *
read_log (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("IMAP_DIR"), "dovecot.log", NULL);
  g_autofree char *log = NULL;

  g_assert_true (g_file_get_contents (path, &log, NULL, NULL));
  return g_steal_pointer (&log);
}

static void
test_logins (void)
{
  static const struct
  {
    const char *user;
    const char *authenticate_as;
    const char *password;
    const char *seen; /* by Dovecot */
  } cases[] = {
    { "alice", NULL, "p\303\244ssw\303\266rd", "user=<alice>" },
    { "CORP\\bob", NULL, "geheim", "user=<CORP\\bob>" },
    { "carol", NULL, "p\"w\\d", "user=<carol>" },
    { "carol", "admin", "master", "user=<carol>" },
  };
  static const HaulImapMechanism mechanisms[]
      = { HAUL_IMAP_MECHANISM_AUTO, HAUL_IMAP_MECHANISM_PLAIN, HAUL_IMAP_MECHANISM_LOGIN, HAUL_IMAP_MECHANISM_CRAM_MD5,
          HAUL_IMAP_MECHANISM_SCRAM_SHA_256 };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize m = 0; m < G_N_ELEMENTS (mechanisms); m++)
      for (HaulSecurity security = HAUL_SECURITY_TLS; security <= HAUL_SECURITY_NONE; security++)
        {
          HaulImapMechanism mechanism = mechanisms[m];
          g_autoptr (GError) error = NULL;
          g_autoptr (HaulImapSession) session = open_with (security, &error);
          g_assert_no_error (error);
          g_test_message ("%s by %d over %d", cases[i].user, mechanism, security);
          login_as (session, cases[i].user, cases[i].authenticate_as, cases[i].password, mechanism, &error);
          if (cases[i].authenticate_as != NULL
              && (mechanism == HAUL_IMAP_MECHANISM_LOGIN || mechanism == HAUL_IMAP_MECHANISM_CRAM_MD5))
            {
              g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED);
              continue;
            }
          g_assert_no_error (error);
          g_assert_true (haul_imap_session_is_usable (session));
          g_assert_true ((haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_MOVE) != 0);
          g_autofree char *log = read_log ();
          g_assert_nonnull (strstr (log, cases[i].seen));
        }
}

static void
test_wrong_password (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulImapSession) session = open_with (HAUL_SECURITY_TLS, &error);

  g_assert_no_error (error);
  g_assert_false (login_as (session, "alice", NULL, "wrong", HAUL_IMAP_MECHANISM_AUTO, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED);
  g_assert_cmpstr (haul_imap_error_get_server_code (error), ==, "AUTHENTICATIONFAILED");
  g_assert_nonnull (haul_imap_error_get_server_text (error));

  /* The connection is well: the right one may follow. */
  g_clear_error (&error);
  g_assert_true (login_as (session, "alice", NULL, "p\303\244ssw\303\266rd", HAUL_IMAP_MECHANISM_AUTO, &error));
  g_assert_no_error (error);
}

static void
test_untrusted (void)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("localhost", port_of ("IMAPS_PORT"), HAUL_SECURITY_TLS);
  HaulImapOptions options = { .endpoint = endpoint };
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_imap_session_open (&options, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE);
  g_assert_cmpuint (haul_imap_error_get_problems (error), ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_nonnull (haul_imap_error_get_certificate (error));
}

static HaulImapMailbox *
find (GPtrArray *mailboxes, const char *display)
{
  for (guint i = 0; i < mailboxes->len; i++)
    if (g_str_equal (((HaulImapMailbox *)mailboxes->pdata[i])->display, display))
      return mailboxes->pdata[i];
  return NULL;
}

static void
test_names (void)
{
  static const char *const names[] = { "Entwürfe", "Tom & Jerry", "  blank  ", "say \"hi\"", "back\\slash",
                                       "日本語",   "100 % *",     "a{5}",      "(list)",     "h~me" };
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *wire = haul_utf7_encode (names[i]);
      g_auto (HaulImapStatus) status = { 0 };
      haul_imap_mailbox_create (session, wire, NULL, &error);
      g_assert_no_error (error);
      haul_imap_mailbox_subscribe (session, wire, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (haul_imap_mailbox_status (session, wire, &status, NULL, &error));
      g_assert_cmpuint (status.uid_validity, >, 0);
      g_assert_false (haul_imap_mailbox_create (session, wire, NULL, &error));
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_EXISTS);
      g_clear_error (&error);
    }
  g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (session, "*", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (find (mailboxes, "INBOX")->role, ==, HAUL_ROLE_INBOX);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *wire = haul_utf7_encode (names[i]);
      HaulImapMailbox *mailbox = find (mailboxes, names[i]);
      g_test_message ("%s", names[i]);
      g_assert_nonnull (mailbox);
      g_assert_cmpstr (mailbox->name, ==, wire);
      g_assert_true (haul_imap_mailbox_delete (session, wire, NULL, &error));
    }
  g_autoptr (GPtrArray) after = haul_imap_mailbox_list (session, "*", NULL, &error);
  g_assert_cmpuint (after->len, ==, mailboxes->len - G_N_ELEMENTS (names));
}

static void
test_no_such_mailbox (void)
{
  g_autoptr (HaulImapSession) session = sign_in ();
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (haul_imap_mailbox_status (session, "nowhere", &status, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE);
  g_clear_error (&error);
  g_assert_false (haul_imap_mailbox_select (session, "nowhere", &status, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE);
  g_clear_error (&error);
  g_assert_false (haul_imap_mailbox_create (session, "two\r\nlines", NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT);
  g_assert_true (haul_imap_session_is_usable (session));
}

static gboolean
append (HaulImapSession *session, HaulImapAppend what, const char *text, HaulImapAppendUid *uid, GError **error)
{
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text, -1, NULL);

  what.body = body;
  if (what.size == 0)
    what.size = strlen (text);
  return haul_imap_append_run (session, &what, uid, NULL, error);
}

typedef struct
{
  GArray *uids;
  guint n_rows;
  guint flags;
  gint64 date;
  char *keyword;
  GBytes *expected;
  guint n_equal;
  guint n_headers;
  HaulFingerprint fingerprint;
} Seen;

static gboolean
on_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  Seen *seen = user_data;

  seen->n_rows++;
  seen->flags = row->flags;
  seen->date = row->internal_date;
  g_free (seen->keyword);
  seen->keyword = g_strdup (row->keywords == NULL ? NULL : row->keywords[0]);
  g_array_append_val (seen->uids, row->uid);
  return TRUE;
}

static gboolean
on_digest (const HaulImapFetchDigest *digest, gpointer user_data, GError **error)
{
  Seen *seen = user_data;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 expected[32];
  gsize length = sizeof expected;

  g_checksum_update (checksum, g_bytes_get_data (seen->expected, NULL), (gssize)g_bytes_get_size (seen->expected));
  g_checksum_get_digest (checksum, expected, &length);
  g_assert_cmpuint (digest->size, ==, g_bytes_get_size (seen->expected));
  g_assert_cmpmem (expected, length, digest->digest, sizeof digest->digest);
  seen->fingerprint = digest->fingerprint;
  seen->n_equal++;
  return TRUE;
}

static gboolean
on_body (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_byte_array_append (user_data, data, (guint)length);
  return TRUE;
}

/* The same fingerprint as of the whole, but for the text. */
static gboolean
on_header (const HaulImapFetchHeader *header, gpointer user_data, GError **error)
{
  Seen *seen = user_data;

  seen->n_headers += header->fingerprint.header == seen->fingerprint.header && header->fingerprint.header != 0
                     && header->fingerprint.text == 0 && seen->fingerprint.text != 0;
  return TRUE;
}

static gboolean
never_stop (gpointer user_data, GError **error)
{
  *(guint *)user_data += 1;
  return TRUE;
}

static void
test_upload (void)
{
  static const char *const keywords[] = { "$Forwarded", NULL };
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;
  g_auto (HaulImapStatus) status = { 0 };
  g_auto (HaulImapStatus) after = { 0 };
  g_auto (HaulImapCopyUid) moved = { 0 };
  g_autoptr (GString) text = g_string_new ("Subject: x\r\n\r\n");
  guint n_hooks = 0;
  HaulImapAppendUid uid = { 0 };
  Seen seen = { .uids = g_array_new (FALSE, FALSE, sizeof (guint32)) };

  while (text->len < 200000)
    g_string_append (text, "Zeile mit Umlaut \303\244 und Punkt\r\n.\r\n");
  seen.expected = g_bytes_new_static (text->str, text->len);
  haul_imap_mailbox_create (session, "stage", NULL, &error);
  haul_imap_mailbox_create (session, "ziel", NULL, &error);
  g_assert_true (haul_imap_mailbox_select (session, "stage", &status, NULL, &error));
  g_assert_true (status.any_keyword);
  for (guint i = 0; i < 3; i++)
    {
      HaulImapAppend what = { .mailbox = "stage",
                              .flags = HAUL_IMAP_FLAG_SEEN | HAUL_IMAP_FLAG_FLAGGED,
                              .keywords = keywords,
                              .internal_date = 981000000 + i,
                              .before_last = never_stop,
                              .user_data = &n_hooks };
      append (session, what, text->str, &uid, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (uid.uid_validity, ==, status.uid_validity);
      g_assert_cmpuint (uid.uid, ==, status.uid_next + i);
      g_assert_cmpuint (n_hooks, ==, i + 1);
    }

  g_assert_true (haul_imap_fetch_rows (session, status.uid_next, on_row, &seen, NULL, &error));
  g_assert_cmpuint (seen.n_rows, ==, 3);
  g_assert_cmpuint (seen.flags, ==, HAUL_IMAP_FLAG_SEEN | HAUL_IMAP_FLAG_FLAGGED);
  g_assert_cmpstr (seen.keyword, ==, "$Forwarded");
  g_assert_cmpint (seen.date, ==, 981000002);
  g_assert_true (haul_imap_fetch_rows (session, status.uid_next + 100, on_row, &seen, NULL, &error));
  g_assert_cmpuint (seen.n_rows, ==, 3);
  g_assert_true (
      haul_imap_fetch_digests (session, (guint32 *)seen.uids->data, seen.uids->len, on_digest, &seen, NULL, &error));
  g_assert_cmpuint (seen.n_equal, ==, 3);
  g_assert_true (
      haul_imap_fetch_headers (session, (guint32 *)seen.uids->data, seen.uids->len, on_header, &seen, NULL, &error));
  g_assert_cmpuint (seen.n_headers, ==, 3);

  g_assert_true (
      haul_imap_uids_move (session, (guint32 *)seen.uids->data, seen.uids->len, "ziel", &moved, NULL, &error));
  g_assert_cmpuint (moved.source->len, ==, 3);
  g_assert_cmpuint (moved.uid_validity, !=, 0);
  g_assert_true (haul_imap_mailbox_unselect (session, NULL, &error));
  g_assert_true (haul_imap_mailbox_delete (session, "stage", NULL, &error));
  g_assert_true (haul_imap_mailbox_examine (session, "ziel", &after, NULL, &error));
  g_assert_cmpuint (after.messages, ==, 3);
  g_assert_cmpuint (after.uid_validity, ==, moved.uid_validity);

  g_autoptr (GByteArray) body = g_byte_array_new ();
  guint32 first = g_array_index (moved.destination, guint32, 0);
  g_assert_true (haul_imap_fetch_body (session, first, on_body, body, NULL, &error));
  g_assert_cmpmem (body->data, body->len, text->str, text->len);
  g_assert_false (haul_imap_fetch_body (session, 4000000, on_body, body, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED);
  g_assert_true (haul_imap_session_is_usable (session));

  g_array_unref (seen.uids);
  g_bytes_unref (seen.expected);
  g_free (seen.keyword);
}

/* Long UID sets go in several commands; their COPYUIDs make one. */
static void
test_many_moved (void)
{
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;
  g_auto (HaulImapStatus) status = { 0 };
  g_auto (HaulImapCopyUid) moved = { 0 };
  g_autoptr (GArray) odd = g_array_new (FALSE, FALSE, sizeof (guint32));
  HaulImapAppendUid uid = { 0 };

  haul_imap_mailbox_create (session, "many", NULL, &error);
  haul_imap_mailbox_create (session, "odd", NULL, &error);
  g_assert_true (haul_imap_mailbox_select (session, "many", &status, NULL, &error));
  for (guint i = 0; i < 600; i++)
    {
      HaulImapAppend what = { .mailbox = "many", .internal_date = 981000000 };
      append (session, what, "A: b\r\n\r\n.\r\n", &uid, &error);
      g_assert_no_error (error);
      if (i % 2 == 1)
        g_array_append_val (odd, uid.uid);
    }
  g_assert_true (haul_imap_uids_move (session, (guint32 *)odd->data, odd->len, "odd", &moved, NULL, &error));
  g_assert_cmpuint (moved.source->len, ==, odd->len);
  g_assert_cmpuint (moved.destination->len, ==, odd->len);
  g_assert_cmpmem (moved.source->data, odd->len * 4, odd->data, odd->len * 4);
}

/* Lines of a message that are commands must never be carried out, whatever the server refuses. */
static void
test_hostile_mail (void)
{
  static const char text[] = "a DELETE victim\r\na1 CREATE pwned\r\nb LOGOUT\r\n* OK\r\n+ go\r\n) {3}\r\n"
                             "c CREATE pwned2\r\n.\r\nd RENAME victim pwned3\r\n";
  static const struct
  {
    const char *mailbox;
    const char *keyword;
    gboolean is_stored;
  } cases[] = {
    { "nowhere", NULL, FALSE },
    { "bad&name", NULL, FALSE },
    { "", NULL, FALSE },
    { "victim", "$ok", TRUE },
    { "victim", "\\Bogus", FALSE },
    { "victim", "a b", FALSE },
    { "victim", "x)\r\nz CREATE pwned4", FALSE },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulImapSession) watcher = sign_in ();
  guint n_stored = 0;

  haul_imap_mailbox_create (watcher, "victim", NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) before = haul_imap_mailbox_list (watcher, "*", NULL, &error);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HaulImapSession) session = sign_in ();
      const char *keywords[] = { cases[i].keyword, NULL };
      HaulImapAppend what = { .mailbox = cases[i].mailbox, .keywords = keywords, .internal_date = 981000000 };
      HaulImapAppendUid uid = { 0 };
      g_autoptr (GError) refusal = NULL;
      gboolean is_stored = append (session, what, text, &uid, &refusal);
      g_test_message ("%s %s: %s", cases[i].mailbox, cases[i].keyword, refusal == NULL ? "OK" : refusal->message);
      g_assert_cmpint (is_stored, ==, cases[i].is_stored);
      n_stored += is_stored ? 1 : 0;
    }
  /* A body that ends early or goes on: the connection goes, the literal stays open. */
  for (int difference = -5; difference <= 5; difference += 10)
    {
      g_autoptr (HaulImapSession) cut = sign_in ();
      HaulImapAppend what
          = { .mailbox = "victim", .internal_date = 981000000, .size = (guint64)((int)strlen (text) + difference) };
      HaulImapAppendUid uid = { 0 };
      g_assert_false (append (cut, what, text, &uid, &error));
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_BODY_CHANGED);
      g_assert_false (haul_imap_session_is_usable (cut));
      g_clear_error (&error);
    }

  g_autoptr (GPtrArray) after = haul_imap_mailbox_list (watcher, "*", NULL, &error);
  g_assert_cmpuint (after->len, ==, before->len);
  g_assert_nonnull (find (after, "victim"));
  g_auto (HaulImapStatus) status = { 0 };
  g_assert_true (haul_imap_mailbox_status (watcher, "victim", &status, NULL, &error));
  g_assert_cmpuint (status.messages, ==, n_stored);
}

static gboolean
say_no (gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
  return FALSE;
}

/* What is not durable here must not be stored there. */
static void
test_hook_stops (void)
{
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;
  g_auto (HaulImapStatus) before = { 0 };
  g_auto (HaulImapStatus) after = { 0 };
  HaulImapAppend what = { .mailbox = "INBOX", .internal_date = 981000000, .before_last = say_no };
  HaulImapAppendUid uid = { 0 };

  g_assert_true (haul_imap_mailbox_status (session, "INBOX", &before, NULL, &error));
  g_assert_false (append (session, what, "A: b\r\n\r\ntext\r\n", &uid, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_false (haul_imap_session_noop (session, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED);
  g_clear_error (&error);

  g_usleep (200 * 1000);
  g_autoptr (HaulImapSession) again = sign_in ();
  g_assert_true (haul_imap_mailbox_status (again, "INBOX", &after, NULL, &error));
  g_assert_cmpuint (after.messages, ==, before.messages);
}

static void
test_namespace (void)
{
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;
  g_auto (HaulImapNamespace) name_space = { 0 };

  g_assert_true (haul_imap_mailbox_get_namespace (session, &name_space, NULL, &error));
  g_assert_cmpstr (name_space.prefix, ==, "");
  g_assert_cmpint (name_space.delimiter, ==, '.');
}

/* Registered where with-dovecot gives 100 kB of room. */
static void
test_full (void)
{
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (70000, 'x');
  HaulImapAppend what = { .mailbox = "INBOX", .internal_date = 981000000 };
  HaulImapAppendUid uid = { 0 };
  HaulImapQuota quota;

  g_assert_true (haul_imap_quota_get_room (session, "INBOX", &quota, NULL, &error));
  g_assert_true (quota.is_known);
  g_assert_cmpuint (quota.limit_bytes, ==, 100 * 1024);
  append (session, what, text, &uid, &error);
  g_assert_no_error (error);
  g_assert_false (append (session, what, text, &uid, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_OVERQUOTA);
  g_assert_true (haul_imap_session_is_usable (session));
}

static void
test_special_use (void)
{
  g_autoptr (HaulImapSession) session = sign_in ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (session, "*", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (find (mailboxes, "Sent")->role, ==, HAUL_ROLE_SENT);
  g_assert_cmpint (find (mailboxes, "Gelöscht")->role, ==, HAUL_ROLE_TRASH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv ("QUOTA") != NULL)
    {
      g_test_add_func ("/imap-dovecot/full", test_full);
      g_test_add_func ("/imap-dovecot/special-use", test_special_use);
      return g_test_run ();
    }
  g_test_add_func ("/imap-dovecot/logins", test_logins);
  g_test_add_func ("/imap-dovecot/wrong-password", test_wrong_password);
  g_test_add_func ("/imap-dovecot/untrusted", test_untrusted);
  g_test_add_func ("/imap-dovecot/names", test_names);
  g_test_add_func ("/imap-dovecot/no-such-mailbox", test_no_such_mailbox);
  g_test_add_func ("/imap-dovecot/upload", test_upload);
  g_test_add_func ("/imap-dovecot/many-moved", test_many_moved);
  g_test_add_func ("/imap-dovecot/hostile-mail", test_hostile_mail);
  g_test_add_func ("/imap-dovecot/hook-stops", test_hook_stops);
  g_test_add_func ("/imap-dovecot/namespace", test_namespace);
  return g_test_run ();
}
