/* haul-rung.h - how strongly a folder's upload is proved, and by which commands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-server.h"

G_BEGIN_DECLS

/**
 * HaulRung:
 * @HAUL_RUNG_NONE: nothing had to be placed
 * @HAUL_RUNG_MOVE: R1: staged, placed by `UID MOVE`
 * @HAUL_RUNG_RENAME: R2: staged in a mailbox that becomes the person's by `RENAME`
 * @HAUL_RUNG_COPY: R3: staged, placed by `UID COPY`
 * @HAUL_RUNG_DIRECT: R4: sent to the person's mailbox
 *
 * The strongest first; see docs/upload.md.
 */
typedef enum
{
  HAUL_RUNG_NONE,
  HAUL_RUNG_MOVE,
  HAUL_RUNG_RENAME,
  HAUL_RUNG_COPY,
  HAUL_RUNG_DIRECT,
} HaulRung;

HaulRung haul_rung_choose (gboolean can_move, gboolean can_stage, gboolean exists);
HaulRung haul_rung_predict (const HaulServer *server, gboolean exists);
const char *haul_rung_to_string (HaulRung rung);
HaulRung haul_rung_from_string (const char *word);

G_END_DECLS
