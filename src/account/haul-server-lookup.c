/* haul-server-lookup.c - which servers a user name's domain may mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * DNS can be forged, and a password goes where it points: a target outside of the user's own domain is only named,
 * never used (RFC 6186 §6).
 *
 * Thread:  any; blocks.
 * Errors:  HAUL_ACCOUNT_ERROR_NO_SERVER, G_IO_ERROR_CANCELLED.
 * See:     RFC 6186, RFC 8314 §5.1.
 */
#include "account/haul-server-lookup.h"

#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-login.h"

#define LIMIT_MS (10 * 1000)

/* In order of preference. */
enum
{
  QUERY_IMAPS,
  QUERY_IMAP,
  QUERY_GUESS_IMAP,
  QUERY_GUESS_MAIL,
  N_QUERIES,
};

typedef struct
{
  GResolver *resolver; /* (owned) */
  GMainContext *context;
  GCancellable *cancellable; /* (owned) */
  guint n_pending;
  char *guesses[N_QUERIES];  /* (owned) (nullable) host names asked for */
  GList *targets[N_QUERIES]; /* (owned) (element-type GSrvTarget) */
  gboolean resolved[N_QUERIES];
} Lookup;

typedef struct
{
  Lookup *lookup;
  guint index;
} Query;

static gboolean
is_domain (const char *text)
{
  return strchr (text, '.') != NULL && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-._") == strlen (text)
         && !g_hostname_is_ip_address (text) && text[0] != '.' && strstr (text, "..") == NULL && strlen (text) < 250;
}

/**
 * haul_server_lookup_dup_domain:
 * @user: a login: `user@domain`, `domain\user`, `domain/user/alias` …
 *
 * Finds the DNS domain in a login; a Windows domain without a dot is none.
 *
 * Returns: (transfer full) (nullable): the domain in ASCII and lower case
 */
char *
haul_server_lookup_dup_domain (const char *user)
{
  g_autoptr (HaulLogin) login = haul_login_parse (user, NULL);
  if (login == NULL || login->search_domain == NULL)
    return NULL;
  g_autofree char *ascii = g_hostname_to_ascii (login->search_domain);
  g_autofree char *lower = ascii == NULL ? NULL : g_ascii_strdown (ascii, -1);
  return lower != NULL && is_domain (lower) ? g_steal_pointer (&lower) : NULL;
}

static void
on_service (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Query *query = data;

  query->lookup->targets[query->index] = g_resolver_lookup_service_finish (G_RESOLVER (source), result, NULL);
  query->lookup->n_pending--;
}

static void
on_name (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Query *query = data;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);

  query->lookup->resolved[query->index] = addresses != NULL;
  g_resolver_free_addresses (addresses);
  query->lookup->n_pending--;
}

static Query *
new_query (Lookup *lookup, guint index)
{
  Query *query = g_new0 (Query, 1);

  query->lookup = lookup;
  query->index = index;
  lookup->n_pending++;
  return query;
}

static void
ask (Lookup *lookup, const char *domain)
{
  g_resolver_lookup_service_async (lookup->resolver, "imaps", "tcp", domain, lookup->cancellable, on_service,
                                   new_query (lookup, QUERY_IMAPS));
  g_resolver_lookup_service_async (lookup->resolver, "imap", "tcp", domain, lookup->cancellable, on_service,
                                   new_query (lookup, QUERY_IMAP));
  lookup->guesses[QUERY_GUESS_IMAP] = g_strconcat ("imap.", domain, NULL);
  lookup->guesses[QUERY_GUESS_MAIL] = g_strconcat ("mail.", domain, NULL);
  for (guint i = QUERY_GUESS_IMAP; i <= QUERY_GUESS_MAIL; i++)
    g_resolver_lookup_by_name_async (lookup->resolver, lookup->guesses[i], lookup->cancellable, on_name,
                                     new_query (lookup, i));
}

