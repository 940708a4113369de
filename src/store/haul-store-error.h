/* haul-store-error.h - what can be wrong with local mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_STORE_ERROR (haul_store_error_quark ())

/**
 * HaulStoreError:
 * @HAUL_STORE_ERROR_NOT_FOUND: the path, folder or message is not there (any more)
 * @HAUL_STORE_ERROR_NO_MAIL: the path exists and no reader knows what is in it
 * @HAUL_STORE_ERROR_DAMAGED: the store or folder cannot be read at all
 * @HAUL_STORE_ERROR_MESSAGE_DAMAGED: one message cannot be read whole
 * @HAUL_STORE_ERROR_CHANGED: the file changed while it was read
 * @HAUL_STORE_ERROR_UNSUPPORTED: a known format that we refuse: encrypted, newer, not mail
 * @HAUL_STORE_ERROR_READER_DIED: the reader process ended or crossed a limit
 * @HAUL_STORE_ERROR_READER_PROTOCOL: the reader process sent what it must not; it was ended
 */
typedef enum
{
  HAUL_STORE_ERROR_NOT_FOUND,
  HAUL_STORE_ERROR_NO_MAIL,
  HAUL_STORE_ERROR_DAMAGED,
  HAUL_STORE_ERROR_MESSAGE_DAMAGED,
  HAUL_STORE_ERROR_CHANGED,
  HAUL_STORE_ERROR_UNSUPPORTED,
  HAUL_STORE_ERROR_READER_DIED,
  HAUL_STORE_ERROR_READER_PROTOCOL,
} HaulStoreError;

GQuark haul_store_error_quark (void);

G_END_DECLS
