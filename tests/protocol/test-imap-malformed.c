/* test-imap-malformed.c - each thing that no server should say, in each state in which it can be said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every case has a connection of its own, and one after it, which has to work. HAUL_TEST_EVERY=N takes each N-th case
 * only; which of them is told.
 */
#include <stdlib.h>
#include <string.h>

#include "haul-test-server.h"
#include "imap/haul-imap-append.h"
#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-quota.h"
#include "imap/haul-imap-transport.h"
#include "imap/haul-imap-uids.h"
#include "malformed-inputs.h"

#define WORDS "IMAP4rev1 AUTH=PLAIN SASL-IR MOVE UIDPLUS UNSELECT NAMESPACE QUOTA SPECIAL-USE LIST-EXTENDED"
#define GREETED "S * OK [CAPABILITY " WORDS "] ready\n"
#define SIGN_IN "C AUTHENTICATE PLAIN *\nS $ OK [CAPABILITY " WORDS "] in\n"
#define INBOX "C STATUS \"INBOX\" *\n"
#define INBOX_IS "S * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nS $ OK\n"
#define IN GREETED SIGN_IN INBOX INBOX_IS
#define BODY_SIZE (200 * 1024)
#define BODY_AND_LINE_END "204802"
#define THREADS 8

typedef enum
{
  CALL_OPEN,
  CALL_LOGIN,
  CALL_NOOP,
  CALL_NAMESPACE,
  CALL_LIST,
  CALL_CREATE,
  CALL_SUBSCRIBE,
  CALL_SELECT,
  CALL_EXAMINE,
  CALL_UNSELECT,
  CALL_STATUS,
  CALL_QUOTA,
  CALL_ROWS,
  CALL_FLAGS,
  CALL_DIGESTS,
  CALL_BODY,
  CALL_MOVE,
  CALL_COPY,
  CALL_STORE,
  CALL_EXPUNGE,
  CALL_RENAME,
  CALL_DELETE,
  CALL_APPEND,
} Call;

typedef struct
{
  const char *name;
  Call call;
  const char *before; /* steps until the input */
  const char *after;  /* and then, where it was ignored */
} State;

