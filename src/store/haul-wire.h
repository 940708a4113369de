/* haul-wire.h - a stream that turns a store's octets into wire form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HaulWireFlags:
 * @HAUL_WIRE_UNQUOTE_FROM: undo mboxrd quoting: one “>” is taken from lines that begin with “>”s and “From ”
 */
typedef enum
{
  HAUL_WIRE_NONE = 0,
  HAUL_WIRE_UNQUOTE_FROM = 1 << 0,
} HaulWireFlags;

GInputStream *haul_wire_new (GInputStream *base, const char *const *drop_headers, HaulWireFlags flags);

G_END_DECLS
