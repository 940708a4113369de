/* test-imap-attacks.c - nobody between us and the server gets a password, or anything else
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each case ends in its named error, within its time limit, without a password, an APPEND or any octet after the
 * refusal. Cases run several at once, since most of them wait.
 *
 * See: docs/wire.md.
 */
#include <string.h>

#include "haul-test-certificates.h"
#include "haul-test-server.h"
#include "imap-attacks.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-transport.h"

#define PASSWORD "Zq7-marker"
#define BLOB "AGFsaWNlAFpxNy1tYXJrZXI="
#define THREADS 12
/* The longest limit below, three of which a case may use up, and a loaded machine. */
#define CASE_US (20 * G_USEC_PER_SEC)

static HaulTestCertificates *certificates;
static char *good; /* a certificate that is trusted */
static guint n_cases;

/* What became of one case; the problems are told by the main thread. */
typedef struct
{
  ImapAttack attack;
  gboolean may_be_other; /* any error will do */
  char *script;          /* (owned) (nullable) in the place of the attack's own */
  GString *problems;     /* (owned) */
} Case;

static HaulImapSession *
sign_in (HaulTestServer *server, HaulSecurity security, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("localhost", haul_test_server_get_port (server), security);
  HaulImapOptions options = { .endpoint = endpoint, .ca_file = haul_test_certificates_get_ca_path (certificates) };
  g_autoptr (HaulImapSession) session = haul_imap_session_open (&options, NULL, error);
  g_autoptr (HaulSecret) secret = haul_secret_new (PASSWORD);
  HaulImapCredentials credentials = { .user = "alice", .secret = secret };

  if (session == NULL || !haul_imap_session_login (session, &credentials, NULL, error))
    return NULL;
  return g_steal_pointer (&session);
}

static void
check_error (Case *self, const GError *error)
{
  gboolean is_broken = error->domain == G_TLS_ERROR || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED)
                       || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL);

  if (self->may_be_other)
    return;
  if (self->attack.code == ANY_TLS_ERROR ? !is_broken : !g_error_matches (error, HAUL_IMAP_ERROR, self->attack.code))
    g_string_append_printf (self->problems, "error %s %d (%s); ", g_quark_to_string (error->domain), error->code,
                            error->message);
  /* Whoever has not proved who he is has nothing to say to a person. */
  if (self->attack.security == HAUL_SECURITY_STARTTLS && haul_imap_error_get_server_text (error) != NULL)
    g_string_append_printf (self->problems, "words from the open: %s; ", haul_imap_error_get_server_text (error));
}

/* Signed in and well: the mailbox is as it is told now, with nothing from before. */
static void
check_session (Case *self, HaulImapSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (session, "*", NULL, &error);

  if (haul_imap_session_get_capabilities (session) != HAUL_IMAP_CAPABILITY_MOVE)
    g_string_append_printf (self->problems, "capabilities %x; ", haul_imap_session_get_capabilities (session));
  if (haul_imap_session_get_append_limit (session) != 0)
    g_string_append (self->problems, "a limit from before; ");
  if (mailboxes == NULL)
    g_string_append_printf (self->problems, "%s; ", error->message);
  else if (mailboxes->len != 1)
    g_string_append_printf (self->problems, "%u mailboxes; ", mailboxes->len);
}

/* Commands in the open end with a line; a handshake or an alert of ours may follow, nothing else. */
static void
check_heard (Case *self, const char *heard)
{
  static const char *const secrets[] = { PASSWORD, BLOB, "AUTHENTICATE", "LOGIN", "APPEND", "COMPRESS" };
  const char *end = g_strrstr (heard, "\r\n");
  const char *rest = end == NULL ? heard : end + 2;
  g_autofree char *commands = g_strndup (heard, end == NULL ? 0 : (gsize)(end - heard));

  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (strstr (heard, secrets[i]) != NULL && (self->attack.code != SIGNS_IN || g_str_equal (secrets[i], "COMPRESS")))
      g_string_append_printf (self->problems, "“%s” was sent; ", secrets[i]);
  if (*rest != '\0' && *rest != 0x15 && *rest != 0x16)
    g_string_append_printf (self->problems, "“%s” was sent after it; ", rest);
  if (self->attack.last != NULL && !g_str_has_suffix (commands, self->attack.last))
    g_string_append_printf (self->problems, "the last command was “%s”; ", commands);
}

