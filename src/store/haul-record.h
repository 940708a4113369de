/* haul-record.h - stores, folders and messages as payloads of frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-store.h"

G_BEGIN_DECLS

#define HAUL_RECORD_MAX_KEY 4096
#define HAUL_RECORD_MAX_TEXT 1000

char *haul_record_dup_text (const char *text, gsize max);

GVariant *haul_record_from_store (const HaulStoreInfo *info);
HaulStoreInfo *haul_record_to_store (GVariant *record, const char *root, GError **error);

GVariant *haul_record_from_folder (const HaulFolder *folder);
HaulFolder *haul_record_to_folder (GVariant *record, GError **error);

GVariant *haul_record_from_message (const HaulMessage *message);
HaulMessage *haul_record_to_message (GVariant *record, GError **error);

GVariant *haul_record_from_measure (const HaulMessage *message);
gboolean haul_record_add_measure (GVariant *record, HaulMessage *message, GError **error);

GVariant *haul_record_from_error (const GError *error);
GError *haul_record_to_error (GVariant *record);

G_END_DECLS
