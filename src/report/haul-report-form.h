/* haul-report-form.h - a report in one of its four forms; the same numbers in each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report/haul-report.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_REPORT_FORM_TEXT,
  HAUL_REPORT_FORM_HTML,
  HAUL_REPORT_FORM_JSON,
  HAUL_REPORT_FORM_CSV,
} HaulReportForm;

HaulReportForm haul_report_form_from_word (const char *word);
HaulReportForm haul_report_form_from_name (const char *name);
char *haul_report_form_write (const HaulReport *report, HaulReportForm form);

G_END_DECLS
