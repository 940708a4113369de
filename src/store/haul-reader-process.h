/* haul-reader-process.h - one running mailhaul-reader, seen from the program that started it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-frame.h"

G_BEGIN_DECLS

#define HAUL_READER_PROCESS_PATIENCE_MS 120000

typedef struct _HaulReaderProcess HaulReaderProcess;

HaulReaderProcess *
haul_reader_process_start (const char *root, guint patience_ms, GCancellable *cancellable, GError **error);
void haul_reader_process_free (HaulReaderProcess *process);
gboolean haul_reader_process_send (
    HaulReaderProcess *process, HaulFrameType type, GVariant *payload, GCancellable *cancellable, GError **error);
gboolean
haul_reader_process_receive (HaulReaderProcess *process, HaulFrame *frame, GCancellable *cancellable, GError **error);
gboolean haul_reader_process_expect_end (HaulReaderProcess *process, GCancellable *cancellable, GError **error);
GVariant *haul_reader_process_parse (HaulReaderProcess *process, const HaulFrame *frame, GError **error);
void haul_reader_process_refuse (HaulReaderProcess *process, const HaulFrame *frame, GError **error);
void haul_reader_process_kill (HaulReaderProcess *process);
gboolean haul_reader_process_is_alive (const HaulReaderProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulReaderProcess, haul_reader_process_free)

G_END_DECLS
