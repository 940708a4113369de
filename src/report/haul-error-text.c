/* haul-error-text.c - an error in a person's words: one sentence, one piece of advice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table for both fronts. The words are for somebody who never heard of IMAP; what experts want is in the error's
 * own message and in the server's text, which is passed on as it came.
 *
 * Thread:  any.
 * See:     README.md for the exit statuses.
 */
#include "report/haul-error-text.h"

#include "haul-config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "account/haul-account-error.h"
#include "imap/haul-imap-error.h"
#include "base/haul-migrate-error.h"
#include "report/haul-sign-in-text.h"
#include "store/haul-store-error.h"

typedef struct
{
  int code;
  const char *word;
  HaulField field;
  HaulExitStatus exit_status;
  const char *sentence; /* (nullable) NULL: the error's own message is one, already translated */
  const char *advice;   /* (nullable) */
} Row;

#define ASK_ADMINISTRATOR N_ ("Ask the people who run the mail server.")
#define CHECK_PORT                                                                                                     \
  N_ ("Check the port: 993 is usual for protected connections. Else ask the people who run the mail server.")
#define RUN_AGAIN N_ ("Run Mailhaul again later: it goes on where it stopped, and nothing arrives twice.")
#define CHECK_SERVER N_ ("Check the server’s name and port, and whether this computer is connected to the network.")
#define CHECK_NETWORK N_ ("Check whether this computer is connected to the network, and try again.")

