/* test-haul-keyring.c - passwords in a real keyring, in libsecret's file, and without any
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Run as: test-haul-keyring service | file | absent
 */
#include "account/haul-keyring.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <string.h>
#include <unistd.h>

#include "account/haul-account-error.h"

#define PASSWORD "Zq7\"pä\\ss w0rd"
#define TAP_FD 9

/* libsecret 0.20 loses a file's etag with every write, and GIO a few octets when a prompt is cancelled. */
static gboolean has_leaky_parts;
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return has_leaky_parts;
}

static HaulAccount *
make_account (const char *user, const char *host, guint16 port, HaulSecurity security, const char *password)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (host, port, security);
  HaulAccount *account = haul_account_new (user, endpoint);
  account->secret = password == NULL ? NULL : haul_secret_new (password);
  return account;
}

static void
assert_kept (const HaulAccount *account, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulSecret) secret = haul_keyring_lookup (account, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (secret == NULL ? NULL : haul_secret_peek (secret), ==, password);
}

static void
store (const HaulAccount *account)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (haul_keyring_store (account, NULL, &error));
  g_assert_no_error (error);
}

static void
test_round (void)
{
  g_autoptr (HaulAccount) bob = make_account ("CORP\\bob", "Mail.Example.org", 0, HAUL_SECURITY_TLS, PASSWORD);
  g_autoptr (HaulAccount) same = make_account ("CORP\\bob", "mail.example.org", 993, HAUL_SECURITY_TLS, NULL);
  g_autoptr (HaulAccount) unsure = make_account ("CORP\\bob", "mail.example.org", 0, HAUL_SECURITY_AUTO, NULL);
  g_autoptr (HaulAccount) port = make_account ("CORP\\bob", "mail.example.org", 143, HAUL_SECURITY_STARTTLS, NULL);
  g_autoptr (HaulAccount) ann = make_account ("CORP\\ann", "mail.example.org", 0, HAUL_SECURITY_TLS, NULL);
  g_autoptr (HaulAccount) elsewhere = make_account ("CORP\\bob", "mail.example.com", 0, HAUL_SECURITY_TLS, NULL);
  g_autoptr (HaulAccount) starttls = make_account ("ann", "mail.example.org", 0, HAUL_SECURITY_STARTTLS, "ann's");
  g_autoptr (HaulAccount) any = make_account ("ann", "mail.example.org", 0, HAUL_SECURITY_AUTO, NULL);
  g_autoptr (HaulAccount) renewed = make_account ("CORP\\bob", "mail.example.org", 0, HAUL_SECURITY_TLS, "new");
  g_autoptr (GError) error = NULL;

  assert_kept (bob, NULL);
  store (bob);
  assert_kept (bob, PASSWORD);
  assert_kept (same, PASSWORD);
  assert_kept (unsure, PASSWORD);
  assert_kept (port, NULL);
  assert_kept (ann, NULL);
  assert_kept (elsewhere, NULL);
  store (starttls);
  assert_kept (any, "ann's");
  store (renewed);
  assert_kept (bob, "new");
  g_assert_true (haul_keyring_clear (bob, NULL, &error));
  assert_kept (bob, NULL);
  g_assert_true (haul_keyring_clear (bob, NULL, &error));
  g_assert_no_error (error);
}

/* A helpdesk's password is the helpdesk's, whoever's mailbox it opens. */
static void
test_authenticate_as (void)
{
  g_autoptr (HaulAccount) bob = make_account ("bob", "h.example.org", 0, HAUL_SECURITY_TLS, "admin's");
  g_autoptr (HaulAccount) ann = make_account ("ann", "h.example.org", 0, HAUL_SECURITY_TLS, NULL);
  g_autoptr (HaulAccount) own = make_account ("bob", "h.example.org", 0, HAUL_SECURITY_TLS, NULL);
  bob->authenticate_as = g_strdup ("admin");
  ann->authenticate_as = g_strdup ("admin");

  store (bob);
  assert_kept (ann, "admin's");
  assert_kept (own, NULL);
}

static void
test_incomplete (void)
{
  g_autoptr (HaulAccount) nowhere = haul_account_new ("bob", NULL);
  g_autoptr (HaulAccount) nothing = make_account ("bob", "h.example.org", 0, HAUL_SECURITY_TLS, NULL);
  g_autoptr (GError) lookup = NULL;
  g_autoptr (GError) kept = NULL;

  g_assert_null (haul_keyring_lookup (nowhere, NULL, &lookup));
  g_assert_error (lookup, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING);
  g_assert_false (haul_keyring_store (nothing, NULL, &kept));
  g_assert_error (kept, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD);
}

