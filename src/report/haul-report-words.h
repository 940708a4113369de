/* haul-report-words.h - what a report's short words mean, in sentences for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "report/haul-report.h"

G_BEGIN_DECLS

const char *haul_report_words_get_advice (const char *code);
const char *haul_report_words_describe_rung (const char *rung);
const char *haul_report_words_describe_proof (HaulProof proof);

G_END_DECLS
