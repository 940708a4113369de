/* fuzz-frame.c - whatever comes from a reader process is taken apart without harm
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-frame.h"
#include "store/haul-record.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
use (const HaulFrame *frame)
{
  g_autoptr (GVariant) record = haul_frame_parse (frame, NULL);
  g_autoptr (HaulMessage) measured = haul_message_new ("k", 0);
  g_autoptr (HaulStoreInfo) info = NULL;
  g_autoptr (HaulFolder) folder = NULL;
  g_autoptr (HaulMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (frame->type == HAUL_FRAME_MESSAGE)
    message = haul_record_to_message (frame, NULL);
  if (record == NULL)
    return;
  if (frame->type == HAUL_FRAME_STORE)
    info = haul_record_to_store (record, "/home/a", NULL);
  else if (frame->type == HAUL_FRAME_FOLDER || frame->type == HAUL_FRAME_COUNT)
    folder = haul_record_to_folder (record, NULL);
  else if (frame->type == HAUL_FRAME_MEASURE)
    haul_record_add_measure (record, measured, NULL);
  else if (frame->type == HAUL_FRAME_ERROR)
    error = haul_record_to_error (record);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (HaulFrameBuffer) buffer = haul_frame_buffer_new ();
  g_autoptr (GError) error = NULL;
  HaulFrame frame;

  while (size > 0 && error == NULL)
    {
      gsize room;
      guint8 *to = haul_frame_buffer_reserve (buffer, &room);
      gsize n = MIN (MIN (room, size), 97);
      memcpy (to, data, n);
      haul_frame_buffer_commit (buffer, n);
      data += n;
      size -= n;
      while (haul_frame_buffer_take (buffer, &frame, &error))
        use (&frame);
    }
  return 0;
}
