/* test-haul-error-text.c - each error in a person's words, row by row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "report/haul-error-text.h"

#include <gio/gio.h>
#include <string.h>

#include "account/haul-account-error.h"
#include "imap/haul-imap-error.h"
#include "base/haul-migrate-error.h"
#include "report/haul-sign-in-text.h"
#include "store/haul-store-error.h"

static const struct
{
  GQuark (*domain) (void);
  int code;
  HaulExitStatus exit_status;
  HaulField field;
  const char *words; /* a piece of the sentence */
} rows[] = {
  { haul_imap_error_quark, HAUL_IMAP_ERROR_REFUSED, 76, HAUL_FIELD_NONE, "refused" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_BAD, 76, HAUL_FIELD_NONE, "did not understand" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_BYE, 69, HAUL_FIELD_NONE, "ended the connection" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_PROTOCOL, 76, HAUL_FIELD_SERVER, "makes no sense" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_CLOSED, 69, HAUL_FIELD_NONE, "lost" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_TIMED_OUT, 69, HAUL_FIELD_SERVER, "in time" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_LOGIN_REFUSED, 77, HAUL_FIELD_PASSWORD, "user name and password" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, 77, HAUL_FIELD_USER, "sign in with a password" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_NOT_CONNECTED, 77, HAUL_FIELD_USER, "does not open the mailbox" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_NO_TLS, 80, HAUL_FIELD_SERVER, "protected connection" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_TLS_TOO_OLD, 80, HAUL_FIELD_SERVER, "too old" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_CERTIFICATE, 80, HAUL_FIELD_CERTIFICATE, "prove who it is" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_PREAUTH, 76, HAUL_FIELD_SERVER, "without asking" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_NOT_IMAP, 76, HAUL_FIELD_SERVER, "not a mail server" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_OVERQUOTA, 81, HAUL_FIELD_NONE, "full" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_TOO_BIG, 3, HAUL_FIELD_NONE, "bigger" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_TRY_CREATE, 76, HAUL_FIELD_NONE, "not on the server" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_EXISTS, 76, HAUL_FIELD_NONE, "there already" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_THROTTLED, 75, HAUL_FIELD_NONE, "wait" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_UNSAFE_TEXT, 64, HAUL_FIELD_USER, "character" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_BODY_CHANGED, 74, HAUL_FIELD_STORE, "changed" },
  { haul_imap_error_quark, HAUL_IMAP_ERROR_UNPROVEN, 80, HAUL_FIELD_SERVER, "at the sign-in" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_BAD_USER, 64, HAUL_FIELD_USER, "user name" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_BAD_SERVER, 64, HAUL_FIELD_SERVER, "name of a server" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_NO_SERVER, 69, HAUL_FIELD_SERVER, "could be found" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_NO_PASSWORD, 77, HAUL_FIELD_PASSWORD, "no password" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED, 64, HAUL_FIELD_SERVER, "read the password" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_BAD_PASSWORD, 64, HAUL_FIELD_PASSWORD, "line break" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_NO_TOKEN, 77, HAUL_FIELD_PASSWORD, "token" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_COMMAND, 64, HAUL_FIELD_PASSWORD, "cannot be run" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_MAILBOX_FORM, 64, HAUL_FIELD_USER, "another person" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_AUTHORITY, 64, HAUL_FIELD_SERVER, "authority" },
  { haul_account_error_quark, HAUL_ACCOUNT_ERROR_KEYRING, 77, HAUL_FIELD_PASSWORD, "keyring" },
  { haul_store_error_quark, HAUL_STORE_ERROR_NOT_FOUND, 66, HAUL_FIELD_STORE, "missing" },
  { haul_store_error_quark, HAUL_STORE_ERROR_NO_MAIL, 66, HAUL_FIELD_STORE, "no mail" },
  { haul_store_error_quark, HAUL_STORE_ERROR_DAMAGED, 65, HAUL_FIELD_STORE, "damaged" },
  { haul_store_error_quark, HAUL_STORE_ERROR_MESSAGE_DAMAGED, 3, HAUL_FIELD_STORE, "damaged" },
  { haul_store_error_quark, HAUL_STORE_ERROR_CHANGED, 74, HAUL_FIELD_STORE, "changed" },
  { haul_store_error_quark, HAUL_STORE_ERROR_UNSUPPORTED, 65, HAUL_FIELD_STORE, "cannot read" },
  { haul_store_error_quark, HAUL_STORE_ERROR_READER_DIED, 65, HAUL_FIELD_STORE, "broke off" },
  { haul_store_error_quark, HAUL_STORE_ERROR_READER_PROTOCOL, 70, HAUL_FIELD_STORE, "inside Mailhaul" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_JOURNAL, 73, HAUL_FIELD_NONE, "cannot write" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_BUSY, 75, HAUL_FIELD_NONE, "Another Mailhaul" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_NO_JOB, 66, HAUL_FIELD_NONE, "no such job" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_NO_REPORT, 66, HAUL_FIELD_NONE, "no report" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_OTHER_MAILBOX, 66, HAUL_FIELD_NONE, "another mailbox" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_NOTHING, 66, HAUL_FIELD_STORE, "no mail to copy" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_BAD_CHOICE, 64, HAUL_FIELD_NONE, "low-level words" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_BAD_NAME, 76, HAUL_FIELD_NONE, "name of a folder" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_UNPROVABLE, 76, HAUL_FIELD_NONE, "exactly once" },
  { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_SPOOL, 73, HAUL_FIELD_NONE, "cannot write" },
  { g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, 69, HAUL_FIELD_SERVER, "no server of this name" },
  { g_resolver_error_quark, G_RESOLVER_ERROR_TEMPORARY_FAILURE, 69, HAUL_FIELD_SERVER, "looked up" },
  { g_resolver_error_quark, G_RESOLVER_ERROR_INTERNAL, 69, HAUL_FIELD_SERVER, "looked up" },
  { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, 69, HAUL_FIELD_SERVER, "answers" },
  { g_io_error_quark, G_IO_ERROR_HOST_NOT_FOUND, 69, HAUL_FIELD_SERVER, "no server of this name" },
  { g_io_error_quark, G_IO_ERROR_HOST_UNREACHABLE, 69, HAUL_FIELD_SERVER, "cannot be reached" },
  { g_io_error_quark, G_IO_ERROR_NETWORK_UNREACHABLE, 69, HAUL_FIELD_NONE, "network" },
  { g_io_error_quark, G_IO_ERROR_TIMED_OUT, 69, HAUL_FIELD_SERVER, "in time" },
  { g_io_error_quark, G_IO_ERROR_CONNECTION_CLOSED, 69, HAUL_FIELD_NONE, "lost" },
  { g_io_error_quark, G_IO_ERROR_NOT_CONNECTED, 69, HAUL_FIELD_NONE, "lost" },
  { g_io_error_quark, G_IO_ERROR_PROXY_FAILED, 69, HAUL_FIELD_SERVER, "proxy" },
  { g_io_error_quark, G_IO_ERROR_NOT_FOUND, 66, HAUL_FIELD_STORE, "missing" },
  { g_io_error_quark, G_IO_ERROR_NOT_DIRECTORY, 66, HAUL_FIELD_STORE, "missing" },
  { g_io_error_quark, G_IO_ERROR_IS_DIRECTORY, 66, HAUL_FIELD_STORE, "folder where" },
  { g_io_error_quark, G_IO_ERROR_PERMISSION_DENIED, 66, HAUL_FIELD_STORE, "may not read" },
  { g_io_error_quark, G_IO_ERROR_NO_SPACE, 73, HAUL_FIELD_NONE, "disk is full" },
  { g_io_error_quark, G_IO_ERROR_READ_ONLY, 73, HAUL_FIELD_NONE, "written to" },
  { g_io_error_quark, G_IO_ERROR_CANCELLED, 75, HAUL_FIELD_NONE, "Stopped" },
  { g_io_error_quark, G_IO_ERROR_INVALID_ARGUMENT, 64, HAUL_FIELD_NONE, "low-level words" },
  { g_io_error_quark, G_IO_ERROR_BUSY, 75, HAUL_FIELD_NONE, "using a file" },
  { g_io_error_quark, G_IO_ERROR_FAILED, 74, HAUL_FIELD_STORE, "read or written" },
  { g_tls_error_quark, G_TLS_ERROR_NOT_TLS, 80, HAUL_FIELD_SERVER, "protected connection" },
  { g_tls_error_quark, G_TLS_ERROR_BAD_CERTIFICATE, 80, HAUL_FIELD_CERTIFICATE, "prove who it is" },
  { g_tls_error_quark, G_TLS_ERROR_HANDSHAKE, 80, HAUL_FIELD_SERVER, "protected connection" },
  { g_tls_error_quark, G_TLS_ERROR_EOF, 69, HAUL_FIELD_NONE, "lost" },
  { g_tls_error_quark, G_TLS_ERROR_MISC, 80, HAUL_FIELD_SERVER, "protected connection" },
  { g_file_error_quark, G_FILE_ERROR_NOENT, 66, HAUL_FIELD_STORE, "missing" },
  { g_file_error_quark, G_FILE_ERROR_ACCES, 66, HAUL_FIELD_STORE, "may not read" },
  { g_file_error_quark, G_FILE_ERROR_NOSPC, 73, HAUL_FIELD_NONE, "disk is full" },
  { g_file_error_quark, G_FILE_ERROR_ROFS, 73, HAUL_FIELD_NONE, "written to" },
  { g_file_error_quark, G_FILE_ERROR_IO, 74, HAUL_FIELD_STORE, "read or written" },
};

