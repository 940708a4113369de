/* haul-choices.h - what a person chose besides the account and the sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *into;         /* (owned) (nullable) display name of the mailbox everything goes under; NULL: at the top */
  GHashTable *map;    /* (owned) (element-type utf8 utf8) folder's display path → mailbox's display name */
  GPtrArray *folders; /* (owned) (element-type utf8) only these folders, by display path; empty: all */
  gint64 since;       /* unix seconds, 0: no limit */
  gint64 until;
  guint64 max_size_bytes; /* 0: no limit */
  gboolean newest_first;
  gboolean include_deleted; /* also messages marked deleted, and folders of role TRASH */
  gboolean include_junk;
  guint connections;      /* 0: chosen by the program */
  guint64 max_rate_bytes; /* octets a second, 0: no limit */
  guint repairs;          /* HaulRepair that may be done to a message that the server refuses */
  gboolean carrier;       /* what bears none goes as an attachment */
  char *export_dir;       /* (owned) (nullable) where what is refused is kept; NULL: beside the journals */
} HaulChoices;

HaulChoices *haul_choices_new (void);
HaulChoices *haul_choices_copy (const HaulChoices *choices);
void haul_choices_free (HaulChoices *choices);
char *haul_choices_to_json (const HaulChoices *choices);
HaulChoices *haul_choices_new_from_json (const char *json, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulChoices, haul_choices_free)

G_END_DECLS
