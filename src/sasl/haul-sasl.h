/* haul-sasl.h - what a client says to prove who it is: one mechanism, step by step; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 */
#pragma once

#include "base/haul-secret.h"
#include "sasl/haul-sasl-error.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_SASL_PLAIN,
  HAUL_SASL_LOGIN,
  HAUL_SASL_CRAM_MD5,
  HAUL_SASL_SCRAM_SHA_1,
  HAUL_SASL_SCRAM_SHA_1_PLUS,
  HAUL_SASL_SCRAM_SHA_256,
  HAUL_SASL_SCRAM_SHA_256_PLUS,
  HAUL_SASL_NTLM,    /* version 2 */
  HAUL_SASL_NTLM_V1, /* can be cracked by whoever listens */
  HAUL_SASL_GSSAPI,
  HAUL_SASL_XOAUTH2,
  HAUL_SASL_OAUTHBEARER,
  HAUL_SASL_EXTERNAL,
  HAUL_SASL_N_MECHANISMS
} HaulSaslMechanism;

/* What is else random or the time: for tests, which know the answers. */
typedef struct
{
  const char *nonce;        /* SCRAM */
  guint8 ntlm_challenge[8]; /* NTLM */
  guint64 ntlm_time;        /* NTLM: 100 ns since 1601 */
  const char *workstation;  /* (nullable) NTLM: else none is named */
} HaulSaslChance;

/**
 * HaulSaslCredentials:
 *
 * Who, and by what right. Copied by haul_sasl_new().
 */
typedef struct
{
  const char *user;             /* whose secret it is; UTF-8; the mailbox's owner with a token; NULL with EXTERNAL */
  const char *domain;           /* (nullable) NTLM: CORP of CORP\bob */
  const char *authorize_as;     /* (nullable) whose mailbox, where it is not @user's */
  HaulSecret *secret;           /* (nullable) password or token */
  const char *host;             /* (nullable) OAUTHBEARER, GSSAPI: the server */
  guint16 port;                 /* OAUTHBEARER */
  const char *binding_name;     /* (nullable) SCRAM: tls-exporter, tls-unique */
  GBytes *binding;              /* (nullable) SCRAM: its octets */
  GBytes *end_point;            /* (nullable) NTLM: the octets of tls-server-end-point */
  gboolean server_has_plus;     /* SCRAM: the server offers the same with channel binding */
  const HaulSaslChance *chance; /* (nullable) */
} HaulSaslCredentials;

typedef struct _HaulSasl HaulSasl;

const char *haul_sasl_get_name (HaulSaslMechanism mechanism);
gboolean haul_sasl_is_built_in (HaulSaslMechanism mechanism);

HaulSasl *haul_sasl_new (HaulSaslMechanism mechanism, const HaulSaslCredentials *credentials, GError **error);
void haul_sasl_free (HaulSasl *sasl);
gboolean haul_sasl_is_client_first (const HaulSasl *sasl);
HaulSecret *haul_sasl_step (HaulSasl *sasl, const void *challenge, gsize length, GError **error);
gboolean haul_sasl_is_complete (const HaulSasl *sasl);
gboolean haul_sasl_has_used_secret (const HaulSasl *sasl);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulSasl, haul_sasl_free)

G_END_DECLS
