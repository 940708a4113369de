/* test-imap-certificates-table.c - which certificates are trusted: at first, pinned, and when the pin changed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each kind of certificate in each state; with TLS at once, and with STARTTLS where that could make a difference. A
 * server whose certificate is not trusted hears nothing but a handshake.
 *
 * See: docs/wire.md; RFC 9525, RFC 5280.
 */
#include <string.h>

#include "haul-test-certificates.h"
#include "haul-test-resolver.h"
#include "haul-test-server.h"
#include "imap/haul-imap-certificate.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-session.h"
#include "imap/haul-imap-tls.h"

#define GREET "T\nS * OK [CAPABILITY IMAP4rev1] ready\nC LOGOUT"
#define UPGRADE                                                                                                        \
  "S * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC STARTTLS\nS $ OK go\nT\n"                                           \
  "C CAPABILITY\nS * CAPABILITY IMAP4rev1\nS $ OK\nC LOGOUT"
#define VALID "tls_www_server\nexpiration_days = 2\n"
#define LOCAL "dns_name = localhost\n" VALID
#define MAIL "mail.example.test"
#define UMLAUT "post.b\303\274cher.test"
/* Each handshake is a task of GLib, client's and server's, of which only ten get a thread at once. */
#define THREADS 5

#define BAD_IDENTITY G_TLS_CERTIFICATE_BAD_IDENTITY
#define UNKNOWN_CA G_TLS_CERTIFICATE_UNKNOWN_CA
#define INSECURE G_TLS_CERTIFICATE_INSECURE

typedef enum
{
  STATE_FIRST_USE,
  STATE_PINNED,         /* with all that is wrong with it */
  STATE_PIN_CHANGED,    /* another certificate was pinned */
  STATE_PINNED_CLEANLY, /* when nothing was wrong yet */
  N_STATES,
} State;

typedef enum
{
  ISSUER_AUTHORITY,
  ISSUER_ITSELF,
  ISSUER_RSA,
  ISSUER_BETWEEN, /* an authority of our authority */
  ISSUER_LEAF,    /* a server's certificate, which may issue none */
} Issuer;

typedef struct
{
  const char *id;
  const char *name;
  const char *template;
  const char *host;
  guint problems; /* 0: trusted */
  Issuer issuer;
  const char *key;
  const char *options;
  gboolean has_chain;
  gboolean both_ways; /* also with STARTTLS */
} Kind;

