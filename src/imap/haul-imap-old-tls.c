/* haul-imap-old-tls.c - a handshake with an old server, made by a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GIO reads once a process which versions and ciphers it may use. What an old server needs is therefore allowed in a
 * process that has this one connection and ends with it: mailhaul-old-tls. It gets the open socket, shakes hands,
 * judges the certificate by the same rules as always, tells its verdict, and only then passes octets on. Nothing is
 * read from its standard input before that but what to judge by.
 *
 * Which program is run: $HAUL_OLD_TLS, for tests and packagers (ignored in a set-uid program); else the build tree's
 * own where the running executable lies in that tree; else the one in libexecdir.
 *
 * Thread:  the session's.
 * Errors:  as haul_imap_transport_start_tls(); G_IO_ERROR_FAILED where the program cannot be run.
 * See:     docs/wire.md
 */
#include "imap/haul-imap-old-tls.h"

#include "haul-config.h"
#include "imap/haul-imap-error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX (1024 * 1024)
#define NETWORK_FD 3
/* After the handshake's own limit: to start the program, and to be told. */
#define GRACE_SECONDS 2
#define FAREWELL_SECONDS 2

/* Versions and ciphers of Windows NT 4 to Server 2008; new ones are still preferred (servers of both kinds exist). */
#define PRIORITY "NORMAL:%COMPAT:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:+ARCFOUR-128:+RSA:+SHA1:+MD5"

static gboolean
lies_in_build_tree (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *program_dir = g_path_get_dirname (HAUL_BUILD_OLD_TLS);
  g_autofree char *src_dir = g_path_get_dirname (program_dir);
  g_autofree char *build_dir = g_path_get_dirname (src_dir);
  g_autofree char *prefix = g_strconcat (build_dir, "/", NULL);

  return self != NULL && g_str_has_prefix (self, prefix);
}

static char *
dup_program (void)
{
  const char *named = secure_getenv ("HAUL_OLD_TLS");

  if (named != NULL && g_path_is_absolute (named))
    return g_strdup (named);
  if (lies_in_build_tree ())
    return g_strdup (HAUL_BUILD_OLD_TLS);
  return g_build_filename (HAUL_LIBEXEC_DIR, "mailhaul-old-tls", NULL);
}

static char **
dup_environment (void)
{
  static const char *const kept[]
      = { "TZ",           "LANG",         "LC_ALL",        "LANGUAGE",         "GIO_MODULE_DIR",
          "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "GIO_EXTRA_MODULES" };
  char **environment = g_environ_setenv (NULL, "GIO_USE_VFS", "local", TRUE);

  environment = g_environ_setenv (environment, "GSETTINGS_BACKEND", "memory", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_getenv (kept[i]) != NULL)
      environment = g_environ_setenv (environment, kept[i], g_getenv (kept[i]), TRUE);
  return environment;
}

/* One value, its length before it. */
static gboolean
write_frame (GOutputStream *output, GVariant *value, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  guint32 size = (guint32)g_variant_get_size (owned);

  return g_output_stream_write_all (output, &size, sizeof size, NULL, cancellable, error)
         && g_output_stream_write_all (output, g_variant_get_data (owned), size, NULL, cancellable, error);
}

static GVariant *
read_frame (GInputStream *input, const char *type, GCancellable *cancellable, GError **error)
{
  guint32 size = 0;
  gsize got = 0;

  if (!g_input_stream_read_all (input, &size, sizeof size, &got, cancellable, error))
    return NULL;
  if (got != sizeof size || size > FRAME_MAX)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the program for old servers ended early");
      return NULL;
    }
  g_autofree guint8 *octets = g_malloc (size);
  if (!g_input_stream_read_all (input, octets, size, &got, cancellable, error))
    return NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&octets), got);
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
  return g_variant_get_normal_form (value);
}

#define REQUEST "(sqsasu)"
#define VERDICT "(uisayusayay)"

/* How a verdict's error is written. */
enum
{
  VERDICT_GOOD,
  VERDICT_IMAP_ERROR,
  VERDICT_TLS_ERROR,
  VERDICT_IO_ERROR,
};

static GSocketConnection *
spawn (GSocket *socket, GError **error)
{
  g_autofree char *program = dup_program ();
  const char *argv[] = { program, NULL };
  g_auto (GStrv) environment = dup_environment ();
  g_autoptr (GError) local_error = NULL;
  int pair[2] = { -1, -1 };
  int network = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 10);
  int target = NETWORK_FD;
  gboolean ok = FALSE;

  if (network >= 0 && socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0)
    ok = g_spawn_async_with_pipes_and_fds ("/", argv, (const char *const *)environment, G_SPAWN_DEFAULT, NULL, NULL,
                                           pair[1], -1, -1, &network, &target, 1, NULL, NULL, NULL, NULL, &local_error);
  else
    g_set_error_literal (&local_error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  if (network >= 0)
    close (network);
  if (pair[1] >= 0)
    close (pair[1]);
  g_autoptr (GSocket) control = ok ? g_socket_new_from_fd (pair[0], &local_error) : NULL;
  if (control == NULL)
    {
      if (pair[0] >= 0)
        close (pair[0]);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s could not be started: %s", program, local_error->message);
      return NULL;
    }
  return g_socket_connection_factory_create_connection (control);
}

