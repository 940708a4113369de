/* haul-eml-reader.h - the messages of one directory of .eml files, or one such file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-reader.h"

G_BEGIN_DECLS

#define HAUL_TYPE_EML_READER (haul_eml_reader_get_type ())
G_DECLARE_FINAL_TYPE (HaulEmlReader, haul_eml_reader, HAUL, EML_READER, GObject)

HaulReader *haul_eml_reader_new (const char *directory, const char *single);

G_END_DECLS