static const Row imap_rows[] = {
  { HAUL_IMAP_ERROR_REFUSED, "refused", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL, N_ ("The mail server refused a request."),
    N_ ("Show the server’s answer to the people who run it.") },
  { HAUL_IMAP_ERROR_BAD, "not-understood", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL,
    N_ ("The mail server did not understand a request."), N_ ("Show the server’s answer to the people who run it.") },
  { HAUL_IMAP_ERROR_BYE, "connection-ended", HAUL_FIELD_NONE, HAUL_EXIT_UNREACHABLE,
    N_ ("The mail server ended the connection."), RUN_AGAIN },
  { HAUL_IMAP_ERROR_PROTOCOL, "protocol", HAUL_FIELD_SERVER, HAUL_EXIT_PROTOCOL,
    N_ ("The mail server sent an answer that makes no sense."),
    N_ ("Check the server’s name and port. If they are right, tell the people who run it.") },
  { HAUL_IMAP_ERROR_CLOSED, "connection-lost", HAUL_FIELD_NONE, HAUL_EXIT_UNREACHABLE,
    N_ ("The connection to the mail server was lost."), RUN_AGAIN },
  { HAUL_IMAP_ERROR_TIMED_OUT, "timed-out", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("The mail server did not answer in time."), CHECK_SERVER },
  { HAUL_IMAP_ERROR_LOGIN_REFUSED, "sign-in-refused", HAUL_FIELD_PASSWORD, HAUL_EXIT_SIGN_IN,
    N_ ("The mail server did not accept this user name and password."),
    N_ ("Check both. The user name may need its domain before it (DOMAIN\\user) or after it (user@example.org).") },
  { HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, "sign-in-unsupported", HAUL_FIELD_USER, HAUL_EXIT_SIGN_IN,
    N_ ("The mail server does not let mail programs sign in with a password."), ASK_ADMINISTRATOR },
  { HAUL_IMAP_ERROR_NOT_CONNECTED, "mailbox-closed", HAUL_FIELD_USER, HAUL_EXIT_SIGN_IN,
    N_ ("The password is right, but the mail server does not open the mailbox."),
    N_ ("Ask the people who run the mail server whether IMAP is switched on for this mailbox.") },
  { HAUL_IMAP_ERROR_NO_TLS, "no-tls", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("The mail server does not offer a protected connection, so the password was not sent."), CHECK_PORT },
  { HAUL_IMAP_ERROR_TLS_TOO_OLD, "tls-too-old", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("The mail server only offers a kind of protection that is too old to be safe, so the password was not sent."),
    N_ ("Ask the people who run the mail server to switch on TLS 1.2 or newer.") },
  { HAUL_IMAP_ERROR_CERTIFICATE, "certificate", HAUL_FIELD_CERTIFICATE, HAUL_EXIT_CERTIFICATE,
    N_ ("The mail server cannot prove who it is, so the password was not sent."),
    N_ ("Go on only if you can check the certificate’s fingerprint with the people who run the mail server.") },
  { HAUL_IMAP_ERROR_UNPROVEN, "server-unproven", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("The mail server could not prove, at the sign-in, that it is the right one, so it was not believed."),
    N_ ("Somebody on the way may be in between. Try another network, and ask the people who run the mail server before "
        "you go on.") },
  { HAUL_IMAP_ERROR_PREAUTH, "preauth", HAUL_FIELD_SERVER, HAUL_EXIT_PROTOCOL,
    N_ ("The mail server let us in without asking who we are; that is not safe, so nothing was sent."),
    ASK_ADMINISTRATOR },
  { HAUL_IMAP_ERROR_NOT_IMAP, "not-imap", HAUL_FIELD_SERVER, HAUL_EXIT_PROTOCOL,
    N_ ("What answers at this address is not a mail server for mailboxes."),
    N_ ("Check the server’s name and port: 993 is usual, 143 with STARTTLS.") },
  { HAUL_IMAP_ERROR_OVERQUOTA, "mailbox-full", HAUL_FIELD_NONE, HAUL_EXIT_FULL, N_ ("The mailbox is full."),
    N_ ("Make room on the server or ask for more, then try again: copying goes on where it stopped.") },
  { HAUL_IMAP_ERROR_PERHAPS_FULL, "mailbox-full", HAUL_FIELD_NONE, HAUL_EXIT_FULL,
    N_ ("The mail server takes no more messages; the mailbox is probably full."),
    N_ ("Make room on the server or ask for more, then try again: copying goes on where it stopped.") },
  { HAUL_IMAP_ERROR_TOO_BIG, "too-big", HAUL_FIELD_NONE, HAUL_EXIT_NOT_ALL,
    N_ ("The message is bigger than the mail server takes."),
    N_ ("It stays on this computer. The people who run the mail server can raise the limit.") },
  { HAUL_IMAP_ERROR_TRY_CREATE, "mailbox-missing", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL,
    N_ ("A mailbox is not on the server any more."),
    N_ ("Perhaps another program removed it. Run Mailhaul again: it makes the mailbox anew.") },
  { HAUL_IMAP_ERROR_EXISTS, "mailbox-exists", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL,
    N_ ("The mail server says that a mailbox is there already, but does not show it."), ASK_ADMINISTRATOR },
  { HAUL_IMAP_ERROR_THROTTLED, "throttled", HAUL_FIELD_NONE, HAUL_EXIT_STOPPED,
    N_ ("The mail server asked us to wait."), RUN_AGAIN },
  { HAUL_IMAP_ERROR_UNSAFE_TEXT, "unsafe-text", HAUL_FIELD_USER, HAUL_EXIT_USAGE,
    N_ ("The user name or password holds a character that cannot be sent to a mail server."),
    N_ ("Look for a line break or something invisible that was copied along.") },
  { HAUL_IMAP_ERROR_BODY_CHANGED, "changed", HAUL_FIELD_STORE, HAUL_EXIT_READ_ERROR,
    N_ ("A message changed on this computer while it was being copied."),
    N_ ("Close the mail program it belongs to, then run Mailhaul again.") },
};

