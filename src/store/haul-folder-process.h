/* haul-folder-process.h - the messages of one folder of a store read by a process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-reader-slot.h"

G_BEGIN_DECLS

#define HAUL_TYPE_FOLDER_PROCESS (haul_folder_process_get_type ())
G_DECLARE_FINAL_TYPE (HaulFolderProcess, haul_folder_process, HAUL, FOLDER_PROCESS, GObject)

HaulReader *
haul_folder_process_new (HaulReaderSlot *slot, const HaulFolder *folder, GCancellable *cancellable, GError **error);

G_END_DECLS
