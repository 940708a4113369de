/* haul-message.h - one local message: where it is, its flags, its date; never its text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "base/haul-fingerprint.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_MESSAGE_SEEN = 1 << 0,
  HAUL_MESSAGE_ANSWERED = 1 << 1,
  HAUL_MESSAGE_FLAGGED = 1 << 2,
  HAUL_MESSAGE_DRAFT = 1 << 3,
  HAUL_MESSAGE_DELETED = 1 << 4, /* marked, still visible in the program; not uploaded unless asked for */
  HAUL_MESSAGE_FORWARDED = 1 << 5,
  HAUL_MESSAGE_JUNK = 1 << 6,
  HAUL_MESSAGE_NOT_JUNK = 1 << 7,
} HaulMessageFlags;

/**
 * HaulMessageState:
 * @HAUL_MESSAGE_WHOLE: its octets can be had
 * @HAUL_MESSAGE_CUT: part of it is lost; opening gives what is there
 * @HAUL_MESSAGE_ABSENT: the program knows it, its text was never stored on this computer
 * @HAUL_MESSAGE_UNREADABLE: nothing of it can be had
 */
typedef enum
{
  HAUL_MESSAGE_WHOLE,
  HAUL_MESSAGE_CUT,
  HAUL_MESSAGE_ABSENT,
  HAUL_MESSAGE_UNREADABLE,
} HaulMessageState;

#define HAUL_DIGEST_LENGTH 32

typedef struct
{
  char *key;       /* (owned) valid UTF-8, ≤ 4096 octets: enough for the reader to open it again in another process */
  guint64 ordinal; /* position in the folder, from 0 */
  guint64 size;    /* octets in wire form (CRLF); an estimate until is_measured */
  guint8 digest[HAUL_DIGEST_LENGTH]; /* SHA-256 of the wire form; only if is_measured */
  HaulFingerprint fingerprint;       /* the same; for servers that do not keep octets */
  gboolean is_measured;
  gint64 received; /* unix seconds, 0 unknown */
  guint flags;     /* HaulMessageFlags */
  char **keywords; /* (owned) (nullable) UTF-8 */
  HaulMessageState state;
  guint flaws;   /* HaulRepair that it calls for; known with is_measured */
  guint repairs; /* HaulRepair done to it: size, digest, fingerprint and octets are those of the repaired form */
  char *problem; /* (owned) (nullable) one plain sentence, when state is not WHOLE or something had to be guessed */
} HaulMessage;

HaulMessage *haul_message_new (const char *key, guint64 ordinal);
void haul_message_free (HaulMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulMessage, haul_message_free)

G_END_DECLS
