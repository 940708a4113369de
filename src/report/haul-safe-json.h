/* haul-safe-json.h - members of a JSON object that may be anything
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonObject *haul_safe_json_load (const char *path, JsonParser **parser, GError **error);
gboolean haul_safe_json_save (JsonBuilder *builder, const char *path, GError **error);
const char *haul_safe_json_get_text (JsonObject *object, const char *name);
gint64 haul_safe_json_get_number (JsonObject *object, const char *name);
JsonArray *haul_safe_json_get_array (JsonObject *object, const char *name);
JsonObject *haul_safe_json_get_object (JsonArray *array, guint index);
void haul_safe_json_add_text (JsonBuilder *builder, const char *name, const char *text);

G_END_DECLS
