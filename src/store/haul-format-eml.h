/* haul-format-eml.h - single messages in files: a directory of them, or one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-formats.h"

G_BEGIN_DECLS

#define HAUL_TYPE_FORMAT_EML (haul_format_eml_get_type ())
G_DECLARE_FINAL_TYPE (HaulFormatEml, haul_format_eml, HAUL, FORMAT_EML, GObject)

extern const HaulFormat haul_format_eml;

G_END_DECLS