static const Kind kinds[] = {
  { "T-01", "right", LOCAL, "localhost", 0, .both_ways = TRUE },
  { "T-01", "right, by RSA", LOCAL, "localhost", 0, .issuer = ISSUER_RSA },
  { "T-01", "no purpose named", "dns_name = localhost\nexpiration_days = 2\n", "localhost", 0 },
  { "T-01", "one of several names", "dns_name = a.test\ndns_name = " MAIL "\ndns_name = b.test\n" VALID, MAIL, 0 },
  { "T-01", "in other letters", "dns_name = MAIL.Example.TEST\n" VALID, MAIL, 0 },
  { "T-02", "wrong name", "dns_name = other.example.test\n" VALID, MAIL, BAD_IDENTITY, .both_ways = TRUE },
  { "T-02", "the domain above", "dns_name = example.test\n" VALID, MAIL, BAD_IDENTITY },
  { "T-03", "wildcard", "dns_name = *.example.test\n" VALID, MAIL, 0 },
  { "T-03", "wildcard for one level only", "dns_name = *.example.test\n" VALID, "a.mail.example.test", BAD_IDENTITY },
  { "T-03", "wildcard for no level", "dns_name = *." MAIL "\n" VALID, MAIL, BAD_IDENTITY },
  { "T-03", "wildcard alone", "dns_name = *\n" VALID, MAIL, BAD_IDENTITY },
  { "T-03", "wildcard over a top level", "dns_name = *.test\n" VALID, MAIL, BAD_IDENTITY },
  { "T-03", "wildcard in a word", "dns_name = ma*l.example.test\n" VALID, MAIL, BAD_IDENTITY },
  { "T-03", "wildcard within", "dns_name = mail.*.test\n" VALID, MAIL, BAD_IDENTITY },
  { "T-04", "with a tail", "dns_name = " MAIL ".evil.example\n" VALID, MAIL, BAD_IDENTITY },
  { "T-04", "with a head", "dns_name = evil" MAIL "\n" VALID, MAIL, BAD_IDENTITY },
  { "T-05", "address", "ip_address = 127.0.0.1\n" VALID, "127.0.0.1", 0 },
  { "T-05", "another address", "ip_address = 127.0.0.2\n" VALID, "127.0.0.1", BAD_IDENTITY },
  { "T-06", "address asked, name shown", LOCAL, "127.0.0.1", BAD_IDENTITY },
  { "T-06", "address asked, wildcard shown", "dns_name = *.0.0.1\n" VALID, "127.0.0.1", BAD_IDENTITY },
  { "T-06", "name asked, address shown", "ip_address = 127.0.0.1\n" VALID, MAIL, BAD_IDENTITY },
  { "T-07", "expired",
    "dns_name = localhost\ntls_www_server\n"
    "activation_date = \"2020-01-01 00:00:00\"\nexpiration_date = \"2020-02-01 00:00:00\"\n",
    "localhost", G_TLS_CERTIFICATE_EXPIRED, .both_ways = TRUE },
  { "T-08", "not yet valid",
    "dns_name = localhost\ntls_www_server\n"
    "activation_date = \"2090-01-01 00:00:00\"\nexpiration_date = \"2091-01-01 00:00:00\"\n",
    "localhost", G_TLS_CERTIFICATE_NOT_ACTIVATED },
  { "T-09", "self-signed", LOCAL, "localhost", UNKNOWN_CA, .issuer = ISSUER_ITSELF, .both_ways = TRUE },
  { "T-09", "self-signed for somebody else", "dns_name = a.test\n" VALID, "localhost", UNKNOWN_CA | BAD_IDENTITY,
    .issuer = ISSUER_ITSELF },
  { "T-11", "common name only", "cn = localhost\n" VALID, "localhost", HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME,
    .both_ways = TRUE },
  { "T-11", "right common name, wrong names", "cn = " MAIL "\ndns_name = a.test\n" VALID, MAIL, BAD_IDENTITY },
  { "T-11", "right common name, a mail address", "cn = localhost\nemail = a@localhost\n" VALID, "localhost",
    HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME },
  { "T-12", "for clients only", "dns_name = localhost\ntls_www_client\nexpiration_days = 2\n", "localhost",
    HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS },
  { "T-12", "for mail only", "dns_name = localhost\nemail_protection_key\nexpiration_days = 2\n", "localhost",
    HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS },
  { "T-13", "weak key", LOCAL, "localhost", INSECURE, .key = "--rsa --bits 768" },
  { "T-13", "short key", LOCAL, "localhost", 0, .key = "--rsa --bits 1024" },
  { "T-14", "signed with SHA-1", LOCAL, "localhost", INSECURE, ISSUER_RSA, .options = "--hash SHA1" },
  { "T-15", "signed with MD5", LOCAL, "localhost", INSECURE, ISSUER_RSA, .options = "--hash MD5" },
  { "T-16", "a critical word nobody knows", LOCAL "add_critical_extension = \"1.2.3.4.5 0x0500\"\n", "localhost",
    G_TLS_CERTIFICATE_GENERIC_ERROR | UNKNOWN_CA },
  { "T-17", "the one between is missing", LOCAL, "localhost", UNKNOWN_CA, ISSUER_BETWEEN },
  { "T-17", "the one between goes along", LOCAL, "localhost", 0, ISSUER_BETWEEN, .has_chain = TRUE },
  { "T-18", "an authority's own", LOCAL "ca\n", "localhost", 0 },
  { "T-18", "issued by a server's certificate", LOCAL, "localhost", UNKNOWN_CA, ISSUER_LEAF, .has_chain = TRUE },
  { "T-19", "final dot", LOCAL, "localhost.", 0, .both_ways = TRUE },
  { "T-19", "final dot, wrong name", "dns_name = a.test\n" VALID, "localhost.", BAD_IDENTITY },
  { "T-20", "letters beyond ASCII", "dns_name = post.xn--bcher-kva.test\n" VALID, UMLAUT, 0, .both_ways = TRUE },
  { "T-20", "letters beyond ASCII, another's", "dns_name = post.bucher.test\n" VALID, UMLAUT, BAD_IDENTITY },
};

