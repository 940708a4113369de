/* haul-cli-watch.c - beside the work: signals, and a tick each second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The work blocks the main thread; this thread has a loop of its own. The first signal asks the work to stop in order,
 * the second leaves at once (what was under way is in the journal, and in doubt until the next run).
 *
 * Thread:  made and freed by main; one mutex around the tick.
 */
#include "cli/haul-cli-watch.h"

#include "haul-config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <unistd.h>

#include "report/haul-exit-status.h"

struct _HaulCliWatch
{
  GCancellable *cancellable; /* (owned) */
  GMainContext *context;     /* (owned) */
  GMainLoop *loop;           /* (owned) */
  GThread *thread;           /* (owned) */
  GMutex mutex;
  HaulCliWatchFunc tick; /* (nullable) */
  gpointer user_data;
};

static gboolean
on_signal (gpointer data)
{
  HaulCliWatch *self = data;

  if (g_cancellable_is_cancelled (self->cancellable))
    _exit (HAUL_EXIT_STOPPED);
  g_printerr ("%s\n", _ ("Stopping in order. Once more to leave at once."));
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_second (gpointer data)
{
  HaulCliWatch *self = data;

  g_mutex_lock (&self->mutex);
  if (self->tick != NULL)
    self->tick (self->user_data);
  g_mutex_unlock (&self->mutex);
  return G_SOURCE_CONTINUE;
}

static gpointer
run (gpointer data)
{
  HaulCliWatch *self = data;

  g_main_loop_run (self->loop);
  return NULL;
}

static void
attach (HaulCliWatch *self, GSource *source, GSourceFunc func)
{
  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

/**
 * haul_cli_watch_new:
 * @cancellable: what a signal cancels
 *
 * Begins to listen for SIGINT, SIGTERM and SIGHUP.
 *
 * Returns: (transfer full): the watch
 */
HaulCliWatch *
haul_cli_watch_new (GCancellable *cancellable)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  HaulCliWatch *self = g_new0 (HaulCliWatch, 1);

  self->cancellable = g_object_ref (cancellable);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_init (&self->mutex);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    attach (self, g_unix_signal_source_new (signals[i]), on_signal);
  attach (self, g_timeout_source_new (1000), on_second);
  self->thread = g_thread_new ("watch", run, self);
  return self;
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
haul_cli_watch_free (HaulCliWatch *self)
{
  /* Not g_main_loop_quit() from here: the loop may not have begun yet. */
  g_main_context_invoke (self->context, on_quit, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * haul_cli_watch_set_tick:
 * @self: a watch
 * @tick: (nullable): what to call each second; %NULL for nothing
 * @user_data: for @tick
 *
 * After this returns, a former tick is not running and will not be called again.
 */
void
haul_cli_watch_set_tick (HaulCliWatch *self, HaulCliWatchFunc tick, gpointer user_data)
{
  g_mutex_lock (&self->mutex);
  self->tick = tick;
  self->user_data = user_data;
  g_mutex_unlock (&self->mutex);
}
