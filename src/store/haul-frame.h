/* haul-frame.h - the frames between mailhaul-reader and the program that started it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HAUL_FRAME_VERSION 3
#define HAUL_FRAME_HEADER 8
#define HAUL_FRAME_MAX_PAYLOAD (1024 * 1024)
#define HAUL_FRAME_CHUNK 65536 /* what mailhaul-reader puts into one DATA frame at most */

/**
 * HaulFrameType:
 *
 * Each request but START and STOP is answered by any number of records and ticks, then END, ERROR or (a body) DIGEST.
 * The GVariant type of each payload is in haul-frame.c; DATA holds octets, MESSAGE a HaulRecordMessage and its texts.
 */
typedef enum
{
  HAUL_FRAME_START = 1, /* requests: the root, once, answered by HELLO */
  HAUL_FRAME_SCAN,      /* PLACE and STORE for all under the root */
  HAUL_FRAME_OPEN,      /* the root as a store of a format */
  HAUL_FRAME_LIST,      /* FOLDER for each */
  HAUL_FRAME_COUNT,     /* one FOLDER, counted */
  HAUL_FRAME_READ,      /* begin a folder at an ordinal, the key before it is checked */
  HAUL_FRAME_NEXT,      /* so many MESSAGE; a MEASURE follows each readable one that came without its digest, as one
                           alone does; END says whether more follow */
  HAUL_FRAME_BODY,      /* DATA of one message by key, with these repairs, then DIGEST */
  HAUL_FRAME_STOP,      /* end the body early; ignored when it has ended */
  HAUL_FRAME_REPAIR,    /* MEASURE of one message by key, with these repairs */

  HAUL_FRAME_HELLO = 64, /* replies */
  HAUL_FRAME_TICK,       /* still at work */
  HAUL_FRAME_PLACE,
  HAUL_FRAME_STORE,
  HAUL_FRAME_FOLDER,
  HAUL_FRAME_MESSAGE,
  HAUL_FRAME_MEASURE,
  HAUL_FRAME_DATA,
  HAUL_FRAME_DIGEST,
  HAUL_FRAME_END,
  HAUL_FRAME_ERROR,
} HaulFrameType;

typedef struct
{
  HaulFrameType type;
  const guint8 *data; /* (borrowed) from the HaulFrameBuffer, until it is next touched */
  gsize length;
} HaulFrame;

typedef struct _HaulFrameBuffer HaulFrameBuffer;

HaulFrameBuffer *haul_frame_buffer_new (void);
void haul_frame_buffer_free (HaulFrameBuffer *buffer);
guint8 *haul_frame_buffer_reserve (HaulFrameBuffer *buffer, gsize *size);
void haul_frame_buffer_commit (HaulFrameBuffer *buffer, gsize size);
gboolean haul_frame_buffer_take (HaulFrameBuffer *buffer, HaulFrame *frame, GError **error);

GVariant *haul_frame_parse (const HaulFrame *frame, GError **error);
void haul_frame_append (GByteArray *out, HaulFrameType type, GVariant *payload);
void haul_frame_append_header (GByteArray *out, HaulFrameType type, gsize length);
void haul_frame_append_data (GByteArray *out, const guint8 *data, gsize length);
gboolean haul_frame_is_last (HaulFrameType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulFrameBuffer, haul_frame_buffer_free)

G_END_DECLS
