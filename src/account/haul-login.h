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

HaulLogin *haul_login_parse (const char *typed, GError **error);
void haul_login_free (HaulLogin *login);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulLogin, haul_login_free)

G_END_DECLS
