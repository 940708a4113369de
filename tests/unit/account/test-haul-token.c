/* test-haul-token.c - a token from a command: shared, asked for again, and never waited for without end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-token.h"

#include <glib/gstdio.h>
#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-secret-source.h"

typedef struct
{
  char *folder;  /* (owned) */
  char *counter; /* (owned) one octet for each time the command was run */
  HaulToken *token;
} Fixture;

static char *
make_command (const char *counter, const char *script)
{
  g_autofree char *quoted = g_shell_quote (script);

  return g_strdup_printf ("/bin/sh -c %s - '%s'", quoted, counter);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("token-XXXXXX", NULL);
  fixture->counter = g_build_filename (fixture->folder, "n", NULL);
  g_autofree char *command = make_command (fixture->counter, data);
  fixture->token = haul_token_new (command);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  haul_token_unref (fixture->token);
  g_unlink (fixture->counter);
  g_rmdir (fixture->folder);
  g_free (fixture->counter);
  g_free (fixture->folder);
}

static gsize
count (const Fixture *fixture)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  return g_file_get_contents (fixture->counter, &text, &length, NULL) ? length : 0;
}

#define COUNTED "printf x >> \"$1\"; echo token-$(wc -c < \"$1\")"

static void
test_shared (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_new;
  g_autoptr (HaulSecret) first = haul_token_get (fixture->token, NULL, &is_new, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (haul_secret_peek (first), ==, "token-1");
  g_assert_true (is_new);
  g_autoptr (HaulSecret) second = haul_token_get (fixture->token, NULL, &is_new, NULL, &error);
  g_assert_true (second == first && !is_new);
  g_assert_cmpuint (count (fixture), ==, 1);
  g_autoptr (HaulSecret) third = haul_token_get (fixture->token, first, &is_new, NULL, &error);
  g_assert_cmpstr (haul_secret_peek (third), ==, "token-2");
  g_assert_true (is_new);
  /* Somebody else's refusal of the first: the new one is there already. */
  g_autoptr (HaulSecret) fourth = haul_token_get (fixture->token, first, &is_new, NULL, &error);
  g_assert_true (fourth == third && !is_new);
  g_assert_cmpuint (count (fixture), ==, 2);
}

static gpointer
get (gpointer data)
{
  return haul_token_get (data, NULL, NULL, NULL, NULL);
}

static void
test_together (Fixture *fixture, gconstpointer data)
{
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("get", get, fixture->token);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (HaulSecret) secret = g_thread_join (threads[i]);
      g_assert_cmpstr (haul_secret_peek (secret), ==, "token-1");
    }
  g_assert_cmpuint (count (fixture), ==, 1);
}

static void
test_bad (void)
{
  static const struct
  {
    const char *command;
    int code;
  } cases[] = {
    { "/nonexistent/command", HAUL_ACCOUNT_ERROR_COMMAND },
    { "", HAUL_ACCOUNT_ERROR_COMMAND },
    { "'unbalanced", HAUL_ACCOUNT_ERROR_COMMAND },
    { "false", HAUL_ACCOUNT_ERROR_NO_PASSWORD },
    { "true", HAUL_ACCOUNT_ERROR_NO_PASSWORD },
    { "sh -c 'echo token; exit 3'", HAUL_ACCOUNT_ERROR_NO_PASSWORD },
    { "printf 'a\\0b\\n'", HAUL_ACCOUNT_ERROR_NO_PASSWORD },
    { "head -c 100000 /dev/zero", HAUL_ACCOUNT_ERROR_NO_PASSWORD },
    { "sh -c 'yes | tr -d \"\\n\"'", HAUL_ACCOUNT_ERROR_NO_PASSWORD },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulToken) token = haul_token_new (cases[i].command);
      g_test_message ("%s", cases[i].command);
      g_assert_null (haul_token_get (token, NULL, NULL, NULL, &error));
      g_assert_error (error, HAUL_ACCOUNT_ERROR, cases[i].code);
      g_assert_null (strstr (error->message, "token"));
    }
}

/* No shell is in between, the line is kept as it is, and a long one is no matter. */
static void
test_words (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulSecret) plain = haul_secret_source_run ("printf '%s\\n' '  $HOME `id`; x  '", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (haul_secret_peek (plain), ==, "  $HOME `id`; x  ");
  g_autoptr (HaulSecret) crlf = haul_secret_source_run ("printf 'a\\r\\nb\\n'", NULL, NULL);
  g_assert_cmpstr (haul_secret_peek (crlf), ==, "a");
  g_autoptr (HaulSecret) endless
      = haul_secret_source_run ("sh -c 'head -c 20000 /dev/zero | tr \"\\0\" x; echo; seq 20000'", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (haul_secret_get_length (endless), ==, 20000);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (200 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

/* Whoever stops need not wait for a command that asks somebody something. */
static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_null (haul_secret_source_run ("sleep 60", cancellable, &error));
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 20 * G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/token/shared", Fixture, COUNTED, set_up, test_shared, tear_down);
  g_test_add ("/token/together", Fixture, "sleep 0.3; " COUNTED, set_up, test_together, tear_down);
  g_test_add_func ("/token/bad", test_bad);
  g_test_add_func ("/token/words", test_words);
  g_test_add_func ("/token/cancel", test_cancel);
  return g_test_run ();
}
