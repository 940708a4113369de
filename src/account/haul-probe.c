/* haul-probe.c - find the server, connect, check the certificate, sign in, say what the server can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  haul_probe_run() blocks on the caller's; haul_probe_run_async() has a thread of its own.
 * Errors:  HAUL_ACCOUNT_ERROR, HAUL_IMAP_ERROR, what GIO says while connecting.
 * See:     RFC 8314 §5; docs/wire.md
 */
#include "account/haul-probe.h"

#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-login.h"
#include "account/haul-connection.h"
#include "account/haul-pins.h"
#include "account/haul-protection.h"
#include "account/haul-server-lookup.h"
#include "account/haul-sign-in-doctor.h"
#include "base/haul-clock.h"
#include "base/haul-fault.h"
#include "base/haul-notice.h"
#include "base/haul-repair.h"
#include "imap/haul-imap-mailbox.h"
#include "imap/haul-imap-quota.h"

#define TLS_PORT 993
#define STARTTLS_PORT 143
#define PATIENCE_MS (60 * 1000)

typedef struct
{
  HaulAccount *account; /* (owned) a copy, whose endpoint is the one being tried */
  HaulProbeFunc func;   /* (nullable) */
  gpointer user_data;
  HaulImapSession *session; /* (owned) (nullable) */
  HaulServer *server;       /* (owned) (nullable) */
  char **given_pins;        /* borrowed, (nullable) the only ones that count */
  gboolean is_chosen;       /* the person named the kind of protection */
  gboolean was_reached;     /* something answered where TLS is spoken at once */
} Probe;

static void
tell (Probe *self, HaulProbeStep step, gboolean is_done, const char *detail)
{
  if (self->func != NULL)
    self->func (step, is_done, detail, self->user_data);
}

static void
on_session_step (HaulImapStep step, gpointer data)
{
  Probe *self = data;
  g_autofree char *where = haul_endpoint_to_string (self->account->endpoint);

  if (step == HAUL_IMAP_STEP_CONNECTED)
    {
      tell (self, HAUL_PROBE_CONNECT, TRUE, where);
      tell (self, HAUL_PROBE_CERTIFICATE, FALSE, NULL);
    }
  if (step == HAUL_IMAP_STEP_SECURED)
    tell (self, HAUL_PROBE_CERTIFICATE, TRUE, NULL);
}

/* The certificates trusted for the server that is being tried: a pin is of one host and one port. */
static gboolean
load_pins (Probe *self, GError **error)
{
  HaulAccount *account = self->account;
  const HaulEndpoint *endpoint = account->endpoint;
  g_autofree char *path = haul_pins_dup_path ();
  g_autoptr (GStrvBuilder) pins = g_strv_builder_new ();

  if (self->given_pins != NULL && self->given_pins[0] != NULL)
    return TRUE;
  g_auto (GStrv) kept = haul_pins_lookup (path, endpoint->host, endpoint->port, error);
  if (kept == NULL)
    return FALSE;
  g_strv_builder_addv (pins, (const char **)kept);
  if (account->once_host != NULL && g_ascii_strcasecmp (account->once_host, endpoint->host) == 0
      && account->once_port == endpoint->port)
    g_strv_builder_add (pins, account->once_pin);
  g_strfreev (account->pins);
  account->pins = g_strv_builder_end (pins);
  return TRUE;
}

/* Whoever sits on the way can close the better way; what worked before is known. */
static gboolean
check_protection (Probe *self, GError **error)
{
  const HaulEndpoint *endpoint = self->account->endpoint;
  g_autofree char *path = haul_protection_dup_path ();

  if (haul_endpoint_is_loopback (endpoint))
    return TRUE;
  if (haul_protection_is_enough (haul_protection_of_account (self->account), haul_protection_lookup (path, endpoint),
                                 self->is_chosen))
    return TRUE;
  g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_WEAKER,
               "%s was reached with more protection before; if it was changed on purpose, remove its line from %s",
               endpoint->host, path);
  return FALSE;
}

static void
remember_protection (Probe *self)
{
  g_autofree char *path = haul_protection_dup_path ();
  g_autoptr (GError) error = NULL;

  if (haul_endpoint_is_loopback (self->account->endpoint))
    return;
  if (!haul_protection_raise (path, self->account->endpoint, haul_protection_of_account (self->account), &error))
    g_info ("%s", error->message);
}

