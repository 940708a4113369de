/* haul-cli-events.c - what happens during a run: for scripts, for a status file, for a terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; one mutex, so that lines never mix.
 */
#include "cli/haul-cli-events.h"

#include "haul-config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "base/haul-clock.h"
#include "cli/haul-cli-print.h"
#include "report/haul-json-writer.h"
#include "report/haul-wait-text.h"

struct _HaulCliEvents
{
  GMutex mutex;
  const HaulCliOptions *options;
  HaulPlan *plan;         /* (owned) (nullable) */
  HaulProgress *progress; /* (owned) (nullable) */
  char *job;              /* (owned) (nullable) */
  int folder;             /* the last one told of */
  gint64 wait_until;      /* the last one told of */
  gboolean is_terminal;   /* standard error shows a line that is rewritten */
  gboolean has_line;
  gboolean is_undo;
};

static const char *const phases[] = {
  [HAUL_PHASE_IDLE] = "idle",       [HAUL_PHASE_CONNECTING] = "connecting", [HAUL_PHASE_READING] = "reading",
  [HAUL_PHASE_COPYING] = "copying", [HAUL_PHASE_PLACING] = "placing",       [HAUL_PHASE_CHECKING] = "checking",
  [HAUL_PHASE_WAITING] = "waiting", [HAUL_PHASE_PAUSED] = "paused",         [HAUL_PHASE_FINISHED] = "finished",
};

static JsonBuilder *
begin (const char *event)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "event", event);
  haul_json_writer_add_date (builder, "time", haul_clock_now ());
  return builder;
}

static void
end (HaulCliEvents *self, JsonBuilder *builder)
{
  json_builder_end_object (builder);
  if (haul_cli_options_has_events (self->options))
    haul_cli_print_builder (builder, FALSE);
  g_object_unref (builder);
}

