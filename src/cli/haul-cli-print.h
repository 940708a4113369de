/* haul-cli-print.h - words for people on the terminal, and small pieces of JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cli/haul-cli-options.h"
#include "report/haul-exit-status.h"

G_BEGIN_DECLS

HaulExitStatus haul_cli_print_error (const HaulCliOptions *options, const GError *error);
HaulExitStatus haul_cli_print_get_status (const GError *error);
void haul_cli_print_text (const HaulCliOptions *options, const char *text);
void haul_cli_print_line (const HaulCliOptions *options, const char *format, ...) G_GNUC_PRINTF (2, 3);
void haul_cli_print_octets (const char *text);
void haul_cli_print_builder (JsonBuilder *builder, gboolean is_pretty);
void haul_cli_print_add_error (JsonBuilder *builder, const GError *error);

G_END_DECLS