static const State states[] = {
  { "greeting", CALL_OPEN, "", GREETED },
  { "CAPABILITY", CALL_OPEN, "S * OK hello\nC CAPABILITY\n", "S * CAPABILITY " WORDS "\nS $ OK\n" },
  { "AUTHENTICATE", CALL_LOGIN, GREETED "C AUTHENTICATE *\n", "S $ OK [CAPABILITY " WORDS "] in\n" INBOX INBOX_IS },
  { "LOGIN", CALL_LOGIN, "S * OK [CAPABILITY IMAP4rev1] hello\nC LOGIN *\n",
    "S $ OK [CAPABILITY " WORDS "] in\n" INBOX INBOX_IS },
  { "CAPABILITY after sign-in", CALL_LOGIN, GREETED "C AUTHENTICATE *\nS $ OK in\nC CAPABILITY\n",
    "S * CAPABILITY " WORDS "\nS $ OK\n" INBOX INBOX_IS },
  { "first STATUS", CALL_LOGIN, GREETED SIGN_IN INBOX, INBOX_IS },
  { "NOOP", CALL_NOOP, IN "C NOOP\n", "S $ OK\n" },
  { "NAMESPACE", CALL_NAMESPACE, IN "C NAMESPACE\n", "S * NAMESPACE ((\"\" \"/\")) NIL NIL\nS $ OK\n" },
  { "LIST", CALL_LIST, IN "C LIST *\nS * LIST () \"/\" first\n", "S * LIST () \"/\" last\nS $ OK\n" },
  { "CREATE, + awaited", CALL_CREATE, IN "C CREATE {3}\n", "S + go\nc *\nS $ OK\n" },
  { "CREATE", CALL_CREATE, IN "C CREATE {3}\nS + go\nc *\n", "S $ OK\n" },
  { "SUBSCRIBE", CALL_SUBSCRIBE, IN "C SUBSCRIBE *\n", "S $ OK\n" },
  { "SELECT", CALL_SELECT, IN "C SELECT *\n", "S * 5 EXISTS\nS * OK [UIDVALIDITY 7] x\nS $ OK [READ-WRITE] x\n" },
  { "EXAMINE", CALL_EXAMINE, IN "C EXAMINE *\nS * 5 EXISTS\n", "S * OK [UIDNEXT 7] x\nS $ OK [READ-ONLY] x\n" },
  { "UNSELECT", CALL_UNSELECT, IN "C SELECT *\nS $ OK\nC UNSELECT\n", "S $ OK\n" },
  { "STATUS", CALL_STATUS, IN "C STATUS *\n", "S * STATUS x (MESSAGES 1 UIDNEXT 9 UIDVALIDITY 7)\nS $ OK\n" },
  { "QUOTA", CALL_QUOTA, IN "C GETQUOTAROOT *\n", "S * QUOTA \"\" (STORAGE 1 2)\nS $ OK\n" },
  { "FETCH of the list", CALL_ROWS, IN "C UID FETCH *\n",
    "S * 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE \"01-Feb-2001 03:04:05 +0000\" FLAGS ())\nS $ OK\n" },
  { "FETCH of flags", CALL_FLAGS, IN "C UID FETCH *\nS * 1 FETCH (UID 1 FLAGS ())\n", "S $ OK\n" },
  { "FETCH of many", CALL_DIGESTS, IN "C UID FETCH *\nS * 1 FETCH (UID 1 BODY[] {3}\ns abc)\\r\\n\n",
    "S * 2 FETCH (UID 2 BODY[] \"x\")\nS $ OK\n" },
  { "FETCH of one", CALL_BODY, IN "C UID FETCH *\n", "S * 1 FETCH (UID 1 BODY[] {3}\ns abc)\\r\\n\nS $ OK\n" },
  { "MOVE", CALL_MOVE, IN "C UID MOVE *\n", "S * OK [COPYUID 7 1:3 21:23] x\nS $ OK\n" },
  { "COPY", CALL_COPY, IN "C UID COPY *\n", "S $ OK [COPYUID 7 1:3 21:23] x\n" },
  { "STORE", CALL_STORE, IN "C UID STORE *\n", "S $ OK\n" },
  { "EXPUNGE", CALL_EXPUNGE, IN "C UID EXPUNGE *\nS * 1 EXPUNGE\n", "S * 1 EXPUNGE\nS $ OK\n" },
  { "RENAME", CALL_RENAME, IN "C RENAME *\n", "S $ OK\n" },
  { "DELETE", CALL_DELETE, IN "C DELETE *\n", "S $ OK\n" },
  { "APPEND, + awaited", CALL_APPEND, IN "C APPEND *\n",
    "S + go\nL " BODY_AND_LINE_END "\nS $ OK [APPENDUID 7 9] x\n" },
  { "APPEND, in the message", CALL_APPEND, IN "C APPEND *\nS + go\nL 1000\n", "L 203802\nS $ OK [APPENDUID 7 9] x\n" },
  { "APPEND", CALL_APPEND, IN "C APPEND *\nS + go\nL " BODY_AND_LINE_END "\n", "S $ OK [APPENDUID 7 9] x\n" },
};

