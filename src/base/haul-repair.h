/* haul-repair.h - small changes to a message that a server would otherwise refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exchange takes what stands behind some 10,000 octets of a line for commands (docs/wire.md). */
#define HAUL_REPAIR_LINE_MAX 9900
/* A bigger message is not repaired. */
#define HAUL_REPAIR_SIZE_MAX (64 * 1024 * 1024)

/**
 * HaulRepair:
 * @HAUL_REPAIR_FINAL_CRLF: the last line gets its line end
 * @HAUL_REPAIR_FROM_LINE: a first line `From …` becomes the field `X-From-Line: …`
 * @HAUL_REPAIR_NUL: octets of value zero are left out of text; other content that holds some is encoded
 * @HAUL_REPAIR_LONG_LINES: parts with lines of more than %HAUL_REPAIR_LINE_MAX octets are encoded, fields are folded
 * @HAUL_REPAIR_HEADER_8BIT: octets over 127 in header fields are encoded (RFC 2047, RFC 2231)
 * @HAUL_REPAIR_EMPTY: a message of no octets becomes one without fields and text
 * @HAUL_REPAIR_CARRIER: the whole message becomes the attachment of another; nothing else goes with it
 *
 * Repairs, as a set, and at the same time what of a message calls for them. Text, attachments and their names stay what
 * they are for a reader; what is signed or encrypted is not touched. Bits are never given another meaning.
 */
typedef enum
{
  HAUL_REPAIR_NONE = 0,
  HAUL_REPAIR_FINAL_CRLF = 1 << 0,
  HAUL_REPAIR_FROM_LINE = 1 << 1,
  HAUL_REPAIR_NUL = 1 << 2,
  HAUL_REPAIR_LONG_LINES = 1 << 3,
  HAUL_REPAIR_HEADER_8BIT = 1 << 4,
  HAUL_REPAIR_EMPTY = 1 << 5,
  HAUL_REPAIR_CARRIER = 1 << 6,
} HaulRepair;

#define HAUL_REPAIR_ALL ((HAUL_REPAIR_CARRIER << 1) - 1)
/* Without being asked for. */
#define HAUL_REPAIR_USUAL                                                                                              \
  (HAUL_REPAIR_FINAL_CRLF | HAUL_REPAIR_FROM_LINE | HAUL_REPAIR_NUL | HAUL_REPAIR_LONG_LINES | HAUL_REPAIR_HEADER_8BIT)

#define HAUL_REPAIR_STEPS_MAX 16

const char *haul_repair_to_string (HaulRepair repair);
gboolean haul_repair_parse (const char *list, guint *repairs);
char *haul_repair_dup_list (guint repairs);
guint haul_repair_list_steps (guint flaws, guint *steps);

G_END_DECLS
