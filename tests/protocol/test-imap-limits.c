/* test-imap-limits.c - how much memory, work and time a hostile server can cost, and ends at every octet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory is that of the whole process, the server's thread included. Work is counted in the thread's own processor
 * time, which a busy machine does not change, and compared as a ratio. The time limits are those of the program, made
 * shorter.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "haul-test-server.h"
#include "haul-test-session.h"
#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-parser.h"
#include "imap/haul-imap-transport.h"
#include "imap/haul-imap-uids.h"

#define WORDS "IMAP4rev1 AUTH=PLAIN SASL-IR MOVE UIDPLUS"
#define IN                                                                                                             \
  "S * OK [CAPABILITY " WORDS "] ready\nC AUTHENTICATE PLAIN *\nS $ OK [CAPABILITY " WORDS "] in\n"                    \
  "C STATUS \"INBOX\" *\nS * STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nS $ OK\n"
#define MEGABYTE (1024 * 1024)
#define MEMORY_BOUND (16 * MEGABYTE)

static gboolean
take_row (const HaulImapFetchRow *row, gpointer user_data, GError **error)
{
  ++*(guint *)user_data;
  return TRUE;
}

static gboolean
take_body (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  *(guint *)user_data += (guint)length;
  return TRUE;
}

/* Octets of a line of /proc/self/status; 0 where the system does not tell. */
static gsize
memory (const char *field)
{
  g_autofree char *status = NULL;
  const char *at = g_file_get_contents ("/proc/self/status", &status, NULL, NULL) ? strstr (status, field) : NULL;

  return at == NULL ? 0 : strtoul (at + strlen (field) + 1, NULL, 10) * 1024;
}

static gboolean
forget_peak (void)
{
  return g_file_set_contents ("/proc/self/clear_refs", "5", 1, NULL) || memory ("VmHWM") > 0;
}

typedef struct
{
  const char *name;
  char call; /* n: NOOP, l: LIST, f: FETCH of the list, b: of a body */
  const char *script;
  int code; /* -1: succeeds */
} Heavy;

#define K10 "AAAAAAAAAA"
#define K100 K10 K10 K10 K10 K10 K10 K10 K10 K10 K10
#define K1000 K100 K100 K100 K100 K100 K100 K100 K100 K100 K100
#define LISTED "* LIST () \"/\" a/folder/of/some/depth\\r\\n"
#define ROW "* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 5 INTERNALDATE \"01-Feb-2001 03:04:05 +0000\")\\r\\n"

static const Heavy heavies[] = {
  { "line of 100 MB", 'n', "C NOOP\ns * OK \nF 100000 " K1000, HAUL_IMAP_ERROR_PROTOCOL },
  { "literal of 4 GB", 'l', "C LIST *\nS * LIST () \"/\" {4294967295}\nF 100000 " K1000, HAUL_IMAP_ERROR_PROTOCOL },
  { "literal just allowed, 100 times", 'n', "C NOOP\ns * X\nF 100000  {10}\\r\\n" K10, HAUL_IMAP_ERROR_PROTOCOL },
  { "a body of 64 MB", 'b', "C UID FETCH *\nS * 1 FETCH (UID 1 BODY[] {64000000}\nF 64000 " K1000 "\nS )\nS $ OK", -1 },
  { "a body that nobody asked for", 'f', "C UID FETCH *\nS * 1 FETCH (UID 1 BODY[] {64000000}\nF 64000 " K1000,
    HAUL_IMAP_ERROR_PROTOCOL },
  { "10 MB of talk", 'n', "C NOOP\nF 10000 * OK " K1000 "\\r\\n\nS $ OK", -1 },
  { "10,000 rows", 'f', "C UID FETCH *\nF 10000 " ROW "\nS $ OK", -1 },
  { "100 COPYUIDs", 'n', "C NOOP\nF 100 * OK [COPYUID 7 1:60000 1:60000] x\\r\\n\nS $ OK", -1 },
  { "capabilities of 60 kB, 300 times", 'n',
    "C NOOP\nF 300 * CAPABILITY " K1000 " " K1000 " " K1000 " " K1000 " " K1000 " " K1000 "\\r\\n\nS $ OK", -1 },
  { "lists of flags", 'f',
    "C UID FETCH *\nF 3000 * 1 FETCH (FLAGS (a b c d e f g h i j k l m n o p q r s t)"
    " FLAGS (a b c d e f g h i j k l m n o p q r s t))\\r\\n\nS $ OK",
    -1 },
  { "50,000 mailboxes", 'l', "C LIST *\nF 50000 " LISTED "\nS $ OK", -1 },
};

