/* haul-certificate.h - a refused certificate in words, for the page that asks about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *names;    /* (owned) names in the certificate, comma separated */
  char *issuer;   /* (owned) */
  char *validity; /* (owned) “from 2024-01-01 to 2026-01-01” */
  char *sha256;   /* (owned) lower-case hex of the whole certificate: the pin */
  char *pin;      /* (owned) what is remembered of it: the SHA-256 and the problems that would be accepted */
  char **reasons; /* (owned) one plain sentence a problem */
  char *details;  /* (owned) everything, for experts */
  gboolean can_pin;
  gboolean is_changed; /* another one, or another problem, than was trusted for this server before */
} HaulCertificate;

HaulCertificate *haul_certificate_new_from_error (const GError *error);
void haul_certificate_free (HaulCertificate *certificate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCertificate, haul_certificate_free)

G_END_DECLS
