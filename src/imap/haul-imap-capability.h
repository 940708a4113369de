/* haul-imap-capability.h - the words of CAPABILITY as bits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

guint haul_imap_capability_parse (const char *const *words, guint64 *append_limit);

G_END_DECLS
