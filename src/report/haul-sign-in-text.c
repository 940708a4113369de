/* haul-sign-in-text.c - why a server did not let somebody in, in a person's words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     account/haul-sign-in-doctor.h
 */
#include "report/haul-sign-in-text.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

#include "account/haul-login.h"

typedef struct
{
  const char *word; /* (nullable) NULL: as the error's own */
  HaulField field;
  const char *sentence; /* (nullable) NULL: as the error's own */
  const char *advice;
} Row;

#define ASK_ADMINISTRATOR N_ ("Ask the people who run the mail server.")

static const Row rows[HAUL_N_SIGN_IN_FINDINGS] = {
  [HAUL_SIGN_IN_NAME_FORM]
  = { "sign-in-refused", HAUL_FIELD_USER,
      N_ ("The mail server, an Exchange, did not accept this user name and password. It gives no reason."),
      N_ ("Check the password, and try the user name with the domain of the company: DOMAIN\\user, or "
          "DOMAIN\\user\\mailbox "
          "where the mailbox has another name. If that does not help, IMAP may be switched off for this mailbox.") },
  [HAUL_SIGN_IN_EXCHANGE]
  = { "sign-in-refused", HAUL_FIELD_PASSWORD,
      N_ ("The mail server, an Exchange, did not accept this user name and password. It gives no reason."),
      N_ ("Check both. If the mailbox has another name than the user, add it: DOMAIN\\user\\mailbox. If all is right, "
          "IMAP may be switched off for this mailbox, or the account locked: ask the people who run the mail "
          "server.") },
  [HAUL_SIGN_IN_BUILT_IN]
  = { "sign-in-refused", HAUL_FIELD_USER,
      N_ ("The mail server, an Exchange, does not open the mailbox of its built-in Administrator."),
      N_ ("Use another user, and give it access to the mailbox.") },
  [HAUL_SIGN_IN_TOKEN_ONLY]
  = { "sign-in-token-only", HAUL_FIELD_PASSWORD,
      N_ ("The mail server does not take passwords from mail programs; it wants a sign-in with a browser (OAuth)."),
      N_ ("Ask the people who run the mail server for a command that prints an access token. It goes into the field "
          "“Access token command” under More in the window, or to mailhaul-cli as --token-command.") },
  [HAUL_SIGN_IN_TOKEN_REFUSED]
  = { "token-refused", HAUL_FIELD_PASSWORD, N_ ("The mail server did not accept the access token."),
      N_ ("It may have run out, belong to somebody else, or not be made for mail over IMAP. Check the command that "
          "prints it. If all is right, IMAP may be switched off for this mailbox: ask the people who run the mail "
          "server.") },
  [HAUL_SIGN_IN_APP_PASSWORD]
  = { "app-password-needed", HAUL_FIELD_PASSWORD,
      N_ ("The mail server does not take the usual password from mail programs; it wants an app password."),
      N_ ("Make an app password on the security page of the mail account, and type it here instead.") },
  [HAUL_SIGN_IN_MAYBE_APP_PASSWORD]
  = { "sign-in-refused", HAUL_FIELD_PASSWORD, N_ ("The mail server did not accept this user name and password."),
      N_ ("Check both. This mail service takes an app password in place of the usual one: it is made on the security "
          "page of the mail account.") },
  [HAUL_SIGN_IN_BROWSER]
  = { "browser-needed", HAUL_FIELD_PASSWORD,
      N_ ("The mail service wants to see you sign in with a web browser before it lets a mail program in."),
      N_ ("Sign in with a web browser on this computer, answer what is asked there, and try again.") },
  [HAUL_SIGN_IN_LOCKED]
  = { "account-locked", HAUL_FIELD_USER, N_ ("The account is locked."),
      N_ ("Wait, or ask the people who run the mail server to unlock it. Trying again keeps it locked.") },
  [HAUL_SIGN_IN_EXPIRED] = { "password-expired", HAUL_FIELD_PASSWORD, N_ ("The password has expired."),
                             N_ ("Choose a new one as you usually do, then type it here.") },
  [HAUL_SIGN_IN_IMAP_OFF]
  = { "imap-off", HAUL_FIELD_USER, N_ ("Access for mail programs (IMAP) is switched off for this mailbox."),
      N_ ("Switch it on in the settings of the mailbox, or ask the people who run the mail server to do it.") },
  [HAUL_SIGN_IN_CONTACT_ADMIN] = { "contact-admin", HAUL_FIELD_USER,
                                   N_ ("The mail server does not let this user in and says that the people who run it "
                                       "must be asked."),
                                   ASK_ADMINISTRATOR },
  [HAUL_SIGN_IN_NO_ACCESS]
  = { "no-access", HAUL_FIELD_USER, N_ ("The password is right, but this user may not open that mailbox."),
      N_ ("Check the mailbox’s name. If it is right, ask the people who run the mail server for full access to it.") },
  [HAUL_SIGN_IN_OTHER_MAILBOX]
  = { "sign-in-refused", HAUL_FIELD_USER,
      N_ ("The mail server did not accept this user name and password for the mailbox of another person."),
      N_ ("Check whether they open the user’s own mailbox. If they do, ask the people who run the mail server for full "
          "access to the other one.") },
  [HAUL_SIGN_IN_NO_SESSION]
  = { "mailbox-closed", HAUL_FIELD_USER,
      N_ ("The mail server, an Exchange, knows this user but does not open the mailbox."),
      N_ ("Old versions say this for a wrong password, too: check it. Else the mailbox has another name (try "
          "DOMAIN\\user\\mailbox), or too many connections to it are open: close other mail programs and try again.") },
  [HAUL_SIGN_IN_NO_SESSION_ONLINE]
  = { "mailbox-closed", HAUL_FIELD_USER, N_ ("Exchange Online knows this user but does not open the mailbox."),
      N_ ("It may have too many connections open: close other mail programs and try again in some minutes. Else the "
          "user has "
          "no licence, no full access to this mailbox, or the access token was not made for mail over IMAP: ask the "
          "people "
          "who run the mail server.") },
  [HAUL_SIGN_IN_REFERRAL]
  = { "other-server", HAUL_FIELD_SERVER, N_ ("The mailbox is on another server."), ASK_ADMINISTRATOR },
  [HAUL_SIGN_IN_NEEDS_PROTECTION]
  = { "no-tls", HAUL_FIELD_SERVER, N_ ("The mail server takes passwords over a protected connection only."),
      N_ ("Use a protected connection: TLS on port 993, or STARTTLS.") },
  [HAUL_SIGN_IN_NOT_OFFERED]
  = { "sign-in-unsupported", HAUL_FIELD_USER,
      N_ ("The mail server does not offer the way of signing in that was chosen."),
      N_ ("Leave the choice to Mailhaul, or ask the people who run the mail server which ways it has.") },
  [HAUL_SIGN_IN_NO_TICKET] = { "no-ticket", HAUL_FIELD_USER,
                               N_ ("There is no ticket (Kerberos) on this computer that this mail server accepts."),
                               N_ ("Sign in to the network of the company again, or use a password.") },
  [HAUL_SIGN_IN_UNAVAILABLE]
  = { NULL, HAUL_FIELD_NONE,
      N_ ("The mail server cannot let anybody in just now. It does not say that the password is wrong."),
      N_ ("Try again in some minutes.") },
  [HAUL_SIGN_IN_TOO_MANY]
  = { "too-many-connections", HAUL_FIELD_NONE, N_ ("Too many connections to this mailbox are open."),
      N_ ("Close other mail programs that use it, here and on other devices, and try again in some minutes.") },
};

