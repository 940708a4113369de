/* haul-format-maildir.h - Maildir, Maildir++ and trees of Maildirs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-formats.h"

G_BEGIN_DECLS

#define HAUL_TYPE_FORMAT_MAILDIR (haul_format_maildir_get_type ())
G_DECLARE_FINAL_TYPE (HaulFormatMaildir, haul_format_maildir, HAUL, FORMAT_MAILDIR, GObject)

extern const HaulFormat haul_format_maildir;

G_END_DECLS