static GBytes *
dup_octets (GVariant *verdict, gsize index)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (verdict, index);
  GBytes *octets = g_variant_get_data_as_bytes (child);

  if (g_bytes_get_size (octets) > 0)
    return octets;
  g_bytes_unref (octets);
  return NULL;
}

static void
set_verdict_error (GVariant *verdict, const char *host, GError **error)
{
  guint kind, problems;
  int code;
  const char *message;

  g_variant_get_child (verdict, 0, "u", &kind);
  g_variant_get_child (verdict, 1, "i", &code);
  g_variant_get_child (verdict, 2, "&s", &message);
  g_variant_get_child (verdict, 4, "u", &problems);
  g_autoptr (GBytes) octets = dup_octets (verdict, 3);
  GByteArray *der = octets == NULL ? NULL : g_bytes_unref_to_array (g_steal_pointer (&octets));
  g_autoptr (GTlsCertificate) certificate
      = der == NULL ? NULL
                    : g_initable_new (g_tls_backend_get_certificate_type (g_tls_backend_get_default ()), NULL, NULL,
                                      "certificate", der, NULL);
  g_clear_pointer (&der, g_byte_array_unref);
  if (kind == VERDICT_IMAP_ERROR && code == HAUL_IMAP_ERROR_CERTIFICATE && certificate != NULL)
    g_propagate_error (error, haul_imap_error_new_certificate (certificate, problems, host));
  else if (kind == VERDICT_IMAP_ERROR)
    g_set_error_literal (error, HAUL_IMAP_ERROR, code, message);
  else if (kind == VERDICT_TLS_ERROR)
    g_set_error_literal (error, G_TLS_ERROR, code, message);
  else
    g_set_error_literal (error, G_IO_ERROR, kind == VERDICT_IO_ERROR ? code : G_IO_ERROR_FAILED, message);
}

/**
 * haul_imap_old_tls_start:
 * @socket: connected, nothing read beyond what was answered
 * @host: the name to be certified
 * @port: its port
 * @policy: whom to trust
 * @limit_ms: what the handshake may take
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Has a process of its own shake hands over @socket. Closing the connection that is returned ends the process.
 *
 * Returns: (transfer full) (nullable): the protected way to the server; or %NULL as haul_imap_tls_check()
 */
HaulImapOldTls *
haul_imap_old_tls_start (GSocket *socket,
                         const char *host,
                         guint16 port,
                         const HaulImapTlsPolicy *policy,
                         guint limit_ms,
                         GCancellable *cancellable,
                         GError **error)
{
  static const char *const none[] = { NULL };
  g_autoptr (HaulImapOldTls) self = g_new0 (HaulImapOldTls, 1);

  self->connection = spawn (socket, error);
  if (self->connection == NULL)
    return NULL;
  GIOStream *stream = G_IO_STREAM (self->connection);
  g_autofree char *ca_file = policy->ca_file == NULL ? g_strdup ("") : g_canonicalize_filename (policy->ca_file, NULL);
  GVariant *request = g_variant_new ("(sqs^asu)", host, port, ca_file,
                                     policy->pins == NULL ? none : (const char *const *)policy->pins, limit_ms);
  g_socket_set_timeout (g_socket_connection_get_socket (self->connection), limit_ms / 1000 + GRACE_SECONDS);
  if (!write_frame (g_io_stream_get_output_stream (stream), request, cancellable, error))
    return NULL;
  g_autoptr (GVariant) verdict = read_frame (g_io_stream_get_input_stream (stream), VERDICT, cancellable, error);
  if (verdict == NULL)
    return NULL;
  guint kind;
  g_variant_get_child (verdict, 0, "u", &kind);
  if (kind != VERDICT_GOOD)
    {
      set_verdict_error (verdict, host, error);
      return NULL;
    }
  g_variant_get_child (verdict, 5, "s", &self->binding_name);
  self->binding = dup_octets (verdict, 6);
  self->server_binding = dup_octets (verdict, 7);
  return g_steal_pointer (&self);
}

void
haul_imap_old_tls_free (HaulImapOldTls *old)
{
  if (old->connection != NULL)
    g_socket_close (g_socket_connection_get_socket (old->connection), NULL);
  g_clear_object (&old->connection);
  g_clear_pointer (&old->binding, g_bytes_unref);
  g_clear_pointer (&old->server_binding, g_bytes_unref);
  g_free (old->binding_name);
  g_free (old);
}

/* The other side: what runs in mailhaul-old-tls. */

static GSocketConnection *
adopt (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  return socket == NULL ? NULL : g_socket_connection_factory_create_connection (socket);
}

static GVariant *
new_octets (GBytes *octets)
{
  gsize size = 0;
  gconstpointer data = octets == NULL ? NULL : g_bytes_get_data (octets, &size);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, size, 1);
}

