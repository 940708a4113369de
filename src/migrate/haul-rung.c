/* haul-rung.c - how strongly a folder's upload is proved, and by which commands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * See:     docs/upload.md.
 */
#include "migrate/haul-rung.h"

static const char *const words[] = { "", "R1", "R2", "R3", "R4" };

/**
 * haul_rung_choose:
 * @can_move: the server has MOVE, and it was not seen to do anything else
 * @can_stage: it lets a mailbox of ours be made, as far as is known
 * @exists: the person's mailbox is there
 *
 * Returns: the strongest rung that this allows
 */
HaulRung
haul_rung_choose (gboolean can_move, gboolean can_stage, gboolean exists)
{
  if (!can_stage)
    return HAUL_RUNG_DIRECT;
  if (can_move)
    return HAUL_RUNG_MOVE;
  return exists ? HAUL_RUNG_COPY : HAUL_RUNG_RENAME;
}

/* What is to be expected before anything was tried. */
HaulRung
haul_rung_predict (const HaulServer *server, gboolean exists)
{
  return haul_rung_choose (server->can_move, TRUE, exists);
}

/* A word for scripts: R1 … R4, "" for none. */
const char *
haul_rung_to_string (HaulRung rung)
{
  return words[rung];
}

HaulRung
haul_rung_from_string (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      return (HaulRung)i;
  return HAUL_RUNG_NONE;
}
