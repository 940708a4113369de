/* haul-limits.c - what an account's server was found to bear, kept between runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; one run at a time writes.
 * Errors:  none: a file that cannot be read or written is as if nothing had been learnt.
 * See:     docs/pressure.md.
 */
#include "migrate/haul-limits.h"

#include "base/haul-clock.h"
#include "report/haul-json-writer.h"
#include "report/haul-safe-json.h"

/* What was refused yesterday may be allowed today: then one more is tried. */
#define ANOTHER_DAY_SECONDS (20 * 60 * 60)
#define CONNECTIONS_MAX 32

static char *
dup_path (const char *state_dir, const HaulAccount *account)
{
  g_autofree char *id = haul_account_dup_id (account);
  g_autofree char *name = g_strconcat (id, ".limits", NULL);

  return g_build_filename (state_dir, name, NULL);
}

/**
 * haul_limits_load:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose
 *
 * Returns: what was learnt
 */
HaulLimits
haul_limits_load (const char *state_dir, const HaulAccount *account)
{
  g_autofree char *path = dup_path (state_dir, account);
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object = haul_safe_json_load (path, &parser, NULL);
  gint64 connections = haul_safe_json_get_number (object, "connections");

  if (connections < 1 || connections > CONNECTIONS_MAX)
    return (HaulLimits){ 0 };
  return (HaulLimits){ (guint)connections, haul_safe_json_get_number (object, "learnt") };
}

/**
 * haul_limits_save:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose
 * @limits: what was learnt
 */
void
haul_limits_save (const char *state_dir, const HaulAccount *account, const HaulLimits *limits)
{
  g_autofree char *path = dup_path (state_dir, account);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) error = NULL;

  json_builder_begin_object (builder);
  haul_json_writer_add_int (builder, "connections", limits->connections);
  haul_json_writer_add_int (builder, "learnt", limits->learnt);
  json_builder_end_object (builder);
  if (!haul_safe_json_save (builder, path, &error))
    g_debug ("what the server bears is not kept: %s", error->message);
}

/**
 * haul_limits_choose_connections:
 * @limits: what was learnt
 * @server: what it showed
 * @asked_for: what the person chose, 0 nothing
 *
 * Returns: how many connections to open at once
 */
guint
haul_limits_choose_connections (const HaulLimits *limits, const HaulServer *server, guint asked_for)
{
  guint wanted = asked_for != 0 ? asked_for : MAX (server->connections, 1);
  gint64 age = haul_clock_now () - limits->learnt;

  if (limits->connections == 0)
    return wanted;
  /* A clock that was set back counts as another day. */
  gboolean is_another_day = age < 0 || age > ANOTHER_DAY_SECONDS;
  return MIN (wanted, limits->connections + (is_another_day ? 1 : 0));
}
