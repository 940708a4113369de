/* test-haul-sign-in-doctor.c - servers' own words, and what they mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words are those that docs/wire.md and the scripted server's personalities give a source for.
 */
#include "account/haul-sign-in-doctor.h"

#include "imap/haul-imap-error.h"

#define EXCHANGE "The Microsoft Exchange IMAP4 service is ready."
#define ONLINE EXCHANGE " [TQBXAEgA]"
#define ONLINE_2026 "Microsoft Exchange IMAP4 service ready. 0 (tcpproxy/15.21.0406.000 BACKENDAUTHENTICATE) [AAAA]"
#define OLD "Microsoft Exchange IMAP4rev1 server version 5.5.2654.50 (host) ready"
#define GMAIL "Gimap ready for requests from 127.0.0.1 i9if7359725qay"
#define DOVECOT "Dovecot ready."
#define TOKENS "IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS"
#define REFUSED HAUL_IMAP_ERROR_LOGIN_REFUSED
#define UNSUPPORTED HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED
#define CLOSED HAUL_IMAP_ERROR_NOT_CONNECTED
#define THROTTLED HAUL_IMAP_ERROR_THROTTLED

typedef struct
{
  const char *greeting;
  const char *user; /* * before it: for another's mailbox; ! before it: with a token */
  HaulImapError error;
  const char *code; /* and what stands behind it */
  const char *text;
  HaulSignInFinding finding;
  const char *server;
} Case;

