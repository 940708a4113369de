/* haul-plan.c - what goes where; immutable once made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every folder of every store is in the plan, also the ones that are not copied: nothing is left out in silence.
 *
 * Thread:  any.
 * Errors:  HAUL_MIGRATE_ERROR; of the first store, where none can be read.
 */
#include "migrate/haul-plan.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "migrate/haul-fit.h"
#include "migrate/haul-folder-map.h"
#include "migrate/haul-foresight.h"
#include "report/haul-json-writer.h"
#include "base/haul-migrate-error.h"
#include "migrate/haul-nearest.h"
#include "store/haul-store-error.h"

static void
plan_folder_free (gpointer data)
{
  HaulPlanFolder *self = data;

  haul_store_info_unref (self->store);
  haul_folder_unref (self->folder);
  g_free (self->mailbox);
  g_free (self->mailbox_display);
  g_free (self->note);
  g_free (self);
}

static gboolean
is_listed (const GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_str_equal (g_ptr_array_index (names, i), name))
      return TRUE;
  return FALSE;
}

/* What lies in the trash is trash, however deep. */
static HaulRole
find_inherited_role (const HaulFolder *folder, const GPtrArray *folders)
{
  if (folder->role != HAUL_ROLE_NONE)
    return folder->role;
  for (guint i = 0; i < folders->len; i++)
    {
      const HaulFolder *other = g_ptr_array_index (folders, i);
      guint n = g_strv_length (other->path);
      if (other->role != HAUL_ROLE_TRASH && other->role != HAUL_ROLE_JUNK)
        continue;
      if (g_strv_length (folder->path) <= n)
        continue;
      gboolean is_inside = TRUE;
      for (guint level = 0; level < n && is_inside; level++)
        is_inside = g_str_equal (folder->path[level], other->path[level]);
      if (is_inside)
        return other->role;
    }
  return HAUL_ROLE_NONE;
}

static HaulPlanAction
decide (const HaulFolder *folder, const GPtrArray *folders, const HaulChoices *choices)
{
  g_autofree char *display = haul_folder_dup_display (folder);
  gboolean is_named = is_listed (choices->folders, display);
  HaulRole role = find_inherited_role (folder, folders);

  if (choices->folders->len > 0 && !is_named)
    return HAUL_PLAN_SKIP_CHOICE;
  if (role == HAUL_ROLE_TRASH && !choices->include_deleted && !is_named)
    return HAUL_PLAN_SKIP_TRASH;
  if (role == HAUL_ROLE_JUNK && !choices->include_junk && !is_named)
    return HAUL_PLAN_SKIP_JUNK;
  if (folder->messages < 0)
    return HAUL_PLAN_UNREADABLE;
  return folder->messages == 0 ? HAUL_PLAN_SKIP_EMPTY : HAUL_PLAN_COPY;
}

static char *
join_notes (char *note, const char *problem)
{
  if (problem == NULL)
    return note;
  if (note == NULL)
    return g_strdup (problem);

  char *joined = g_strconcat (problem, " ", note, NULL);
  g_free (note);
  return joined;
}

static void
add_folder (HaulPlan *self, HaulFolderMap *map, guint store, const HaulStoreSummary *summary, HaulFolder *folder)
{
  g_autoptr (HaulFolderTarget) target = haul_folder_map_add (map, store, folder);
  HaulPlanFolder *planned = g_new0 (HaulPlanFolder, 1);

  planned->store = haul_store_info_ref (summary->info);
  planned->folder = haul_folder_ref (folder);
  planned->action = decide (folder, summary->folders, self->choices);
  planned->mailbox = g_steal_pointer (&target->mailbox);
  planned->mailbox_display = g_steal_pointer (&target->display);
  planned->exists = target->exists;
  planned->note = join_notes (g_steal_pointer (&target->note), folder->problem);
  if (planned->action == HAUL_PLAN_COPY && target->warning != NULL)
    planned->note = join_notes (planned->note, target->warning);
  if (planned->action == HAUL_PLAN_COPY)
    {
      self->messages += (guint64)folder->messages;
      self->bytes += (guint64)MAX (folder->bytes, 0);
    }
  g_ptr_array_add (self->folders, planned);
}

