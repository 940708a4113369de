/* test-haul-plan.c - which folders are copied, and what a person is told when none is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-plan.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/haul-migrate-error.h"
#include "store/haul-store-error.h"

static void
summary_free (gpointer data)
{
  HaulStoreSummary *summary = data;

  haul_store_info_unref (summary->info);
  g_ptr_array_unref (summary->folders);
  g_clear_error (&summary->error);
  g_free (summary);
}

static HaulStoreSummary *
add_store (GPtrArray *summaries, const char *path)
{
  HaulStoreSummary *summary = g_new0 (HaulStoreSummary, 1);

  g_atomic_ref_count_init (&summary->ref_count);
  summary->info = haul_store_info_new ("Outlook Express", "dbx", HAUL_GRADE_EXACT, path);
  summary->folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  g_ptr_array_add (summaries, summary);
  return summary;
}

static HaulFolder *
add_folder (HaulStoreSummary *summary, const char *path, HaulRole role, gint64 messages)
{
  g_auto (GStrv) names = g_strsplit (path, "/", -1);
  HaulFolder *folder = haul_folder_new (path, (const char *const *)names, role);

  folder->messages = messages;
  folder->bytes = messages < 0 ? -1 : messages * 1000;
  g_ptr_array_add (summary->folders, folder);
  return folder;
}

static GPtrArray *
make_stores (void)
{
  GPtrArray *summaries = g_ptr_array_new_with_free_func (summary_free);
  HaulStoreSummary *summary = add_store (summaries, "/mail/oe");

  add_folder (summary, "Inbox", HAUL_ROLE_INBOX, 5);
  add_folder (summary, "Inbox/Projekt", HAUL_ROLE_NONE, 2);
  add_folder (summary, "Deleted Items", HAUL_ROLE_TRASH, 3);
  add_folder (summary, "Deleted Items/Old", HAUL_ROLE_NONE, 4);
  add_folder (summary, "Junk E-mail", HAUL_ROLE_JUNK, 6);
  add_folder (summary, "Empty", HAUL_ROLE_NONE, 0);
  add_folder (summary, "Broken", HAUL_ROLE_NONE, -1)->problem = g_strdup ("The file Broken.dbx is missing.");
  return summaries;
}

static HaulPlanAction
find_action (const HaulPlan *plan, const char *path)
{
  for (guint i = 0; i < plan->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (plan, i);
      g_autofree char *display = haul_folder_dup_display (folder->folder);
      if (g_str_equal (display, path))
        return folder->action;
    }
  g_assert_not_reached ();
}

static void
test_actions (void)
{
  g_autoptr (GPtrArray) stores = make_stores ();
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GError) error = NULL;

  g_autoptr (HaulPlan) plan = haul_plan_new (stores, server, choices, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (plan->folders->len, ==, 7);
  g_assert_cmpuint (plan->messages, ==, 7);
  g_assert_cmpuint (plan->bytes, ==, 7000);
  g_assert_cmpint (find_action (plan, "Inbox"), ==, HAUL_PLAN_COPY);
  g_assert_cmpint (find_action (plan, "Deleted Items"), ==, HAUL_PLAN_SKIP_TRASH);
  g_assert_cmpint (find_action (plan, "Deleted Items/Old"), ==, HAUL_PLAN_SKIP_TRASH);
  g_assert_cmpint (find_action (plan, "Junk E-mail"), ==, HAUL_PLAN_SKIP_JUNK);
  g_assert_cmpint (find_action (plan, "Empty"), ==, HAUL_PLAN_SKIP_EMPTY);
  g_assert_cmpint (find_action (plan, "Broken"), ==, HAUL_PLAN_UNREADABLE);
  g_assert_cmpstr (haul_plan_get_folder (plan, 6)->note, ==, "The file Broken.dbx is missing.");

  choices->include_deleted = choices->include_junk = TRUE;
  g_autoptr (HaulPlan) all = haul_plan_new (stores, server, choices, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->messages, ==, 20);
  g_assert_cmpint (find_action (all, "Deleted Items/Old"), ==, HAUL_PLAN_COPY);
}

/* A folder's mailbox does not depend on which folders are chosen: a later run finds it again. */
static void
test_chosen_folders (void)
{
  g_autoptr (GPtrArray) stores = make_stores ();
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GError) error = NULL;

  server->delimiter = '/';
  add_folder (g_ptr_array_index (stores, 0), "empty", HAUL_ROLE_NONE, 1);
  g_ptr_array_add (choices->folders, g_strdup ("empty"));
  g_ptr_array_add (choices->folders, g_strdup ("Deleted Items")); /* named: wanted, trash or not */
  g_autoptr (HaulPlan) plan = haul_plan_new (stores, server, choices, &error);
  g_assert_no_error (error);
  g_assert_cmpint (find_action (plan, "empty"), ==, HAUL_PLAN_COPY);
  g_assert_cmpint (find_action (plan, "Deleted Items"), ==, HAUL_PLAN_COPY);
  g_assert_cmpint (find_action (plan, "Inbox"), ==, HAUL_PLAN_SKIP_CHOICE);
  g_assert_cmpuint (plan->messages, ==, 4);
  g_assert_cmpstr (haul_plan_get_folder (plan, 7)->mailbox, ==, "empty (2)");
}