static void
take_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;
  *place = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **place)
{
  while (*place == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *place;
}

static void
test_async (void)
{
  g_autoptr (HaulAccount) account = make_account ("async", "h.example.org", 0, HAUL_SECURITY_TLS, PASSWORD);
  g_autoptr (GAsyncResult) stored = NULL;
  g_autoptr (GAsyncResult) looked_up = NULL;
  g_autoptr (GAsyncResult) cleared = NULL;
  g_autoptr (GAsyncResult) nothing = NULL;
  g_autoptr (GError) error = NULL;

  haul_keyring_store_async (account, NULL, take_result, &stored);
  g_assert_true (haul_keyring_store_finish (wait_for (&stored), &error));
  haul_keyring_lookup_async (account, NULL, take_result, &looked_up);
  g_autoptr (HaulSecret) secret = haul_keyring_lookup_finish (wait_for (&looked_up), &error);
  g_assert_cmpstr (haul_secret_peek (secret), ==, PASSWORD);
  haul_keyring_clear_async (account, NULL, take_result, &cleared);
  g_assert_true (haul_keyring_clear_finish (wait_for (&cleared), &error));
  haul_keyring_lookup_async (account, NULL, take_result, &nothing);
  g_assert_null (haul_keyring_lookup_finish (wait_for (&nothing), &error));
  g_assert_no_error (error);
}

static void
test_cancelled (void)
{
  g_autoptr (HaulAccount) account = make_account ("bob", "h.example.org", 0, HAUL_SECURITY_TLS, PASSWORD);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (haul_keyring_lookup (account, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What others see of an item: no secret in it, and a label that says whose it is. */
static void
test_attributes (void)
{
  g_autoptr (HaulAccount) account = make_account ("CORP\\bob", "a.example.org", 1993, HAUL_SECURITY_TLS, PASSWORD);
  store (account);
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (wanted, (gpointer) "server", (gpointer) "a.example.org");
  GList *items = secret_service_search_sync (NULL, NULL, wanted, SECRET_SEARCH_ALL, NULL, NULL);
  g_assert_cmpuint (g_list_length (items), ==, 1);

  g_autoptr (GHashTable) attributes = secret_item_get_attributes (items->data);
  g_autofree char *label = secret_item_get_label (items->data);
  g_assert_cmpstr (label, ==, "Mailhaul: CORP\\bob on a.example.org");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "user"), ==, "CORP\\bob");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "port"), ==, "1993");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "protocol"), ==, "imap");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "kind"), ==, "password");
  g_assert_cmpstr (g_hash_table_lookup (attributes, "xdg:schema"), ==, "io.github.mailhaul.Mailhaul.Credential");
  g_assert_cmpuint (g_hash_table_size (attributes), ==, 6);
  g_list_free_full (items, g_object_unref);
}

static void
lock (void)
{
  const char *command = "gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets "
                        "--method org.freedesktop.Secret.Service.Lock "
                        "\"['/org/freedesktop/secrets/collection/login']\"";
  g_autofree char *output = NULL;
  int status;
  g_assert_true (g_spawn_command_line_sync (command, &output, NULL, &status, NULL) && status == 0);
}