static HaulTestCertificates *certificates;

static char *
digest_of (const char *path)
{
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  return haul_imap_certificate_dup_sha256 (certificate);
}

/* One connection; the main thread tells what was wrong. */
typedef struct
{
  const Kind *kind;
  State state;
  HaulSecurity security;
  const char *path;
  const char *digest;
  char *pin;          /* (owned) (nullable) */
  GString *complaint; /* (owned) */
} Case;

static guint
get_expected (const Case *self)
{
  guint problems = self->kind->problems;

  switch (self->state)
    {
    case STATE_PINNED:
      return (problems & HAUL_IMAP_TLS_NEVER_PINNED) == 0 ? 0 : problems | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM;
    case STATE_PIN_CHANGED:
      return problems | HAUL_IMAP_CERTIFICATE_PIN_CHANGED;
    case STATE_PINNED_CLEANLY:
      return problems == 0 ? 0 : problems | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM;
    case STATE_FIRST_USE:
    case N_STATES:
    default:
      return problems;
    }
}

static void
check_refusal (Case *self, const GError *error, guint expected)
{
  if (!g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE))
    {
      g_string_append_printf (self->complaint, "%s; ", error->message);
      return;
    }
  g_autofree char *shown = haul_imap_certificate_dup_sha256 (haul_imap_error_get_certificate (error));
  if (haul_imap_error_get_problems (error) != expected)
    g_string_append_printf (self->complaint, "problems %x and not %x; ", haul_imap_error_get_problems (error),
                            expected);
  if (!g_str_equal (shown, self->digest))
    g_string_append (self->complaint, "another certificate is shown; ");
}

static void
run_case (gpointer data, gpointer user_data)
{
  Case *self = data;
  gboolean is_at_once = self->security == HAUL_SECURITY_TLS;
  guint expected = get_expected (self);
  g_autoptr (HaulTestServer) server = haul_test_server_new (self->path, is_at_once ? GREET : UPGRADE, NULL);
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new (self->kind->host, haul_test_server_get_port (server), self->security);
  const char *pins[] = { self->pin, NULL };
  HaulImapOptions options
      = { .endpoint = endpoint, .ca_file = haul_test_certificates_get_ca_path (certificates), .pins = pins };
  g_autoptr (GError) error = NULL;
  HaulImapSession *session = haul_imap_session_open (&options, NULL, &error);

  if ((session != NULL) != (expected == 0))
    g_string_append_printf (self->complaint, "%s; ", session != NULL ? "trusted" : error->message);
  else if (session == NULL)
    check_refusal (self, error, expected);
  gboolean was_refused = session == NULL;
  g_clear_pointer (&session, haul_imap_session_close);
  g_autofree char *heard = haul_test_server_stop (server, NULL);
  if (was_refused && (is_at_once ? *heard != '\0' && *heard != 0x16 : strstr (heard, "CAPABILITY") != NULL))
    g_string_append_printf (self->complaint, "“%s” was sent; ", heard);
}

static char *
cook (const Kind *kind, const char *between, const char *leaf)
{
  HaulTestCertificatesRecipe recipe = {
    .template = kind->template,
    .issuer = kind->issuer == ISSUER_BETWEEN ? between
              : kind->issuer == ISSUER_LEAF  ? leaf
                                             : NULL,
    .is_self_signed = kind->issuer == ISSUER_ITSELF,
    .has_rsa_issuer = kind->issuer == ISSUER_RSA,
    .key = kind->key,
    .options = kind->options,
    .has_chain = kind->has_chain,
  };
  return haul_test_certificates_cook (certificates, &recipe);
}

