/* haul-dbx-outline.h - the folder tree that Folders.dbx describes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"

G_BEGIN_DECLS

/* What docs/stores.md says of index 0x09. */
typedef enum
{
  HAUL_DBX_SPECIAL_NONE,
  HAUL_DBX_SPECIAL_INBOX,
  HAUL_DBX_SPECIAL_OUTBOX,
  HAUL_DBX_SPECIAL_SENT,
  HAUL_DBX_SPECIAL_DELETED,
  HAUL_DBX_SPECIAL_DRAFTS,
} HaulDbxSpecial;

/**
 * HaulDbxPlace:
 * @HAUL_DBX_PLACE_FOLDER: a folder of the user
 * @HAUL_DBX_PLACE_ACCOUNT: a mail account's or news server's top: a name in the path, no folder
 * @HAUL_DBX_PLACE_HIDDEN: “Outlook Express”, “Local Folders”: neither
 */
typedef enum
{
  HAUL_DBX_PLACE_FOLDER,
  HAUL_DBX_PLACE_ACCOUNT,
  HAUL_DBX_PLACE_HIDDEN,
} HaulDbxPlace;

typedef struct
{
  guint32 id;
  guint32 parent_id;
  char *name;    /* (owned) (nullable) octets */
  char *file;    /* (owned) (nullable) octets; NULL until the folder was first opened */
  char *account; /* (owned) (nullable) the account's key in the registry */
  guint32 messages;
  guint32 special;
  guint32 type;
  gint parent; /* index of the parent, -1 at the top; never a cycle */
  gboolean has_special_child;
  HaulDbxPlace place;
} HaulDbxOutlineItem;

typedef struct
{
  GPtrArray *items; /* (owned) (element-type HaulDbxOutlineItem) in the order of the file */
  gboolean is_damaged;
} HaulDbxOutline;

HaulDbxOutline *haul_dbx_outline_read (HaulDbxFile *file, GCancellable *cancellable, GError **error);
void haul_dbx_outline_free (HaulDbxOutline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulDbxOutline, haul_dbx_outline_free)

G_END_DECLS
