/* haul-formats.h - the table of formats: how bytes are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-store.h"

G_BEGIN_DECLS

/**
 * HaulFormat:
 * @name: the word of the table, `dbx`
 * @grade: how faithfully it can be read
 * @sniff: is this file (its first 4 KiB in @head) or directory (@head is %NULL) of this format? Never follows links
 * @open: (transfer full): opens a store at @path of this format
 */
typedef struct
{
  const char *name;
  HaulGrade grade;
  gboolean (*sniff) (const char *path, GBytes *head);
  HaulStore *(*open) (const char *path, GCancellable *cancellable, GError **error);
} HaulFormat;

const HaulFormat *haul_formats_find (const char *name);
const HaulFormat *haul_formats_sniff (const char *path, GBytes *head);

G_END_DECLS
