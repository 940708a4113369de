/* haul-error-text.h - an error in a person's words: one sentence, one piece of advice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "report/haul-exit-status.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_FIELD_NONE,
  HAUL_FIELD_USER,
  HAUL_FIELD_PASSWORD,
  HAUL_FIELD_SERVER,
  HAUL_FIELD_CERTIFICATE,
  HAUL_FIELD_STORE,
} HaulField;

/**
 * HaulErrorText:
 *
 * The only wording both fronts use; translated.
 */
typedef struct
{
  char *sentence;       /* (owned) “The server did not accept this user name and password.” */
  char *advice;         /* (owned) (nullable) “Check the password …” */
  char *server_text;    /* (owned) (nullable) the server's own words */
  char *other_server;   /* (owned) (nullable) a server named by this one, to be offered, never followed */
  gboolean wants_token; /* an access token is what is missing or wrong */
  const char *code;     /* a word for scripts: sign-in-refused */
  HaulField field;      /* where a person can mend it */
  HaulExitStatus exit_status;
} HaulErrorText;

HaulErrorText *haul_error_text_new (const GError *error);
void haul_error_text_free (HaulErrorText *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulErrorText, haul_error_text_free)

G_END_DECLS