static gboolean
try_one (Probe *self, const char *host, guint16 port, HaulSecurity security, GCancellable *cancellable, GError **error)
{
  g_clear_pointer (&self->account->endpoint, haul_endpoint_free);
  self->account->endpoint = haul_endpoint_new (host, port, security);
  self->account->endpoint->port = haul_endpoint_get_port (self->account->endpoint);
  g_autofree char *where = haul_endpoint_to_string (self->account->endpoint);
  tell (self, HAUL_PROBE_CONNECT, FALSE, where);
  if (!check_protection (self, error) || !load_pins (self, error))
    return FALSE;
  self->session = haul_connection_open (self->account, on_session_step, self, cancellable, error);
  return self->session != NULL;
}

/* Nothing listens there, or nothing can be reached: the other port may answer. */
static gboolean
is_unreachable (const GError *error)
{
  static const GIOErrorEnum codes[] = { G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_HOST_UNREACHABLE,
                                        G_IO_ERROR_NETWORK_UNREACHABLE, G_IO_ERROR_TIMED_OUT };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_IO_ERROR, (int)codes[i]))
      return TRUE;
  return error->domain == G_RESOLVER_ERROR;
}

/* The peer does not speak TLS at once; STARTTLS protects as well as that. */
static gboolean
is_not_tls (const GError *error)
{
  return g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
}

/* What answers on the better way and fails there is never asked on the other: that would be its wish, not ours. */
static gboolean
is_worth_starttls (Probe *self, guint16 port, const GError *first)
{
  if (port != 0)
    return is_not_tls (first);
  return !self->was_reached && is_unreachable (first) && first->domain != G_RESOLVER_ERROR;
}

