/* haul-store.h - a set of local folders of one program or file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-folder.h"
#include "store/haul-reader.h"

G_BEGIN_DECLS

/**
 * HaulGrade:
 * @HAUL_GRADE_EXACT: the stored octets go up unchanged; dates, flags and tree are complete
 * @HAUL_GRADE_GOOD: octets exact; some flag, date or name is a guess
 * @HAUL_GRADE_REBUILT: no original exists, the message is composed from fields
 * @HAUL_GRADE_SALVAGE: text can be found, tree and flags mostly lost
 */
typedef enum
{
  HAUL_GRADE_EXACT,
  HAUL_GRADE_GOOD,
  HAUL_GRADE_REBUILT,
  HAUL_GRADE_SALVAGE,
} HaulGrade;

/**
 * HaulStoreInfo:
 *
 * What is known of a store before it is opened. Shared between threads, never changed.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *program; /* (owned) shown: “Outlook Express” */
  char *format;  /* (owned) a word of the format table: dbx, mbox, maildir, eml */
  HaulGrade grade;
  char *path;    /* (owned) absolute file name, octets as on disk */
  char *owner;   /* (owned) (nullable) whose mail: an account or identity name, UTF-8 */
  char *warning; /* (owned) (nullable) one plain sentence: “Thunderbird is running …” */
} HaulStoreInfo;

HaulStoreInfo *haul_store_info_new (const char *program, const char *format, HaulGrade grade, const char *path);
HaulStoreInfo *haul_store_info_ref (HaulStoreInfo *info);
void haul_store_info_unref (HaulStoreInfo *info);
const char *haul_grade_to_string (HaulGrade grade);

#define HAUL_TYPE_STORE (haul_store_get_type ())
G_DECLARE_INTERFACE (HaulStore, haul_store, HAUL, STORE, GObject)

/**
 * HaulStoreInterface:
 * @list_folders: (element-type HaulFolder) (transfer full): all folders, parents before children, uncounted; a folder
 *   that cannot be read is listed with its problem
 * @open_folder: (transfer full): a reader at the folder's start
 * @count_folder: (transfer full) (nullable): a copy of the folder with counts and dates; %NULL in the interface means
 *   that the messages are walked for it
 *
 * Implemented by every format (in the reader process) and by the reader process's client. Blocking; one thread at a
 * time; one reader open at a time.
 */
struct _HaulStoreInterface
{
  GTypeInterface parent_iface;

  GPtrArray *(*list_folders) (HaulStore *self, GCancellable *cancellable, GError **error);
  HaulReader *(*open_folder) (HaulStore *self, const HaulFolder *folder, GCancellable *cancellable, GError **error);
  HaulFolder *(*count_folder) (HaulStore *self, const HaulFolder *folder, GCancellable *cancellable, GError **error);
};

GPtrArray *haul_store_list_folders (HaulStore *self, GCancellable *cancellable, GError **error);
HaulReader *
haul_store_open_folder (HaulStore *self, const HaulFolder *folder, GCancellable *cancellable, GError **error);
HaulFolder *
haul_store_count_folder (HaulStore *self, const HaulFolder *folder, GCancellable *cancellable, GError **error);
void haul_store_add_to_count (HaulFolder *folder, const HaulMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulStoreInfo, haul_store_info_unref)

G_END_DECLS