static void
run_case (gpointer data, gpointer user_data)
{
  Case *self = data;
  const char *script = self->script == NULL ? self->attack.script : self->script;
  g_autoptr (HaulTestServer) server = haul_test_server_new (good, script, NULL);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;
  HaulImapSession *session = sign_in (server, self->attack.security, &error);

  if (g_get_monotonic_time () - start > CASE_US)
    g_string_append (self->problems, "too late; ");
  if ((session != NULL) != (self->attack.code == SIGNS_IN))
    g_string_append_printf (self->problems, "%s; ", session != NULL ? "signed in" : error->message);
  else if (session != NULL)
    check_session (self, session);
  else
    check_error (self, error);
  g_clear_pointer (&session, haul_imap_session_close);
  g_autofree char *heard = haul_test_server_stop (server, &problem);
  check_heard (self, heard);
  if (problem != NULL)
    g_string_append_printf (self->problems, "%s; ", problem);
  if (haul_test_server_count_connections (server) != 1)
    g_string_append (self->problems, "it was tried again; ");
}

static Case *
add_case (GPtrArray *cases, const ImapAttack *attack, char *script)
{
  Case *self = g_new0 (Case, 1);

  self->attack = *attack;
  self->script = script;
  self->problems = g_string_new (NULL);
  g_ptr_array_add (cases, self);
  return self;
}

