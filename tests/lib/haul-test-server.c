/* haul-test-server.c - an IMAP peer that follows a script, on threads of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one to accept, one a connection; what was heard is behind a mutex.
 */
#include "haul-test-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_SECONDS 20
/* For a connection to come to its end by itself when the server is stopped. */
#define FAREWELL_US (2 * G_USEC_PER_SEC)
#define PIECE 16384

struct _HaulTestServer
{
  GSocketListener *listener;    /* (owned) */
  GCancellable *closing;        /* (owned) ends the accepting */
  GCancellable *cancellable;    /* (owned) ends the connections */
  GThread *thread;              /* (owned) (nullable) */
  GPtrArray *scripts;           /* (owned) (element-type utf8) */
  GTlsCertificate *certificate; /* (owned) (nullable) */
  GPtrArray *peers;             /* (owned) (element-type GThread) */
  guint16 port;
  GMutex mutex;
  GString *heard;      /* (owned) (mutex) */
  char *problem;       /* (owned) (nullable) (mutex) the first */
  guint n_connections; /* (mutex) */
  guint n_active;      /* (mutex) */
  GCond ended;         /* (mutex) */
};

/* One connection. */
typedef struct
{
  HaulTestServer *server;
  GSocketConnection *connection; /* (owned) */
  GIOStream *stream;             /* (owned) */
  const char *script;
  GByteArray *input; /* (owned) read and not used yet */
  char *tag;         /* (owned) */
} Peer;

static void
report (Peer *peer, const char *what, const char *detail)
{
  HaulTestServer *server = peer->server;

  g_mutex_lock (&server->mutex);
  if (server->problem == NULL)
    server->problem = g_strdup_printf ("%s: %s", what, detail);
  g_mutex_unlock (&server->mutex);
}

static gboolean
fill (Peer *peer)
{
  guint8 buffer[32768];
  gssize got = g_input_stream_read (g_io_stream_get_input_stream (peer->stream), buffer, sizeof buffer,
                                    peer->server->cancellable, NULL);

  if (got <= 0)
    return FALSE;
  g_byte_array_append (peer->input, buffer, (guint)got);
  g_mutex_lock (&peer->server->mutex);
  g_string_append_len (peer->server->heard, (const char *)buffer, got);
  g_mutex_unlock (&peer->server->mutex);
  return TRUE;
}

static char *
take_line (Peer *peer)
{
  for (;;)
    {
      guint8 *end = peer->input->len == 0 ? NULL : memchr (peer->input->data, '\n', peer->input->len);
      if (end != NULL)
        {
          gsize length = (gsize)(end - peer->input->data);
          char *line = g_strndup ((const char *)peer->input->data, length);
          g_byte_array_remove_range (peer->input, 0, (guint)length + 1);
          return g_strchomp (line);
        }
      if (!fill (peer))
        return NULL;
    }
}

static gboolean
take_octets (Peer *peer, gsize n)
{
  while (peer->input->len < n)
    if (!fill (peer))
      return FALSE;
  g_byte_array_remove_range (peer->input, 0, (guint)n);
  return TRUE;
}

static gboolean
say (Peer *peer, const char *text, gboolean is_line, guint times)
{
  gsize letters = strcspn (peer->tag, "0123456789");
  g_autofree char *next = g_strdup_printf ("%.*s%d", (int)letters, peer->tag, atoi (peer->tag + letters) + 1);
  g_autofree char *octets = is_line ? g_strconcat (text, "\r\n", NULL) : g_strcompress (text);
  g_autoptr (GString) expanded = g_string_new (octets);
  g_autoptr (GString) several = g_string_new (NULL);

  g_string_replace (expanded, "$next", next, 0);
  g_string_replace (expanded, "$", peer->tag, 0);
  for (guint i = 0; i < times; i++)
    {
      g_string_append_len (several, expanded->str, (gssize)expanded->len);
      if (several->len < PIECE && i + 1 < times)
        continue;
      if (!g_output_stream_write_all (g_io_stream_get_output_stream (peer->stream), several->str, several->len, NULL,
                                      peer->server->cancellable, NULL))
        return FALSE;
      g_string_truncate (several, 0);
    }
  return TRUE;
}

static gboolean
flood (Peer *peer, const char *argument)
{
  char *text;
  guint times = (guint)strtoul (argument, &text, 10);

  return say (peer, *text == ' ' ? text + 1 : text, FALSE, times);
}

