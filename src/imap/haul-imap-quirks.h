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

/* What a kind of server does to names, flags and dates. */
typedef struct
{
  const char *refused_letters; /* ASCII that no name may hold */
  guint max_keywords;          /* different ones in one mailbox; 0: no limit known */
  guint trash_days;            /* after which it deletes what is in its trash; 0: it does not */
  guint junk_days;
  gboolean shows_receipts;    /* $MDNSent is a category that people see */
  gboolean forgets_flagged;   /* \Flagged of an APPEND is known to IMAP alone */
  gboolean keeps_other_items; /* appointments and addresses lie in the same tree as mail */
} HaulImapHabits;

const HaulImapHabits *haul_imap_quirks_get_habits (const char *greeting);
HaulImapError haul_imap_quirks_classify (const char *code, const char *text, HaulImapError otherwise);
GError *haul_imap_quirks_new_error (const HaulImapResponse *response, HaulImapError otherwise, const char *what);
gint64 haul_imap_quirks_parse_backoff (const char *text);
gboolean haul_imap_quirks_is_about_connections (const char *text);
gboolean haul_imap_quirks_is_about_budget (const char *text);
gboolean haul_imap_quirks_is_perhaps_full (const char *text);
guint haul_imap_quirks_get_connections (const char *greeting);
gboolean haul_imap_quirks_adds_fields (const char *greeting);
gboolean haul_imap_quirks_breaks_authenticate (const char *greeting);
gboolean haul_imap_quirks_breaks_namespace (const char *greeting);
gboolean haul_imap_quirks_rewrites (const char *greeting);
gboolean haul_imap_quirks_merges (const char *greeting);
gboolean haul_imap_quirks_has_no_subfolders (const char *greeting);
gboolean haul_imap_quirks_loses_in_selected (const char *greeting);
gboolean haul_imap_quirks_limits_lines (const char *greeting);
gboolean haul_imap_quirks_needs_final_line_end (const char *capabilities);

G_END_DECLS