static gboolean
on_deadline (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
cancel_inner (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* All questions at once, on a context of our own, with one deadline. */
static void
ask_and_wait (Lookup *lookup, const char *domain, GCancellable *cancellable)
{
  g_autoptr (GSource) timer = g_timeout_source_new (LIMIT_MS);
  gulong handler = 0;

  lookup->context = g_main_context_new ();
  lookup->cancellable = g_cancellable_new ();
  lookup->resolver = g_resolver_get_default ();
  g_main_context_push_thread_default (lookup->context);
  g_source_set_callback (timer, on_deadline, lookup->cancellable, NULL);
  g_source_attach (timer, lookup->context);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancel_inner), lookup->cancellable, NULL);
  ask (lookup, domain);
  while (lookup->n_pending > 0)
    g_main_context_iteration (lookup->context, TRUE);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  g_source_destroy (timer);
  g_main_context_pop_thread_default (lookup->context);
}

static void
clear (Lookup *lookup)
{
  for (guint i = 0; i < N_QUERIES; i++)
    {
      g_resolver_free_targets (lookup->targets[i]);
      g_free (lookup->guesses[i]);
    }
  g_main_context_unref (lookup->context);
  g_object_unref (lookup->cancellable);
  g_object_unref (lookup->resolver);
}

static gboolean
is_within (const char *host, const char *domain)
{
  gsize host_length = strlen (host);
  gsize domain_length = strlen (domain);

  return host_length >= domain_length && g_ascii_strcasecmp (host + host_length - domain_length, domain) == 0
         && (host_length == domain_length || host[host_length - domain_length - 1] == '.');
}

/* Adds targets of one service; returns the name of one that must not be used. */
static char *
add_targets (GPtrArray *endpoints, GList *targets, HaulSecurity security, const char *domain)
{
  g_autofree char *foreign = NULL;

  for (GList *l = targets; l != NULL; l = l->next)
    {
      /* A target of “.” says that there is no such service. */
      g_autoptr (HaulEndpoint) endpoint
          = haul_endpoint_new (g_srv_target_get_hostname (l->data), g_srv_target_get_port (l->data), security);
      if (*endpoint->host == '\0' || g_str_equal (endpoint->host, ".") || endpoint->port == 0)
        continue;
      if (is_within (endpoint->host, domain))
        g_ptr_array_add (endpoints, g_steal_pointer (&endpoint));
      else if (foreign == NULL)
        foreign = g_strdup (endpoint->host);
    }
  return g_steal_pointer (&foreign);
}

/**
 * haul_server_lookup_run:
 * @user: the login as typed
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Asks DNS for the servers of the login's domain: what the domain names itself (SRV), then `imap.` and `mail.` before
 * it as far as they exist.
 *
 * Returns: (transfer full) (nullable) (element-type HaulEndpoint): best first, at least one; or %NULL with
 *   %HAUL_ACCOUNT_ERROR_NO_SERVER or %G_IO_ERROR_CANCELLED
 */
GPtrArray *
haul_server_lookup_run (const char *user, GCancellable *cancellable, GError **error)
{
  g_autofree char *domain = haul_server_lookup_dup_domain (user);
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_endpoint_free);
  Lookup lookup = { 0 };

  if (domain == NULL)
    {
      g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER, "“%s” has no mail domain in it", user);
      return NULL;
    }
  ask_and_wait (&lookup, domain, cancellable);
  g_autofree char *foreign = add_targets (endpoints, lookup.targets[QUERY_IMAPS], HAUL_SECURITY_TLS, domain);
  g_autofree char *second = add_targets (endpoints, lookup.targets[QUERY_IMAP], HAUL_SECURITY_STARTTLS, domain);
  for (guint i = QUERY_GUESS_IMAP; i <= QUERY_GUESS_MAIL; i++)
    if (lookup.resolved[i])
      g_ptr_array_add (endpoints, haul_endpoint_new (lookup.guesses[i], 0, HAUL_SECURITY_AUTO));
  clear (&lookup);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (endpoints->len > 0)
    return g_steal_pointer (&endpoints);
  if (foreign == NULL)
    foreign = g_steal_pointer (&second);
  if (foreign != NULL)
    g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER,
                 "%s names the foreign %s as its server; enter it if that is right", domain, foreign);
  else
    g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER, "no server was found for %s", domain);
  return NULL;
}
