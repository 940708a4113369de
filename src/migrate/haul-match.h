/* haul-match.h - which of these messages are those? A multiset comparison by digest; pure
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_MATCH_NONE G_MAXUINT

typedef struct
{
  const guint8 *digest; /* (nullable) borrowed; NULL matches nothing */
  gint64 date;          /* unix seconds */
  guint flags;
  guint partner; /* out: index on the other side, or HAUL_MATCH_NONE */
} HaulMatchEntry;

guint haul_match_run (HaulMatchEntry *left, guint n_left, HaulMatchEntry *right, guint n_right);

G_END_DECLS
