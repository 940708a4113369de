/* haul-staging.h - one generation: a mailbox where messages arrive, most often ours, before they are placed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-types.h"
#include "journal/haul-journal-generation.h"
#include "migrate/haul-run.h"

G_BEGIN_DECLS

typedef struct
{
  HaulRun *run; /* borrowed */
  HaulGenerationKind kind;
  gint64 row;    /* in the journal */
  char *mailbox; /* (owned) octets on the wire */
  guint32 uid_validity;
  guint32 uid_next;      /* DIRECT: of the mailbox, before */
  HaulImapStatus status; /* as it was when it was selected */
  GHashTable *keywords;  /* (owned) those that it has, in lower case */
  gboolean is_selected;  /* on its lane's session */
  guint32 last_uid;      /* APPENDUIDs rise, or are not believed */
  gboolean is_answered;  /* the server had answered every sending when the connection was given up */
  gboolean is_exact;     /* this process saw that it holds what it is to hold, just before it got its name */
} HaulStaging;

HaulStaging *haul_staging_new (HaulRun *run, const HaulGeneration *generation);
void haul_staging_free (HaulStaging *staging);
gboolean haul_staging_make (
    HaulRun *run, HaulImapSession *session, HaulGenerationKind kind, HaulStaging **staging, GError **error);
gboolean haul_staging_select (HaulStaging *staging, HaulImapSession *session, GError **error);
gboolean haul_staging_append (
    HaulStaging *staging, HaulImapSession *session, HaulItem *item, guint folder, GInputStream *body, GError **error);
gboolean haul_staging_has_room (const HaulStaging *staging, const HaulItem *item);
gboolean haul_staging_settle (HaulStaging *staging, HaulImapSession *session, gboolean is_after_break, GError **error);
gboolean haul_staging_is_empty (HaulStaging *staging, GError **error);
gboolean haul_staging_leave (HaulStaging *staging, HaulImapSession *session, GError **error);
gboolean haul_staging_delete (HaulStaging *staging, HaulImapSession *session, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulStaging, haul_staging_free)

G_END_DECLS
