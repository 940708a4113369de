/* haul-trial.h - a command for placing messages is tried with one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-staging.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 uid; /* in the staging mailbox */
  gboolean has_digest;
  guint8 digest[HAUL_DIGEST_LENGTH];
  guint64 size;          /* as the server says */
  guint32 told_uid_next; /* the target's UIDNEXT before, as the server said; 0 it did not */
  guint n_arrived;       /* how often it is in the target now */
  gboolean is_left;      /* in the staging mailbox, too */
  gboolean is_told;      /* COPYUID names it */
} HaulTrial;

HaulTrial *haul_trial_new (HaulStaging *staging, HaulImapSession *session, guint32 uid, GError **error);
void haul_trial_free (HaulTrial *trial);
gboolean haul_trial_look (HaulTrial *trial,
                          HaulStaging *staging,
                          HaulImapSession *session,
                          const HaulMove *move,
                          guint32 told_uid,
                          GError **error);
gboolean haul_trial_judge (const HaulTrial *trial, HaulRun *run, const HaulMove *move, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTrial, haul_trial_free)

G_END_DECLS
