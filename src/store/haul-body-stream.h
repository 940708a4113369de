/* haul-body-stream.h - the octets of one message as they come from the reader process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-message.h"
#include "store/haul-reader-process.h"

G_BEGIN_DECLS

#define HAUL_TYPE_BODY_STREAM (haul_body_stream_get_type ())
G_DECLARE_FINAL_TYPE (HaulBodyStream, haul_body_stream, HAUL, BODY_STREAM, GInputStream)

GInputStream *haul_body_stream_open (
    HaulReaderProcess *process, GObject *keeper, const HaulMessage *message, GCancellable *cancellable, GError **error);
gboolean haul_body_stream_is_busy (HaulBodyStream *self);

G_END_DECLS
