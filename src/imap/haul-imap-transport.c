/* haul-imap-transport.c - octets to and from a server, plain or under TLS, with time limits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's. Blocks; a cancel returns within milliseconds.
 * Errors:  before the connection stands, what GIO says; afterwards HAUL_IMAP_ERROR_TIMED_OUT or _CLOSED, or
 *          G_IO_ERROR_CANCELLED.
 * See:     RFC 8305 (several addresses at once), RFC 5482 (user timeout).
 */
#include "imap/haul-imap-transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/haul-fault.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-old-tls.h"

#define USER_TIMEOUT_MS (60 * 1000)
#define FAREWELL_SECONDS 1

struct _HaulImapTransport
{
  char *host; /* (owned) as DNS and certificates write it */
  guint16 port;
  GSocketConnection *connection; /* (owned) */
  GIOStream *stream;             /* (owned) what is read and written: the connection, or TLS over it */
  HaulImapTls *tls;              /* (owned) (nullable) judges again where the server shakes hands again */
  HaulImapOldTls *old;           /* (owned) (nullable) the process whose TLS it is; @connection leads to it */
};

static HaulImapTimeLimits limits = {
  .connect_ms = 20 * 1000,
  .tls_ms = 30 * 1000,
  .greeting_ms = 60 * 1000,
  .command_ms = 120 * 1000,
  .append_ms = 300 * 1000,
};

/**
 * haul_imap_transport_set_limits:
 * @new_limits: what to wait at most
 *
 * Changes the time limits of the whole process; to be called before the first connection.
 */
void
haul_imap_transport_set_limits (const HaulImapTimeLimits *new_limits)
{
  limits = *new_limits;
}

const HaulImapTimeLimits *
haul_imap_transport_get_limits (void)
{
  return &limits;
}

/* One asynchronous call, waited for on a context of its own: GIO tries several addresses at once only in its
 * asynchronous connect, and a deadline over a whole handshake needs a timer. */
typedef struct
{
  GMainContext *context;     /* (owned) */
  GCancellable *cancellable; /* (owned) cancelled by the caller's and by the deadline */
  GCancellable *outer;       /* (nullable) borrowed */
  gulong outer_handler;
  GSource *timer;       /* (owned) */
  GAsyncResult *result; /* (owned) (nullable) */
  gboolean is_late;
} Wait;