static gboolean
try_endpoint (Probe *self, const HaulEndpoint *endpoint, GCancellable *cancellable, GError **error)
{
  const char *host = endpoint->host;
  guint16 port = endpoint->port;
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;

  if (endpoint->security != HAUL_SECURITY_AUTO)
    return try_one (self, host, port, endpoint->security, cancellable, error);
  if (port == STARTTLS_PORT)
    return try_one (self, host, port, HAUL_SECURITY_STARTTLS, cancellable, error);
  if (try_one (self, host, port == 0 ? TLS_PORT : port, HAUL_SECURITY_TLS, cancellable, &first))
    return TRUE;
  if (is_worth_starttls (self, port, first)
      && try_one (self, host, port == 0 ? STARTTLS_PORT : port, HAUL_SECURITY_STARTTLS, cancellable, &second))
    return TRUE;
  self->was_reached |= !is_unreachable (first);
  /* A network that is down is no sign of anything weaker. */
  gboolean is_down = is_unreachable (first) && !g_error_matches (first, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
                     && g_error_matches (second, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_WEAKER);
  if (second != NULL && !is_unreachable (second) && !is_down)
    g_propagate_error (error, g_steal_pointer (&second));
  else
    g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

/* Tries candidates until one opens; tells of the first that was more than unreachable. */
static gboolean
try_all (Probe *self, GPtrArray *candidates, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;

  for (guint i = 0; i < candidates->len; i++)
    {
      const HaulEndpoint *candidate = candidates->pdata[i];
      g_autoptr (GError) local_error = NULL;
      if (self->was_reached && !self->is_chosen && candidate->security == HAUL_SECURITY_STARTTLS)
        continue;
      if (try_endpoint (self, candidate, cancellable, &local_error))
        return TRUE;
      self->was_reached |= candidate->security == HAUL_SECURITY_TLS && !is_unreachable (local_error);
      if (reason == NULL || is_unreachable (reason))
        {
          g_clear_error (&reason);
          reason = g_steal_pointer (&local_error);
        }
      if (g_cancellable_is_cancelled (cancellable))
        break;
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* A mailbox is often named without a domain; whoever opens it is of the same. */
static const char *
find_name_to_search (const HaulAccount *account)
{
  g_autoptr (HaulLogin) mailbox = haul_login_parse (account->user, NULL);
  gboolean has_domain = mailbox != NULL && mailbox->search_domain != NULL;

  return has_domain || account->authenticate_as == NULL ? account->user : account->authenticate_as;
}

static gboolean
connect_somewhere (Probe *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) candidates = NULL;

  tell (self, HAUL_PROBE_LOOKUP, FALSE, NULL);
  if (self->account->endpoint != NULL)
    {
      self->is_chosen = self->account->endpoint->security != HAUL_SECURITY_AUTO;
      candidates = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_endpoint_free);
      g_ptr_array_add (candidates, haul_endpoint_copy (self->account->endpoint));
    }
  else
    candidates = haul_server_lookup_run (find_name_to_search (self->account), cancellable, error);
  if (candidates == NULL)
    return FALSE;
  g_autofree char *shown = haul_endpoint_dup_host_shown (candidates->pdata[0]);
  tell (self, HAUL_PROBE_LOOKUP, TRUE, shown);
  return try_all (self, candidates, cancellable, error);
}

/* A name directly below the personal name space, else NULL. */
static const char *
get_top_name (const HaulImapNamespace *name_space, const HaulImapMailbox *mailbox)
{
  const char *display = mailbox->display;

  if (g_str_has_prefix (mailbox->name, name_space->prefix) && g_str_has_prefix (display, name_space->prefix))
    display += strlen (name_space->prefix);
  if (mailbox->delimiter != '\0' && strchr (display, mailbox->delimiter) != NULL)
    return NULL;
  return display;
}

static gboolean
has_role (const HaulServer *server, GPtrArray *mailboxes, HaulRole role)
{
  for (guint i = 0; i < mailboxes->len; i++)
    {
      const HaulImapMailbox *mailbox = mailboxes->pdata[i];
      if (mailbox->role == role && !haul_server_is_foreign (server, mailbox->name))
        return TRUE;
    }
  return FALSE;
}

/* What the server tells counts; names are looked at only for roles that it gives to no mailbox. */
static void
add_mailboxes (HaulServer *server, const HaulImapNamespace *name_space, GPtrArray *mailboxes)
{
  gboolean is_told[HAUL_N_ROLES];

  for (HaulRole role = 0; role < HAUL_N_ROLES; role++)
    is_told[role] = has_role (server, mailboxes, role);
  is_told[HAUL_ROLE_INBOX] = TRUE;
  for (guint i = 0; i < mailboxes->len; i++)
    {
      HaulImapMailbox *mailbox = mailboxes->pdata[i];
      const char *top = get_top_name (name_space, mailbox);
      HaulRole guess = top == NULL || !mailbox->can_select ? HAUL_ROLE_NONE : haul_role_guess (top);
      gboolean is_foreign = haul_server_is_foreign (server, mailbox->name);
      gboolean is_guessed = !is_foreign && mailbox->role == HAUL_ROLE_NONE && !is_told[guess];
      HaulRole role = is_foreign ? HAUL_ROLE_NONE : is_guessed ? guess : mailbox->role;
      HaulServerMailbox *added
          = haul_server_add_mailbox (server, mailbox->name, mailbox->display, role, mailbox->can_select);
      added->is_guessed = is_guessed;
      added->can_have_children = mailbox->can_have_children;
      added->is_view = mailbox->is_view;
    }
}

static void
replace (char **field, const char *value)
{
  g_free (*field);
  *field = g_utf8_make_valid (value, -1);
}

static void
apply_kind (HaulServer *server, const HaulImapKind *kind)
{
  server->kind = kind->name;
  server->refused_letters = kind->refused_letters;
  server->max_keywords = kind->max_keywords;
  server->trash_days = kind->trash_days;
  server->junk_days = kind->junk_days;
  server->shows_receipts = kind->shows_receipts;
  server->forgets_flagged = kind->forgets_flagged;
  server->needed_repairs
      = (kind->max_line != 0 ? HAUL_REPAIR_LONG_LINES : 0) | (kind->wants_final_end ? HAUL_REPAIR_FINAL_CRLF : 0);
  server->keeps_other_items = kind->keeps_other_items;
  server->connections = kind->connections;
}

static gboolean
describe (Probe *self, GCancellable *cancellable, GError **error)
{
  g_auto (HaulImapNamespace) name_space = { 0 };
  HaulImapQuota quota;
  guint64 append_limit;
  guint capabilities = haul_imap_session_get_capabilities (self->session);
  g_autoptr (HaulServer) server = haul_server_new ();

  if (!haul_imap_mailbox_get_namespace (self->session, &name_space, cancellable, error))
    return FALSE;
  g_autoptr (GPtrArray) mailboxes = haul_imap_mailbox_list (self->session, "*", cancellable, error);
  if (mailboxes == NULL || !haul_imap_quota_get_room (self->session, "INBOX", &quota, cancellable, error)
      || !haul_imap_quota_get_append_limit (self->session, "INBOX", &append_limit, cancellable, error))
    return FALSE;
  replace (&server->greeting, haul_imap_session_get_greeting (self->session));
  replace (&server->capabilities, haul_imap_session_get_capability_line (self->session));
  g_free (server->prefix);
  server->prefix = g_strdup (name_space.prefix);
  if (name_space.foreign != NULL)
    {
      g_strfreev (server->foreign);
      server->foreign = g_steal_pointer (&name_space.foreign);
    }
  const HaulImapKind *kind = haul_imap_session_get_kind (self->session);
  server->delimiter = kind->has_no_subfolders ? '\0' : name_space.delimiter;
  apply_kind (server, kind);
  server->can_move = (capabilities & HAUL_IMAP_CAPABILITY_MOVE) != 0;
  server->has_uidplus = (capabilities & HAUL_IMAP_CAPABILITY_UIDPLUS) != 0;
  server->has_quota = quota.is_known;
  server->quota_used_bytes = quota.used_bytes;
  server->quota_limit_bytes = quota.limit_bytes;
  server->append_limit_bytes = append_limit;
  add_mailboxes (server, &name_space, mailboxes);
  self->server = g_steal_pointer (&server);
  return TRUE;
}

static gboolean
enter (Probe *self, GCancellable *cancellable, GError **error)
{
  tell (self, HAUL_PROBE_SIGN_IN, FALSE, self->account->user);
  if (!haul_connection_login (self->session, self->account, cancellable, error))
    return FALSE;
  remember_protection (self);
  tell (self, HAUL_PROBE_SIGN_IN, TRUE, self->account->user);
  tell (self, HAUL_PROBE_MAILBOX, FALSE, NULL);
  if (!describe (self, cancellable, error))
    return FALSE;
  tell (self, HAUL_PROBE_MAILBOX, TRUE, NULL);
  return TRUE;
}

/* A connection that breaks after the sign-in says nothing about the server: it is given another one. */
static gboolean
is_worth_another (Probe *self, const GError *error)
{
  return haul_imap_session_is_signed_in (self->session) && !haul_imap_session_is_usable (self->session)
         && !g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_NOT_CONNECTED);
}

/* Exchange Online opens no mailbox while too many connections to it are open, and counts closed ones for a minute. */
static gboolean
may_open_later (const GError *error)
{
  return haul_imap_error_get_finding (error) == HAUL_SIGN_IN_NO_SESSION_ONLINE;
}

/* Once more, in the way that let us in before: it is the second attempt, and the last. */
static gboolean
enter_again (Probe *self, gint64 pause_ms, GCancellable *cancellable, GError **error)
{
  self->account->auth = haul_connection_get_auth (self->session);
  g_clear_pointer (&self->session, haul_imap_session_close);
  if (!haul_clock_sleep (haul_fault_get_hold_ms (pause_ms), cancellable, error))
    return FALSE;
  self->session = haul_connection_open (self->account, NULL, NULL, cancellable, error);
  return self->session != NULL && enter (self, cancellable, error);
}

static gboolean
run_steps (Probe *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) first = NULL;

  if (!connect_somewhere (self, cancellable, error))
    return FALSE;
  if (enter (self, cancellable, &first))
    return TRUE;
  gboolean is_late = may_open_later (first);
  if (haul_imap_session_get_attempts (self->session) >= HAUL_IMAP_LOGIN_ATTEMPTS_MAX
      || g_cancellable_is_cancelled (cancellable) || (!is_late && !is_worth_another (self, first)))
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return FALSE;
    }
  if (is_late)
    tell (self, HAUL_PROBE_WAITING, FALSE, NULL);
  return enter_again (self, is_late ? PATIENCE_MS : haul_clock_back_off_ms (0), cancellable, error);
}

