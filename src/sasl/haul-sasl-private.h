/* haul-sasl-private.h - a mechanism, for the files of this folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "sasl/haul-sasl-buffer.h"
#include "sasl/haul-sasl.h"

G_BEGIN_DECLS

/* One row a mechanism. */
typedef struct
{
  const char *name;
  gboolean is_client_first;
  gboolean needs_secret;
  gsize state_size; /* of what step keeps, zeroed before and wiped after */
  gboolean (*check) (HaulSasl *self, GError **error);
  gboolean (*step) (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error);
  void (*clear) (HaulSasl *self);
} HaulSaslClass;

struct _HaulSasl
{
  const HaulSaslClass *class;
  HaulSaslMechanism mechanism;
  char *user;         /* (owned) (nullable) */
  char *domain;       /* (owned) (nullable) */
  char *authorize_as; /* (owned) (nullable) */
  HaulSecret *secret; /* (owned) (nullable) */
  char *host;         /* (owned) (nullable) */
  guint16 port;
  char *binding_name; /* (owned) (nullable) */
  GBytes *binding;    /* (owned) (nullable) */
  GBytes *end_point;  /* (owned) (nullable) */
  gboolean server_has_plus;
  gboolean has_chance;
  HaulSaslChance chance;
  char *nonce;       /* (owned) (nullable) of chance */
  char *workstation; /* (owned) (nullable) of chance */

  guint n_steps; /* done */
  gboolean is_complete;
  gboolean has_used_secret;
  gboolean has_failed;
  gpointer state; /* (owned) (nullable) the mechanism's */
};

extern const HaulSaslClass haul_sasl_plain_class;
extern const HaulSaslClass haul_sasl_login_class;
extern const HaulSaslClass haul_sasl_external_class;
extern const HaulSaslClass haul_sasl_cram_md5_class;
extern const HaulSaslClass haul_sasl_xoauth2_class;
extern const HaulSaslClass haul_sasl_oauthbearer_class;
extern const HaulSaslClass haul_sasl_scram_sha_1_class;
extern const HaulSaslClass haul_sasl_scram_sha_1_plus_class;
extern const HaulSaslClass haul_sasl_scram_sha_256_class;
extern const HaulSaslClass haul_sasl_scram_sha_256_plus_class;
extern const HaulSaslClass haul_sasl_ntlm_class;
extern const HaulSaslClass haul_sasl_gssapi_class;

void haul_sasl_get_random (void *data, gsize length);

G_END_DECLS
