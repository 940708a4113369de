/* test-haul-sasl.h - an exchange of which every word is known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "sasl/haul-sasl.h"

/* What the server says and what must be answered, in turns; in clear or as base64. The first is NULL where the client
 * begins. */
typedef struct
{
  HaulSaslMechanism mechanism;
  HaulSaslCredentials credentials;
  const char *secret;
  gboolean is_base64;
  const char *turns[9];
} Exchange;

void test_haul_sasl_walk (const Exchange *exchange);
void test_haul_sasl_add_ntlm (void);
