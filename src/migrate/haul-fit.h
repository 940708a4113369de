/* haul-fit.h - whether the mail of a plan has room in the mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-plan.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean is_known; /* the server tells how much room there is */
  gboolean is_enough;
  guint64 needed_bytes; /* at most: what is there already is not sent again */
  guint64 free_bytes;
} HaulFit;

HaulFit haul_fit_new (const HaulPlan *plan);
char *haul_fit_dup_sentence (const HaulFit *fit);
char *haul_fit_dup_size_sentence (const HaulPlan *plan);

G_END_DECLS