static void
cancel_inner (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

static gboolean
on_deadline (gpointer data)
{
  Wait *wait = data;
  wait->is_late = TRUE;
  g_cancellable_cancel (wait->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;
  wait->result = g_object_ref (result);
}

static void
wait_begin (Wait *wait, guint limit_ms, GCancellable *outer)
{
  wait->context = g_main_context_new ();
  wait->cancellable = g_cancellable_new ();
  wait->outer = outer;
  g_main_context_push_thread_default (wait->context);
  wait->timer = g_timeout_source_new (limit_ms);
  g_source_set_callback (wait->timer, on_deadline, wait, NULL);
  g_source_attach (wait->timer, wait->context);
  if (outer != NULL)
    wait->outer_handler = g_cancellable_connect (outer, G_CALLBACK (cancel_inner), wait->cancellable, NULL);
}

static GAsyncResult *
wait_run (Wait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (wait->context, TRUE);
  return wait->result;
}

static void
wait_end (Wait *wait)
{
  if (wait->outer_handler != 0)
    g_cancellable_disconnect (wait->outer, wait->outer_handler);
  g_source_destroy (wait->timer);
  g_source_unref (wait->timer);
  while (g_main_context_iteration (wait->context, FALSE))
    continue;
  g_main_context_pop_thread_default (wait->context);
  g_main_context_unref (wait->context);
  g_object_unref (wait->cancellable);
  g_clear_object (&wait->result);
}

/* After a wait that failed: a deadline of ours looks like a cancel to GIO. */
static gboolean
is_late (const Wait *wait)
{
  return wait->is_late && (wait->outer == NULL || !g_cancellable_is_cancelled (wait->outer));
}

static void
tune_socket (GSocket *socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS, NULL);
  g_socket_set_keepalive (socket, TRUE);
}

static GSocketConnection *
connect_to (const char *host, guint16 port, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = g_network_address_new (host, port);
  g_autoptr (GError) local_error = NULL;
  Wait wait = { 0 };

  wait_begin (&wait, limits.connect_ms, cancellable);
  g_socket_client_connect_async (client, address, wait.cancellable, on_result, &wait);
  GSocketConnection *connection = g_socket_client_connect_finish (client, wait_run (&wait), &local_error);
  wait_end (&wait);
  if (connection != NULL)
    return connection;
  if (is_late (&wait))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s did not answer on port %u", host, port);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * haul_imap_transport_connect:
 * @endpoint: where to; an international name is turned into its ASCII form (RFC 5890)
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Opens a TCP connection, trying all addresses of the name.
 *
 * Returns: (transfer full) (nullable): the transport, not under TLS yet; or %NULL with what GIO says
 */
HaulImapTransport *
haul_imap_transport_connect (const HaulEndpoint *endpoint, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapTransport) self = g_new0 (HaulImapTransport, 1);

  self->host = g_hostname_to_ascii (endpoint->host);
  self->port = haul_endpoint_get_port (endpoint);
  if (self->host == NULL)
    {
      g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "“%s” is not a host name", endpoint->host);
      return NULL;
    }
  self->connection = connect_to (self->host, self->port, cancellable, error);
  if (self->connection == NULL)
    return NULL;
  tune_socket (g_socket_connection_get_socket (self->connection));
  HAUL_FAULT_SOCKET (g_socket_get_fd (g_socket_connection_get_socket (self->connection)));
  self->stream = g_object_ref (G_IO_STREAM (self->connection));
  return g_steal_pointer (&self);
}

void
haul_imap_transport_free (HaulImapTransport *transport)
{
  if (transport->connection != NULL)
    haul_imap_transport_close (transport, NULL);
  g_clear_object (&transport->stream);
  g_clear_pointer (&transport->tls, haul_imap_tls_free);
  g_clear_object (&transport->connection);
  g_clear_pointer (&transport->old, haul_imap_old_tls_free);
  g_free (transport->host);
  g_free (transport);
}

/**
 * haul_imap_transport_close:
 * @transport: a transport
 * @farewell: (nullable): last octets to send; %NULL where a literal may be unfinished, since the peer shall see it cut
 *
 * Closes the connection, with a @farewell also the TLS under it in order; waits some seconds at most.
 */
void
haul_imap_transport_close (HaulImapTransport *transport, const char *farewell)
{
  GSocket *socket = g_socket_connection_get_socket (transport->connection);

  HAUL_FAULT_SOCKET (-1);
  g_socket_set_timeout (socket, FAREWELL_SECONDS);
  if (farewell != NULL
      && g_output_stream_write_all (g_io_stream_get_output_stream (transport->stream), farewell, strlen (farewell),
                                    NULL, NULL, NULL))
    g_io_stream_close (transport->stream, NULL, NULL);
  g_socket_close (socket, NULL);
}

/**
 * haul_imap_transport_is_loopback:
 * @transport: a transport
 *
 * Whether the peer really is on this computer, whatever its name says.
 */