static gboolean
take_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
take_digest (const HaulImapFetchDigest *digest, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
take_body (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
append (HaulImapSession *session, GError **error)
{
  g_autofree char *text = g_strnfill (BODY_SIZE, 'x');
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data (text, BODY_SIZE, NULL);
  HaulImapAppend message = { .mailbox = "x", .internal_date = 981000000, .size = BODY_SIZE, .body = body };
  HaulImapAppendUid uid;

  if (!haul_imap_append_run (session, &message, &uid, NULL, error))
    return FALSE;
  g_assert_cmpuint (uid.uid, ==, 9);
  return TRUE;
}

static gboolean
list (HaulImapSession *session, GError **error)
{
  g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (session, "*", NULL, error);

  if (mailboxes == NULL)
    return FALSE;
  g_assert_cmpuint (mailboxes->len, >=, 2);
  for (guint i = 0; i < mailboxes->len; i++)
    g_assert_true (g_utf8_validate (((HaulImapMailbox *)mailboxes->pdata[i])->display, -1, NULL));
  return TRUE;
}

static gboolean
call_about_messages (HaulImapSession *session, Call call, GError **error)
{
  static const guint32 uids[] = { 1, 2, 3 };
  g_auto (HaulImapCopyUid) copy_uid = { 0 };

  switch (call)
    {
    case CALL_ROWS:
      return haul_imap_fetch_rows (session, 1, take_row, NULL, NULL, error);
    case CALL_FLAGS:
      return haul_imap_fetch_flags (session, uids, 3, take_row, NULL, NULL, error);
    case CALL_DIGESTS:
      return haul_imap_fetch_digests (session, uids, 2, take_digest, NULL, NULL, error);
    case CALL_BODY:
      return haul_imap_fetch_body (session, 1, take_body, NULL, NULL, error);
    case CALL_MOVE:
      return haul_imap_uids_move (session, uids, 3, "x", &copy_uid, NULL, error);
    case CALL_COPY:
      return haul_imap_uids_copy (session, uids, 3, "x", &copy_uid, NULL, error);
    case CALL_STORE:
      return haul_imap_uids_mark_deleted (session, uids, 3, NULL, error);
    case CALL_EXPUNGE:
      return haul_imap_uids_expunge (session, uids, 3, NULL, error);
    default:
      return append (session, error);
    }
}

static gboolean
call_about_mailboxes (HaulImapSession *session, Call call, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_auto (HaulImapNamespace) name_space = { 0 };
  HaulImapQuota quota;

  switch (call)
    {
    case CALL_NOOP:
      return haul_imap_session_noop (session, NULL, error);
    case CALL_NAMESPACE:
      return haul_imap_mailbox_get_namespace (session, &name_space, NULL, error);
    case CALL_LIST:
      return list (session, error);
    case CALL_CREATE:
      return haul_imap_mailbox_create (session, "x\303\244", NULL, error);
    case CALL_SUBSCRIBE:
      return haul_imap_mailbox_subscribe (session, "x", NULL, error);
    case CALL_SELECT:
      return haul_imap_mailbox_select (session, "x", &status, NULL, error);
    case CALL_EXAMINE:
      return haul_imap_mailbox_examine (session, "x", &status, NULL, error);
    case CALL_UNSELECT:
      return haul_imap_mailbox_select (session, "x", &status, NULL, error)
             && haul_imap_mailbox_unselect (session, NULL, error);
    case CALL_STATUS:
      return haul_imap_mailbox_status (session, "x", &status, NULL, error);
    case CALL_QUOTA:
      return haul_imap_quota_get_room (session, "INBOX", &quota, NULL, error);
    case CALL_RENAME:
      return haul_imap_mailbox_rename (session, "x", "y", NULL, error);
    case CALL_DELETE:
      return haul_imap_mailbox_delete (session, "x", NULL, error);
    default:
      return call_about_messages (session, call, error);
    }
}

static HaulImapSession *
open_session (HaulTestServer *server, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("127.0.0.1", haul_test_server_get_port (server), HAUL_SECURITY_NONE);
  HaulImapOptions options = { .endpoint = endpoint };

  return haul_imap_session_open (&options, NULL, error);
}

static gboolean
sign_in (HaulImapSession *session, GError **error)
{
  g_autoptr (HaulSecret) secret = haul_secret_new ("x");
  HaulImapCredentials credentials = { .user = "alice", .secret = secret };

  return haul_imap_session_login (session, &credentials, NULL, error);
}

/* Opens, signs in and calls, as far as the state is. FALSE: it broke. */
static gboolean
visit (HaulTestServer *server, Call call, HaulImapSession **session, GError **error)
{
  *session = open_session (server, error);
  if (*session == NULL || call == CALL_OPEN)
    return *session != NULL;
  if (!sign_in (*session, error) || call == CALL_LOGIN)
    return error == NULL || *error == NULL;
  return call_about_mailboxes (*session, call, error);
}

/* -1: all is well. */
static int
wanted_code (const State *state, const MalformedInput *input)
{
  static const int codes[] = { [MALFORMED_IGNORED] = -1,
                               [MALFORMED_PROTOCOL] = HAUL_IMAP_ERROR_PROTOCOL,
                               [MALFORMED_BAD] = HAUL_IMAP_ERROR_BAD,
                               [MALFORMED_BYE] = HAUL_IMAP_ERROR_BYE,
                               [MALFORMED_THROTTLED] = HAUL_IMAP_ERROR_THROTTLED,
                               [MALFORMED_CLOSED] = HAUL_IMAP_ERROR_CLOSED,
                               [MALFORMED_TIMED_OUT] = HAUL_IMAP_ERROR_TIMED_OUT };
  gboolean is_greeting = state == &states[0];

  if (is_greeting && (input->verdict <= MALFORMED_BAD || strstr (input->steps, "5 EXISTS\nS") != NULL))
    return HAUL_IMAP_ERROR_NOT_IMAP;
  if (input->verdict == MALFORMED_BAD && state->call == CALL_LOGIN && g_str_equal (state->after, INBOX_IS))
    return HAUL_IMAP_ERROR_NOT_CONNECTED;
  return codes[input->verdict];
}

static gboolean
applies (const State *state, const MalformedInput *input)
{
  gboolean is_greeting = state == &states[0];
  gboolean is_ok = *input->steps != '\0' && g_str_has_prefix (input->steps + 1, " * OK");
  gboolean is_whole = input->verdict == MALFORMED_IGNORED;

  /* An OK is a greeting; a + may be answered while signing in. */
  return !(is_greeting && is_ok && is_whole) && !(g_str_has_prefix (input->name, "N-10") && state->call == CALL_LOGIN);
}

typedef struct
{
  const State *state;
  const MalformedInput *input;
  char *problem; /* (owned) (nullable) */
} Case;

static char *
judge (const Case *one, HaulTestServer *server)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) later = NULL;
  HaulImapSession *session = NULL;
  HaulImapSession *next = NULL;
  int wanted = wanted_code (one->state, one->input);
  gboolean is_well = visit (server, one->state->call, &session, &error);
  char *problem = NULL;

  if (is_well != (wanted == -1) || (!is_well && !g_error_matches (error, HAUL_IMAP_ERROR, wanted)))
    problem = g_strdup_printf ("error %d wanted, but: %s (%d)", wanted, error == NULL ? "none" : error->message,
                               error == NULL ? -1 : error->code);
  else if (session != NULL && haul_imap_session_is_usable (session) != is_well)
    problem = g_strdup (is_well ? "the connection is not usable any more" : "the connection is still used");
  else if (!visit (server, CALL_NOOP, &next, &later))
    problem = g_strdup_printf ("the next connection: %s", later->message);
  g_clear_pointer (&session, haul_imap_session_close);
  g_clear_pointer (&next, haul_imap_session_close);
  return problem;
}

