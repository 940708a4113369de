/* haul-imap-types.h - what an IMAP server tells, as plain structs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "base/haul-role.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_IMAP_FLAG_SEEN = 1 << 0,
  HAUL_IMAP_FLAG_ANSWERED = 1 << 1,
  HAUL_IMAP_FLAG_FLAGGED = 1 << 2,
  HAUL_IMAP_FLAG_DRAFT = 1 << 3,
  HAUL_IMAP_FLAG_DELETED = 1 << 4,
} HaulImapFlags;

typedef struct
{
  guint32 uid_validity; /* 0: the server gave no APPENDUID (RFC 4315) */
  guint32 uid;
} HaulImapAppendUid;

typedef struct
{
  char *name;     /* (owned) octets on the wire */
  char *display;  /* (owned) UTF-8; equals name where that is not modified UTF-7 */
  char delimiter; /* 0: flat name space */
  gboolean can_select;
  gboolean can_have_children;
  gboolean is_view; /* shows what lies elsewhere: \All, \Flagged, \Important (RFC 6154, RFC 8457) */
  HaulRole role;    /* from SPECIAL-USE attributes or INBOX; else NONE */
} HaulImapMailbox;

typedef struct
{
  char *prefix;   /* (owned) (nullable) of the personal name space, wire octets: "" or "INBOX."; NULL: there is none */
  char delimiter; /* 0: flat */
  char **foreign; /* (owned) (nullable) prefixes of other people's and shared name spaces */
} HaulImapNamespace;

typedef struct
{
  guint32 uid_validity;
  guint32 uid_next; /* 0: the server did not say */
  guint32 messages;
  guint64 append_limit;   /* octets of a message; 0: the server did not say (STATUS only) */
  gboolean any_keyword;   /* PERMANENTFLAGS has \* (SELECT only) */
  char **permanent_flags; /* (owned) (nullable) as sent (SELECT only) */
} HaulImapStatus;

/* The pair of sets in COPYUID (RFC 4315), expanded and checked to be of one length. */
typedef struct
{
  guint32 uid_validity;
  GArray *source;      /* (owned) (element-type guint32) */
  GArray *destination; /* (owned) (element-type guint32) */
} HaulImapCopyUid;

typedef struct
{
  gboolean is_known;
  guint64 used_bytes;
  guint64 limit_bytes;
} HaulImapQuota;

void haul_imap_mailbox_free (HaulImapMailbox *mailbox);
void haul_imap_namespace_clear (HaulImapNamespace *name_space);
void haul_imap_status_clear (HaulImapStatus *status);
void haul_imap_copy_uid_clear (HaulImapCopyUid *copy_uid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapMailbox, haul_imap_mailbox_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapNamespace, haul_imap_namespace_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapStatus, haul_imap_status_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapCopyUid, haul_imap_copy_uid_clear)

G_END_DECLS