gboolean
haul_imap_transport_is_loopback (HaulImapTransport *transport)
{
  g_autoptr (GSocketAddress) address = g_socket_connection_get_remote_address (transport->connection, NULL);

  return G_IS_INET_SOCKET_ADDRESS (address)
         && g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* Whether TLS is on, with a certificate that was judged. */
gboolean
haul_imap_transport_is_protected (const HaulImapTransport *transport)
{
  return transport->old != NULL || G_IS_TLS_CONNECTION (transport->stream);
}

/* A connection that broke is one thing to the callers, however the layers below name it. */
static void
set_io_error (GError **error, const GError *io_error)
{
  if (g_error_matches (io_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_error_copy (io_error));
  else if (g_error_matches (io_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT, "the server does not answer any more");
  else
    g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED, "the connection broke: %s", io_error->message);
}

/* What comes afterwards goes to the other process, and the socket is its own alone. */
static gboolean
start_old_tls (HaulImapTransport *self, const HaulImapTlsPolicy *policy, GCancellable *cancellable, GError **error)
{
  GSocket *socket = g_socket_connection_get_socket (self->connection);
  g_autoptr (GError) local_error = NULL;

  self->old
      = haul_imap_old_tls_start (socket, self->host, self->port, policy, limits.tls_ms, cancellable, &local_error);
  if (self->old == NULL)
    {
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT, "the TLS handshake did not finish");
      else
        g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  HAUL_FAULT_SOCKET (-1);
  g_socket_close (socket, NULL);
  g_set_object (&self->connection, self->old->connection);
  g_set_object (&self->stream, G_IO_STREAM (self->old->connection));
  HAUL_FAULT_SOCKET (g_socket_get_fd (g_socket_connection_get_socket (self->connection)));
  return TRUE;
}

/* GLib's thread that shook hands may let go of the TLS connection after us, and who is last closes the socket: at the
 * same time as we would, and then a second time, when its number is another file's. What is closed is left alone. */
static void
close_first (HaulImapTransport *self)
{
  HAUL_FAULT_SOCKET (-1);
  g_socket_close (g_socket_connection_get_socket (self->connection), NULL);
}

/**
 * haul_imap_transport_start_tls:
 * @transport: a transport whose input is empty
 * @policy: whom to trust
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Shakes hands on the raw socket, with new buffers, and judges certificate and version before any octet of ours
 * is sent under it (docs/wire.md).
 *
 * Returns: %TRUE, or %FALSE with %HAUL_IMAP_ERROR_CERTIFICATE, %HAUL_IMAP_ERROR_TLS_TOO_OLD,
 *   %HAUL_IMAP_ERROR_TIMED_OUT, or a #GTlsError
 */
gboolean
haul_imap_transport_start_tls (HaulImapTransport *transport,
                               const HaulImapTlsPolicy *policy,
                               GCancellable *cancellable,
                               GError **error)
{
  if (policy->allow_old)
    return start_old_tls (transport, policy, cancellable, error);

  g_autoptr (HaulImapTls) tls
      = haul_imap_tls_new (G_IO_STREAM (transport->connection), transport->host, transport->port, policy, error);
  g_autoptr (GError) handshake_error = NULL;
  Wait wait = { 0 };

  if (tls == NULL)
    return FALSE;
  GTlsConnection *connection = haul_imap_tls_get_connection (tls);
  g_socket_set_timeout (g_socket_connection_get_socket (transport->connection), 0);
  wait_begin (&wait, limits.tls_ms, cancellable);
  g_tls_connection_handshake_async (connection, G_PRIORITY_DEFAULT, wait.cancellable, on_result, &wait);
  g_tls_connection_handshake_finish (connection, wait_run (&wait), &handshake_error);
  wait_end (&wait);
  gboolean is_good = FALSE;
  if (handshake_error != NULL && is_late (&wait))
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT, "the TLS handshake did not finish");
  else if (handshake_error != NULL && handshake_error->domain == G_IO_ERROR)
    set_io_error (error, handshake_error);
  else
    is_good = haul_imap_tls_check (tls, handshake_error, error);
  if (!is_good)
    {
      close_first (transport);
      return FALSE;
    }
  g_set_object (&transport->stream, G_IO_STREAM (connection));
  transport->tls = g_steal_pointer (&tls);
  return TRUE;
}

static GBytes *
dup_old_binding (const HaulImapOldTls *old, HaulImapTlsBinding binding, const char **name)
{
  static const char *const names[] = { "tls-unique", "tls-exporter" };
  gboolean is_of_server = binding == HAUL_IMAP_TLS_BINDING_SERVER;
  GBytes *octets = is_of_server ? old->server_binding : old->binding;

  if (name != NULL)
    *name = is_of_server ? "tls-server-end-point" : names[g_strcmp0 (old->binding_name, "tls-exporter") == 0];
  return octets == NULL ? NULL : g_bytes_ref (octets);
}

/**
 * haul_imap_transport_dup_binding:
 * @transport: a transport
 * @binding: which kind
 * @name: (out) (optional): its name, as haul_imap_tls_dup_binding()
 *
 * Returns: (transfer full) (nullable): the octets; %NULL where there are none, as without TLS
 */
GBytes *
haul_imap_transport_dup_binding (HaulImapTransport *transport, HaulImapTlsBinding binding, const char **name)
{
  if (transport->old != NULL)
    return dup_old_binding (transport->old, binding, name);
  if (!G_IS_TLS_CONNECTION (transport->stream))
    return NULL;
  return haul_imap_tls_dup_binding (G_TLS_CONNECTION (transport->stream), binding, name);
}

static void
set_end_error (GError **error)
{
  g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED, "the server closed the connection");
}

