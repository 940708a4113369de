/* haul-plan.h - what goes where; immutable once made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-server.h"
#include "migrate/haul-choices.h"
#include "migrate/haul-rung.h"
#include "store/haul-discovery.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_PLAN_COPY,
  HAUL_PLAN_SKIP_EMPTY,  /* no messages; the mailbox is made all the same */
  HAUL_PLAN_SKIP_CHOICE, /* not among the folders chosen */
  HAUL_PLAN_SKIP_TRASH,  /* deleted mail stays deleted */
  HAUL_PLAN_SKIP_JUNK,
  HAUL_PLAN_UNREADABLE, /* the folder has a problem; its messages cannot be counted */
} HaulPlanAction;

typedef struct
{
  HaulStoreInfo *store; /* (owned) */
  HaulFolder *folder;   /* (owned) counted */
  HaulPlanAction action;
  char *mailbox;         /* (owned) octets on the wire, whole name */
  char *mailbox_display; /* (owned) UTF-8 */
  gboolean exists;       /* on the server when the plan was made */
  char *note;            /* (owned) (nullable) one sentence: name changed, two folders in one mailbox … */
} HaulPlanFolder;

typedef struct
{
  gatomicrefcount ref_count;
  HaulChoices *choices; /* (owned) */
  HaulServer *server;   /* (owned) */
  GPtrArray *folders;   /* (owned) (element-type HaulPlanFolder) parents first, in the stores' order */
  guint64 messages;     /* of the folders to copy */
  guint64 bytes;
} HaulPlan;

HaulPlan *haul_plan_new (GPtrArray *summaries, HaulServer *server, const HaulChoices *choices, GError **error);
HaulPlan *haul_plan_ref (HaulPlan *plan);
void haul_plan_unref (HaulPlan *plan);
const HaulPlanFolder *haul_plan_get_folder (const HaulPlan *plan, guint index);
HaulRung haul_plan_get_rung (const HaulPlan *plan, guint index);
char *haul_plan_to_json (const HaulPlan *plan);
const char *haul_plan_action_to_string (HaulPlanAction action);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulPlan, haul_plan_unref)

G_END_DECLS
