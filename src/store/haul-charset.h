/* haul-charset.h - names in an old code page that nobody wrote down
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_CHARSET_DEFAULT "CP1252"

const char *haul_charset_guess (GPtrArray *names);
char *haul_charset_to_utf8 (const char *name, const char *charset);

G_END_DECLS
