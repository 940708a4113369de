/* haul-find.h - which messages of the person's mailbox are those that were placed or sent there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-listing.h"
#include "migrate/haul-run.h"

G_BEGIN_DECLS

/* Where to look: what came since. */
typedef struct
{
  const char *mailbox;  /* octets on the wire */
  guint32 uid_validity; /* as it was */
  guint32 uid_next;     /* as it was */
} HaulFind;

gboolean
haul_find_note (HaulRun *run, HaulImapSession *session, HaulFind *find, guint32 *told_uid_next, GError **error);
HaulListing *haul_find_list (HaulRun *run, HaulImapSession *session, const HaulFind *find, GError **error);
HaulListingRow **haul_find_pair (GPtrArray *items, HaulListing *listing);
HaulListingRow **haul_find_pair_by_order (GPtrArray *items, HaulListing *listing);
gboolean haul_find_is_in_order (GPtrArray *items, HaulListingRow *const *rows, HaulListingRow *const *ordered);

G_END_DECLS