static const char *const jargon[]
    = { "literal", "errno", "GError", "socket", "APPEND", "EOF", "handshake", "tagged", "EACCES", "UTF", "parse" };

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (rows[i].domain (), rows[i].code, "low-level words");
      g_autoptr (HaulErrorText) text = haul_error_text_new (error);
      g_test_message ("%s %d: %s %s", g_quark_to_string (error->domain), error->code, text->sentence, text->advice);
      g_assert_cmpint (text->exit_status, ==, rows[i].exit_status);
      g_assert_cmpint (text->field, ==, rows[i].field);
      g_assert_nonnull (strstr (text->sentence, rows[i].words));
      g_assert_cmpuint (strlen (text->code), >, 3);
      for (gsize j = 0; j < G_N_ELEMENTS (jargon); j++)
        {
          g_assert_null (strstr (text->sentence, jargon[j]));
          g_assert_true (text->advice == NULL || strstr (text->advice, jargon[j]) == NULL);
        }
    }
}

/* No error of ours is without a row. */
static void
test_complete (void)
{
  static const struct
  {
    GQuark (*domain) (void);
    int last;
  } ours[] = {
    { haul_imap_error_quark, HAUL_IMAP_ERROR_BODY_CHANGED },
    { haul_account_error_quark, HAUL_ACCOUNT_ERROR_KEYRING },
    { haul_store_error_quark, HAUL_STORE_ERROR_READER_PROTOCOL },
    { haul_migrate_error_quark, HAUL_MIGRATE_ERROR_SPOOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
    for (int code = 0; code <= ours[i].last; code++)
      {
        g_autoptr (GError) error = g_error_new_literal (ours[i].domain (), code, "x");
        g_autoptr (HaulErrorText) text = haul_error_text_new (error);
        g_assert_cmpstr (text->code, !=, "unexpected");
      }
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "a strange thing");
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  g_assert_cmpint (text->exit_status, ==, HAUL_EXIT_BUG);
  g_assert_nonnull (strstr (text->sentence, "a strange thing"));
}

static void
test_server_text (void)
{
  g_autoptr (GError) error
      = haul_imap_error_new (HAUL_IMAP_ERROR_OVERQUOTA, "OVERQUOTA", "Quota exceeded (mailbox for user is full)", "x");
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  g_assert_cmpstr (text->server_text, ==, "Quota exceeded (mailbox for user is full)");
  g_assert_cmpstr (text->code, ==, "mailbox-full");
}

/* Each finding has words of its own, in plain English, and leaves the server's as they are. */
static void
test_sign_in (void)
{
  for (guint finding = HAUL_SIGN_IN_NOTHING + 1; finding < HAUL_N_SIGN_IN_FINDINGS; finding++)
    {
      gboolean is_busy = finding == HAUL_SIGN_IN_UNAVAILABLE || finding == HAUL_SIGN_IN_TOO_MANY;
      g_autoptr (GError) error
          = haul_imap_error_new (is_busy ? HAUL_IMAP_ERROR_THROTTLED : HAUL_IMAP_ERROR_LOGIN_REFUSED, NULL, "no", "x");
      g_autoptr (HaulErrorText) bare = haul_error_text_new (error);
      haul_imap_error_set_finding (error, finding, NULL);
      g_autoptr (GError) copy = g_error_copy (error);
      g_autoptr (HaulErrorText) text = haul_error_text_new (copy);
      g_test_message ("%u: %s %s", finding, text->sentence, text->advice);
      g_assert_true (g_strcmp0 (text->sentence, bare->sentence) != 0 || g_strcmp0 (text->advice, bare->advice) != 0);
      g_assert_nonnull (text->advice);
      g_assert_cmpint (text->exit_status, ==, is_busy ? HAUL_EXIT_STOPPED : HAUL_EXIT_SIGN_IN);
      g_assert_cmpstr (text->server_text, ==, "no");
      for (gsize j = 0; j < G_N_ELEMENTS (jargon); j++)
        g_assert_null (strstr (text->sentence, jargon[j]));
    }
}

static void
test_referral (void)
{
  g_autoptr (GError) error = haul_imap_error_new (HAUL_IMAP_ERROR_LOGIN_REFUSED, "REFERRAL", "elsewhere", "x");
  haul_imap_error_set_finding (error, HAUL_SIGN_IN_REFERRAL, "other.example.org");
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  g_assert_cmpstr (text->other_server, ==, "other.example.org");
  g_assert_nonnull (strstr (text->sentence, "other.example.org"));
  g_assert_nonnull (strstr (text->advice, "Nothing was sent there"));
  g_assert_cmpint (text->field, ==, HAUL_FIELD_SERVER);
}

static void
test_certificate_reasons (void)
{
  g_autoptr (GError) error
      = haul_imap_error_new_certificate (NULL, G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_BAD_IDENTITY,
                                         "mail.example.org");
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  g_assert_nonnull (strstr (text->sentence, "The certificate has expired."));
  g_assert_nonnull (strstr (text->sentence, "clock says 20"));
  g_assert_nonnull (strstr (text->sentence, "another name"));
  g_assert_null (strstr (text->sentence, "revoked"));
  g_assert_nonnull (strstr (text->advice, "fingerprint"));

  g_autoptr (GError) changed = haul_imap_error_new_certificate (NULL, HAUL_IMAP_CERTIFICATE_NEW_PROBLEM, "x.example");
  g_autoptr (HaulErrorText) again = haul_error_text_new (changed);
  g_assert_nonnull (strstr (again->sentence, "something else is wrong"));
  g_assert_null (strstr (again->sentence, "clock"));

  g_autoptr (GError) revoked = haul_imap_error_new_certificate (NULL, G_TLS_CERTIFICATE_REVOKED, "x.example");
  g_autoptr (HaulErrorText) stop = haul_error_text_new (revoked);
  g_assert_nonnull (strstr (stop->sentence, "was revoked"));
  g_assert_null (strstr (stop->advice, "fingerprint"));
}

static void
test_severity (void)
{
  g_assert_cmpint (haul_exit_status_worst (HAUL_EXIT_OK, HAUL_EXIT_NOT_ALL), ==, HAUL_EXIT_NOT_ALL);
  g_assert_cmpint (haul_exit_status_worst (HAUL_EXIT_FULL, HAUL_EXIT_NOT_ALL), ==, HAUL_EXIT_FULL);
  g_assert_cmpint (haul_exit_status_worst (HAUL_EXIT_NOT_ALL, HAUL_EXIT_STOPPED), ==, HAUL_EXIT_STOPPED);
  g_assert_cmpint (haul_exit_status_worst (HAUL_EXIT_BUG, HAUL_EXIT_CERTIFICATE), ==, HAUL_EXIT_BUG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error-text/rows", test_rows);
  g_test_add_func ("/error-text/complete", test_complete);
  g_test_add_func ("/error-text/unknown", test_unknown);
  g_test_add_func ("/error-text/server-text", test_server_text);
  g_test_add_func ("/error-text/sign-in", test_sign_in);
  g_test_add_func ("/error-text/referral", test_referral);
  g_test_add_func ("/error-text/certificate-reasons", test_certificate_reasons);
  g_test_add_func ("/error-text/severity", test_severity);
  return g_test_run ();
}