/* A store that cannot be read takes one line of the plan, so that it is told of to the end. */
static void
add_unreadable_store (HaulPlan *self, const HaulStoreSummary *summary)
{
  g_autofree char *name = g_filename_display_basename (summary->info->path);
  const char *path[] = { name, NULL };
  HaulPlanFolder *planned = g_new0 (HaulPlanFolder, 1);

  planned->store = haul_store_info_ref (summary->info);
  planned->folder = haul_folder_new ("", path, HAUL_ROLE_NONE);
  planned->folder->problem = g_strdup (summary->error->message);
  planned->action = HAUL_PLAN_UNREADABLE;
  planned->mailbox = g_strdup ("");
  planned->mailbox_display = g_strdup ("");
  planned->note = g_strdup (summary->error->message);
  g_ptr_array_add (self->folders, planned);
}

/* The folder that is meant: of exactly this name, else of the only one that differs in capitals. */
static const char *
find_name (const GPtrArray *known, const char *name, GError **error)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  g_autofree char *folded = g_utf8_casefold (composed, -1);
  const char *alike = NULL;
  gboolean is_unique = TRUE;

  for (guint i = 0; i < known->len; i++)
    {
      const char *candidate = g_ptr_array_index (known, i);
      g_autofree char *candidate_folded = g_utf8_casefold (candidate, -1);
      if (g_str_equal (candidate, composed))
        return candidate;
      if (!g_str_equal (candidate_folded, folded))
        continue;
      is_unique = alike == NULL || g_str_equal (alike, candidate);
      alike = candidate;
    }
  if (alike != NULL && is_unique)
    return alike;

  g_autofree char *nearest = haul_nearest_join (known, valid);
  if (nearest == NULL)
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE, _ ("There is no folder “%s”."), valid);
  else
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE,
                 _ ("There is no folder “%s”. The nearest names are: %s."), valid, nearest);
  return NULL;
}

static gboolean
resolve_map (HaulChoices *resolved, const HaulChoices *choices, const GPtrArray *known, GError **error)
{
  GHashTableIter iter;
  gpointer from, to;

  g_hash_table_remove_all (resolved->map);
  g_hash_table_iter_init (&iter, choices->map);
  while (g_hash_table_iter_next (&iter, &from, &to))
    {
      const char *name = find_name (known, from, error);
      if (name == NULL)
        return FALSE;
      if (strspn (to, "/ ") == strlen (to))
        {
          g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE,
                       _ ("The folder “%s” needs the name of a mailbox to go to."), name);
          return FALSE;
        }
      g_hash_table_insert (resolved->map, g_strdup (name), g_strdup (to));
    }
  return TRUE;
}

/* The choices with the folders' names as the stores spell them. */
static HaulChoices *
resolve_choices (const HaulChoices *choices, const GPtrArray *known, GError **error)
{
  g_autoptr (HaulChoices) resolved = haul_choices_copy (choices);

  g_ptr_array_set_size (resolved->folders, 0);
  for (guint i = 0; i < choices->folders->len; i++)
    {
      const char *name = find_name (known, g_ptr_array_index (choices->folders, i), error);
      if (name == NULL)
        return NULL;
      g_ptr_array_add (resolved->folders, g_strdup (name));
    }
  if (!resolve_map (resolved, choices, known, error))
    return NULL;
  if (choices->since != 0 && choices->until != 0 && choices->since > choices->until)
    {
      g_set_error_literal (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE,
                           _ ("The first day asked for is later than the last day."));
      return NULL;
    }
  return g_steal_pointer (&resolved);
}

