/* haul-folder-map.h - from a local folder's path to a mailbox's name on this server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-server.h"
#include "migrate/haul-choices.h"
#include "store/haul-folder.h"

G_BEGIN_DECLS

typedef struct _HaulFolderMap HaulFolderMap;

typedef struct
{
  char *mailbox;   /* (owned) octets on the wire, whole name */
  char *display;   /* (owned) UTF-8, names joined by “/”, without the name space's prefix */
  char *note;      /* (owned) (nullable) one sentence: why it is not called as the folder is */
  char *warning;   /* (owned) (nullable) one sentence: what becomes of mail there */
  gboolean exists; /* on the server when the map was made */
} HaulFolderTarget;

HaulFolderMap *haul_folder_map_new (const HaulServer *server, const HaulChoices *choices);
void haul_folder_map_free (HaulFolderMap *self);
void haul_folder_map_expect (HaulFolderMap *self, const HaulFolder *folder);
HaulFolderTarget *haul_folder_map_add (HaulFolderMap *self, guint store, const HaulFolder *folder);
void haul_folder_target_free (HaulFolderTarget *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulFolderMap, haul_folder_map_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulFolderTarget, haul_folder_target_free)

G_END_DECLS
