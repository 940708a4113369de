/* haul-sasl-error.h - why an exchange cannot go on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_SASL_ERROR (haul_sasl_error_quark ())

/**
 * HaulSaslError:
 * @HAUL_SASL_ERROR_BAD_CHALLENGE: the server's challenge is not what the mechanism allows, or crosses a limit
 * @HAUL_SASL_ERROR_UNPROVEN: the server could not prove that it knows the password, or somebody stands in between
 * @HAUL_SASL_ERROR_REFUSED: the mechanism's own words for a refusal; the server's NO follows
 * @HAUL_SASL_ERROR_UNSUITABLE: this user name, password or token cannot be used with this mechanism
 * @HAUL_SASL_ERROR_UNAVAILABLE: what the mechanism needs is not there: no ticket, not built in
 */
typedef enum
{
  HAUL_SASL_ERROR_BAD_CHALLENGE,
  HAUL_SASL_ERROR_UNPROVEN,
  HAUL_SASL_ERROR_REFUSED,
  HAUL_SASL_ERROR_UNSUITABLE,
  HAUL_SASL_ERROR_UNAVAILABLE,
} HaulSaslError;

GQuark haul_sasl_error_quark (void);

G_END_DECLS