static void
run_all (GPtrArray *cases)
{
  GThreadPool *pool = g_thread_pool_new (run_case, NULL, THREADS, FALSE, NULL);

  for (guint i = 0; i < cases->len; i++)
    g_thread_pool_push (pool, cases->pdata[i], NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  for (guint i = 0; i < cases->len; i++)
    {
      Case *self = cases->pdata[i];
      if (self->problems->len > 0)
        {
          g_test_message ("%s, %s: %s", self->attack.id, self->attack.name, self->problems->str);
          g_test_fail ();
        }
      g_string_free (self->problems, TRUE);
      g_free (self->script);
      g_free (self);
    }
  n_cases += cases->len;
}

static void
test_attacks (void)
{
  g_autoptr (GPtrArray) cases = g_ptr_array_new ();

  for (gsize i = 0; i < imap_attacks_n; i++)
    add_case (cases, &imap_attacks[i], NULL);
  run_all (cases);
}

/* S-03: wherever the segment is cut, what is put behind the OK never passes as an answer. */
static void
test_splits (void)
{
  static const char injected[] = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n$next OK x\r\n";
  static const ImapAttack attack = { "S-03", "split", HAUL_SECURITY_STARTTLS, ANY_TLS_ERROR, NULL, "STARTTLS" };
  g_autoptr (GPtrArray) cases = g_ptr_array_new ();

  for (gsize cut = 0; cut < sizeof injected; cut++)
    {
      g_autofree char *plain = g_strndup (injected, cut);
      g_autofree char *before = g_strescape (plain, NULL);
      g_autofree char *after = g_strescape (injected + cut, NULL);
      if (cut > 0 && g_str_has_prefix (injected + cut, "next"))
        continue;
      add_case (cases, &attack, g_strdup_printf (ASK "s $ OK go\\r\\n%s\nW 20\ns %s", before, after))->may_be_other
          = TRUE;
    }
  run_all (cases);
}

/* S-05: what is told before TLS, or before the sign-in, is not known after it. */
static void
test_state (void)
{
  static const char *const told[] = {
    "LIST () \"/\" Evil",
    "LIST (\\Trash) \"/\" INBOX.Evil",
    "LSUB () \"/\" Evil",
    "STATUS INBOX (MESSAGES 7 UIDNEXT 8 UIDVALIDITY 9)",
    "SEARCH 1 2 3",
    "FLAGS (\\Answered \\Evil)",
    "5 EXISTS",
    "4294967295 EXISTS",
    "5 RECENT",
    "1 EXPUNGE",
    "1 FETCH (UID 7 FLAGS (\\Deleted))",
    "NAMESPACE ((\"Evil\" \"/\")) NIL NIL",
    "CAPABILITY IMAP4rev1 LITERAL+ MULTIAPPEND APPENDLIMIT=1",
    "OK [CAPABILITY IMAP4rev1 LITERAL+ APPENDLIMIT=1] hm",
    "OK [UIDVALIDITY 7] hm",
    "OK [PERMANENTFLAGS (\\Evil)] hm",
    "OK [APPENDUID 1 2] hm",
    "ID (\"name\" \"Evil\")",
    "QUOTA \"\" (STORAGE 1 1)",
    "ENABLED UTF8=ACCEPT",
    "VANISHED 1:4294967295",
    "OK [REFERRAL imap://evil.example/] hm",
    "NO [ALERT] hm",
  };
  static const ImapAttack attack = { "S-05", NULL, HAUL_SECURITY_STARTTLS, SIGNS_IN, NULL, "LOGOUT" };
  g_autoptr (GPtrArray) cases = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    for (int when = 0; when < 2; when++)
      {
        g_autofree char *line = g_strdup_printf ("S * %s\n", told[i]);
        const char *before = when == 0 ? line : "";
        const char *under = when == 0 ? "" : line;
        char *script = g_strconcat (GREETING, before, "S * CAPABILITY IMAP4rev1 STARTTLS\nS $ OK\nC STARTTLS\n", before,
                                    UNDER_TLS, under, SIGN_IN, under, SIGNED_IN LISTED, NULL);
        /* Under TLS the capabilities may be told in two pieces; the last counts. */
        add_case (cases, &attack, script)->attack.name = told[i];
      }
  run_all (cases);
}

/* S-06: where a server sends us, nobody goes. */
static void
test_referrals (void)
{
  g_autoptr (HaulTestServer) other = haul_test_server_new (NULL, "S * OK [CAPABILITY IMAP4rev1] ready", NULL);
  g_autofree char *url
      = g_strdup_printf ("REFERRAL imap://alice;AUTH=*@localhost:%u/", haul_test_server_get_port (other));
  static const struct
  {
    const char *name;
    const char *script; /* with %s for the code */
    int code;
    HaulSecurity security;
  } kinds[] = {
    { "greeting", "S * OK [%s] ready\nC CAPABILITY\nS * CAPABILITY IMAP4rev1\nS $ OK", HAUL_IMAP_ERROR_NO_TLS,
      HAUL_SECURITY_STARTTLS },
    { "farewell", "S * BYE [%s] moved", HAUL_IMAP_ERROR_BYE, HAUL_SECURITY_STARTTLS },
    { "farewell under TLS", "T\nS * BYE [%s] moved", HAUL_IMAP_ERROR_BYE, HAUL_SECURITY_TLS },
    { "CAPABILITY", "S * OK ready\nC CAPABILITY\nS $ NO [%s] moved", HAUL_IMAP_ERROR_REFUSED, HAUL_SECURITY_STARTTLS },
    { "STARTTLS", ASK "S $ NO [%s] moved", HAUL_IMAP_ERROR_NO_TLS, HAUL_SECURITY_STARTTLS },
    { "OK to STARTTLS", ASK "S $ OK [%s] go\nX", ANY_TLS_ERROR, HAUL_SECURITY_STARTTLS },
    { "untagged, under TLS", "T\nS * OK ready\nC CAPABILITY\nS * OK [%s] moved\nS * CAPABILITY LOGINDISABLED\nS $ OK",
      HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED, HAUL_SECURITY_TLS },
  };
  g_autoptr (GPtrArray) cases = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      ImapAttack attack = { "S-06", kinds[i].name, kinds[i].security, kinds[i].code, NULL, NULL };
      g_auto (GStrv) pieces = g_strsplit (kinds[i].script, "%s", 2);
      add_case (cases, &attack, g_strconcat (pieces[0], url, pieces[1], NULL));
    }
  run_all (cases);
  g_assert_cmpuint (haul_test_server_count_connections (other), ==, 0);
}