static const Row account_rows[] = {
  { HAUL_ACCOUNT_ERROR_BAD_USER, "bad-user", HAUL_FIELD_USER, HAUL_EXIT_USAGE, N_ ("This is not a user name."),
    N_ ("Type it as DOMAIN\\user or user@example.org.") },
  { HAUL_ACCOUNT_ERROR_BAD_SERVER, "bad-server", HAUL_FIELD_SERVER, HAUL_EXIT_USAGE,
    N_ ("This is not the name of a server."), N_ ("Type it as mail.example.org or mail.example.org:993.") },
  { HAUL_ACCOUNT_ERROR_NO_SERVER, "no-server", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("No mail server could be found for this user name."),
    N_ ("Type the server’s name. The people who run it can tell it to you.") },
  { HAUL_ACCOUNT_ERROR_NO_PASSWORD, "no-password", HAUL_FIELD_PASSWORD, HAUL_EXIT_SIGN_IN,
    N_ ("There is no password to sign in with."), N_ ("Type the password of the mailbox.") },
  { HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED, "plaintext-refused", HAUL_FIELD_SERVER, HAUL_EXIT_USAGE,
    N_ ("Without protection everybody on the way could read the password, so nothing was sent."),
    N_ ("Use a protected connection: TLS on port 993, or STARTTLS.") },
  { HAUL_ACCOUNT_ERROR_BAD_PASSWORD, "bad-password", HAUL_FIELD_PASSWORD, HAUL_EXIT_USAGE,
    N_ ("The password holds a line break, which cannot be sent to a mail server."),
    N_ ("It was probably copied along. Type the password, or copy it without the line break.") },
  { HAUL_ACCOUNT_ERROR_NO_TOKEN, "no-token", HAUL_FIELD_PASSWORD, HAUL_EXIT_SIGN_IN,
    N_ ("The command that prints the access token gave none."),
    N_ ("Run it by itself to see what it says: the token has to be its first line, and nothing else in it.") },
  { HAUL_ACCOUNT_ERROR_COMMAND, "command", HAUL_FIELD_PASSWORD, HAUL_EXIT_USAGE,
    N_ ("The command for the password or the access token cannot be run."),
    N_ ("Check how it is spelled; it is run by itself, not by a shell.") },
  { HAUL_ACCOUNT_ERROR_MAILBOX_FORM, "other-mailbox-form", HAUL_FIELD_USER, HAUL_EXIT_USAGE,
    N_ ("The mailbox of another person cannot be named in this way of signing in."),
    N_ ("Write the user name with its domain, DOMAIN\\user or user@example.org, or choose another way to sign in.") },
  { HAUL_ACCOUNT_ERROR_WEAKER, "weaker-protection", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("This mail server was reached with better protection before, so the password was not sent now."),
    N_ ("Somebody on the way may be in between. Try again later or on another network; ask the people who run the mail "
        "server whether they changed something.") },
  { HAUL_ACCOUNT_ERROR_AUTHORITY, "bad-authority", HAUL_FIELD_SERVER, HAUL_EXIT_USAGE,
    N_ ("The file with the company’s certificate authority cannot be used, so nothing was sent."),
    N_ ("It must be in the form called PEM, a text with the line “-----BEGIN CERTIFICATE-----”. Ask the people who run "
        "the mail server for such a file.") },
  { HAUL_ACCOUNT_ERROR_KEYRING, "keyring", HAUL_FIELD_PASSWORD, HAUL_EXIT_SIGN_IN,
    N_ ("The keyring with the saved passwords does not open."), N_ ("Unlock the keyring, or give the password here.") },
};