static const Case cases[] = {
  { DOVECOT, "bob", REFUSED, "AUTHENTICATIONFAILED", "Authentication failed.", HAUL_SIGN_IN_NOTHING, NULL },
  { DOVECOT, "bob", REFUSED, NULL, "", HAUL_SIGN_IN_NOTHING, NULL },
  { DOVECOT, "*bob", REFUSED, "AUTHENTICATIONFAILED", "Authentication failed.", HAUL_SIGN_IN_NOTHING, NULL },
  { DOVECOT, "*bob", REFUSED, "AUTHORIZATIONFAILED", "No", HAUL_SIGN_IN_NO_ACCESS, NULL },
  { DOVECOT, "*bob", REFUSED, NULL, "No", HAUL_SIGN_IN_OTHER_MAILBOX, NULL },
  { DOVECOT, "bob", REFUSED, "EXPIRED", "x", HAUL_SIGN_IN_EXPIRED, NULL },
  { DOVECOT, "bob", REFUSED, NULL, "Your Password has expired", HAUL_SIGN_IN_EXPIRED, NULL },
  { DOVECOT, "bob", REFUSED, "CONTACTADMIN", "x", HAUL_SIGN_IN_CONTACT_ADMIN, NULL },
  { DOVECOT, "bob", REFUSED, "PRIVACYREQUIRED", "x", HAUL_SIGN_IN_NEEDS_PROTECTION, NULL },
  { DOVECOT, "bob", REFUSED, NULL, "Account is locked", HAUL_SIGN_IN_LOCKED, NULL },
  { DOVECOT, "bob", REFUSED, "AUTHENTICATIONFAILED", "Too many login failures, locked", HAUL_SIGN_IN_LOCKED, NULL },
  { DOVECOT, "bob", THROTTLED, "UNAVAILABLE", "Account is temporarily disabled.", HAUL_SIGN_IN_LOCKED, NULL },
  { DOVECOT, "bob", THROTTLED, "UNAVAILABLE", "Temporary authentication failure.", HAUL_SIGN_IN_UNAVAILABLE, NULL },
  { DOVECOT, "bob", THROTTLED, "UNAVAILABLE",
    "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", HAUL_SIGN_IN_TOO_MANY,
    NULL },
  { DOVECOT, "bob", HAUL_IMAP_ERROR_BYE, NULL, "Good bye", HAUL_SIGN_IN_NOTHING, NULL },
  { DOVECOT, "bob", CLOSED, NULL, "no", HAUL_SIGN_IN_NOTHING, NULL },
  { DOVECOT, "bob", HAUL_IMAP_ERROR_TIMED_OUT, NULL, NULL, HAUL_SIGN_IN_NOTHING, NULL },
  { DOVECOT, "!bob", REFUSED, NULL, "no", HAUL_SIGN_IN_TOKEN_REFUSED, NULL },

  { EXCHANGE, "bob", REFUSED, NULL, "AUTHENTICATE failed.", HAUL_SIGN_IN_NAME_FORM, NULL },
  { EXCHANGE, "bob@corp.example", REFUSED, NULL, "LOGIN failed.", HAUL_SIGN_IN_NAME_FORM, NULL },
  { EXCHANGE, "CORP\\bob", REFUSED, NULL, "AUTHENTICATE failed.", HAUL_SIGN_IN_EXCHANGE, NULL },
  { EXCHANGE, "CORP/bob", REFUSED, NULL, "LOGIN failed.", HAUL_SIGN_IN_EXCHANGE, NULL },
  { EXCHANGE, "CORP\\administrator", REFUSED, NULL, "LOGIN failed.", HAUL_SIGN_IN_BUILT_IN, NULL },
  { EXCHANGE, "*CORP\\bob", REFUSED, NULL, "LOGIN failed.", HAUL_SIGN_IN_OTHER_MAILBOX, NULL },
  { EXCHANGE, "CORP\\bob", CLOSED, NULL, "User is authenticated but not connected.", HAUL_SIGN_IN_NO_SESSION, NULL },
  { EXCHANGE, "*CORP\\bob", CLOSED, NULL, "User is authenticated but not connected.", HAUL_SIGN_IN_NO_ACCESS, NULL },
  { ONLINE, "bob", CLOSED, NULL, "User is authenticated but not connected.", HAUL_SIGN_IN_NO_SESSION_ONLINE, NULL },
  { ONLINE, "bob", REFUSED, NULL, "AUTHENTICATE failed.", HAUL_SIGN_IN_TOKEN_ONLY, NULL },
  { ONLINE_2026, "!bob", REFUSED, NULL, "AUTHENTICATE failed.", HAUL_SIGN_IN_TOKEN_REFUSED, NULL },
  { ONLINE_2026, "bob", UNSUPPORTED, NULL, NULL, HAUL_SIGN_IN_TOKEN_ONLY, NULL },
  { OLD, "bob", CLOSED, NULL, "There is no replica for that mailbox on this server.", HAUL_SIGN_IN_REFERRAL, NULL },

  { GMAIL, "bob", REFUSED, "ALERT", "Application-specific password required: https://support.google.com/x (Failure)",
    HAUL_SIGN_IN_APP_PASSWORD, NULL },
  { GMAIL, "bob", REFUSED, "ALERT", "Please log in via your web browser: https://support.google.com/x (Failure)",
    HAUL_SIGN_IN_BROWSER, NULL },
  { GMAIL, "bob", REFUSED, "ALERT",
    "Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP",
    HAUL_SIGN_IN_IMAP_OFF, NULL },
  { GMAIL, "bob", REFUSED, "AUTHENTICATIONFAILED", "Invalid credentials (Failure)", HAUL_SIGN_IN_MAYBE_APP_PASSWORD,
    NULL },
  { GMAIL, "bob", THROTTLED, "ALERT", "Too many simultaneous connections. (Failure)", HAUL_SIGN_IN_TOO_MANY, NULL },

  { DOVECOT, "bob", REFUSED, "REFERRAL imap://bob;AUTH=*@other.example.org/", "elsewhere", HAUL_SIGN_IN_REFERRAL,
    "other.example.org" },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://CORP%2Fbob%2Fbob;AUTH=*@other", "", HAUL_SIGN_IN_REFERRAL, "other" },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://other:1143/INBOX", "", HAUL_SIGN_IN_REFERRAL, "other:1143" },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://a@b@other", "", HAUL_SIGN_IN_REFERRAL, "other" },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://;AUTH=*@<b>evil</b>/", "", HAUL_SIGN_IN_REFERRAL, NULL },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://other:99999999/", "", HAUL_SIGN_IN_REFERRAL, NULL },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://other\342\200\256gro/", "", HAUL_SIGN_IN_REFERRAL, NULL },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://-x/", "", HAUL_SIGN_IN_REFERRAL, NULL },
  { DOVECOT, "bob", REFUSED, "REFERRAL imap://", "", HAUL_SIGN_IN_REFERRAL, NULL },
  { DOVECOT, "bob", REFUSED, "REFERRAL nonsense", "", HAUL_SIGN_IN_REFERRAL, NULL },
};

static GError *
make_error (const Case *one)
{
  g_auto (GStrv) code = g_strsplit (one->code == NULL ? "" : one->code, " ", 2);
  GError *error = haul_imap_error_new (one->error, code[0], one->text, "sign-in");

  haul_imap_error_set_server_code_text (error, code[0] == NULL ? NULL : code[1]);
  return error;
}

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *one = &cases[i];
      g_autoptr (GError) error = make_error (one);
      g_autofree char *server = NULL;
      HaulSignInSigns signs = { .error = error,
                                .greeting = one->greeting,
                                .capabilities = one->error == UNSUPPORTED ? TOKENS : "IMAP4rev1 AUTH=PLAIN",
                                .host = "mail.example.org",
                                .user = one->user + strspn (one->user, "*!"),
                                .wants_other = *one->user == '*',
                                .has_token = *one->user == '!',
                                .is_protected = TRUE };
      g_test_message ("%s, %s: %s", one->greeting, one->user, one->text);
      g_assert_cmpint (haul_sign_in_doctor_examine (&signs, &server), ==, one->finding);
      g_assert_cmpstr (server, ==, one->server);
    }
}

