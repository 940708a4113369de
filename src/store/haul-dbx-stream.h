/* haul-dbx-stream.h - a message's text out of a DBX file, segment by segment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-dbx-file.h"

G_BEGIN_DECLS

#define HAUL_TYPE_DBX_STREAM (haul_dbx_stream_get_type ())
G_DECLARE_FINAL_TYPE (HaulDbxStream, haul_dbx_stream, HAUL, DBX_STREAM, GInputStream)

GInputStream *haul_dbx_stream_new (HaulDbxFile *file, guint32 first, guint64 limit);

G_END_DECLS