static void
test_capitals (void)
{
  g_autoptr (GPtrArray) stores = make_stores ();
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (choices->folders, g_strdup ("INBOX/projekt"));
  g_hash_table_insert (choices->map, g_strdup ("inbox/PROJEKT"), g_strdup ("Elsewhere"));
  g_autoptr (HaulPlan) plan = haul_plan_new (stores, server, choices, &error);
  g_assert_no_error (error);
  g_assert_cmpint (find_action (plan, "Inbox/Projekt"), ==, HAUL_PLAN_COPY);
  g_assert_cmpstr (haul_plan_get_folder (plan, 1)->mailbox, ==, "Elsewhere");
  g_assert_cmpuint (plan->messages, ==, 2);
}

static void
expect_bad_choice (HaulChoices *choices, const char *words)
{
  g_autoptr (GPtrArray) stores = make_stores ();
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_plan_new (stores, server, choices, &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE);
  g_assert_nonnull (strstr (error->message, words));
  haul_choices_free (choices);
}

static void
test_bad_choices (void)
{
  HaulChoices *choices = haul_choices_new ();
  g_ptr_array_add (choices->folders, g_strdup ("Indox"));
  expect_bad_choice (choices, "nearest names are: “Inbox”");

  choices = haul_choices_new ();
  g_ptr_array_add (choices->folders, g_strdup ("projekt"));
  expect_bad_choice (choices, "“Inbox/Projekt”");

  choices = haul_choices_new ();
  g_ptr_array_add (choices->folders,
                   g_strdup ("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"));
  expect_bad_choice (choices, "There is no folder “qqq");

  choices = haul_choices_new ();
  g_hash_table_insert (choices->map, g_strdup ("Drafts"), g_strdup ("Somewhere"));
  expect_bad_choice (choices, "There is no folder “Drafts”");

  choices = haul_choices_new ();
  g_hash_table_insert (choices->map, g_strdup ("Inbox"), g_strdup (" / "));
  expect_bad_choice (choices, "needs the name of a mailbox");

  choices = haul_choices_new ();
  choices->since = 2000;
  choices->until = 1000;
  expect_bad_choice (choices, "later");
}

static void
test_nothing (void)
{
  g_autoptr (GPtrArray) stores = g_ptr_array_new_with_free_func (summary_free);
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (haul_plan_new (stores, server, choices, &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NOTHING);
  g_clear_error (&error);

  add_folder (add_store (stores, "/mail/trash"), "Deleted Items", HAUL_ROLE_TRASH, 3);
  g_assert_null (haul_plan_new (stores, server, choices, &error));
  g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NOTHING);
  g_clear_error (&error);

  HaulStoreSummary *damaged = add_store (stores, "/mail/Bad.dbx");
  damaged->error = g_error_new_literal (HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED, "cannot be read");
  g_assert_null (haul_plan_new (stores, server, choices, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED);
  g_clear_error (&error);

  /* Beside a healthy store it is one line of the plan. */
  add_folder (add_store (stores, "/mail/good"), "Inbox", HAUL_ROLE_INBOX, 1);
  g_autoptr (HaulPlan) plan = haul_plan_new (stores, server, choices, &error);
  g_assert_no_error (error);
  g_assert_cmpint (find_action (plan, "Bad.dbx"), ==, HAUL_PLAN_UNREADABLE);
  g_assert_cmpuint (plan->messages, ==, 1);
}

static void
test_json (void)
{
  g_autoptr (GPtrArray) stores = make_stores ();
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (HaulPlan) plan = haul_plan_new (stores, server, choices, NULL);
  g_autofree char *json = haul_plan_to_json (plan);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);

  g_assert_nonnull (root);
  JsonObject *object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "messages"), ==, 7);
  JsonObject *trash = json_array_get_object_element (json_object_get_array_member (object, "folders"), 2);
  g_assert_cmpstr (json_object_get_string_member (trash, "action"), ==, "trash");
  g_assert_cmpstr (json_object_get_string_member (trash, "path"), ==, "Deleted Items");
  g_assert_cmpint (json_object_get_int_member (trash, "messages"), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/actions", test_actions);
  g_test_add_func ("/plan/chosen-folders", test_chosen_folders);
  g_test_add_func ("/plan/capitals", test_capitals);
  g_test_add_func ("/plan/bad-choices", test_bad_choices);
  g_test_add_func ("/plan/nothing", test_nothing);
  g_test_add_func ("/plan/json", test_json);
  return g_test_run ();
}