/* RFC 2221: let in, and told in the OK that the mailbox is elsewhere; then it does not open. */
static void
test_referral_in_ok (void)
{
  g_autoptr (GError) error = haul_imap_error_new (CLOSED, NULL, "There is no replica", "x");
  g_autofree char *server = NULL;
  HaulSignInSigns signs = { .error = error, .greeting = OLD, .user = "bob", .referral = "imap://bob;AUTH=*@otherhost" };

  g_assert_cmpint (haul_sign_in_doctor_examine (&signs, &server), ==, HAUL_SIGN_IN_REFERRAL);
  g_assert_cmpstr (server, ==, "otherhost");
}

static void
test_offers (void)
{
  static const struct
  {
    const char *capabilities;
    gboolean is_protected;
    HaulSignInFinding finding;
  } offers[] = {
    { "IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED", TRUE, HAUL_SIGN_IN_TOKEN_ONLY },
    { "imap4rev1 auth=oauthbearer logindisabled", TRUE, HAUL_SIGN_IN_TOKEN_ONLY },
    { "IMAP4rev1 LOGINDISABLED", TRUE, HAUL_SIGN_IN_NOTHING },
    { "IMAP4rev1 LOGINDISABLED STARTTLS", FALSE, HAUL_SIGN_IN_NEEDS_PROTECTION },
    { "IMAP4rev1 LOGINDISABLED AUTH=GSSAPI", TRUE, HAUL_SIGN_IN_NOTHING },
    { NULL, TRUE, HAUL_SIGN_IN_NOTHING },
    { "IMAP4rev1 AUTH=GSSAPI", TRUE, HAUL_SIGN_IN_NO_TICKET },
    { "IMAP4rev1 AUTH=PLAIN", TRUE, HAUL_SIGN_IN_NOT_OFFERED },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autoptr (GError) error = haul_imap_error_new (UNSUPPORTED, NULL, NULL, "x");
      gboolean wants_ticket = offers[i].finding == HAUL_SIGN_IN_NO_TICKET;
      HaulSignInSigns signs = { .error = error,
                                .capabilities = offers[i].capabilities,
                                .user = "bob",
                                .is_protected = offers[i].is_protected,
                                .is_chosen = wants_ticket || offers[i].finding == HAUL_SIGN_IN_NOT_OFFERED,
                                .wants_ticket = wants_ticket };
      g_assert_cmpint (haul_sign_in_doctor_examine (&signs, NULL), ==, offers[i].finding);
    }
}

static void
test_kinds (void)
{
  static const struct
  {
    const char *greeting;
    const char *host;
    HaulServerKind kind;
  } kinds[] = {
    { EXCHANGE, "mail.example.org", HAUL_SERVER_KIND_EXCHANGE },
    { OLD, NULL, HAUL_SERVER_KIND_EXCHANGE },
    { ONLINE, "localhost", HAUL_SERVER_KIND_EXCHANGE_ONLINE },
    { ONLINE_2026, "localhost", HAUL_SERVER_KIND_EXCHANGE_ONLINE },
    { "Welcome", "Outlook.Office365.com", HAUL_SERVER_KIND_EXCHANGE_ONLINE },
    { "Welcome", "office365.com.example.org", HAUL_SERVER_KIND_OTHER },
    { GMAIL, NULL, HAUL_SERVER_KIND_GMAIL },
    { "x", "imap.gmail.com", HAUL_SERVER_KIND_GMAIL },
    { "x", "imap.mail.yahoo.com", HAUL_SERVER_KIND_APP_PASSWORDS },
    { "x", "imap.mail.me.com", HAUL_SERVER_KIND_APP_PASSWORDS },
    { NULL, NULL, HAUL_SERVER_KIND_OTHER },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpint (haul_sign_in_doctor_get_kind (kinds[i].greeting, kinds[i].host), ==, kinds[i].kind);
}

/* S-07: what a server says is shown, but as plain letters, and not without end. */
static void
test_words_are_tamed (void)
{
  g_autofree char *endless = g_strnfill (1 << 20, 'x');
  g_autoptr (GError) error
      = haul_imap_error_new (REFUSED, NULL,
                             "\033[2Ja\r\nb\302\205\342\200\256c\342\201\246d\342\200\213e\342\200\250f<b>\303\244</b>",
                             "x");
  g_autoptr (GError) big = haul_imap_error_new (REFUSED, NULL, endless, "x");
  const char *text = haul_imap_error_get_server_text (error);

  g_assert_cmpstr (text, ==,
                   "\357\277\275[2Ja\357\277\275\357\277\275b\357\277\275\357\277\275c\357\277\275d\357\277\275e"
                   "\357\277\275f<b>\303\244</b>");
  g_assert_cmpuint (strlen (haul_imap_error_get_server_text (big)), ==, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sign-in-doctor/cases", test_cases);
  g_test_add_func ("/sign-in-doctor/referral-in-ok", test_referral_in_ok);
  g_test_add_func ("/sign-in-doctor/offers", test_offers);
  g_test_add_func ("/sign-in-doctor/kinds", test_kinds);
  g_test_add_func ("/sign-in-doctor/words-are-tamed", test_words_are_tamed);
  return g_test_run ();
}
