/* haul-format-dbx.h - Outlook Express 5 and 6: a directory of DBX files, or one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-formats.h"

G_BEGIN_DECLS

#define HAUL_TYPE_FORMAT_DBX (haul_format_dbx_get_type ())
G_DECLARE_FINAL_TYPE (HaulFormatDbx, haul_format_dbx, HAUL, FORMAT_DBX, GObject)

extern const HaulFormat haul_format_dbx;

G_END_DECLS
