/* haul-imap-mailbox.h - commands about mailboxes: NAMESPACE, LIST, CREATE, SUBSCRIBE, STATUS, SELECT, UID MOVE, DELETE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;     /* (owned) octets on the wire */
  char *display;  /* (owned) UTF-8; equals name where that is not modified UTF-7 */
  char delimiter; /* 0: flat name space */
  gboolean can_select;
  gboolean can_have_children;
  HaulRole role; /* from SPECIAL-USE attributes or INBOX; else NONE */
} HaulImapMailbox;

typedef struct
{
  char *prefix;   /* (owned) of the personal name space, wire octets: "" or "INBOX." */
  char delimiter; /* 0: flat */
} HaulImapNamespace;

typedef struct
{
  guint32 uid_validity;
  guint32 uid_next; /* 0: the server did not say */
  guint32 messages;
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

gboolean haul_imap_mailbox_get_namespace (HaulImapSession *session,
                                          HaulImapNamespace *name_space,
                                          GCancellable *cancellable,
                                          GError **error);
GPtrArray *
haul_imap_mailbox_list (HaulImapSession *session, const char *pattern, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_create (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_delete (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_subscribe (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_status (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_select (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_examine (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_unselect (HaulImapSession *session, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_move (HaulImapSession *session,
                                 const guint32 *uids,
                                 gsize n_uids,
                                 const char *destination,
                                 HaulImapCopyUid *copy_uid,
                                 GCancellable *cancellable,
                                 GError **error);
gboolean haul_imap_mailbox_get_quota (
    HaulImapSession *session, const char *name, HaulImapQuota *quota, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapMailbox, haul_imap_mailbox_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapNamespace, haul_imap_namespace_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapStatus, haul_imap_status_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapCopyUid, haul_imap_copy_uid_clear)

G_END_DECLS
