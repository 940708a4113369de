/* haul-listing.h - what is in a mailbox, with the digests of what matters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-fetch.h"
#include "imap/haul-imap-mailbox.h"
#include "store/haul-message.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 uid;
  guint64 size;
  gint64 date;     /* INTERNALDATE, unix seconds */
  guint flags;     /* HaulImapFlags */
  char **keywords; /* (owned) (nullable) */
  gboolean has_digest;
  gboolean is_recorded; /* the journal knows the digest */
  gboolean is_taken;    /* it is some source message's copy already */
  gboolean is_refused;  /* the server does not hand it out: nobody knows what it is */
  guint8 digest[HAUL_DIGEST_LENGTH];
  HaulFingerprint *fingerprint; /* (owned) (nullable) where the header was asked for, or fingerprints are kept */
} HaulListingRow;

typedef struct
{
  HaulImapStatus status;
  GArray *rows;                /* (owned) (element-type HaulListingRow) by rising UID */
  gboolean keeps_fingerprints; /* of what is downloaded for its digest; FALSE at first */
  gboolean has_wrong_sizes;    /* a message was of another size than the server said */
  guint refusals_borne;        /* how many messages the server may keep to itself; 0 at first */
  guint n_refused;
} HaulListing;

HaulListing *haul_listing_read (HaulImapSession *session,
                                const char *mailbox,
                                guint32 first_uid,
                                gboolean is_select,
                                GCancellable *cancellable,
                                GError **error);
void haul_listing_free (HaulListing *listing);
HaulListingRow *haul_listing_find (const HaulListing *listing, guint32 uid);
gboolean haul_listing_fetch_digests (
    HaulListing *listing, HaulImapSession *session, GHashTable *sizes, GCancellable *cancellable, GError **error);
gboolean
haul_listing_try_sizes (HaulListing *listing, HaulImapSession *session, GCancellable *cancellable, GError **error);
gboolean haul_listing_fetch_some (
    HaulListing *listing, HaulImapSession *session, GArray *uids, GCancellable *cancellable, GError **error);
gboolean haul_listing_fetch_headers (
    HaulListing *listing, HaulImapSession *session, GArray *uids, GCancellable *cancellable, GError **error);
GHashTable *haul_listing_new_sizes (void);
void haul_listing_add_size (GHashTable *sizes, guint64 size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulListing, haul_listing_free)

G_END_DECLS
