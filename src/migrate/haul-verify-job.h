/* haul-verify-job.h - what a job placed, held against what is there now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-account.h"
#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

/* A job as its journal knows it. */
typedef struct _HaulVerifyJob HaulVerifyJob;

HaulVerifyJob *haul_verify_job_open (const char *state_dir, HaulAccount *account, const char *job, GError **error);
void haul_verify_job_free (HaulVerifyJob *self);
gboolean haul_verify_job_load (HaulVerifyJob *self, const char *mailbox, guint32 uid_validity, GError **error);
gboolean haul_verify_job_recognise (
    HaulVerifyJob *self, HaulTransfer *transfer, HaulListing *listing, HaulImapSession *session, GError **error);
gboolean haul_verify_job_placed (const HaulVerifyJob *self, const HaulItem *item);
GArray *
haul_verify_job_list_surplus (const HaulVerifyJob *self, const HaulTransfer *transfer, const HaulListing *listing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulVerifyJob, haul_verify_job_free)

G_END_DECLS
