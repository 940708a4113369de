/* haul-choices.c - what a person chose besides the account and the sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner; a plain value.
 * Errors:  HAUL_MIGRATE_ERROR.
 */
#include "migrate/haul-choices.h"

#include <json-glib/json-glib.h>

#include "base/haul-migrate-error.h"
#include "base/haul-repair.h"

/**
 * haul_choices_new:
 *
 * Makes the choices of somebody who chose nothing: everything is copied, but no trash, no junk and no message marked
 * deleted.
 *
 * Returns: (transfer full): the choices
 */
HaulChoices *
haul_choices_new (void)
{
  HaulChoices *self = g_new0 (HaulChoices, 1);

  self->map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->repairs = HAUL_REPAIR_USUAL;
  return self;
}

/**
 * haul_choices_copy:
 * @choices: choices
 *
 * Copies them with everything they hold.
 *
 * Returns: (transfer full): the copy
 */
HaulChoices *
haul_choices_copy (const HaulChoices *choices)
{
  HaulChoices *self = haul_choices_new ();
  GHashTable *map = self->map;
  GPtrArray *folders = self->folders;
  GHashTableIter iter;
  gpointer from, to;

  *self = *choices;
  self->into = g_strdup (choices->into);
  self->export_dir = g_strdup (choices->export_dir);
  self->map = map;
  self->folders = folders;
  g_hash_table_iter_init (&iter, choices->map);
  while (g_hash_table_iter_next (&iter, &from, &to))
    g_hash_table_insert (map, g_strdup (from), g_strdup (to));
  for (guint i = 0; i < choices->folders->len; i++)
    g_ptr_array_add (folders, g_strdup (g_ptr_array_index (choices->folders, i)));
  return self;
}

void
haul_choices_free (HaulChoices *choices)
{
  g_free (choices->into);
  g_free (choices->export_dir);
  g_hash_table_unref (choices->map);
  g_ptr_array_unref (choices->folders);
  g_free (choices);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (a, b);
}

static void
build_map (JsonBuilder *builder, GHashTable *map)
{
  GList *keys = g_list_sort (g_hash_table_get_keys (map), compare_strings);

  json_builder_set_member_name (builder, "map");
  json_builder_begin_object (builder);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      json_builder_set_member_name (builder, key->data);
      json_builder_add_string_value (builder, g_hash_table_lookup (map, key->data));
    }
  json_builder_end_object (builder);
  g_list_free (keys);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/**
 * haul_choices_to_json:
 * @choices: choices
 *
 * Writes them as one JSON object; the same choices give the same text.
 *
 * Returns: (transfer full): the text
 */
char *
haul_choices_to_json (const HaulChoices *choices)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  if (choices->into != NULL)
    {
      json_builder_set_member_name (builder, "into");
      json_builder_add_string_value (builder, choices->into);
    }
  build_map (builder, choices->map);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < choices->folders->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (choices->folders, i));
  json_builder_end_array (builder);
  add_int (builder, "since", choices->since);
  add_int (builder, "until", choices->until);
  add_int (builder, "max_size", (gint64)MIN (choices->max_size_bytes, (guint64)G_MAXINT64));
  add_boolean (builder, "newest_first", choices->newest_first);
  add_boolean (builder, "include_deleted", choices->include_deleted);
  add_boolean (builder, "include_junk", choices->include_junk);
  add_int (builder, "connections", choices->connections);
  add_int (builder, "max_rate", (gint64)MIN (choices->max_rate_bytes, (guint64)G_MAXINT64));
  if (choices->repairs != HAUL_REPAIR_USUAL)
    add_int (builder, "repairs", choices->repairs);
  if (choices->carrier)
    add_boolean (builder, "carrier", TRUE);
  if (choices->export_dir != NULL)
    {
      json_builder_set_member_name (builder, "export_refused");
      json_builder_add_string_value (builder, choices->export_dir);
    }
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static gboolean
holds (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gint64
read_int (JsonObject *object, const char *name, gint64 minimum, gint64 maximum)
{
  return holds (object, name, G_TYPE_INT64) ? CLAMP (json_object_get_int_member (object, name), minimum, maximum) : 0;
}

static gboolean
read_boolean (JsonObject *object, const char *name)
{
  return holds (object, name, G_TYPE_BOOLEAN) && json_object_get_boolean_member (object, name);
}

static void
read_map (JsonObject *object, GHashTable *map)
{
  JsonNode *node = json_object_get_member (object, "map");
  JsonObjectIter iter;
  const char *from;
  JsonNode *to;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &from, &to))
    if (JSON_NODE_HOLDS_VALUE (to) && json_node_get_value_type (to) == G_TYPE_STRING)
      g_hash_table_insert (map, g_strdup (from), json_node_dup_string (to));
}

static void
read_folders (JsonObject *object, GPtrArray *folders)
{
  JsonNode *node = json_object_get_member (object, "folders");
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_ptr_array_add (folders, json_node_dup_string (element));
    }
}

/**
 * haul_choices_new_from_json:
 * @json: what haul_choices_to_json() wrote
 * @error: return location
 *
 * Reads choices back; members that are missing, or of another kind, mean that nothing was chosen there.
 *
 * Returns: (transfer full) (nullable): the choices, or %NULL with %HAUL_MIGRATE_ERROR_BAD_CHOICE
 */
HaulChoices *
haul_choices_new_from_json (const char *json, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) root = json_from_string (json, &local_error);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE, "The saved choices cannot be read: %s",
                   local_error != NULL ? local_error->message : "not an object");
      return NULL;
    }

  JsonObject *object = json_node_get_object (root);
  HaulChoices *self = haul_choices_new ();
  if (holds (object, "into", G_TYPE_STRING))
    self->into = g_strdup (json_object_get_string_member (object, "into"));
  read_map (object, self->map);
  read_folders (object, self->folders);
  self->since = read_int (object, "since", G_MININT64, G_MAXINT64);
  self->until = read_int (object, "until", G_MININT64, G_MAXINT64);
  self->max_size_bytes = (guint64)read_int (object, "max_size", 0, G_MAXINT64);
  self->newest_first = read_boolean (object, "newest_first");
  self->include_deleted = read_boolean (object, "include_deleted");
  self->include_junk = read_boolean (object, "include_junk");
  self->connections = (guint)read_int (object, "connections", 0, G_MAXINT);
  self->max_rate_bytes = (guint64)read_int (object, "max_rate", 0, G_MAXINT64);
  if (holds (object, "repairs", G_TYPE_INT64))
    self->repairs = (guint)read_int (object, "repairs", 0, HAUL_REPAIR_ALL & ~(guint)HAUL_REPAIR_CARRIER);
  self->carrier = read_boolean (object, "carrier");
  if (holds (object, "export_refused", G_TYPE_STRING))
    self->export_dir = g_strdup (json_object_get_string_member (object, "export_refused"));
  return self;
}