static const Row store_rows[] = {
  { HAUL_STORE_ERROR_NOT_FOUND, "store-not-found", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND,
    N_ ("The mail is not where it was: a file or folder on this computer is missing."),
    N_ ("Connect the disk it is on, or choose where it is now.") },
  { HAUL_STORE_ERROR_NO_MAIL, "no-mail", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND,
    N_ ("There is no mail here that Mailhaul can read."),
    N_ ("Choose the folder or file that the mail program uses.") },
  { HAUL_STORE_ERROR_DAMAGED, "store-damaged", HAUL_FIELD_STORE, HAUL_EXIT_DAMAGED,
    N_ ("The file with the mail is damaged and cannot be read."),
    N_ ("If there is a backup, choose the file in the backup.") },
  { HAUL_STORE_ERROR_MESSAGE_DAMAGED, "message-damaged", HAUL_FIELD_STORE, HAUL_EXIT_NOT_ALL,
    N_ ("A message is damaged on this computer and cannot be read whole."),
    N_ ("If there is a backup, copy the message from the backup.") },
  { HAUL_STORE_ERROR_CHANGED, "store-changed", HAUL_FIELD_STORE, HAUL_EXIT_READ_ERROR,
    N_ ("The mail changed on this computer while it was being read."),
    N_ ("Close the mail program it belongs to, then run Mailhaul again.") },
  { HAUL_STORE_ERROR_UNSUPPORTED, "store-unsupported", HAUL_FIELD_STORE, HAUL_EXIT_DAMAGED,
    N_ ("The mail is kept in a form that Mailhaul cannot read."),
    N_ ("If it is encrypted, remove its password in the mail program first.") },
  { HAUL_STORE_ERROR_READER_DIED, "reader-died", HAUL_FIELD_STORE, HAUL_EXIT_DAMAGED,
    N_ ("Reading the mail on this computer broke off: its file is probably damaged."),
    N_ ("If there is a backup, choose the file in the backup. Please report this.") },
  { HAUL_STORE_ERROR_READER_PROTOCOL, "reader-protocol", HAUL_FIELD_STORE, HAUL_EXIT_BUG,
    N_ ("Reading the mail on this computer went wrong inside Mailhaul."), N_ ("Please report this.") },
};

static const Row migrate_rows[] = {
  { HAUL_MIGRATE_ERROR_JOURNAL, "journal", HAUL_FIELD_NONE, HAUL_EXIT_CANNOT_WRITE,
    N_ ("Mailhaul cannot write down what it has done, so it did not go on."),
    N_ ("Check that the disk with your home folder has room and can be written to.") },
  { HAUL_MIGRATE_ERROR_BUSY, "busy", HAUL_FIELD_NONE, HAUL_EXIT_STOPPED,
    N_ ("Another Mailhaul is already copying to this mailbox."), N_ ("Wait until it is done, then try again.") },
  { HAUL_MIGRATE_ERROR_HELD, "busy", HAUL_FIELD_NONE, HAUL_EXIT_STOPPED, NULL,
    N_ ("Wait until it is done, then try again.") },
  { HAUL_MIGRATE_ERROR_NO_JOB, "no-job", HAUL_FIELD_NONE, HAUL_EXIT_NOT_FOUND, N_ ("There is no such job."),
    N_ ("The list of jobs shows those begun on this computer.") },
  { HAUL_MIGRATE_ERROR_NO_REPORT, "no-report", HAUL_FIELD_NONE, HAUL_EXIT_NOT_FOUND,
    N_ ("There is no report of this job yet: no run of it has ended in order."),
    N_ ("Wait until it is done; if it broke off, run the copy again.") },
  { HAUL_MIGRATE_ERROR_OTHER_MAILBOX, "other-mailbox", HAUL_FIELD_NONE, HAUL_EXIT_NOT_FOUND,
    N_ ("This job is of another mailbox."), N_ ("The list of jobs shows of which.") },
  { HAUL_MIGRATE_ERROR_NOTHING, "nothing", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND, N_ ("There is no mail to copy."),
    N_ ("Choose another place, or more folders.") },
  { HAUL_MIGRATE_ERROR_BAD_CHOICE, "bad-choice", HAUL_FIELD_NONE, HAUL_EXIT_USAGE, NULL, NULL },
  { HAUL_MIGRATE_ERROR_BAD_NAME, "bad-name", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL,
    N_ ("The mail server does not take the name of a folder."), N_ ("Choose another name for it on the server.") },
  { HAUL_MIGRATE_ERROR_UNPROVABLE, "unprovable", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL,
    N_ ("The mail server does not tell enough to be sure that each message arrives exactly once."), ASK_ADMINISTRATOR },
  { HAUL_MIGRATE_ERROR_NO_UNDO, "no-undo", HAUL_FIELD_NONE, HAUL_EXIT_PROTOCOL,
    N_ ("This mail server cannot remove single messages safely, so nothing was taken back."),
    N_ ("Delete them in a mail program, where you see what you delete.") },
  { HAUL_MIGRATE_ERROR_GIVEN_UP, "server-gone", HAUL_FIELD_NONE, HAUL_EXIT_STOPPED,
    N_ ("The mail server could not be reached again for half an hour, so copying ended for now."), RUN_AGAIN },
  { HAUL_MIGRATE_ERROR_SPOOL, "cannot-write", HAUL_FIELD_NONE, HAUL_EXIT_CANNOT_WRITE,
    N_ ("Mailhaul cannot write a big message to the disk with your home folder, where it waits to be sent."),
    N_ ("Make room on the disk, then run Mailhaul again.") },
};