/* Else a file of another form would look like a fault of the server. */
static gboolean
check_authority (const HaulAccount *account, GError **error)
{
  g_autofree char *path = account->ca_file == NULL ? NULL : g_canonicalize_filename (account->ca_file, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GTlsDatabase) database = path == NULL ? NULL : g_tls_file_database_new (path, &local_error);

  if (local_error != NULL)
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_AUTHORITY, local_error->message);
  return local_error == NULL;
}

/**
 * haul_probe_run:
 * @account: whose mailbox, with its secret; the endpoint may be missing, its protection AUTO
 * @func: (nullable): told of each step; one may begin again when another port or host is tried
 * @user_data: for @func
 * @cancellable: (nullable): cancels within half a second
 * @error: return location
 *
 * Finds out how the account's mailbox is reached and what its server can do. AUTO tries TLS, then STARTTLS, never
 * plain text; a password goes to one server only, in two attempts at most.
 *
 * Returns: (transfer full) (nullable): the account with the endpoint and the way of signing in that worked, and the
 *   server; or %NULL
 */
HaulProbeResult *
haul_probe_run (
    const HaulAccount *account, HaulProbeFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  HaulProbeResult *result = NULL;

  if (!haul_connection_check (account, error) || !check_authority (account, error))
    return NULL;
  Probe self
      = { .account = haul_account_copy (account), .func = func, .user_data = user_data, .given_pins = account->pins };
  if (run_steps (&self, cancellable, error))
    {
      /* The lanes need not try again what was refused here. */
      self.account->auth = haul_connection_get_auth (self.session);
      result = g_new0 (HaulProbeResult, 1);
      result->account = g_steal_pointer (&self.account);
      result->server = g_steal_pointer (&self.server);
    }
  g_clear_pointer (&self.session, haul_imap_session_close);
  g_clear_pointer (&self.account, haul_account_unref);
  g_clear_pointer (&self.server, haul_server_unref);
  return result;
}

