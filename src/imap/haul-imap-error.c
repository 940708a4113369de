/* haul-imap-error.c - what a mail server, or the way to it, can refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "imap/haul-imap-error.h"

typedef struct
{
  char *server_code;            /* (owned) (nullable) response code, upper case, without arguments: OVERQUOTA */
  char *server_text;            /* (owned) (nullable) the server's words, UTF-8 */
  GTlsCertificate *certificate; /* (owned) (nullable) */
  guint problems;               /* GTlsCertificateFlags | HaulImapCertificateProblem */
} HaulImapErrorPrivate;

static void
haul_imap_error_private_init (HaulImapErrorPrivate *priv)
{
}

static void
haul_imap_error_private_copy (const HaulImapErrorPrivate *source, HaulImapErrorPrivate *target)
{
  target->server_code = g_strdup (source->server_code);
  target->server_text = g_strdup (source->server_text);
  g_set_object (&target->certificate, source->certificate);
  target->problems = source->problems;
}

static void
haul_imap_error_private_clear (HaulImapErrorPrivate *priv)
{
  g_free (priv->server_code);
  g_free (priv->server_text);
  g_clear_object (&priv->certificate);
}

G_DEFINE_EXTENDED_ERROR (HaulImapError, haul_imap_error)

/**
 * haul_imap_error_new:
 * @code: what happened
 * @server_code: (nullable): the response code, `OVERQUOTA`
 * @server_text: (nullable): the server's own words; made valid UTF-8 and cut to 500 characters
 * @format: what we say, untranslated
 *
 * Makes an error that keeps the server's code and words apart from ours (RFC 3501 §7.1).
 *
 * Returns: (transfer full): the error
 */
GError *
haul_imap_error_new (HaulImapError code, const char *server_code, const char *server_text, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  GError *error = g_error_new_valist (HAUL_IMAP_ERROR, (int)code, format, args);
  va_end (args);

  HaulImapErrorPrivate *priv = haul_imap_error_get_private (error);
  priv->server_code = g_strdup (server_code);
  if (server_text != NULL)
    {
      g_autofree char *valid = g_utf8_make_valid (server_text, -1);
      priv->server_text = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), 500));
    }
  return error;
}

/**
 * haul_imap_error_new_certificate:
 * @certificate: what the server showed
 * @problems: #GTlsCertificateFlags and #HaulImapCertificateProblem
 * @host: the name asked for
 *
 * Makes a %HAUL_IMAP_ERROR_CERTIFICATE.
 *
 * Returns: (transfer full): the error
 */
GError *
haul_imap_error_new_certificate (GTlsCertificate *certificate, guint problems, const char *host)
{
  GError *error
      = g_error_new (HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CERTIFICATE, "the certificate of %s is not trusted", host);
  HaulImapErrorPrivate *priv = haul_imap_error_get_private (error);

  g_set_object (&priv->certificate, certificate);
  priv->problems = problems;
  return error;
}

static const HaulImapErrorPrivate *
peek (const GError *error)
{
  return error != NULL && error->domain == HAUL_IMAP_ERROR ? haul_imap_error_get_private (error) : NULL;
}

/* The getters take any error, so that a caller need not look at the domain first. */

const char *
haul_imap_error_get_server_code (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? NULL : priv->server_code;
}

const char *
haul_imap_error_get_server_text (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? NULL : priv->server_text;
}

GTlsCertificate *
haul_imap_error_get_certificate (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? NULL : priv->certificate;
}

guint
haul_imap_error_get_problems (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? 0 : priv->problems;
}
