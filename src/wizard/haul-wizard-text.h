/* haul-wizard-text.h - numbers, sizes and times as people read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "migrate/haul-plan.h"

G_BEGIN_DECLS

char *haul_wizard_text_dup_number (guint64 number);
char *haul_wizard_text_dup_size (guint64 bytes);
char *haul_wizard_text_dup_messages (guint64 messages);
char *haul_wizard_text_dup_progress (guint64 messages_done, guint64 messages_total);
char *haul_wizard_text_dup_left (gint64 seconds);
char *haul_wizard_text_dup_day (gint64 unix_seconds);
char *haul_wizard_text_dup_clock (gint64 unix_seconds);
gboolean haul_wizard_text_has_several_stores (const HaulPlan *plan);
char *haul_wizard_text_dup_folder (const HaulPlanFolder *folder, gboolean is_full);
char *haul_wizard_text_dup_short_path (const char *path);

G_END_DECLS
