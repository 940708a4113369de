/* haul-test-resolver.c - a DNS of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  filled in before it is asked; then read by any.
 */
#include "haul-test-resolver.h"

struct _HaulTestResolver
{
  GResolver parent;
  GHashTable *names;    /* (owned) name to address text */
  GHashTable *services; /* (owned) record to GPtrArray of GSrvTarget */
  gboolean is_silent;   /* answers nothing until cancelled */
};

G_DEFINE_FINAL_TYPE (HaulTestResolver, haul_test_resolver, G_TYPE_RESOLVER)

static gboolean
return_cancelled (GCancellable *cancellable, gpointer task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  return G_SOURCE_REMOVE;
}

static gboolean
keep_silent (HaulTestResolver *self, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (!self->is_silent || cancellable == NULL)
    return FALSE;
  g_autoptr (GSource) source = g_cancellable_source_new (cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (return_cancelled), g_object_ref (task), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
  return TRUE;
}

static void
free_addresses (gpointer list)
{
  g_resolver_free_addresses (list);
}

static void
free_targets (gpointer list)
{
  g_resolver_free_targets (list);
}

static void
look_up_name (HaulTestResolver *self, GTask *task, const char *name, GResolverNameLookupFlags flags)
{
  const char *text = g_hash_table_lookup (self->names, name);
  g_autoptr (GInetAddress) address = text == NULL ? NULL : g_inet_address_new_from_string (text);

  if (keep_silent (self, task))
    return;
  if (address == NULL || (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY) != 0)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "there is no %s", name);
  else
    g_task_return_pointer (task, g_list_append (NULL, g_steal_pointer (&address)), free_addresses);
}

static void
lookup_by_name_async (
    GResolver *resolver, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  look_up_name (HAUL_TEST_RESOLVER (resolver), task, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT);
}

static void
lookup_by_name_with_flags_async (GResolver *resolver,
                                 const char *name,
                                 GResolverNameLookupFlags flags,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  look_up_name (HAUL_TEST_RESOLVER (resolver), task, name, flags);
}

static void
lookup_service_async (GResolver *resolver,
                      const char *record,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  HaulTestResolver *self = HAUL_TEST_RESOLVER (resolver);
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  GPtrArray *targets = g_hash_table_lookup (self->services, record);
  GList *list = NULL;

  if (keep_silent (self, task))
    return;
  for (guint i = 0; targets != NULL && i < targets->len; i++)
    list = g_list_append (list, g_srv_target_copy (targets->pdata[i]));
  if (list != NULL)
    g_task_return_pointer (task, list, free_targets);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "there is no %s", record);
}

static GList *
finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
haul_test_resolver_finalize (GObject *object)
{
  HaulTestResolver *self = HAUL_TEST_RESOLVER (object);

  g_hash_table_unref (self->names);
  g_hash_table_unref (self->services);
  G_OBJECT_CLASS (haul_test_resolver_parent_class)->finalize (object);
}

static void
haul_test_resolver_class_init (HaulTestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = haul_test_resolver_finalize;
  resolver_class->lookup_by_name_async = lookup_by_name_async;
  resolver_class->lookup_by_name_finish = finish;
  resolver_class->lookup_by_name_with_flags_async = lookup_by_name_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = finish;
  resolver_class->lookup_service_async = lookup_service_async;
  resolver_class->lookup_service_finish = finish;
}

static void
haul_test_resolver_init (HaulTestResolver *self)
{
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
}

/* The process has no other DNS from now on. */
HaulTestResolver *
haul_test_resolver_install (void)
{
  HaulTestResolver *self = g_object_new (HAUL_TYPE_TEST_RESOLVER, NULL);

  g_resolver_set_default (G_RESOLVER (self));
  return self;
}

void
haul_test_resolver_clear (HaulTestResolver *resolver)
{
  g_hash_table_remove_all (resolver->names);
  g_hash_table_remove_all (resolver->services);
  resolver->is_silent = FALSE;
}

void
haul_test_resolver_add_name (HaulTestResolver *resolver, const char *name, const char *address)
{
  g_hash_table_insert (resolver->names, g_strdup (name), g_strdup (address));
}

/* A record like `_imaps._tcp.example.test`; several for one are served in the order given. */
void
haul_test_resolver_add_service (HaulTestResolver *resolver, const char *record, const char *host, guint16 port)
{
  GPtrArray *targets = g_hash_table_lookup (resolver->services, record);

  if (targets == NULL)
    {
      targets = g_ptr_array_new_with_free_func ((GDestroyNotify)g_srv_target_free);
      g_hash_table_insert (resolver->services, g_strdup (record), targets);
    }
  g_ptr_array_add (targets, g_srv_target_new (host, port, (guint16)targets->len, 0));
}

void
haul_test_resolver_set_silent (HaulTestResolver *resolver, gboolean is_silent)
{
  resolver->is_silent = is_silent;
}
