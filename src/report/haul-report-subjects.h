/* haul-report-subjects.h - subject and sender of the messages in a report, read once more where they lie
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "report/haul-report.h"

G_BEGIN_DECLS

guint haul_report_subjects_add (HaulReport *report, GCancellable *cancellable);
char *haul_report_subjects_dup_field (const char *header, const char *name);

G_END_DECLS
