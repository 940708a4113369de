/* haul-imap-kind.h - which server this is, and what it does otherwise than the RFC says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; constant.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulImapKind:
 *
 * A kind of server. What is 0, %FALSE or "" is as the RFC has it, or unknown.
 */
typedef struct
{
  const char *word; /* for `--server-kind` and reports */
  const char *name; /* for people */

  /* Messages. */
  guint max_line;             /* octets of a line within a message; what is longer is taken for commands */
  gboolean rewrites;          /* builds messages anew from what it took apart */
  gboolean merges;            /* keeps identical messages once */
  gboolean adds_fields;       /* hands out fields of its own within the header */
  gboolean loses_in_selected; /* keeps only the first message of those for the mailbox that is selected */
  gboolean wants_final_end;   /* of each message, or the next command fails */
  gboolean wants_end_alone;   /* the line end behind a literal has to come in a write of its own */

  /* Commands. */
  gboolean breaks_namespace;    /* drops the connection at NAMESPACE */
  gboolean breaks_authenticate; /* its answer to AUTHENTICATE does not end */
  gboolean wants_plain_first;   /* PLAIN is the way of signing in that is tested there */
  guint connections;            /* at once, that it bears from one person */

  /* Names. */
  const char *refused_letters; /* ASCII that no name may hold */
  gboolean has_no_subfolders;  /* a mailbox holds messages or mailboxes */
  gboolean keeps_other_items;  /* appointments and addresses lie in the same tree as mail */

  /* Flags and dates. */
  guint max_keywords;       /* different ones in one mailbox */
  gboolean shows_receipts;  /* $MDNSent is a category that people see */
  gboolean forgets_flagged; /* \Flagged of an APPEND is known to IMAP alone */
  guint trash_days;         /* after which it deletes what is in its trash */
  guint junk_days;
} HaulImapKind;

const HaulImapKind *haul_imap_kind_find (const char *greeting, const char *capabilities, const char *id);
const HaulImapKind *haul_imap_kind_get (const char *word);
char *haul_imap_kind_dup_words (void);

G_END_DECLS
