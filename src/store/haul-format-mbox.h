/* haul-format-mbox.h - mbox in all its dialects, and MMDF: a file, or a directory of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-formats.h"

G_BEGIN_DECLS

#define HAUL_TYPE_FORMAT_MBOX (haul_format_mbox_get_type ())
G_DECLARE_FINAL_TYPE (HaulFormatMbox, haul_format_mbox, HAUL, FORMAT_MBOX, GObject)

extern const HaulFormat haul_format_mbox;

G_END_DECLS