/* Why there is nothing to copy: the gravest reason first. */
static gboolean
check_not_empty (const HaulPlan *self, const GPtrArray *summaries, GError **error)
{
  for (guint i = 0; i < self->folders->len; i++)
    if (haul_plan_get_folder (self, i)->action == HAUL_PLAN_COPY)
      return TRUE;
  for (guint i = 0; i < summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (summaries, i);
      if (summary->error != NULL)
        {
          g_propagate_error (error, g_error_copy (summary->error));
          return FALSE;
        }
    }
  for (guint i = 0; i < self->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (self, i);
      gboolean is_lost = folder->action == HAUL_PLAN_SKIP_EMPTY && folder->folder->lost > 0;
      if (folder->action != HAUL_PLAN_UNREADABLE && !is_lost)
        continue;
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED,
                           folder->note != NULL ? folder->note : "no folder can be read");
      return FALSE;
    }
  g_set_error_literal (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NOTHING,
                       self->folders->len == 0 ? "no store holds a folder" : "no folder to copy holds a message");
  return FALSE;
}

static GPtrArray *
list_names (const GPtrArray *summaries)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (summaries, i);
      for (guint j = 0; j < summary->folders->len; j++)
        g_ptr_array_add (names, haul_folder_dup_display (g_ptr_array_index (summary->folders, j)));
    }
  return names;
}

/**
 * haul_plan_new:
 * @summaries: (element-type HaulStoreSummary): the stores to copy, counted
 * @server: what the server showed
 * @choices: what the person chose
 * @error: return location; %HAUL_MIGRATE_ERROR_NOTHING, %HAUL_MIGRATE_ERROR_BAD_CHOICE (its message is for people),
 *   or the error of a store where no store can be read
 *
 * Decides for each folder whether it is copied and where to. Nothing is read or written.
 *
 * Returns: (transfer full) (nullable): the plan
 */
HaulPlan *
haul_plan_new (GPtrArray *summaries, HaulServer *server, const HaulChoices *choices, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (summaries);
  HaulChoices *resolved = names->len == 0 ? haul_choices_copy (choices) : resolve_choices (choices, names, error);
  if (resolved == NULL)
    return NULL;

  g_autoptr (HaulPlan) self = g_new0 (HaulPlan, 1);
  g_autoptr (HaulFolderMap) map = haul_folder_map_new (server, resolved);
  g_atomic_ref_count_init (&self->ref_count);
  self->choices = resolved;
  self->server = haul_server_ref (server);
  self->folders = g_ptr_array_new_with_free_func (plan_folder_free);
  for (guint i = 0; i < summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (summaries, i);
      for (guint j = 0; j < summary->folders->len; j++)
        haul_folder_map_expect (map, g_ptr_array_index (summary->folders, j));
    }
  for (guint i = 0; i < summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (summaries, i);
      if (summary->error != NULL)
        add_unreadable_store (self, summary);
      for (guint j = 0; j < summary->folders->len; j++)
        add_folder (self, map, i, summary, g_ptr_array_index (summary->folders, j));
    }
  if (!check_not_empty (self, summaries, error))
    return NULL;
  return g_steal_pointer (&self);
}

HaulPlan *
haul_plan_ref (HaulPlan *plan)
{
  g_atomic_ref_count_inc (&plan->ref_count);
  return plan;
}

void
haul_plan_unref (HaulPlan *plan)
{
  if (!g_atomic_ref_count_dec (&plan->ref_count))
    return;
  haul_choices_free (plan->choices);
  haul_server_unref (plan->server);
  g_ptr_array_unref (plan->folders);
  g_free (plan);
}

const HaulPlanFolder *
haul_plan_get_folder (const HaulPlan *plan, guint index)
{
  return g_ptr_array_index (plan->folders, index);
}

