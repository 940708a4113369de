/* haul-dbx-object.h - an indexed info object of a DBX file: what is known of one message or one folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"

G_BEGIN_DECLS

/* Real ones have 0.4 to 3 kB. */
#define HAUL_DBX_OBJECT_MAX 16384

/* The indexes we look at (docs/stores.md). */
enum
{
  HAUL_DBX_MESSAGE_FLAGS = 0x01,
  HAUL_DBX_MESSAGE_TEXT = 0x04,
  HAUL_DBX_MESSAGE_SAVED = 0x06,
  HAUL_DBX_MESSAGE_SIZE = 0x11,
  HAUL_DBX_MESSAGE_RECEIVED = 0x12,

  HAUL_DBX_FOLDER_ID = 0x00,
  HAUL_DBX_FOLDER_PARENT = 0x01,
  HAUL_DBX_FOLDER_NAME = 0x02,
  HAUL_DBX_FOLDER_FILE = 0x03,
  HAUL_DBX_FOLDER_ACCOUNT = 0x05,
  HAUL_DBX_FOLDER_MESSAGES = 0x07,
  HAUL_DBX_FOLDER_SPECIAL = 0x09,
  HAUL_DBX_FOLDER_TYPE = 0x0A,
};

typedef struct
{
  gsize length;    /* octets loaded */
  guint n_entries; /* of the index */
  guint8 octets[HAUL_DBX_OBJECT_MAX];
} HaulDbxObject;

gboolean haul_dbx_object_read (HaulDbxObject *self, HaulDbxFile *file, guint32 offset, GError **error);
gboolean haul_dbx_object_has (const HaulDbxObject *self, guint index);
gboolean haul_dbx_object_get_u32 (const HaulDbxObject *self, guint index, guint32 *value);
gint64 haul_dbx_object_get_time (const HaulDbxObject *self, guint index);
char *haul_dbx_object_dup_string (const HaulDbxObject *self, guint index, gsize max_length);

G_END_DECLS
