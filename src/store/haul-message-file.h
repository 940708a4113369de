/* haul-message-file.h - a file that holds one message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-file.h"

G_BEGIN_DECLS

/**
 * HaulMessageFileKind:
 * @HAUL_MESSAGE_FILE_MAILDIR: the file is the message, but for Mozilla's, which begins with its own “From - ” line
 * @HAUL_MESSAGE_FILE_EXPORT: the program that wrote it may have put any From_ line and Mozilla's fields before the
 * message
 */
typedef enum
{
  HAUL_MESSAGE_FILE_MAILDIR,
  HAUL_MESSAGE_FILE_EXPORT,
} HaulMessageFileKind;

GInputStream *haul_message_file_read (HaulFile *file, HaulMessageFileKind kind, GError **error);
GBytes *haul_message_file_read_header (HaulFile *file, GError **error);

G_END_DECLS
