/* haul-imap-code.h - the [code] of a status response (RFC 3501 §7.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-response.h"

G_BEGIN_DECLS

void haul_imap_code_read (const char *text, HaulImapResponse *response);

G_END_DECLS
