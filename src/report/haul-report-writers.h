/* haul-report-writers.h - a report in its four forms; the same numbers in each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report/haul-report.h"

G_BEGIN_DECLS

char *haul_report_text_write (const HaulReport *report);
char *haul_report_json_write (const HaulReport *report);
char *haul_report_csv_write (const HaulReport *report);
char *haul_report_html_write (const HaulReport *report);

G_END_DECLS