static gboolean
call (HaulImapSession *session, char what, GError **error)
{
  guint n = 0;

  if (what == 'l')
    {
      g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (session, "*", NULL, error);
      return mailboxes != NULL;
    }
  if (what == 'f')
    return haul_imap_fetch_rows (session, 1, take_row, &n, NULL, error);
  if (what == 'b')
    return haul_imap_fetch_body (session, 1, take_body, &n, NULL, error);
  return haul_imap_session_noop (session, NULL, error);
}

static void
test_memory (void)
{
  if (!forget_peak ())
    {
      g_test_skip ("the system does not tell how much memory was used");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (heavies); i++)
    {
      g_autofree char *script = g_strconcat (IN, heavies[i].script, NULL);
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, IN "C NOOP\nS $ OK", NULL);
      HaulImapSession *session = haul_test_session_sign_in (server);
      g_autoptr (GError) error = NULL;

      forget_peak ();
      gsize base = memory ("VmRSS");
      g_assert_cmpint (call (session, heavies[i].call, &error), ==, heavies[i].code == -1);
      if (heavies[i].code != -1)
        g_assert_error (error, HAUL_IMAP_ERROR, heavies[i].code);
      gsize more = memory ("VmHWM") - MIN (base, memory ("VmHWM"));
      g_test_message ("%s: %" G_GSIZE_FORMAT " KiB more", heavies[i].name, more / 1024);
      g_assert_cmpuint (more, <=, MEMORY_BOUND);
      haul_imap_session_close (session);
      g_autoptr (HaulImapSession) next = haul_test_session_sign_in (server);
      g_assert_true (haul_imap_session_noop (next, NULL, NULL));
    }
}

/* The list of mailboxes has an end, whatever the server says. */
static void
test_mailboxes (void)
{
  g_autoptr (HaulTestServer) server
      = haul_test_server_new (NULL,
                              IN
                              "C LIST *\nF 25000 " LISTED LISTED LISTED LISTED LISTED LISTED LISTED LISTED LISTED LISTED
                              "\nS $ OK",
                              NULL);
  g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (session, "*", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mailboxes->len, ==, 200000);
}

static gboolean
drop_body (gboolean is_first, const void *data, gsize length, gpointer user_data)
{
  return TRUE;
}

/* Processor time for one response with N of UNIT in it, fed in PIECEs. */
static double
work (const char *start, const char *unit, guint n, const char *end, gsize piece)
{
  g_autoptr (GString) text = g_string_new (start);
  g_autoptr (HaulImapParser) parser = haul_imap_parser_new ();
  HaulImapParserResult result = HAUL_IMAP_PARSER_NEED_MORE;
  HaulImapResponse *response = NULL;
  struct timespec before, after;

  for (guint i = 0; i < n; i++)
    g_string_append (text, unit);
  g_string_append (text, end);
  haul_imap_parser_set_body_func (parser, drop_body, NULL);
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &before);
  for (gsize at = 0; at < text->len; at += piece)
    {
      haul_imap_parser_feed (parser, text->str + at, MIN (piece, text->len - at));
      result = haul_imap_parser_next (parser, &response, NULL);
    }
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &after);
  g_assert_cmpint (result, ==, HAUL_IMAP_PARSER_RESPONSE);
  haul_imap_response_free (response);
  return (double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec);
}

static double
least_work (const char *start, const char *unit, guint n, const char *end, gsize piece)
{
  double least = G_MAXDOUBLE;

  for (guint i = 0; i < 3; i++)
    least = MIN (least, work (start, unit, n, end, piece));
  return least;
}

static void
check_linear (void)
{
  static const struct
  {
    const char *start, *unit, *end;
    guint n;
  } shapes[] = {
    { "* X", " {1}\r\na", "\r\n", 25000 },
    { "* X (", "{0}\r\n", ")\r\n", 30000 },
    { "* X", " a {0}\r\n", "\r\n", 20000 },
    { "* X ", "()", "\r\n", 15000 },
    { "* X \"", "\\\"", "\"\r\n", 15000 },
    { "* CAPABILITY", " a", "\r\n", 15000 },
    { "* 1 FETCH (FLAGS (", " a", "))\r\n", 15000 },
    { "* 1 FETCH (", "X {0}\r\n ", ")\r\n", 20000 },
    { "* OK [COPYUID 7 ", "9,", "9 9] x\r\n", 15000 },
    { "* OK [PERMANENTFLAGS (", "a ", ")] x\r\n", 15000 },
  };
  static const gsize pieces[] = { 1, 32 * 1024 };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        double ratio = 0;
        /* What else the machine does can spoil a measurement, but not each of several. */
        for (guint attempt = 0; attempt < 4 && (attempt == 0 || ratio > 2.2); attempt++)
          ratio = least_work (shapes[i].start, shapes[i].unit, 2 * shapes[i].n, shapes[i].end, pieces[p])
                  / least_work (shapes[i].start, shapes[i].unit, shapes[i].n, shapes[i].end, pieces[p]);
        g_test_message ("%s%s, pieces of %" G_GSIZE_FORMAT ": twice as much costs %.2f times", shapes[i].start,
                        shapes[i].unit, pieces[p], ratio);
        g_assert_cmpfloat (ratio, <=, 2.2);
      }
}

