/* haul-notice.c - news from a worker thread to the main context that asked for the work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "base/haul-notice.h"

/**
 * haul_notice_post:
 * @context: the context of whoever started the work
 * @func: called there, once
 * @data: (transfer full): for @func
 * @destroy: frees @data
 *
 * Delivers in the order of posting, and before the result of a #GTask of default priority that ends later. Unlike
 * g_main_context_invoke() it never calls on the posting thread, which happens there while nobody runs the context.
 */
void
haul_notice_post (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, context);
}