static void
run_case (gpointer data, gpointer user_data)
{
  Case *one = data;
  gboolean is_end = one->input->verdict == MALFORMED_TIMED_OUT;
  g_autofree char *script
      = g_strconcat (one->state->before, one->input->steps, "\n", is_end ? "" : one->state->after, NULL);
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, IN "C NOOP\nS $ OK\n", NULL);

  one->problem = judge (one, server);
}

static void
set_limits (guint ms)
{
  haul_imap_transport_set_limits (
      &(HaulImapTimeLimits){ .connect_ms = 20000, .tls_ms = ms, .greeting_ms = ms, .command_ms = ms, .append_ms = ms });
}

/* Those that have to run into a limit have a short one, and company, since they only wait. */
static guint
run_all (gboolean are_silent, guint first, guint every, guint *n_bad)
{
  g_autoptr (GArray) cases = g_array_new (FALSE, TRUE, sizeof (Case));
  guint n = first;

  for (gsize i = 0; i < malformed_n_inputs; i++)
    for (gsize s = 0; s < G_N_ELEMENTS (states); s++)
      {
        Case one = { .state = &states[s], .input = &malformed_inputs[i] };
        if ((one.input->verdict == MALFORMED_TIMED_OUT) == are_silent && applies (one.state, one.input)
            && n++ % every == 0)
          g_array_append_val (cases, one);
      }
  set_limits (are_silent ? 1000 : 30000);
  GThreadPool *pool = g_thread_pool_new (run_case, NULL, are_silent ? 3 * THREADS : THREADS, FALSE, NULL);
  for (guint i = 0; i < cases->len; i++)
    g_thread_pool_push (pool, &g_array_index (cases, Case, i), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  for (guint i = 0; i < cases->len; i++)
    {
      Case *one = &g_array_index (cases, Case, i);
      if (one->problem != NULL)
        g_test_message ("%s, in %s: %s", one->input->name, one->state->name, one->problem);
      *n_bad += one->problem != NULL ? 1 : 0;
      g_clear_pointer (&one->problem, g_free);
    }
  return cases->len;
}

static void
test_matrix (void)
{
  const char *text = g_getenv ("HAUL_TEST_EVERY");
  const char *seed_text = g_getenv ("HAUL_TEST_SEED");
  guint every = text == NULL ? 1 : MAX ((guint)atoi (text), 1);
  guint seed = seed_text != NULL ? (guint)strtoul (seed_text, NULL, 10) : (guint)g_random_int_range (0, 1000);
  guint n_bad = 0;

  guint n_cases = run_all (FALSE, seed, every, &n_bad);
  guint n_silent = run_all (TRUE, seed, every, &n_bad);
  g_test_message ("%" G_GSIZE_FORMAT " malformed inputs, %" G_GSIZE_FORMAT
                  " states, %u cases of which %u silent, %u bad "
                  "(HAUL_TEST_EVERY=%u HAUL_TEST_SEED=%u)",
                  malformed_n_inputs, G_N_ELEMENTS (states), n_cases + n_silent, n_silent, n_bad, every, seed);
  g_assert_cmpuint (n_bad, ==, 0);
  g_assert_cmpuint ((n_cases + n_silent) * every, >=, 400);
}

/* All is logged, as in a program that tells everything, but not shown: it is very much. */
static void
drop (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  g_assert_nonnull (message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("haul-imap", G_LOG_LEVEL_DEBUG, drop, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, drop, NULL);
  g_test_add_func ("/imap-malformed/matrix", test_matrix);
  return g_test_run ();
}
