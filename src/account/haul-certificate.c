/* haul-certificate.c - a refused certificate in words, for the page that asks about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     docs/wire.md: what may be pinned and what never
 */
#include "account/haul-certificate.h"

#include "imap/haul-imap-certificate.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-tls.h"

#define CHANGES (HAUL_IMAP_CERTIFICATE_PIN_CHANGED | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM)

static const struct
{
  guint problem;
  const char *sentence;
} sentences[] = {
  { HAUL_IMAP_CERTIFICATE_PIN_CHANGED, "This is not the certificate that was trusted for this server before." },
  { HAUL_IMAP_CERTIFICATE_NEW_PROBLEM,
    "This is the certificate that was trusted for this server before, but now something else is wrong with it." },
  { G_TLS_CERTIFICATE_REVOKED, "The certificate was withdrawn by its issuer." },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "The certificate is for another server." },
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "The certificate was not issued by an authority this computer trusts." },
  { HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME,
    "The certificate names its server only in an old way that is not safe any more." },
  { HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS, "The certificate was not made for a server." },
  { G_TLS_CERTIFICATE_INSECURE, "The certificate uses cryptography that is not safe any more." },
  { G_TLS_CERTIFICATE_GENERIC_ERROR, "The certificate could not be checked." },
};

static char *
dup_local_day (gint64 unix_seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (unix_seconds);
  return time == NULL ? g_strdup ("?") : g_date_time_format (time, "%Y-%m-%d");
}

/* A wrong clock is as likely as a stale certificate: both are shown. */
static void
add_clock_reason (GStrvBuilder *reasons, const char *what, gint64 when)
{
  g_autofree char *day = dup_local_day (when);
  g_autofree char *today = dup_local_day (g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char *reason
      = g_strdup_printf ("The certificate %s on %s. This computer’s clock says %s.", what, day, today);

  g_strv_builder_add (reasons, reason);
}

static char **
dup_reasons (guint problems, gint64 not_before, gint64 not_after)
{
  g_autoptr (GStrvBuilder) reasons = g_strv_builder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if ((problems & sentences[i].problem) != 0)
      g_strv_builder_add (reasons, sentences[i].sentence);
  if ((problems & G_TLS_CERTIFICATE_EXPIRED) != 0)
    add_clock_reason (reasons, "ran out", not_after);
  if ((problems & G_TLS_CERTIFICATE_NOT_ACTIVATED) != 0)
    add_clock_reason (reasons, "becomes valid only", not_before);
  return g_strv_builder_end (reasons);
}

/**
 * haul_certificate_new_from_error:
 * @error: any error
 *
 * Puts a refused certificate into words. Everything but the reasons comes from whoever made the certificate.
 *
 * Returns: (transfer full) (nullable): %NULL where @error is not about a certificate
 */
HaulCertificate *
haul_certificate_new_from_error (const GError *error)
{
  GTlsCertificate *certificate = haul_imap_error_get_certificate (error);
  if (certificate == NULL)
    return NULL;

  HaulCertificate *self = g_new0 (HaulCertificate, 1);
  guint problems = haul_imap_error_get_problems (error);
  g_auto (GStrv) names = haul_imap_certificate_dup_names (certificate);
  gint64 not_before, not_after;
  gboolean has_dates = haul_imap_certificate_get_validity (certificate, &not_before, &not_after);
  g_autofree char *from = dup_local_day (not_before);
  g_autofree char *until = dup_local_day (not_after);

  self->names = g_strjoinv (", ", names);
  self->issuer = haul_imap_certificate_dup_issuer (certificate);
  self->validity = has_dates ? g_strdup_printf ("from %s to %s", from, until) : g_strdup ("unknown");
  self->sha256 = haul_imap_certificate_dup_sha256 (certificate);
  self->reasons = dup_reasons (problems, not_before, not_after);
  self->details = haul_imap_certificate_print (certificate);
  self->pin = g_strdup_printf ("%s:%x", self->sha256, problems & ~(guint)CHANGES);
  self->can_pin = (problems & HAUL_IMAP_TLS_NEVER_PINNED) == 0;
  self->is_changed = (problems & CHANGES) != 0;
  return self;
}

void
haul_certificate_free (HaulCertificate *certificate)
{
  if (certificate == NULL)
    return;
  g_free (certificate->names);
  g_free (certificate->issuer);
  g_free (certificate->validity);
  g_free (certificate->sha256);
  g_free (certificate->pin);
  g_strfreev (certificate->reasons);
  g_free (certificate->details);
  g_free (certificate);
}