typedef struct
{
  const char *steps;
  guint times;
  gint64 at_least_us;
} Slow;

static gpointer
be_patient (gpointer data)
{
  const Slow *slow = data;
  g_autoptr (GString) script = g_string_new (IN "C NOOP\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < slow->times; i++)
    g_string_append (script, slow->steps);
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script->str, NULL);
  g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
  gint64 start = g_get_monotonic_time ();
  g_assert_false (haul_imap_session_noop (session, NULL, &error));
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, slow->at_least_us);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 6 * slow->at_least_us);
  return NULL;
}

/* Octets that come one by one, and words without an answer, would go on for ever. Limits of one second. While that is
 * waited for, there is time to see whether work is linear, which needs no server. */
static void
test_patience_and_work (void)
{
  static const Slow slow[] = {
    { "s * OK \nD " K1000 "\n", 1, 4 * G_USEC_PER_SEC },
    { "D " K1000 "\n", 1, 4 * G_USEC_PER_SEC },
    { "S * X {1000}\nD " K1000 "\n", 1, 4 * G_USEC_PER_SEC },
    { "S * OK Still here\nW 300\n", 200, 10 * G_USEC_PER_SEC },
    { "S * 5 EXISTS\nW 300\n", 200, 10 * G_USEC_PER_SEC },
    { "S * X Y\nW 300\n", 200, 10 * G_USEC_PER_SEC },
  };
  GThread *threads[G_N_ELEMENTS (slow)];
  HaulImapTimeLimits limits = *haul_imap_transport_get_limits ();

  haul_imap_transport_set_limits (&(HaulImapTimeLimits){ 20000, 1000, 1000, 1000, 1000 });
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++)
    threads[i] = g_thread_new ("patience", be_patient, (gpointer)&slow[i]);
  check_linear ();
  for (gsize i = 0; i < G_N_ELEMENTS (slow); i++)
    g_thread_join (threads[i]);
  haul_imap_transport_set_limits (&limits);
}

static gboolean
speak (HaulImapSession *session, char what, GError **error)
{
  static const guint32 uids[] = { 1, 2, 3 };
  g_auto (HaulImapStatus) status = { 0 };
  g_auto (HaulImapCopyUid) copy_uid = { 0 };

  switch (what)
    {
    case 's':
      return haul_imap_mailbox_select (session, "x", &status, NULL, error);
    case 'c':
      return haul_imap_mailbox_create (session, "some mailbox", NULL, error);
    case 'm':
      return haul_imap_uids_move (session, uids, 3, "x", &copy_uid, NULL, error);
    case 'f':
      return call (session, 'f', error);
    default:
      return haul_imap_session_noop (session, NULL, error);
    }
}

/* Takes OCTETS octets of a command and ends the connection. */
static gboolean
end_after (char what, guint octets, const char *end)
{
  g_autofree char *script = g_strdup_printf ("%sL %u\n%s", IN, octets, end);
  g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, script, NULL);
  g_autoptr (HaulImapSession) session = haul_test_session_sign_in (server);
  g_autoptr (GError) error = NULL;

  g_assert_false (speak (session, what, &error));
  g_assert_false (haul_imap_session_is_usable (session));
  return g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_BYE)
         || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED);
}

static void
test_ends (void)
{
  static const char calls[] = "nscmf";
  static const char *const ends[] = { "S * BYE bye\nX", "X", "R" };
  guint n = 0;

  for (const char *what = calls; *what != '\0'; what++)
    for (guint octets = 1; octets <= 12; octets++)
      for (gsize i = 0; i < G_N_ELEMENTS (ends); i++, n++)
        g_assert_true (end_after (*what, octets, ends[i]));
  g_test_message ("%u ends within a command", n);
}

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
  g_test_add_func ("/imap-limits/memory", test_memory);
  g_test_add_func ("/imap-limits/mailboxes", test_mailboxes);
  g_test_add_func ("/imap-limits/patience-and-work", test_patience_and_work);
  g_test_add_func ("/imap-limits/ends", test_ends);
  return g_test_run ();
}
