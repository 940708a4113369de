/* haul-login.c - the user name a person types, taken apart; never rewritten
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Errors:  %HAUL_ACCOUNT_ERROR_BAD_USER, %HAUL_ACCOUNT_ERROR_MAILBOX_FORM
 * See:     docs/wire.md: Exchange takes DOMAIN\user, DOMAIN/user, DOMAIN\user\alias, user@domain and plain names,
 * and user@domain\mailbox for a shared mailbox
 */
#include "account/haul-login.h"

#include <string.h>

#include "account/haul-account-error.h"

#define MAX_LENGTH 1000

static gboolean
check_octets (const char *user, GError **error)
{
  const char *what = NULL;

  if (*user == '\0')
    what = "the user name is empty";
  else if (strlen (user) > MAX_LENGTH)
    what = "the user name is too long";
  else if (!g_utf8_validate (user, -1, NULL))
    what = "the user name is not UTF-8";
  for (const char *at = user; what == NULL && *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      what = "the user name holds a control character";
  if (what != NULL)
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_BAD_USER, what);
  return what == NULL;
}

static gboolean
refuse (const char *user, GError **error)
{
  g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_BAD_USER, "a part of the user name “%s” is empty", user);
  return FALSE;
}

/* What follows the last @; NULL where there is none. "" where it is incomplete. */
static const char *
get_host (const char *address)
{
  const char *at = strrchr (address, '@');
  if (at == NULL)
    return NULL;
  return at == address ? "" : at + 1;
}

static gboolean
has_dot (const char *domain)
{
  return domain != NULL && *domain != '.' && strchr (domain, '.') != NULL;
}

static gboolean
split (HaulLogin *self, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (self->user, "\\/", -1);
  guint n = g_strv_length (parts);

  /* More separators are part of a name of some other kind of server. */
  if (n > 3)
    n = 1;
  for (guint i = 0; n > 1 && i < n; i++)
    if (*parts[i] == '\0')
      return refuse (self->user, error);

  gboolean is_address_first = n == 2 && get_host (parts[0]) != NULL;
  if (n > 1 && !is_address_first)
    self->domain = g_strdup (parts[0]);
  self->name = g_strdup (n == 1 ? self->user : parts[is_address_first ? 0 : 1]);
  if (n == 3 || is_address_first)
    self->alias = g_strdup (parts[n - 1]);

  const char *host = get_host (self->name);
  if (host != NULL && *host == '\0')
    return refuse (self->user, error);
  if (has_dot (host))
    self->search_domain = g_ascii_strdown (host, -1);
  else if (has_dot (self->domain))
    self->search_domain = g_ascii_strdown (self->domain, -1);
  return TRUE;
}

/**
 * haul_login_parse:
 * @typed: what the person typed
 * @error: return location; %HAUL_ACCOUNT_ERROR_BAD_USER
 *
 * Takes a login apart. `\` and `/` separate alike; which one was typed is kept, since servers care.
 *
 * Returns: (transfer full) (nullable): the login
 */
HaulLogin *
haul_login_parse (const char *typed, GError **error)
{
  g_autoptr (HaulLogin) self = g_new0 (HaulLogin, 1);

  self->user = g_strdup (typed);
  /* Only blanks: a line end, wherever it stands, came by accident or by malice. */
  while (g_str_has_suffix (self->user, " "))
    self->user[strlen (self->user) - 1] = '\0';
  memmove (self->user, self->user + strspn (self->user, " "), strlen (self->user + strspn (self->user, " ")) + 1);
  if (!check_octets (self->user, error) || !split (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
haul_login_free (HaulLogin *login)
{
  if (login == NULL)
    return;
  g_free (login->user);
  g_free (login->domain);
  g_free (login->name);
  g_free (login->alias);
  g_free (login->search_domain);
  g_free (login);
}

static gboolean
refuse_form (const char *why, GError **error)
{
  g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_MAILBOX_FORM, why);
  return FALSE;
}

/* The mailbox as the last part of a joined name: a domain before it would be one part too many. */
static const char *
get_last_part (const char *mailbox)
{
  gsize length = strcspn (mailbox, "\\/");

  return mailbox[length] != '\0' && mailbox[length + 1] != '\0' ? mailbox + length + 1 : mailbox;
}

/* CORP\admin and bob: CORP\admin\bob; with slashes where the person typed them. */
static char *
join (const HaulLogin *login, const char *mailbox)
{
  gboolean has_slash = strchr (login->user, '/') != NULL;

  return g_strdup_printf ("%s%c%s", login->user, has_slash ? '/' : '\\', get_last_part (mailbox));
}

static gboolean
compose_joined (const HaulLogin *login, const char *mailbox, HaulLoginSent *sent, GError **error)
{
  if (mailbox == NULL)
    {
      sent->user = g_strdup (login->user);
      return TRUE;
    }
  /* admin\bob would be the user bob of the domain admin. */
  if (login->domain == NULL && strchr (login->name, '@') == NULL)
    return refuse_form ("a name without its domain cannot be joined with a mailbox", error);
  sent->user = join (login, mailbox);
  return TRUE;
}

/**
 * haul_login_compose:
 * @login: whose password it is
 * @mailbox: (nullable): whose mailbox, as typed, if it is not @login's
 * @form: what the way of signing in can carry
 * @sent: (out caller-allocates): what it gets
 * @error: return location; %HAUL_ACCOUNT_ERROR_MAILBOX_FORM where it cannot name that mailbox
 *
 * Puts a login and a mailbox into the form that a server takes ([MS-OXIMAP4] §2.2.2 for the joined one).
 *
 * Returns: %TRUE on success
 */
gboolean
haul_login_compose (
    const HaulLogin *login, const char *mailbox, HaulLoginForm form, HaulLoginSent *sent, GError **error)
{
  *sent = (HaulLoginSent){ 0 };
  if (mailbox != NULL && login->alias != NULL)
    return refuse_form ("the user name names a mailbox already", error);
  switch (form)
    {
    case HAUL_LOGIN_FORM_JOINED:
      return compose_joined (login, mailbox, sent, error);
    case HAUL_LOGIN_FORM_SPLIT:
      if (mailbox != NULL || login->alias != NULL)
        return refuse_form ("the server opens the mailbox of the user himself", error);
      sent->user = g_strdup (login->name);
      sent->domain = g_strdup (login->domain);
      return TRUE;
    case HAUL_LOGIN_FORM_MAILBOX:
      sent->user = g_strdup (mailbox != NULL ? mailbox : login->alias != NULL ? login->alias : login->user);
      return TRUE;
    case HAUL_LOGIN_FORM_NAME:
      if (mailbox != NULL)
        return refuse_form ("there is no word for another mailbox", error);
      sent->user = g_strdup (login->user);
      return TRUE;
    case HAUL_LOGIN_FORM_WHOLE:
    default:
      sent->user = g_strdup (login->user);
      sent->authorize_as = g_strdup (mailbox);
      return TRUE;
    }
}

void
haul_login_sent_clear (HaulLoginSent *sent)
{
  g_clear_pointer (&sent->user, g_free);
  g_clear_pointer (&sent->domain, g_free);
  g_clear_pointer (&sent->authorize_as, g_free);
}
