/* haul-mbox-reader.h - the messages of one mbox file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-role.h"
#include "store/haul-file.h"
#include "store/haul-reader.h"

G_BEGIN_DECLS

#define HAUL_TYPE_MBOX_READER (haul_mbox_reader_get_type ())
G_DECLARE_FINAL_TYPE (HaulMboxReader, haul_mbox_reader, HAUL, MBOX_READER, GObject)

HaulReader *haul_mbox_reader_new (HaulFile *file, HaulRole role);

G_END_DECLS
