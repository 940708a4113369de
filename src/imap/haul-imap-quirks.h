/* haul-imap-quirks.h - what a server's refusal means, by its code, else by its words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#pragma once

#include "imap/haul-imap-error.h"
#include "imap/haul-imap-response.h"

G_BEGIN_DECLS

HaulImapError haul_imap_quirks_classify (const char *code, const char *text, HaulImapError otherwise);
GError *haul_imap_quirks_new_error (const HaulImapResponse *response, HaulImapError otherwise, const char *what);
gint64 haul_imap_quirks_parse_backoff (const char *text);
gboolean haul_imap_quirks_is_about_connections (const char *text);
gboolean haul_imap_quirks_is_about_budget (const char *text);
gboolean haul_imap_quirks_is_perhaps_full (const char *text);

G_END_DECLS
