/* haul-safe-json.c - members of a JSON object that may be anything
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Errors:  G_IO_ERROR, G_FILE_ERROR, JSON_PARSER_ERROR. json-glib's own getters abort where the type is another.
 */
#include "report/haul-safe-json.h"

#include <gio/gio.h>
#include <string.h>

/**
 * haul_safe_json_load:
 * @path: a file
 * @parser: (out) (transfer full): keeps what is returned
 * @error: return location
 *
 * Returns: (transfer none) (nullable): the object in the file
 */
JsonObject *
haul_safe_json_load (const char *path, JsonParser **parser, GError **error)
{
  *parser = json_parser_new_immutable ();
  if (!json_parser_load_from_file (*parser, path, error))
    return NULL;
  JsonNode *root = json_parser_get_root (*parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_node_get_object (root);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s does not hold what it should", path);
  return NULL;
}

/**
 * haul_safe_json_save:
 * @builder: a finished object
 * @path: the file, replaced as a whole or not at all; readable by this user only
 * @error: return location
 *
 * Returns: %TRUE when it is on disk
 */
gboolean
haul_safe_json_save (JsonBuilder *builder, const char *path, GError **error)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);

  return g_file_set_contents_full (path, text, (gssize)strlen (text),
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

static JsonNode *
get_value (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

/* NULL where there is none. */
const char *
haul_safe_json_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

/* 0 where there is none. */
gint64
haul_safe_json_get_number (JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : 0;
}

/* NULL where there is none. */
JsonArray *
haul_safe_json_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* NULL where it is none. */
JsonObject *
haul_safe_json_get_object (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

void
haul_safe_json_add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}
