/* haul-maildir-reader.h - the messages of one Maildir
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/haul-role.h"
#include "store/haul-reader.h"

G_BEGIN_DECLS

#define HAUL_TYPE_MAILDIR_READER (haul_maildir_reader_get_type ())
G_DECLARE_FINAL_TYPE (HaulMaildirReader, haul_maildir_reader, HAUL, MAILDIR_READER, GObject)

HaulReader *haul_maildir_reader_new (const char *path, HaulRole role, gboolean has_server_dates);

G_END_DECLS
