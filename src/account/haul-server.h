/* haul-server.h - what a server showed after sign-in: its mailboxes, its abilities, its room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "base/haul-role.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;    /* (owned) octets on the wire, whole name with its parents */
  char *display; /* (owned) UTF-8 */
  gboolean can_have_children;
  gboolean is_guessed; /* its role, from its name */
  gboolean is_view;    /* shows messages that lie elsewhere */
  gboolean is_foreign; /* somebody else's, or shared */
  HaulRole role;       /* told by the server, or guessed from a top-level name where the server tells nothing */
  gboolean can_select;
} HaulServerMailbox;

/**
 * HaulServer:
 *
 * Shared between threads, never changed.
 */
typedef struct
{
  gatomicrefcount ref_count;
  const char *kind;            /* for people: Microsoft Exchange 2010 */
  char *greeting;              /* (owned) UTF-8, for people */
  char *capabilities;          /* (owned) the words after sign-in */
  char *prefix;                /* (owned) of the personal name space, wire octets: "" or "INBOX." */
  char **foreign;              /* (owned) prefixes of name spaces that are not the person's own, wire octets */
  char delimiter;              /* 0: no hierarchy */
  const char *refused_letters; /* ASCII that no name may hold */
  guint trash_days;            /* after which the server deletes what is in its trash, 0: it does not */
  guint junk_days;             /* the same for junk */
  guint max_keywords;          /* different labels in one mailbox; 0: no limit known */
  gboolean shows_receipts;     /* $MDNSent is a label that people see */
  gboolean forgets_flagged;    /* \Flagged has to be set again after a message has arrived */
  guint needed_repairs;        /* HaulRepair of what is sent to it in no other form */
  gboolean keeps_other_items;  /* appointments, addresses and the like lie beside mail */
  gboolean can_move;
  gboolean has_uidplus;
  gboolean has_quota;
  guint64 quota_used_bytes;
  guint64 quota_limit_bytes;
  guint64 append_limit_bytes; /* 0 unknown */
  guint connections;          /* at once, that a server of its kind bears; 0 unknown */
  GPtrArray *mailboxes;       /* (owned) (element-type HaulServerMailbox) */
} HaulServer;

HaulServer *haul_server_new (void);
HaulServer *haul_server_ref (HaulServer *server);
void haul_server_unref (HaulServer *server);
gboolean haul_server_is_foreign (const HaulServer *server, const char *name);
HaulServerMailbox *
haul_server_add_mailbox (HaulServer *server, const char *name, const char *display, HaulRole role, gboolean can_select);
const HaulServerMailbox *haul_server_find_role (const HaulServer *server, HaulRole role);
const HaulServerMailbox *haul_server_find_name (const HaulServer *server, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulServer, haul_server_unref)

G_END_DECLS