static GVariant *
new_bad_verdict (const GError *error)
{
  GTlsCertificate *certificate = haul_imap_error_get_certificate (error);
  g_autoptr (GByteArray) der = NULL;
  guint kind = error->domain == HAUL_IMAP_ERROR ? VERDICT_IMAP_ERROR
               : error->domain == G_TLS_ERROR   ? VERDICT_TLS_ERROR
                                                : VERDICT_IO_ERROR;

  if (certificate != NULL)
    g_object_get (certificate, "certificate", &der, NULL);
  g_autoptr (GBytes) octets = der == NULL ? NULL : g_bytes_new (der->data, der->len);
  return g_variant_new ("(uis@ayus@ay@ay)", kind, error->code, error->message, new_octets (octets),
                        haul_imap_error_get_problems (error), "", new_octets (NULL), new_octets (NULL));
}

static GVariant *
new_good_verdict (GTlsConnection *connection)
{
  const char *name = "";
  g_autoptr (GBytes) of_server = haul_imap_tls_dup_binding (connection, HAUL_IMAP_TLS_BINDING_SERVER, NULL);
  g_autoptr (GBytes) octets = haul_imap_tls_dup_binding (connection, HAUL_IMAP_TLS_BINDING_CONNECTION, &name);

  return g_variant_new ("(uis@ayus@ay@ay)", VERDICT_GOOD, 0, "", new_octets (NULL), 0, name, new_octets (octets),
                        new_octets (of_server));
}

static HaulImapTls *
shake_hands (GIOStream *network, GVariant *request, GError **error)
{
  const char *host, *ca_file;
  guint16 port;
  g_autofree const char **pins = NULL;
  guint limit_ms;
  g_autoptr (GError) handshake_error = NULL;

  g_variant_get (request, "(&sq&s^a&su)", &host, &port, &ca_file, &pins, &limit_ms);
  HaulImapTlsPolicy policy = { .ca_file = *ca_file == '\0' ? NULL : ca_file, .pins = pins, .allow_old = TRUE };
  g_autoptr (HaulImapTls) tls = haul_imap_tls_new (network, host, port, &policy, error);
  if (tls == NULL)
    return NULL;
  g_tls_connection_handshake (haul_imap_tls_get_connection (tls), NULL, &handshake_error);
  return haul_imap_tls_check (tls, handshake_error, error) ? g_steal_pointer (&tls) : NULL;
}

typedef struct
{
  GInputStream *from; /* (owned) */
  GOutputStream *to;  /* (owned) */
} Pump;

/* Until either side ends; what went through is wiped, since a password is among it. */
static gpointer
pump (gpointer data)
{
  Pump *self = data;
  guint8 buffer[16384];
  gssize got;

  while ((got = g_input_stream_read (self->from, buffer, sizeof buffer, NULL, NULL)) > 0
         && g_output_stream_write_all (self->to, buffer, (gsize)got, NULL, NULL, NULL))
    explicit_bzero (buffer, (gsize)got);
  explicit_bzero (buffer, sizeof buffer);
  _exit (EXIT_SUCCESS);
}

/* A server that stops reading must not keep this process when the one that it works for is gone. */
static gpointer
watch (gpointer data)
{
  struct pollfd control = { .fd = GPOINTER_TO_INT (data) };

  while (poll (&control, 1, -1) < 0 && errno == EINTR)
    continue;
  sleep (FAREWELL_SECONDS);
  _exit (EXIT_SUCCESS);
}

/**
 * haul_imap_old_tls_serve:
 * @control_fd: to the process that this one works for
 * @network_fd: to the server
 *
 * The other side of haul_imap_old_tls_start(): shakes hands, tells the verdict, and passes octets on until one side
 * ends. To be called first in a process, which it ends.
 *
 * Returns: an exit status, where there was nothing to pass on
 */
int
haul_imap_old_tls_serve (int control_fd, int network_fd)
{
  g_autoptr (GSocketConnection) control = adopt (control_fd);
  g_autoptr (GSocketConnection) network = adopt (network_fd);
  g_autoptr (GError) error = NULL;

  if (control == NULL || network == NULL)
    return EXIT_FAILURE;
  g_setenv ("G_TLS_GNUTLS_PRIORITY", PRIORITY, TRUE);
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (control));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (control));
  g_autoptr (GVariant) request = read_frame (input, REQUEST, NULL, NULL);
  if (request == NULL)
    return EXIT_FAILURE;
  g_thread_unref (g_thread_new ("watch", watch, GINT_TO_POINTER (control_fd)));
  g_autoptr (HaulImapTls) tls = shake_hands (G_IO_STREAM (network), request, &error);
  if (tls == NULL)
    {
      write_frame (output, new_bad_verdict (error), NULL, NULL);
      return EXIT_SUCCESS;
    }
  GTlsConnection *connection = haul_imap_tls_get_connection (tls);
  if (!write_frame (output, new_good_verdict (connection), NULL, NULL))
    return EXIT_FAILURE;
  Pump up = { .from = input, .to = g_io_stream_get_output_stream (G_IO_STREAM (connection)) };
  Pump down = { .from = g_io_stream_get_input_stream (G_IO_STREAM (connection)), .to = output };
  g_thread_unref (g_thread_new ("up", pump, &up));
  pump (&down);
  return EXIT_SUCCESS;
}
