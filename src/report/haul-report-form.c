/* haul-report-form.c - a report in one of its four forms; the same numbers in each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-report-form.h"

#include "report/haul-report-writers.h"

static const struct
{
  const char *word;
  char *(*write) (const HaulReport *report);
} forms[] = {
  [HAUL_REPORT_FORM_TEXT] = { "text", haul_report_text_write },
  [HAUL_REPORT_FORM_HTML] = { "html", haul_report_html_write },
  [HAUL_REPORT_FORM_JSON] = { "json", haul_report_json_write },
  [HAUL_REPORT_FORM_CSV] = { "csv", haul_report_csv_write },
};

/**
 * haul_report_form_from_word:
 * @word: (nullable): `text`, `html`, `json` or `csv`
 *
 * Returns: the form; text for anything else
 */
HaulReportForm
haul_report_form_from_word (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_strcmp0 (word, forms[i].word) == 0)
      return (HaulReportForm)i;
  return HAUL_REPORT_FORM_TEXT;
}

/**
 * haul_report_form_from_name:
 * @name: a file's name
 *
 * Returns: the form that its ending promises; text for no ending that is known
 */
HaulReportForm
haul_report_form_from_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *ending = g_strconcat (".", forms[i].word, NULL);
      if (g_str_has_suffix (lower, ending))
        return (HaulReportForm)i;
    }
  return g_str_has_suffix (lower, ".htm") ? HAUL_REPORT_FORM_HTML : HAUL_REPORT_FORM_TEXT;
}

/**
 * haul_report_form_write:
 * @report: a finished report
 * @form: the form
 *
 * Returns: (transfer full): the report in this form, UTF-8
 */
char *
haul_report_form_write (const HaulReport *report, HaulReportForm form)
{
  return forms[form].write (report);
}