static const Row resolver_rows[] = {
  { G_RESOLVER_ERROR_NOT_FOUND, "server-not-found", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("There is no server of this name."), N_ ("Check the spelling of the server’s name.") },
  { G_RESOLVER_ERROR_TEMPORARY_FAILURE, "lookup-failed", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("The server’s name could not be looked up just now."), CHECK_NETWORK },
  { G_RESOLVER_ERROR_INTERNAL, "lookup-failed", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("The server’s name could not be looked up."), CHECK_NETWORK },
};

static const Row io_rows[] = {
  { G_IO_ERROR_CONNECTION_REFUSED, "connection-refused", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("No mail server answers at this address."), N_ ("Check the server’s name and port.") },
  { G_IO_ERROR_HOST_NOT_FOUND, "server-not-found", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("There is no server of this name."), N_ ("Check the spelling of the server’s name.") },
  { G_IO_ERROR_HOST_UNREACHABLE, "unreachable", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("The mail server cannot be reached."), CHECK_SERVER },
  { G_IO_ERROR_NETWORK_UNREACHABLE, "no-network", HAUL_FIELD_NONE, HAUL_EXIT_UNREACHABLE,
    N_ ("The network cannot be reached."), CHECK_NETWORK },
  { G_IO_ERROR_TIMED_OUT, "timed-out", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("The mail server did not answer in time."), CHECK_SERVER },
  { G_IO_ERROR_CONNECTION_CLOSED, "connection-lost", HAUL_FIELD_NONE, HAUL_EXIT_UNREACHABLE,
    N_ ("The connection to the mail server was lost."), RUN_AGAIN },
  { G_IO_ERROR_NOT_CONNECTED, "connection-lost", HAUL_FIELD_NONE, HAUL_EXIT_UNREACHABLE,
    N_ ("The connection to the mail server was lost."), RUN_AGAIN },
  { G_IO_ERROR_PROXY_FAILED, "proxy", HAUL_FIELD_SERVER, HAUL_EXIT_UNREACHABLE,
    N_ ("The network’s proxy does not let Mailhaul through to the mail server."), CHECK_NETWORK },
  { G_IO_ERROR_NOT_FOUND, "not-found", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND, N_ ("A file or folder is missing."),
    N_ ("Connect the disk it is on, or choose where it is now.") },
  { G_IO_ERROR_NOT_DIRECTORY, "not-found", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND, N_ ("A file or folder is missing."),
    N_ ("Connect the disk it is on, or choose where it is now.") },
  { G_IO_ERROR_IS_DIRECTORY, "not-found", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND,
    N_ ("There is a folder where a file should be."), N_ ("Choose another place.") },
  { G_IO_ERROR_PERMISSION_DENIED, "permission-denied", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND,
    N_ ("This user may not read a file or folder."), N_ ("Ask its owner to let you read it.") },
  { G_IO_ERROR_NO_SPACE, "disk-full", HAUL_FIELD_NONE, HAUL_EXIT_CANNOT_WRITE, N_ ("The disk is full."),
    N_ ("Make room on the disk, then run Mailhaul again.") },
  { G_IO_ERROR_READ_ONLY, "read-only", HAUL_FIELD_NONE, HAUL_EXIT_CANNOT_WRITE, N_ ("The disk cannot be written to."),
    N_ ("Choose another folder.") },
  { G_IO_ERROR_CANCELLED, "stopped", HAUL_FIELD_NONE, HAUL_EXIT_STOPPED, N_ ("Stopped as you asked."), RUN_AGAIN },
  { G_IO_ERROR_INVALID_ARGUMENT, "bad-argument", HAUL_FIELD_NONE, HAUL_EXIT_USAGE, NULL, NULL },
  { G_IO_ERROR_BUSY, "busy", HAUL_FIELD_NONE, HAUL_EXIT_STOPPED, N_ ("Another program is using a file."),
    N_ ("Close it, then try again.") },
  { G_IO_ERROR_FAILED, "read-error", HAUL_FIELD_STORE, HAUL_EXIT_READ_ERROR,
    N_ ("Something could not be read or written."), N_ ("Check the disk, then run Mailhaul again.") },
};

