/* haul-message-file.h - a file that holds one message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-file.h"

G_BEGIN_DECLS

GInputStream *haul_message_file_read (HaulFile *file, const char *const *drop_headers, GError **error);
GBytes *haul_message_file_read_header (HaulFile *file, GError **error);

G_END_DECLS
