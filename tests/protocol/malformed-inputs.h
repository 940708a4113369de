/* malformed-inputs.h - what no server should say, as steps of haul-test-server.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MALFORMED_IGNORED,  /* the command goes on as if nothing had been said */
  MALFORMED_PROTOCOL, /* before the greeting: not an IMAP server */
  MALFORMED_BAD,
  MALFORMED_BYE,
  MALFORMED_THROTTLED,
  MALFORMED_CLOSED,
  MALFORMED_TIMED_OUT, /* nothing comes afterwards */
} MalformedVerdict;

typedef struct
{
  const char *name; /* begins with the row of the series it belongs to */
  const char *steps;
  MalformedVerdict verdict;
} MalformedInput;

extern const MalformedInput malformed_inputs[];
extern const gsize malformed_n_inputs;

G_END_DECLS
