/* haul-json-writer.h - members of a JSON object, as every output of ours writes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "base/haul-progress.h"

G_BEGIN_DECLS

void haul_json_writer_add_string (JsonBuilder *builder, const char *name, const char *value);
void haul_json_writer_add_int (JsonBuilder *builder, const char *name, gint64 value);
void haul_json_writer_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
void haul_json_writer_add_date (JsonBuilder *builder, const char *name, gint64 unix_seconds);
void haul_json_writer_add_counts (JsonBuilder *builder, const HaulCounts *counts);

G_END_DECLS
