/* haul-login.h - the user name a person types, taken apart; never rewritten
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulLogin:
 *
 * The parts only serve to find a server and to explain; what is sent is @user.
 */
typedef struct
{
  char *user;          /* (owned) as typed, outer blanks dropped: what is sent */
  char *domain;        /* (owned) (nullable) CORP of CORP\bob */
  char *name;          /* (owned) bob of CORP\bob; bob@example.org of itself */
  char *alias;         /* (owned) (nullable) the mailbox named behind a login: alias of CORP\bob\alias */
  char *search_domain; /* (owned) (nullable) a domain with a dot, to look a server up for */
} HaulLogin;

/**
 * HaulLoginForm:
 * @HAUL_LOGIN_FORM_WHOLE: as typed, somebody else's mailbox apart: PLAIN, SCRAM, EXTERNAL, GSSAPI
 * @HAUL_LOGIN_FORM_JOINED: all in one name, as Exchange takes it: LOGIN, and PLAIN there
 * @HAUL_LOGIN_FORM_NAME: one name, and no word for another mailbox: CRAM-MD5
 * @HAUL_LOGIN_FORM_SPLIT: user and domain apart, and no word for another mailbox: NTLM
 * @HAUL_LOGIN_FORM_MAILBOX: the mailbox alone, the secret says whose it is: tokens
 */
typedef enum
{
  HAUL_LOGIN_FORM_WHOLE,
  HAUL_LOGIN_FORM_JOINED,
  HAUL_LOGIN_FORM_NAME,
  HAUL_LOGIN_FORM_SPLIT,
  HAUL_LOGIN_FORM_MAILBOX,
} HaulLoginForm;

/* What a way of signing in sends of a login. */
typedef struct
{
  char *user;         /* (owned) */
  char *domain;       /* (owned) (nullable) */
  char *authorize_as; /* (owned) (nullable) whose mailbox */
} HaulLoginSent;

HaulLogin *haul_login_parse (const char *typed, GError **error);
void haul_login_free (HaulLogin *login);
gboolean haul_login_compose (
    const HaulLogin *login, const char *mailbox, HaulLoginForm form, HaulLoginSent *sent, GError **error);
void haul_login_sent_clear (HaulLoginSent *sent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulLogin, haul_login_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulLoginSent, haul_login_sent_clear)

G_END_DECLS
