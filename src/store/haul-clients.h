/* haul-clients.h - the table of mail programs: where mail lies and how it is named
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-store.h"

G_BEGIN_DECLS

/**
 * HaulClient:
 * @program: its name as shown
 * @recognise: (transfer full) (nullable): looks at one directory (its entry names in @names, sorted, octets as on disk)
 *   and returns the store that begins there; the walk does not descend into it then
 *
 * A program that keeps its mail in a plain format with no layout of its own has no row: the format table finds it.
 */
typedef struct
{
  const char *program;
  HaulStoreInfo *(*recognise) (const char *directory, GPtrArray *names);
} HaulClient;

HaulStoreInfo *haul_clients_recognise (const char *directory, GPtrArray *names);

G_END_DECLS