static const Row tls_rows[] = {
  { G_TLS_ERROR_NOT_TLS, "no-tls", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("The mail server does not offer a protected connection here, so the password was not sent."),
    N_ ("Check the port: 993 is usual for protected connections.") },
  { G_TLS_ERROR_BAD_CERTIFICATE, "certificate", HAUL_FIELD_CERTIFICATE, HAUL_EXIT_CERTIFICATE,
    N_ ("The mail server cannot prove who it is, so the password was not sent."), ASK_ADMINISTRATOR },
  { G_TLS_ERROR_HANDSHAKE, "tls-failed", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("No protected connection to the mail server could be made, so the password was not sent."), CHECK_PORT },
  { G_TLS_ERROR_EOF, "connection-lost", HAUL_FIELD_NONE, HAUL_EXIT_UNREACHABLE,
    N_ ("The connection to the mail server was lost."), RUN_AGAIN },
  { G_TLS_ERROR_MISC, "tls-failed", HAUL_FIELD_SERVER, HAUL_EXIT_CERTIFICATE,
    N_ ("No protected connection to the mail server could be made, so the password was not sent."), CHECK_PORT },
};

static const Row file_rows[] = {
  { G_FILE_ERROR_NOENT, "not-found", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND, N_ ("A file or folder is missing."),
    N_ ("Connect the disk it is on, or choose where it is now.") },
  { G_FILE_ERROR_ACCES, "permission-denied", HAUL_FIELD_STORE, HAUL_EXIT_NOT_FOUND,
    N_ ("This user may not read a file or folder."), N_ ("Ask its owner to let you read it.") },
  { G_FILE_ERROR_NOSPC, "disk-full", HAUL_FIELD_NONE, HAUL_EXIT_CANNOT_WRITE, N_ ("The disk is full."),
    N_ ("Make room on the disk, then run Mailhaul again.") },
  { G_FILE_ERROR_ROFS, "read-only", HAUL_FIELD_NONE, HAUL_EXIT_CANNOT_WRITE, N_ ("The disk cannot be written to."),
    N_ ("Choose another folder.") },
  { G_FILE_ERROR_IO, "read-error", HAUL_FIELD_STORE, HAUL_EXIT_READ_ERROR,
    N_ ("Something could not be read or written."), N_ ("Check the disk, then run Mailhaul again.") },
};

static const struct
{
  GQuark (*domain) (void);
  const Row *rows;
  gsize n_rows;
} domains[] = {
  { haul_imap_error_quark, imap_rows, G_N_ELEMENTS (imap_rows) },
  { haul_account_error_quark, account_rows, G_N_ELEMENTS (account_rows) },
  { haul_store_error_quark, store_rows, G_N_ELEMENTS (store_rows) },
  { haul_migrate_error_quark, migrate_rows, G_N_ELEMENTS (migrate_rows) },
  { g_resolver_error_quark, resolver_rows, G_N_ELEMENTS (resolver_rows) },
  { g_io_error_quark, io_rows, G_N_ELEMENTS (io_rows) },
  { g_tls_error_quark, tls_rows, G_N_ELEMENTS (tls_rows) },
  { g_file_error_quark, file_rows, G_N_ELEMENTS (file_rows) },
};