/* Presses a button of the keyring's own prompt, with the password filled in or not, as a person would. */
static GSubprocess *
answer_prompt (const char *script)
{
  g_autofree char *support = g_build_filename (g_getenv ("HAUL_SOURCE_DIR"), "tests", "support", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *whole = g_strdup_printf ("from gui import *\na = app('gcr-prompter', 60)\n%s", script);
  g_subprocess_launcher_setenv (launcher, "PYTHONPATH", support, TRUE);
  g_subprocess_launcher_setenv (launcher, "PYTHONDONTWRITEBYTECODE", "1", TRUE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_launcher_spawn (launcher, &error, "/usr/bin/python3", "-c", whole, NULL);
  g_assert_no_error (error);
  return process;
}

static gboolean
can_press (void)
{
  g_autofree char *output = NULL;
  int status;
  return g_spawn_command_line_sync ("/usr/bin/python3 -c \"import gi; gi.require_version('Atspi', '2.0')\"", NULL,
                                    &output, &status, NULL)
         && status == 0;
}

static gboolean
has_prompter (void)
{
  return g_file_test ("/usr/libexec/gcr-prompter", G_FILE_TEST_EXISTS)
         || g_file_test ("/usr/lib/gcr/gcr-prompter", G_FILE_TEST_EXISTS);
}

static void
test_locked (void)
{
  g_autoptr (HaulAccount) account = make_account ("locked", "h.example.org", 0, HAUL_SECURITY_TLS, PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) kept = NULL;
  if (!has_prompter ())
    {
      g_test_skip ("gcr-prompter (gcr) is not installed");
      return;
    }
  if (!can_press ())
    {
      g_test_skip ("Python's Atspi (gir1.2-atspi-2.0) is not installed");
      return;
    }
  store (account);
  lock ();

  g_autoptr (GSubprocess) cancels = answer_prompt ("press(find(a, 'push button', 'Cancel'))");
  g_assert_null (haul_keyring_lookup (account, NULL, &error));
  g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING);
  g_assert_nonnull (strstr (error->message, "locked"));
  g_assert_true (g_subprocess_wait_check (cancels, NULL, NULL));

  g_autoptr (GSubprocess) cancels_again = answer_prompt ("press(find(a, 'push button', 'Cancel'))");
  g_assert_false (haul_keyring_store (account, NULL, &kept));
  g_assert_error (kept, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING);
  g_assert_true (g_subprocess_wait_check (cancels_again, NULL, NULL));

  g_autoptr (GSubprocess) unlocks
      = answer_prompt ("fill(find(a, 'password text'), 'unlock-me')\npress(find(a, 'push button', 'Unlock'))");
  assert_kept (account, PASSWORD);
  g_assert_true (g_subprocess_wait_check (unlocks, NULL, NULL));
}

static void
test_absent (void)
{
  g_autoptr (HaulAccount) account = make_account ("bob", "h.example.org", 0, HAUL_SECURITY_TLS, PASSWORD);
  GError *errors[3] = { NULL };
  gint64 start = g_get_monotonic_time ();

  g_assert_null (haul_keyring_lookup (account, NULL, &errors[0]));
  g_assert_false (haul_keyring_store (account, NULL, &errors[1]));
  g_assert_false (haul_keyring_clear (account, NULL, &errors[2]));
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING);
      g_assert_null (strstr (errors[i]->message, PASSWORD));
      g_error_free (errors[i]);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
}

/* The file back end keeps everything below @dir. */
static void
choose_file (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "test.keyring", NULL);
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", path, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
}

/* Goes on in a session of its own with a real, unlocked keyring. */
static int
enter_session (const char *program)
{
  static const char *const tools[] = { "gnome-keyring-daemon", "Xvfb", "dbus-run-session" };
  g_autofree char *with_session = g_build_filename (g_getenv ("HAUL_SOURCE_DIR"), "tests/support/with-session", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      g_autofree char *tool = g_find_program_in_path (tools[i]);
      if (tool != NULL)
        continue;
      g_print ("1..0 # SKIP %s is not installed\n", tools[i]);
      return 0;
    }
  /* What the session's services print is no TAP. */
  dup2 (STDOUT_FILENO, TAP_FD);
  dup2 (STDERR_FILENO, STDOUT_FILENO);
  g_setenv ("UNLOCK", "1", TRUE);
  execl (with_session, with_session, program, "inside", NULL);
  g_error ("%s: %s", with_session, g_strerror (errno));
}

static void
add_tests (gboolean is_service)
{
  g_test_add_func ("/keyring/round", test_round);
  g_test_add_func ("/keyring/authenticate-as", test_authenticate_as);
  g_test_add_func ("/keyring/incomplete", test_incomplete);
  g_test_add_func ("/keyring/async", test_async);
  g_test_add_func ("/keyring/cancelled", test_cancelled);
  if (!is_service)
    return;
  g_test_add_func ("/keyring/attributes", test_attributes);
  g_test_add_func ("/keyring/locked", test_locked);
}

int
main (int argc, char **argv)
{
  const char *where = argc > 1 ? argv[1] : "absent";
  if (g_str_equal (where, "service"))
    return enter_session (argv[0]);
  if (g_str_equal (where, "inside"))
    dup2 (TAP_FD, STDOUT_FILENO);
  has_leaky_parts = !g_str_equal (where, "absent");

  g_test_init (&argc, &argv, NULL);
  if (g_str_equal (where, "inside"))
    {
      add_tests (TRUE);
      return g_test_run ();
    }
  if (g_str_equal (where, "absent"))
    {
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
      g_test_add_func ("/keyring/absent", test_absent);
      return g_test_run ();
    }
  g_autofree char *dir = g_dir_make_tmp ("keyring-XXXXXX", NULL);
  choose_file (dir);
  add_tests (FALSE);
  int result = g_test_run ();
  g_autofree char *path = g_build_filename (dir, "test.keyring", NULL);
  g_remove (path);
  g_rmdir (dir);
  return result;
}