/**
 * haul_sign_in_text_apply:
 * @text: (inout): the words for the error itself
 * @finding: what the doctor found
 * @server: (nullable): the other server of a referral
 *
 * Puts the finding in place of what the error alone says; how the program ends stays.
 */
void
haul_sign_in_text_apply (HaulErrorText *text, HaulSignInFinding finding, const char *server)
{
  if (finding <= HAUL_SIGN_IN_NOTHING || finding >= HAUL_N_SIGN_IN_FINDINGS || rows[finding].sentence == NULL)
    return;
  const Row *row = &rows[finding];

  g_free (text->sentence);
  g_free (text->advice);
  text->sentence = g_strdup (_ (row->sentence));
  text->advice = g_strdup (_ (row->advice));
  text->field = row->field;
  text->wants_token = finding == HAUL_SIGN_IN_TOKEN_ONLY || finding == HAUL_SIGN_IN_TOKEN_REFUSED;
  if (row->word != NULL)
    text->code = row->word;
  if (server == NULL)
    return;
  g_free (text->sentence);
  g_free (text->advice);
  text->sentence = g_strdup_printf (_ ("The mail server says that the mailbox is on another server: %s"), server);
  text->advice
      = g_strdup (_ ("Nothing was sent there. If the people who run the mail server say that this is right, use it as "
                     "the server."));
  text->other_server = g_strdup (server);
}

static char *
describe_alone (const HaulLogin *login)
{
  if (login->alias != NULL && login->domain != NULL)
    return g_strdup_printf (_ ("Will be sent as “%s”: the mailbox “%s”, opened by the user “%s” of the domain “%s”"),
                            login->user, login->alias, login->name, login->domain);
  if (login->alias != NULL)
    return g_strdup_printf (_ ("Will be sent as “%s”: the mailbox “%s”, opened by “%s”"), login->user, login->alias,
                            login->name);
  if (login->domain != NULL)
    return g_strdup_printf (_ ("Will be sent as “%s”: the user “%s” of the domain “%s”"), login->user, login->name,
                            login->domain);
  return g_strdup_printf (_ ("Will be sent as “%s”"), login->user);
}

/**
 * haul_sign_in_text_dup_sent:
 * @user: a user name, as typed
 * @mailbox: the mailbox of another person; "" for none
 *
 * Says how a name will reach the server, so that nothing is made of it in silence.
 *
 * Returns: (transfer full) (nullable): a line for people; %NULL as long as there is no whole name
 */
char *
haul_sign_in_text_dup_sent (const char *user, const char *mailbox)
{
  g_autoptr (HaulLogin) login = haul_login_parse (user, NULL);
  g_autoptr (HaulLogin) other = haul_login_parse (mailbox, NULL);
  g_auto (HaulLoginSent) joined = { 0 };

  if (login == NULL)
    return NULL;
  if (other == NULL)
    return describe_alone (login);
  if (login->alias != NULL)
    return g_strdup (_ ("The user name has a mailbox in it already."));
  if (!haul_login_compose (login, other->user, HAUL_LOGIN_FORM_JOINED, &joined, NULL))
    return g_strdup_printf (_ ("Will be sent as “%s”, for the mailbox “%s”"), login->user, other->user);
  return g_strdup_printf (_ ("Will be sent as “%s”, for the mailbox “%s”; in one word, if the server wants that: “%s”"),
                          login->user, other->user, joined.user);
}
