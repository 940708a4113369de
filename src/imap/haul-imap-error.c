/* haul-imap-error.c - what a mail server, or the way to it, can refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "imap/haul-imap-error.h"

#define MAX_SHOWN 500

typedef struct
{
  char *server_code;            /* (owned) (nullable) response code, upper case, without arguments: OVERQUOTA */
  char *server_code_text;       /* (owned) (nullable) what stands behind the code, inside the brackets */
  char *server_text;            /* (owned) (nullable) the server's words, fit to be shown */
  guint finding;                /* what account's doctor made of a refused sign-in; 0: nothing */
  char *other_server;           /* (owned) (nullable) of that finding */
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
  target->server_code_text = g_strdup (source->server_code_text);
  target->server_text = g_strdup (source->server_text);
  target->finding = source->finding;
  target->other_server = g_strdup (source->other_server);
  g_set_object (&target->certificate, source->certificate);
  target->problems = source->problems;
}

static void
haul_imap_error_private_clear (HaulImapErrorPrivate *priv)
{
  g_free (priv->server_code);
  g_free (priv->server_code_text);
  g_free (priv->server_text);
  g_free (priv->other_server);
  g_clear_object (&priv->certificate);
}

G_DEFINE_EXTENDED_ERROR (HaulImapError, haul_imap_error)

/* Escape codes, line ends, and what turns the direction of writing or cannot be seen. */
static gboolean
is_unfit (gunichar c)
{
  return g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT || c == 0x2028 || c == 0x2029;
}

static char *
dup_fit (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *fit = g_string_new (NULL);
  guint n = 0;

  for (const char *at = valid; *at != '\0' && n < MAX_SHOWN; at = g_utf8_next_char (at), n++)
    g_string_append_unichar (fit, is_unfit (g_utf8_get_char (at)) ? 0xfffd : g_utf8_get_char (at));
  return g_string_free (fit, FALSE);
}

/**
 * haul_imap_error_new:
 * @code: what happened
 * @server_code: (nullable): the response code, `OVERQUOTA`
 * @server_text: (nullable): the server's own words; made valid UTF-8 and cut to 500 characters; controls
 *   and what turns the direction of writing become U+FFFD
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
    priv->server_text = dup_fit (server_text);
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

/**
 * haul_imap_error_set_server_code_text:
 * @error: a %HAUL_IMAP_ERROR
 * @text: (nullable): what stands behind the response code, as it came
 */
void
haul_imap_error_set_server_code_text (GError *error, const char *text)
{
  HaulImapErrorPrivate *priv = haul_imap_error_get_private (error);

  g_free (priv->server_code_text);
  priv->server_code_text = g_strdup (text);
}

/**
 * haul_imap_error_forget_words:
 * @error: any error
 *
 * Drops what the server said: it was said by whoever is at the other end, who has not proved to be the server.
 */
void
haul_imap_error_forget_words (GError *error)
{
  if (error->domain != HAUL_IMAP_ERROR)
    return;
  HaulImapErrorPrivate *priv = haul_imap_error_get_private (error);
  g_clear_pointer (&priv->server_code_text, g_free);
  g_clear_pointer (&priv->server_text, g_free);
}

/**
 * haul_imap_error_set_finding:
 * @error: a %HAUL_IMAP_ERROR
 * @finding: a number that means nothing here: account's `HaulSignInFinding`
 * @other_server: (nullable): the server that this one named instead
 *
 * Notes what a refused sign-in was found to mean, for whoever puts it into words.
 */
void
haul_imap_error_set_finding (GError *error, guint finding, const char *other_server)
{
  HaulImapErrorPrivate *priv = haul_imap_error_get_private (error);
  char *copy = g_strdup (other_server);

  g_free (priv->other_server);
  priv->other_server = copy;
  priv->finding = finding;
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

const char *
haul_imap_error_get_server_code_text (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? NULL : priv->server_code_text;
}

guint
haul_imap_error_get_finding (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? 0 : priv->finding;
}

const char *
haul_imap_error_get_other_server (const GError *error)
{
  const HaulImapErrorPrivate *priv = peek (error);
  return priv == NULL ? NULL : priv->other_server;
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