static void
set_limit (HaulImapTransport *transport, guint limit_ms)
{
  g_socket_set_timeout (g_socket_connection_get_socket (transport->connection),
                        MAX ((haul_fault_get_answer_ms (limit_ms) + 999) / 1000, 1));
}

/**
 * haul_imap_transport_read:
 * @transport: a transport
 * @buffer: where to
 * @size: its octets, at least 1
 * @limit_ms: how long to wait for the first octet
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Waits for octets.
 *
 * Returns: at least 1; or -1, also when the peer closed
 */
gssize
haul_imap_transport_read (
    HaulImapTransport *transport, void *buffer, gsize size, guint limit_ms, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) io_error = NULL;

  set_limit (transport, limit_ms);
  gssize got
      = g_input_stream_read (g_io_stream_get_input_stream (transport->stream), buffer, size, cancellable, &io_error);
  if (got > 0)
    return (gssize)HAUL_FAULT_RECEIVED (buffer, (gsize)got);
  if (got == 0)
    set_end_error (error);
  else
    set_io_error (error, io_error);
  return -1;
}

/**
 * haul_imap_transport_read_ready:
 * @transport: a transport
 * @buffer: where to
 * @size: its octets, at least 1
 * @error: return location
 *
 * Takes octets that are there already; never waits.
 *
 * Returns: the octets taken, 0 for none; or -1, also when the peer closed
 */
gssize
haul_imap_transport_read_ready (HaulImapTransport *transport, void *buffer, gsize size, GError **error)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (transport->stream));
  g_autoptr (GError) io_error = NULL;

  gssize got = g_pollable_input_stream_read_nonblocking (input, buffer, size, NULL, &io_error);
  if (got > 0)
    return got;
  if (got < 0 && g_error_matches (io_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return 0;
  if (got == 0)
    set_end_error (error);
  else
    set_io_error (error, io_error);
  return -1;
}

/**
 * haul_imap_transport_write:
 * @transport: a transport
 * @data: octets
 * @size: how many
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Writes all of @data.
 *
 * Returns: %TRUE, or %FALSE when an unknown part of it has left
 */
gboolean
haul_imap_transport_write (
    HaulImapTransport *transport, const void *data, gsize size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) io_error = NULL;

  set_limit (transport, limits.command_ms);
  if (g_output_stream_write_all (g_io_stream_get_output_stream (transport->stream), data, size, NULL, cancellable,
                                 &io_error))
    return TRUE;
  set_io_error (error, io_error);
  return FALSE;
}