/* Twenty octets a second. */
static gboolean
dribble (Peer *peer, const char *text)
{
  g_autofree char *octets = g_strcompress (text);

  for (const char *at = octets; *at != '\0'; at++, g_usleep (50 * 1000))
    if (!g_output_stream_write_all (g_io_stream_get_output_stream (peer->stream), at, 1, NULL,
                                    peer->server->cancellable, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
say_octets (Peer *peer, const char *hex)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  for (; g_ascii_isxdigit (hex[0]) && g_ascii_isxdigit (hex[1]); hex += 2)
    {
      guint8 octet = (guint8)(g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
      g_byte_array_append (octets, &octet, 1);
    }
  return g_output_stream_write_all (g_io_stream_get_output_stream (peer->stream), octets->data, octets->len, NULL,
                                    peer->server->cancellable, NULL);
}

static gboolean
expect (Peer *peer, const char *pattern, gboolean has_tag)
{
  g_autofree char *line = take_line (peer);
  const char *rest = line;

  if (line == NULL)
    return FALSE;
  if (has_tag)
    {
      gsize length = strcspn (line, " ");
      g_free (peer->tag);
      peer->tag = g_strndup (line, length);
      rest = line[length] == ' ' ? line + length + 1 : "";
    }
  if (g_pattern_match_simple (pattern, rest))
    return TRUE;
  g_autofree char *detail = g_strdup_printf ("“%s” instead of “%s”", rest, pattern);
  report (peer, "unexpected command", detail);
  return FALSE;
}

static gboolean
hang_up (Peer *peer, gboolean is_reset)
{
  GSocket *socket = g_socket_connection_get_socket (peer->connection);
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (is_reset)
    setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  g_socket_close (socket, NULL);
  return FALSE;
}

static gboolean
start_tls (Peer *peer)
{
  g_autoptr (GIOStream) tls = NULL;

  if (peer->input->len > 0)
    {
      report (peer, "something came before TLS", "");
      return FALSE;
    }
  tls = g_tls_server_connection_new (G_IO_STREAM (peer->connection), peer->server->certificate, NULL);
  if (!g_tls_connection_handshake (G_TLS_CONNECTION (tls), peer->server->cancellable, NULL))
    {
      /* Before the thread that shook hands lets go of it, which would close it at the same time. */
      hang_up (peer, FALSE);
      return FALSE;
    }
  g_set_object (&peer->stream, tls);
  return TRUE;
}

/* Less where nobody waits for this server any more. */
static void
wait_ms (HaulTestServer *self, int ms)
{
  GPollFD end;

  if (!g_cancellable_make_pollfd (self->closing, &end))
    return;
  g_poll (&end, 1, ms);
  g_cancellable_release_fd (self->closing);
}

static gboolean
do_step (Peer *peer, const char *line)
{
  const char *argument = line[0] == '\0' || line[1] == '\0' ? "" : line + 2;

  switch (line[0])
    {
    case 'S':
      return say (peer, argument, TRUE, 1);
    case 's':
      return say (peer, argument, FALSE, 1);
    case '0':
      return g_output_stream_write_all (g_io_stream_get_output_stream (peer->stream), "", 1, NULL,
                                        peer->server->cancellable, NULL);
    case 'D':
      return dribble (peer, argument);
    case 'F':
      return flood (peer, argument);
    case 'H':
      return say_octets (peer, argument);
    case 'C':
      return expect (peer, argument, TRUE);
    case 'c':
      return expect (peer, argument, FALSE);
    case 'L':
      return take_octets (peer, strtoul (argument, NULL, 10));
    case 'T':
      return start_tls (peer);
    case 'W':
      wait_ms (peer->server, atoi (argument));
      return TRUE;
    case 'X':
    case 'R':
      return hang_up (peer, line[0] == 'R');
    case '\0':
      return TRUE;
    default:
      report (peer, "bad script", line);
      return FALSE;
    }
}

static gpointer
serve (gpointer data)
{
  Peer *peer = data;
  GSocket *line = g_socket_connection_get_socket (peer->connection);
  g_auto (GStrv) lines = g_strsplit (peer->script, "\n", -1);
  gboolean goes_on = TRUE;

  g_socket_set_timeout (line, PATIENCE_SECONDS);
  /* Else each second line of an answer waits for the first to be acknowledged. */
  g_socket_set_option (line, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  for (guint i = 0; goes_on && lines[i] != NULL; i++)
    goes_on = do_step (peer, lines[i]);
  while (goes_on && fill (peer))
    continue;
  g_socket_close (line, NULL);
  g_mutex_lock (&peer->server->mutex);
  peer->server->n_active--;
  g_cond_signal (&peer->server->ended);
  g_mutex_unlock (&peer->server->mutex);
  g_object_unref (peer->stream);
  g_object_unref (peer->connection);
  g_byte_array_unref (peer->input);
  g_free (peer->tag);
  g_free (peer);
  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  HaulTestServer *self = data;
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (self->listener, NULL, self->closing, NULL)) != NULL)
    {
      Peer *peer = g_new0 (Peer, 1);
      g_mutex_lock (&self->mutex);
      guint index = MIN (self->n_connections, self->scripts->len - 1);
      self->n_connections++;
      self->n_active++;
      g_mutex_unlock (&self->mutex);
      peer->server = self;
      peer->connection = connection;
      peer->stream = g_object_ref (G_IO_STREAM (connection));
      peer->script = self->scripts->pdata[index];
      peer->input = g_byte_array_new ();
      peer->tag = g_strdup ("none0");
      g_ptr_array_add (self->peers, g_thread_new ("test-peer", serve, peer));
    }
  return NULL;
}

static HaulTestServer *
new_server (const char *address, guint16 port, const char *certificate_path)
{
  HaulTestServer *self = g_new0 (HaulTestServer, 1);
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (inet, port);
  g_autoptr (GSocketAddress) got = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->ended);
  self->listener = g_socket_listener_new ();
  self->closing = g_cancellable_new ();
  self->cancellable = g_cancellable_new ();
  self->scripts = g_ptr_array_new_with_free_func (g_free);
  self->peers = g_ptr_array_new ();
  self->heard = g_string_new (NULL);
  if (certificate_path != NULL)
    self->certificate = g_tls_certificate_new_from_file (certificate_path, &error);
  g_assert_no_error (error);
  if (!g_socket_listener_add_address (self->listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &got,
                                      NULL))
    {
      haul_test_server_free (self);
      return NULL;
    }
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  return self;
}

/* A server on a free port of 127.0.0.1; the scripts end with NULL. */
HaulTestServer *
haul_test_server_new (const char *certificate_path, const char *first_script, ...)
{
  HaulTestServer *self = new_server ("127.0.0.1", 0, certificate_path);
  va_list args;

  g_assert_nonnull (self);
  va_start (args, first_script);
  for (const char *script = first_script; script != NULL; script = va_arg (args, const char *))
    g_ptr_array_add (self->scripts, g_strdup (script));
  va_end (args);
  self->thread = g_thread_new ("test-server", accept_all, self);
  return self;
}

/* A server on a certain port; NULL where that cannot be had. */
HaulTestServer *
haul_test_server_new_at (const char *address, guint16 port, const char *certificate_path, const char *script)
{
  HaulTestServer *self = new_server (address, port, certificate_path);

  if (self == NULL)
    return NULL;
  g_ptr_array_add (self->scripts, g_strdup (script));
  self->thread = g_thread_new ("test-server", accept_all, self);
  return self;
}

guint16
haul_test_server_get_port (HaulTestServer *server)
{
  return server->port;
}

guint
haul_test_server_count_connections (HaulTestServer *server)
{
  g_mutex_lock (&server->mutex);
  guint n = server->n_connections;
  g_mutex_unlock (&server->mutex);
  return n;
}

/* All that clients sent so far, also what is no text. */
GBytes *
haul_test_server_dup_octets (HaulTestServer *server)
{
  g_mutex_lock (&server->mutex);
  GBytes *octets = g_bytes_new (server->heard->str, server->heard->len);
  g_mutex_unlock (&server->mutex);
  return octets;
}

static void
stop (HaulTestServer *self)
{
  if (self->thread == NULL)
    return;
  g_cancellable_cancel (self->closing);
  g_thread_join (g_steal_pointer (&self->thread));
  gint64 deadline = g_get_monotonic_time () + FAREWELL_US;
  g_mutex_lock (&self->mutex);
  while (self->n_active > 0 && g_cond_wait_until (&self->ended, &self->mutex, deadline))
    continue;
  g_mutex_unlock (&self->mutex);
  g_cancellable_cancel (self->cancellable);
  for (guint i = 0; i < self->peers->len; i++)
    g_thread_join (self->peers->pdata[i]);
}

/* Ends the server. Returns all that clients sent, also under TLS; in @problem where they left the script, or NULL. */
char *
haul_test_server_stop (HaulTestServer *server, char **problem)
{
  stop (server);
  if (problem != NULL)
    *problem = g_strdup (server->problem);
  return g_strndup (server->heard->str, server->heard->len);
}

void
haul_test_server_free (HaulTestServer *server)
{
  stop (server);
  g_object_unref (server->listener);
  g_object_unref (server->closing);
  g_object_unref (server->cancellable);
  g_clear_object (&server->certificate);
  g_ptr_array_unref (server->scripts);
  g_ptr_array_unref (server->peers);
  g_string_free (server->heard, TRUE);
  g_free (server->problem);
  g_mutex_clear (&server->mutex);
  g_cond_clear (&server->ended);
  g_free (server);
}