void
haul_probe_result_free (HaulProbeResult *result)
{
  haul_account_unref (result->account);
  haul_server_unref (result->server);
  g_free (result);
}

typedef struct
{
  HaulAccount *account; /* (owned) */
  HaulProbeFunc func;   /* (nullable) */
  gpointer user_data;
  GMainContext *context; /* (owned) the caller's */
} Job;

typedef struct
{
  HaulProbeFunc func;
  gpointer user_data;
  HaulProbeStep step;
  gboolean is_done;
  char *detail; /* (owned) (nullable) */
} Told;

static void
job_free (gpointer data)
{
  Job *job = data;

  haul_account_unref (job->account);
  g_main_context_unref (job->context);
  g_free (job);
}

static void
told_free (gpointer data)
{
  Told *told = data;

  g_free (told->detail);
  g_free (told);
}

static gboolean
deliver (gpointer data)
{
  Told *told = data;

  told->func (told->step, told->is_done, told->detail, told->user_data);
  return G_SOURCE_REMOVE;
}

static void
forward (HaulProbeStep step, gboolean is_done, const char *detail, gpointer data)
{
  Job *job = data;
  Told *told = g_new0 (Told, 1);

  told->func = job->func;
  told->user_data = job->user_data;
  told->step = step;
  told->is_done = is_done;
  told->detail = g_strdup (detail);
  haul_notice_post (job->context, deliver, told, told_free);
}

static gpointer
run_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  HaulProbeResult *result
      = haul_probe_run (job->account, job->func == NULL ? NULL : forward, job, g_task_get_cancellable (task), &error);

  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify)haul_probe_result_free);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * haul_probe_run_async:
 * @account: as for haul_probe_run()
 * @func: (nullable): told of each step, in the caller's main context
 * @user_data: for @func
 * @cancellable: (nullable): cancels
 * @callback: called when it is over
 * @callback_data: for @callback
 *
 * haul_probe_run() on a thread of its own.
 */
void
haul_probe_run_async (HaulAccount *account,
                      HaulProbeFunc func,
                      gpointer user_data,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer callback_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, callback_data);
  Job *job = g_new0 (Job, 1);

  job->account = haul_account_ref (account);
  job->func = func;
  job->user_data = user_data;
  job->context = g_main_context_ref_thread_default ();
  g_task_set_source_tag (task, haul_probe_run_async);
  g_task_set_task_data (task, job, job_free);
  g_thread_unref (g_thread_new ("haul-probe", run_thread, task));
}

HaulProbeResult *
haul_probe_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