/**
 * haul_plan_get_rung:
 * @plan: a plan
 * @index: a folder's
 *
 * What can be expected of the server for this folder. It turns out when it is copied.
 *
 * Returns: how strongly it will be proved that its messages arrive exactly once; NONE where none is copied
 */
HaulRung
haul_plan_get_rung (const HaulPlan *plan, guint index)
{
  const HaulPlanFolder *folder = haul_plan_get_folder (plan, index);
  gboolean exists = folder->exists;

  if (folder->action != HAUL_PLAN_COPY)
    return HAUL_RUNG_NONE;
  /* The first of several folders that go into one mailbox makes it. */
  for (guint i = 0; i < index && !exists; i++)
    {
      const HaulPlanFolder *other = haul_plan_get_folder (plan, i);
      exists = other->action == HAUL_PLAN_COPY && g_str_equal (other->mailbox, folder->mailbox);
    }
  return haul_rung_predict (plan->server, exists);
}

/**
 * haul_plan_action_to_string:
 * @action: an action
 *
 * Returns: a word for scripts
 */
const char *
haul_plan_action_to_string (HaulPlanAction action)
{
  static const char *const words[] = {
    [HAUL_PLAN_COPY] = "copy",        [HAUL_PLAN_SKIP_EMPTY] = "empty", [HAUL_PLAN_SKIP_CHOICE] = "not-chosen",
    [HAUL_PLAN_SKIP_TRASH] = "trash", [HAUL_PLAN_SKIP_JUNK] = "junk",   [HAUL_PLAN_UNREADABLE] = "unreadable",
  };
  return words[action];
}

static void
build_folder (JsonBuilder *builder, const HaulPlan *plan, guint index)
{
  const HaulPlanFolder *folder = haul_plan_get_folder (plan, index);
  g_autofree char *path = haul_folder_dup_display (folder->folder);
  g_autofree char *store = g_filename_display_name (folder->store->path);
  g_autofree char *wire = g_utf8_make_valid (folder->mailbox, -1);

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "program", folder->store->program);
  haul_json_writer_add_string (builder, "store", store);
  haul_json_writer_add_string (builder, "path", path);
  haul_json_writer_add_string (builder, "role", haul_role_to_string (folder->folder->role));
  haul_json_writer_add_string (builder, "action", haul_plan_action_to_string (folder->action));
  haul_json_writer_add_int (builder, "messages", folder->folder->messages);
  haul_json_writer_add_int (builder, "bytes", folder->folder->bytes);
  haul_json_writer_add_string (builder, "mailbox", folder->mailbox_display);
  haul_json_writer_add_string (builder, "wire", wire);
  json_builder_set_member_name (builder, "exists");
  json_builder_add_boolean_value (builder, folder->exists);
  haul_json_writer_add_string (builder, "rung", haul_rung_to_string (haul_plan_get_rung (plan, index)));
  if (folder->note != NULL)
    haul_json_writer_add_string (builder, "note", folder->note);
  json_builder_end_object (builder);
}

/**
 * haul_plan_to_json:
 * @plan: a plan
 *
 * Returns: (transfer full): the plan as one JSON object
 */
char *
haul_plan_to_json (const HaulPlan *plan)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plan->folders->len; i++)
    build_folder (builder, plan, i);
  json_builder_end_array (builder);
  haul_json_writer_add_int (builder, "messages", (gint64)plan->messages);
  haul_json_writer_add_int (builder, "bytes", (gint64)plan->bytes);
  HaulFit fit = haul_fit_new (plan);
  haul_json_writer_add_int (builder, "needed", (gint64)fit.needed_bytes);
  if (fit.is_known)
    {
      haul_json_writer_add_int (builder, "free", (gint64)fit.free_bytes);
      haul_json_writer_add_boolean (builder, "fits", fit.is_enough);
    }
  if (plan->server->append_limit_bytes > 0)
    haul_json_writer_add_int (builder, "append_limit", (gint64)plan->server->append_limit_bytes);
  haul_foresight_build (plan, builder);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