static gboolean
write_status (HaulCliEvents *self, JsonBuilder *builder, GError **error)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, FALSE);
  g_autofree char *line = g_strconcat (json, "\n", NULL);

  return g_file_set_contents_full (self->options->status_file, line, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

/**
 * haul_cli_events_new:
 * @options: (not nullable): options; they live longer than this
 * @error: return location; of the status file, which is written once to see that it can be
 *
 * Makes ready to tell what happens.
 *
 * Returns: (transfer full) (nullable): the teller
 */
HaulCliEvents *
haul_cli_events_new (const HaulCliOptions *options, GError **error)
{
  g_autoptr (HaulCliEvents) self = g_new0 (HaulCliEvents, 1);

  g_mutex_init (&self->mutex);
  self->options = options;
  self->folder = -1;
  self->is_terminal = !options->quiet && !haul_cli_options_has_events (options) && isatty (STDERR_FILENO);
  if (options->status_file == NULL)
    return g_steal_pointer (&self);

  g_autoptr (JsonBuilder) builder = begin ("status");
  haul_json_writer_add_string (builder, "phase", phases[HAUL_PHASE_IDLE]);
  json_builder_end_object (builder);
  if (!write_status (self, builder, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
haul_cli_events_free (HaulCliEvents *self)
{
  g_clear_pointer (&self->plan, haul_plan_unref);
  g_clear_pointer (&self->progress, haul_progress_unref);
  g_free (self->job);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * haul_cli_events_start:
 * @self: a teller
 * @plan: what will be done
 * @progress: how far it is
 * @job: (nullable): the job
 * @account: whose mailbox, for people
 *
 * Tells that a run begins.
 */
void
haul_cli_events_start (
    HaulCliEvents *self, HaulPlan *plan, HaulProgress *progress, const char *job, const char *account)
{
  JsonBuilder *builder = begin ("started");

  g_mutex_lock (&self->mutex);
  self->plan = haul_plan_ref (plan);
  self->progress = haul_progress_ref (progress);
  self->job = g_strdup (job);
  haul_json_writer_add_string (builder, "job", job);
  haul_json_writer_add_string (builder, "account", account);
  haul_json_writer_add_int (builder, "folders", plan->folders->len);
  haul_json_writer_add_int (builder, "messages", (gint64)plan->messages);
  haul_json_writer_add_int (builder, "bytes", (gint64)plan->bytes);
  end (self, builder);
  g_mutex_unlock (&self->mutex);
}

/**
 * haul_cli_events_start_undo:
 * @self: a teller
 * @progress: how far it is
 * @job: the job
 * @account: whose mailbox, for people
 *
 * Tells that a job is being taken back.
 */
void
haul_cli_events_start_undo (HaulCliEvents *self, HaulProgress *progress, const char *job, const char *account)
{
  JsonBuilder *builder = begin ("started");

  g_mutex_lock (&self->mutex);
  self->is_undo = TRUE;
  self->progress = haul_progress_ref (progress);
  self->job = g_strdup (job);
  haul_json_writer_add_string (builder, "job", job);
  haul_json_writer_add_string (builder, "account", account);
  haul_json_writer_add_boolean (builder, "undo", TRUE);
  end (self, builder);
  g_mutex_unlock (&self->mutex);
}

static const HaulPlanFolder *
find_folder (HaulCliEvents *self, gint64 index)
{
  if (self->plan == NULL || index < 0 || index >= (gint64)self->plan->folders->len)
    return NULL;
  return haul_plan_get_folder (self->plan, (guint)index);
}

static void
add_folder (JsonBuilder *builder, const HaulPlanFolder *folder)
{
  g_autofree char *path = folder == NULL ? NULL : haul_folder_dup_display (folder->folder);

  haul_json_writer_add_string (builder, "folder", path);
  haul_json_writer_add_string (builder, "mailbox", folder == NULL ? NULL : folder->mailbox_display);
}

static void
add_message (JsonBuilder *builder, const HaulReportMessage *message)
{
  haul_json_writer_add_string (builder, "source", message->source);
  haul_json_writer_add_date (builder, "date", message->date);
  haul_json_writer_add_int (builder, "bytes", (gint64)message->bytes);
  haul_json_writer_add_string (builder, "outcome", haul_outcome_to_string (message->outcome));
  haul_json_writer_add_string (builder, "code", message->code);
  haul_json_writer_add_string (builder, "text", message->text);
  haul_json_writer_add_string (builder, "advice", message->advice);
  haul_json_writer_add_string (builder, "server_text", message->server_text);
  haul_json_writer_add_string (builder, "kept", message->kept);
}

/**
 * haul_cli_events_message:
 * @message: a message that was not copied
 * @self: (type HaulCliEvents): a teller
 *
 * Tells of it. A #HaulEngineMessageFunc.
 */
void
haul_cli_events_message (const HaulReportMessage *message, gpointer self)
{
  HaulCliEvents *events = self;
  JsonBuilder *builder = begin ("message");

  g_mutex_lock (&events->mutex);
  add_folder (builder, find_folder (events, message->folder));
  add_message (builder, message);
  end (events, builder);
  g_mutex_unlock (&events->mutex);
}

static void
tell_folder (HaulCliEvents *self, int index)
{
  const HaulPlanFolder *folder = find_folder (self, index);

  if (index == self->folder || folder == NULL)
    return;
  self->folder = index;
  JsonBuilder *builder = begin ("folder");
  haul_json_writer_add_string (builder, "state", "begun");
  add_folder (builder, folder);
  haul_json_writer_add_int (builder, "messages", folder->folder->messages);
  end (self, builder);
}

static void
tell_waiting (HaulCliEvents *self, const HaulProgressSnapshot *now)
{
  /* Told once, although its end is rounded to whole seconds. */
  gint64 difference = now->wait_until - self->wait_until;

  if (now->wait_until == 0 || (difference >= -1 && difference <= 1))
    return;
  self->wait_until = now->wait_until;
  JsonBuilder *builder = begin ("waiting");
  haul_json_writer_add_date (builder, "until", now->wait_until);
  haul_json_writer_add_string (builder, "reason", haul_wait_reason_to_string (now->wait_reason));
  haul_json_writer_add_string (builder, "server_text", *now->wait_words == '\0' ? NULL : now->wait_words);
  end (self, builder);
}

static void
add_progress (HaulCliEvents *self, JsonBuilder *builder, const HaulProgressSnapshot *now)
{
  haul_json_writer_add_string (builder, "job", self->job);
  haul_json_writer_add_string (builder, "phase", phases[now->phase]);
  if (self->is_undo)
    {
      haul_json_writer_add_int (builder, "placed", (gint64)now->all.found);
      haul_json_writer_add_int (builder, "taken", (gint64)now->all.copied);
      haul_json_writer_add_int (builder, "left", (gint64)now->all.failed);
      return;
    }
  add_folder (builder, find_folder (self, now->folder));
  haul_json_writer_add_counts (builder, &now->all);
  haul_json_writer_add_int (builder, "bytes_done", (gint64)now->all.bytes_done);
  haul_json_writer_add_int (builder, "messages_total", (gint64)now->messages_total);
  haul_json_writer_add_int (builder, "bytes_total", (gint64)now->bytes_total);
  haul_json_writer_add_int (builder, "bytes_per_second", (gint64)now->bytes_per_second);
  haul_json_writer_add_int (builder, "seconds_left", now->seconds_left);
  haul_json_writer_add_int (builder, "seconds", now->seconds);
  if (now->wait_until != 0)
    {
      haul_json_writer_add_date (builder, "wait_until", now->wait_until);
      haul_json_writer_add_string (builder, "wait_reason", haul_wait_reason_to_string (now->wait_reason));
    }
}

static void
show_line (HaulCliEvents *self, const HaulProgressSnapshot *now)
{
  guint64 settled = now->all.copied + now->all.present + now->all.skipped + now->all.failed;
  g_autofree char *done = g_format_size (now->all.bytes_done);
  g_autofree char *total = g_format_size (now->bytes_total);
  g_autofree char *rate = g_format_size ((guint64)now->bytes_per_second);
  g_autoptr (GString) line = g_string_new (NULL);

  if (now->phase == HAUL_PHASE_WAITING)
    {
      g_autofree char *sentence = haul_wait_text_dup (now->wait_reason, now->wait_until);
      g_string_append (line, sentence);
    }
  else if (self->is_undo)
    g_string_append_printf (line, _ ("%'" G_GUINT64_FORMAT " of %'" G_GUINT64_FORMAT " messages"), settled,
                            now->messages_total);
  else
    g_string_append_printf (line, _ ("%'" G_GUINT64_FORMAT " of %'" G_GUINT64_FORMAT " messages · %s of %s · %s/s"),
                            settled, now->messages_total, done, total, rate);
  if (now->phase != HAUL_PHASE_WAITING && now->seconds_left > 90)
    g_string_append_printf (line, _ (" · about %d minutes left"), (int)((now->seconds_left + 30) / 60));
  g_printerr ("\r%s\033[K", line->str);
  self->has_line = TRUE;
}

/**
 * haul_cli_events_tick:
 * @self: (type HaulCliEvents): a teller
 *
 * Tells how far the run is. A #HaulCliWatchFunc.
 */
void
haul_cli_events_tick (gpointer self)
{
  HaulCliEvents *events = self;
  HaulProgressSnapshot now;

  g_mutex_lock (&events->mutex);
  if (events->progress != NULL)
    {
      haul_progress_get_snapshot (events->progress, &now);
      tell_folder (events, now.folder);
      tell_waiting (events, &now);
      JsonBuilder *builder = begin ("progress");
      add_progress (events, builder, &now);
      g_object_ref (builder);
      end (events, builder);
      if (events->options->status_file != NULL)
        {
          g_autoptr (GError) error = NULL;
          if (!write_status (events, builder, &error))
            g_debug ("status file: %s", error->message);
        }
      g_object_unref (builder);
      if (events->is_terminal)
        show_line (events, &now);
    }
  g_mutex_unlock (&events->mutex);
}

static void
finish_status (HaulCliEvents *self, JsonBuilder *builder)
{
  g_autoptr (GError) error = NULL;

  if (self->has_line)
    g_printerr ("\r\033[K");
  self->has_line = FALSE;
  if (self->options->status_file != NULL && !write_status (self, builder, &error))
    g_printerr ("mailhaul-cli: %s\n", error->message);
}

static void
tell_finished_folder (HaulCliEvents *self, const HaulReportFolder *folder)
{
  JsonBuilder *builder = begin ("folder");

  haul_json_writer_add_string (builder, "state", "done");
  haul_json_writer_add_string (builder, "folder", folder->path);
  haul_json_writer_add_string (builder, "mailbox", folder->mailbox);
  haul_json_writer_add_counts (builder, &folder->counts);
  haul_json_writer_add_boolean (builder, "checked", folder->is_checked);
  end (self, builder);
}

/**
 * haul_cli_events_finish:
 * @self: a teller
 * @report: what happened
 *
 * Tells that the run is over, and how.
 */
void
haul_cli_events_finish (HaulCliEvents *self, const HaulReport *report)
{
  g_autofree char *summary = haul_report_dup_verdict (report);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < report->folders->len; i++)
    tell_finished_folder (self, g_ptr_array_index (report->folders, i));
  JsonBuilder *builder = begin ("done");
  haul_json_writer_add_string (builder, "job", report->job);
  haul_json_writer_add_counts (builder, &report->all);
  haul_json_writer_add_int (builder, "seconds", report->seconds);
  haul_json_writer_add_string (builder, "rung", report->rung);
  haul_json_writer_add_string (builder, "verdict", haul_verdict_to_string (report->verdict));
  haul_json_writer_add_string (builder, "summary", summary);
  haul_json_writer_add_int (builder, "exit_status", report->exit_status);
  if (report->error != NULL)
    {
      json_builder_set_member_name (builder, "error");
      json_builder_begin_object (builder);
      haul_cli_print_add_error (builder, report->error);
      json_builder_end_object (builder);
    }
  g_object_ref (builder);
  end (self, builder);
  finish_status (self, builder);
  g_object_unref (builder);
  g_mutex_unlock (&self->mutex);
}

static void
tell_left (HaulCliEvents *self, const HaulUndoLine *line)
{
  JsonBuilder *builder = begin ("message");

  haul_json_writer_add_string (builder, "folder", line->folder);
  haul_json_writer_add_string (builder, "mailbox", line->mailbox);
  haul_json_writer_add_string (builder, "source", line->source);
  haul_json_writer_add_date (builder, "date", line->date);
  haul_json_writer_add_int (builder, "bytes", (gint64)line->bytes);
  haul_json_writer_add_string (builder, "outcome", "left");
  haul_json_writer_add_string (builder, "code", line->code);
  haul_json_writer_add_string (builder, "text", line->text);
  end (self, builder);
}

/**
 * haul_cli_events_finish_undo:
 * @self: a teller
 * @report: what came of it
 *
 * Tells what stays, and that taking back is over.
 */
void
haul_cli_events_finish_undo (HaulCliEvents *self, const HaulUndoReport *report)
{
  g_autofree char *summary = haul_undo_report_dup_verdict (report);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < report->left->len; i++)
    tell_left (self, report->left->pdata[i]);
  JsonBuilder *builder = begin ("done");
  haul_json_writer_add_string (builder, "job", report->job);
  haul_json_writer_add_int (builder, "placed", (gint64)report->placed);
  haul_json_writer_add_int (builder, "taken", (gint64)report->taken);
  haul_json_writer_add_int (builder, "left", report->left->len);
  haul_json_writer_add_int (builder, "mailboxes_deleted", report->mailboxes->len);
  haul_json_writer_add_int (builder, "seconds", report->seconds);
  haul_json_writer_add_string (builder, "verdict", haul_verdict_to_string (report->verdict));
  haul_json_writer_add_string (builder, "summary", summary);
  haul_json_writer_add_int (builder, "exit_status", report->exit_status);
  if (report->error != NULL)
    {
      json_builder_set_member_name (builder, "error");
      json_builder_begin_object (builder);
      haul_cli_print_add_error (builder, report->error);
      json_builder_end_object (builder);
    }
  g_object_ref (builder);
  end (self, builder);
  finish_status (self, builder);
  g_object_unref (builder);
  g_mutex_unlock (&self->mutex);
}

/**
 * haul_cli_events_fail:
 * @self: a teller
 * @error: what kept the run from beginning
 *
 * Tells that there was no run, in the same words as the end of one.
 */
void
haul_cli_events_fail (HaulCliEvents *self, const GError *error)
{
  static const HaulCounts none = { 0 };
  JsonBuilder *builder = begin ("done");

  g_mutex_lock (&self->mutex);
  haul_json_writer_add_counts (builder, &none);
  haul_json_writer_add_int (builder, "seconds", 0);
  haul_json_writer_add_string (builder, "rung", "");
  haul_json_writer_add_string (builder, "verdict", haul_verdict_to_string (HAUL_VERDICT_FAILED));
  haul_json_writer_add_int (builder, "exit_status", haul_cli_print_get_status (error));
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  haul_cli_print_add_error (builder, error);
  json_builder_end_object (builder);
  g_object_ref (builder);
  end (self, builder);
  finish_status (self, builder);
  g_object_unref (builder);
  g_mutex_unlock (&self->mutex);
}