static char *
dup_pin (const Kind *kind, State state, const char *digest, const char *other)
{
  switch (state)
    {
    case STATE_PINNED:
      return g_strdup_printf ("%s:%x", digest, kind->problems);
    case STATE_PIN_CHANGED:
      return g_strdup_printf ("%s:%x", other, kind->problems);
    case STATE_PINNED_CLEANLY:
      return g_strdup_printf ("%s:0", digest);
    case STATE_FIRST_USE:
    case N_STATES:
    default:
      return NULL;
    }
}

static void
add_cases (GPtrArray *cases, const Kind *kind, const char *path, const char *digest, const char *other)
{
  for (HaulSecurity security = HAUL_SECURITY_TLS; security <= HAUL_SECURITY_STARTTLS; security++)
    for (State state = 0; state < N_STATES; state++)
      {
        if ((security == HAUL_SECURITY_STARTTLS && !kind->both_ways)
            || (state == STATE_PINNED_CLEANLY && kind->problems == 0))
          continue;
        Case *self = g_new0 (Case, 1);
        self->kind = kind;
        self->state = state;
        self->security = security;
        self->path = path;
        self->digest = digest;
        self->pin = dup_pin (kind, state, digest, other);
        self->complaint = g_string_new (NULL);
        g_ptr_array_add (cases, self);
      }
}

static void
tell_all (GPtrArray *cases)
{
  static const char *const states[] = { "first use", "pinned", "pin changed", "pinned when it was well" };

  for (guint i = 0; i < cases->len; i++)
    {
      Case *self = cases->pdata[i];
      if (self->complaint->len > 0)
        {
          g_test_message ("%s, %s, %s, %s: %s", self->kind->id, self->kind->name, states[self->state],
                          self->security == HAUL_SECURITY_TLS ? "TLS" : "STARTTLS", self->complaint->str);
          g_test_fail ();
        }
      g_string_free (self->complaint, TRUE);
      g_free (self->pin);
      g_free (self);
    }
  g_test_message ("%u kinds of certificates, %u connections", (guint)G_N_ELEMENTS (kinds), cases->len);
}

static void
test_table (void)
{
  g_autoptr (GPtrArray) cases = g_ptr_array_new ();
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *other = haul_test_certificates_make (certificates, FALSE, "dns_name = other\n" VALID);
  g_autofree char *other_digest = digest_of (other);
  g_autofree char *between
      = haul_test_certificates_make (certificates, TRUE,
                                     "cn = \"Between\"\nca\ncert_signing_key\nexpiration_days = 2\n");
  g_autofree char *leaf = haul_test_certificates_make (certificates, TRUE, "cn = \"Leaf\"\n" LOCAL);
  GThreadPool *pool = g_thread_pool_new (run_case, NULL, THREADS, FALSE, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      char *path = cook (&kinds[i], between, leaf);
      char *digest = digest_of (path);
      g_ptr_array_add (kept, path);
      g_ptr_array_add (kept, digest);
      add_cases (cases, &kinds[i], path, digest, other_digest);
    }
  for (guint i = 0; i < cases->len; i++)
    g_thread_pool_push (pool, cases->pdata[i], NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  tell_all (cases);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "localhost", MAIL, "a.mail.example.test", "post.xn--bcher-kva.test" };

  g_test_init (&argc, &argv, NULL);
  certificates = haul_test_certificates_new ();
  if (certificates == NULL)
    {
      g_print ("1..0 # SKIP certtool (gnutls-bin) is not installed\n");
      return 0;
    }
  HaulTestResolver *resolver = haul_test_resolver_install ();
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    haul_test_resolver_add_name (resolver, names[i], "127.0.0.1");
  g_test_add_func ("/imap-certificates/table", test_table);
  int status = g_test_run ();
  haul_test_certificates_free (certificates);
  return status;
}
