/* haul-report-file.h - a report kept in a file, exactly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report/haul-report.h"

G_BEGIN_DECLS

gboolean haul_report_file_save (const HaulReport *report, const char *path, GError **error);
HaulReport *haul_report_file_load (const char *path, GError **error);

G_END_DECLS