/* S-07: what a server says after it has proved who it is, is shown as plain and short text. */
static void
test_words (void)
{
  static const char *const texts[] = {
    "<b>bold</b> <a href='x'>y</a>", "\342\200\256drowssap", "\33[2Jcls\7", "tab\there", "\302\233csi", "\377\376bad",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *escaped = g_strescape (texts[i], NULL);
      g_autofree char *script
          = g_strdup_printf ("T\nS * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR LOGINDISABLED] hi\n"
                             "C AUTHENTICATE PLAIN *\ns $ NO [AUTHENTICATIONFAILED] %s \nF 100 %s\n"
                             "s \\r\\n",
                             escaped, escaped);
      g_autoptr (HaulTestServer) server = haul_test_server_new (good, script, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (sign_in (server, HAUL_SECURITY_TLS, &error));
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED);
      const char *shown = haul_imap_error_get_server_text (error);
      g_assert_true (g_utf8_validate (shown, -1, NULL));
      g_assert_cmpint (g_utf8_strlen (shown, -1), <=, 500);
      for (const char *at = shown; *at != '\0'; at = g_utf8_next_char (at))
        g_assert_false (g_unichar_iscntrl (g_utf8_get_char (at))
                        || g_unichar_type (g_utf8_get_char (at)) == G_UNICODE_FORMAT);
      n_cases++;
    }
}

/* S-04: tags cannot be known beforehand. */
static void
test_tags (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (HaulTestServer) server = haul_test_server_new (NULL, "S * OK ready\nC CAPABILITY\nX", NULL);
      g_autoptr (HaulImapSession) session = sign_in (server, HAUL_SECURITY_STARTTLS, NULL);
      g_autofree char *heard = haul_test_server_stop (server, NULL);
      g_hash_table_add (seen, g_strndup (heard, strcspn (heard, " ")));
    }
  g_assert_cmpuint (g_hash_table_size (seen), >=, 7);
}

static void
test_count (void)
{
  g_test_message ("%u cases between a client and its server, all without effect", n_cases);
  g_assert_cmpuint (n_cases, >=, 80);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  haul_imap_transport_set_limits (&(HaulImapTimeLimits){
      .connect_ms = 10000, .tls_ms = 3000, .greeting_ms = 3000, .command_ms = 3000, .append_ms = 3000 });
  certificates = haul_test_certificates_new ();
  if (certificates == NULL)
    {
      g_print ("1..0 # SKIP certtool (gnutls-bin) is not installed\n");
      return 0;
    }
  good
      = haul_test_certificates_make (certificates, TRUE, "dns_name = localhost\ntls_www_server\nexpiration_days = 2\n");
  g_test_add_func ("/imap-attacks/attacks", test_attacks);
  g_test_add_func ("/imap-attacks/splits", test_splits);
  g_test_add_func ("/imap-attacks/state", test_state);
  g_test_add_func ("/imap-attacks/referrals", test_referrals);
  g_test_add_func ("/imap-attacks/words", test_words);
  g_test_add_func ("/imap-attacks/tags", test_tags);
  g_test_add_func ("/imap-attacks/count", test_count);
  int status = g_test_run ();
  g_free (good);
  haul_test_certificates_free (certificates);
  return status;
}
