/* haul-reader-child.h - the mailhaul-reader process: started, heard, ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_READER_CHILD_REAP_MS 300 /* for a killed one, before a thread waits for it */

typedef struct
{
  GPid pid;           /* 0 once reaped */
  int socket;         /* (owned) -1 when dead */
  int errors;         /* (owned) its standard error; -1 at its end */
  int status;         /* of waitpid(), once pid is 0 */
  GString *complaint; /* (owned) what it wrote to standard error */
} HaulReaderChild;

gboolean haul_reader_child_start (HaulReaderChild *self, GError **error);
void haul_reader_child_take_complaints (HaulReaderChild *self);
gboolean haul_reader_child_reap (HaulReaderChild *self, guint limit_ms);
char *haul_reader_child_dup_status (const HaulReaderChild *self);
void haul_reader_child_kill (HaulReaderChild *self);
void haul_reader_child_clear (HaulReaderChild *self);

G_END_DECLS
