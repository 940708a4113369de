/* haul-record.h - stores, folders and messages as payloads of frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-frame.h"
#include "store/haul-store.h"

G_BEGIN_DECLS

#define HAUL_RECORD_MAX_KEY 4096
#define HAUL_RECORD_MAX_TEXT 1000

/* How the payload of a MESSAGE frame begins; behind it key, keywords (each with a final zero) and problem. The octet
 * order is the machine's, which is the same on both sides. */
typedef struct
{
  guint64 size;
  gint64 received;
  guint32 flags;
  guint32 state;
  guint32 is_measured; /* 0 or 1 */
  guint32 flaws;       /* HaulRepair */
  guint32 key_length;  /* octets of each text */
  guint32 keywords_length;
  guint32 problem_length;
  guint8 digest[HAUL_DIGEST_LENGTH];
  HaulFingerprint fingerprint;
} HaulRecordMessage;

char *haul_record_dup_text (const char *text, gsize max);

GVariant *haul_record_from_store (const HaulStoreInfo *info);
HaulStoreInfo *haul_record_to_store (GVariant *record, const char *root, GError **error);

GVariant *haul_record_from_folder (const HaulFolder *folder);
HaulFolder *haul_record_to_folder (GVariant *record, GError **error);

void haul_record_append_message (GByteArray *out, const HaulMessage *message);
HaulMessage *haul_record_to_message (const HaulFrame *frame, GError **error);

GVariant *haul_record_from_measure (const HaulMessage *message);
gboolean haul_record_add_measure (GVariant *record, HaulMessage *message, GError **error);

GVariant *haul_record_from_error (const GError *error);
GError *haul_record_to_error (GVariant *record);

G_END_DECLS
