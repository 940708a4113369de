/* haul-dbx-reader.h - the messages of one DBX file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"
#include "store/haul-folder.h"
#include "store/haul-reader.h"

G_BEGIN_DECLS

#define HAUL_TYPE_DBX_READER (haul_dbx_reader_get_type ())
G_DECLARE_FINAL_TYPE (HaulDbxReader, haul_dbx_reader, HAUL, DBX_READER, GObject)

HaulReader *haul_dbx_reader_new (HaulDbxFile *file, HaulRole role);
gboolean haul_dbx_reader_count (HaulDbxReader *self, HaulFolder *folder, GCancellable *cancellable, GError **error);

G_END_DECLS