static const struct
{
  guint bit;
  const char *sentence;
} certificate_reasons[] = {
  { HAUL_IMAP_CERTIFICATE_PIN_CHANGED, N_ ("The certificate is not the one that was trusted before.") },
  { HAUL_IMAP_CERTIFICATE_NEW_PROBLEM,
    N_ ("The certificate is the one that was trusted before, but now something else is wrong with it.") },
  { G_TLS_CERTIFICATE_UNKNOWN_CA, N_ ("The certificate was not issued by anybody this computer trusts.") },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, N_ ("The certificate belongs to a server of another name.") },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, N_ ("The certificate is not valid yet.") },
  { G_TLS_CERTIFICATE_EXPIRED, N_ ("The certificate has expired.") },
  { G_TLS_CERTIFICATE_REVOKED, N_ ("The certificate was revoked.") },
  { G_TLS_CERTIFICATE_INSECURE, N_ ("The certificate is too weak to be safe.") },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, N_ ("The certificate cannot be checked.") },
  { HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME, N_ ("The certificate does not name the server in the way it must.") },
  { HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS, N_ ("The certificate was not made for servers.") },
};

static const Row *
find_row (const GError *error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      if (error->domain != domains[i].domain ())
        continue;
      for (gsize j = 0; j < domains[i].n_rows; j++)
        if (domains[i].rows[j].code == error->code)
          return &domains[i].rows[j];
    }
  return NULL;
}

static char *
add_reasons (char *sentence, guint problems)
{
  g_autoptr (GString) text = g_string_new (sentence);

  g_free (sentence);
  for (gsize i = 0; i < G_N_ELEMENTS (certificate_reasons); i++)
    if (problems & certificate_reasons[i].bit)
      g_string_append_printf (text, " %s", _ (certificate_reasons[i].sentence));
  if (problems & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED))
    {
      /* A wrong clock is as likely as a stale certificate. */
      g_autoptr (GDateTime) now = g_date_time_new_now_local ();
      g_autofree char *day = g_date_time_format (now, "%Y-%m-%d");
      g_string_append_c (text, ' ');
      g_string_append_printf (text, _ ("This computer’s clock says %s."), day);
    }
  return g_strdup (text->str);
}

/* What must never be trusted is not to be compared either. */
static void
apply_certificate (HaulErrorText *self, guint problems)
{
  self->sentence = add_reasons (self->sentence, problems);
  if ((problems & HAUL_IMAP_CERTIFICATE_HOPELESS) == 0)
    return;
  g_free (self->advice);
  self->advice = g_strdup (_ (ASK_ADMINISTRATOR));
}

/**
 * haul_error_text_new:
 * @error: any error that Mailhaul can meet
 *
 * Puts an error into a person's words, and says where the person can mend it and how the program ends by it.
 *
 * Returns: (transfer full): the words
 */
HaulErrorText *
haul_error_text_new (const GError *error)
{
  HaulErrorText *self = g_new0 (HaulErrorText, 1);
  const Row *row = find_row (error);

  if (row == NULL)
    {
      self->sentence = g_strdup_printf (_ ("Something unexpected went wrong: %s"), error->message);
      self->advice = g_strdup (_ ("Please report this."));
      self->code = "unexpected";
      self->exit_status = HAUL_EXIT_BUG;
      return self;
    }
  self->sentence = g_strdup (row->sentence == NULL ? error->message : _ (row->sentence));
  self->advice = row->advice == NULL ? NULL : g_strdup (_ (row->advice));
  self->code = row->word;
  self->field = row->field;
  self->exit_status = row->exit_status;
  if (error->domain == HAUL_IMAP_ERROR)
    {
      self->server_text = g_strdup (haul_imap_error_get_server_text (error));
      if (error->code == HAUL_IMAP_ERROR_CERTIFICATE)
        apply_certificate (self, haul_imap_error_get_problems (error));
      haul_sign_in_text_apply (self, haul_imap_error_get_finding (error), haul_imap_error_get_other_server (error));
    }
  return self;
}

void
haul_error_text_free (HaulErrorText *text)
{
  g_free (text->sentence);
  g_free (text->advice);
  g_free (text->server_text);
  g_free (text->other_server);
  g_free (text);
}
