/* haul-mbox-scan.h - where the messages of an mbox begin and end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-file.h"

G_BEGIN_DECLS

/**
 * HaulMboxBits:
 * @HAUL_MBOX_UNQUOTE: the file is mboxrd: one “>” of each quoted From_ line is the container's
 * @HAUL_MBOX_CONTENT_LENGTH: Content-Length was right, so it is the container's
 */
typedef enum
{
  HAUL_MBOX_UNQUOTE = 1 << 0,
  HAUL_MBOX_CONTENT_LENGTH = 1 << 1,
} HaulMboxBits;

/**
 * HaulMboxEntry:
 *
 * One message, as offsets in the file.
 */
typedef struct
{
  gint64 from_start; /* of its From_ line; start when it has none */
  gint64 start;      /* of its header */
  gint64 end;
  gint64 from_date; /* of the From_ line, 0 unknown */
  gboolean is_dash; /* “From - ”, as Mozilla writes it: the date is when the file was written */
  gboolean is_cut;  /* the file ends before the message does */
  guint bits;       /* HaulMboxBits */
} HaulMboxEntry;

typedef struct _HaulMboxScan HaulMboxScan;

HaulMboxScan *haul_mbox_scan_new (HaulFile *file, GCancellable *cancellable, GError **error);
void haul_mbox_scan_free (HaulMboxScan *scan);
gboolean haul_mbox_scan_next (HaulMboxScan *scan, HaulMboxEntry *entry, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulMboxScan, haul_mbox_scan_free)

G_END_DECLS
