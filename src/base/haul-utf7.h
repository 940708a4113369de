/* haul-utf7.h - mailbox names: modified UTF-7 both ways (RFC 3501 §5.1.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *haul_utf7_encode (const char *utf8);
char *haul_utf7_decode (const char *utf7);

G_END_DECLS
