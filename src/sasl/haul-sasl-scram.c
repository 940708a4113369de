/* haul-sasl-scram.c - SCRAM: both sides prove that they know the password, and neither says it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   C: gs2 header, n=user, r=nonce        S: r=nonce + more, s=salt, i=iterations
 *   C: c=binding, r=…, p=proof            S: v=signature, or e=error
 *
 * Thread:  the exchange's. The second step computes as often as the server asks for: up to a second.
 * Memory:  keys are wiped.
 * See:     RFC 5802, RFC 7677; RFC 9266 (tls-exporter), RFC 5929 (tls-unique)
 */
#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <string.h>

#include "sasl/haul-sasl-base64.h"
#include "sasl/haul-sasl-prepare.h"
#include "sasl/haul-sasl-private.h"

/* RFC 7677 asks for 4,096; a million takes a second, and more would be an attack (CVE-2026-42256). */
#define MAX_ITERATIONS 1000000
#define MAX_SALT 1024
#define MAX_NONCE 1024
#define KEY_MAX SHA256_DIGEST_SIZE
#define NONCE_OCTETS 18

typedef struct
{
  char *nonce;      /* (owned) ours */
  char *first_bare; /* (owned) client-first-message-bare */
  char *gs2;        /* (owned) */
  guint8 server_signature[KEY_MAX];
} Scram;

typedef struct
{
  char *nonce;  /* (owned) */
  guint8 *salt; /* (owned) */
  gsize n_salt;
  guint64 iterations;
} ServerFirst;

static void
server_first_clear (ServerFirst *first)
{
  g_free (first->nonce);
  g_free (first->salt);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServerFirst, server_first_clear)

static gboolean
is_256 (const HaulSasl *self)
{
  return self->mechanism == HAUL_SASL_SCRAM_SHA_256 || self->mechanism == HAUL_SASL_SCRAM_SHA_256_PLUS;
}

static gboolean
is_plus (const HaulSasl *self)
{
  return self->mechanism == HAUL_SASL_SCRAM_SHA_1_PLUS || self->mechanism == HAUL_SASL_SCRAM_SHA_256_PLUS;
}

static gsize
get_key_size (const HaulSasl *self)
{
  return is_256 (self) ? SHA256_DIGEST_SIZE : SHA1_DIGEST_SIZE;
}

static gboolean
fail (HaulSasl *self, HaulSaslError code, const char *what, GError **error)
{
  g_set_error (error, HAUL_SASL_ERROR, code, "%s: %s", self->class->name, what);
  return FALSE;
}

static void
hmac (const HaulSasl *self, const guint8 *key, gsize n_key, const char *data, gsize length, guint8 *digest)
{
  union
  {
    struct hmac_sha1_ctx sha1;
    struct hmac_sha256_ctx sha256;
  } ctx;

  if (is_256 (self))
    {
      hmac_sha256_set_key (&ctx.sha256, n_key, key);
      hmac_sha256_update (&ctx.sha256, length, (const guint8 *)data);
      hmac_sha256_digest (&ctx.sha256, SHA256_DIGEST_SIZE, digest);
    }
  else
    {
      hmac_sha1_set_key (&ctx.sha1, n_key, key);
      hmac_sha1_update (&ctx.sha1, length, (const guint8 *)data);
      hmac_sha1_digest (&ctx.sha1, SHA1_DIGEST_SIZE, digest);
    }
  explicit_bzero (&ctx, sizeof ctx);
}

static void
hash (const HaulSasl *self, const guint8 *data, gsize length, guint8 *digest)
{
  g_autoptr (GChecksum) sum = g_checksum_new (is_256 (self) ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1);
  gsize size = KEY_MAX;

  g_checksum_update (sum, data, (gssize)length);
  g_checksum_get_digest (sum, digest, &size);
}

static void
salt_password (const HaulSasl *self, const HaulSecret *password, const ServerFirst *first, guint8 *salted)
{
  gsize n = haul_secret_get_length (password);
  const guint8 *octets = (const guint8 *)haul_secret_peek (password);

  if (is_256 (self))
    pbkdf2_hmac_sha256 (n, octets, (guint)first->iterations, first->n_salt, first->salt, SHA256_DIGEST_SIZE, salted);
  else
    pbkdf2_hmac_sha1 (n, octets, (guint)first->iterations, first->n_salt, first->salt, SHA1_DIGEST_SIZE, salted);
}

/* RFC 5802 §5.1: `,` and `=` end a name. */
static char *
escape (const char *name)
{
  g_autoptr (GString) text = g_string_new (name);

  g_string_replace (text, "=", "=3D", 0);
  g_string_replace (text, ",", "=2C", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* y: we could bind the exchange to the connection, and the server seems not to be able to. A server that is, and sees
 * this, knows that somebody in between took its offer away. */
static char *
make_gs2 (const HaulSasl *self)
{
  g_autofree char *owner = self->authorize_as == NULL ? NULL : escape (self->authorize_as);
  g_autofree char *flag = NULL;

  if (is_plus (self))
    flag = g_strconcat ("p=", self->binding_name, NULL);
  else
    flag = g_strdup (self->binding != NULL && !self->server_has_plus ? "y" : "n");
  return g_strdup_printf ("%s,%s%s,", flag, owner == NULL ? "" : "a=", owner == NULL ? "" : owner);
}

static char *
make_nonce (const HaulSasl *self)
{
  guint8 octets[NONCE_OCTETS + 2];

  if (self->nonce != NULL)
    return g_strdup (self->nonce);
  haul_sasl_get_random (octets, sizeof octets);
  return g_base64_encode (octets, NONCE_OCTETS);
}

static gboolean
check (HaulSasl *self, GError **error)
{
  if (self->user == NULL)
    return fail (self, HAUL_SASL_ERROR_UNSUITABLE, "the user name is missing", error);
  if (is_plus (self) && (self->binding == NULL || self->binding_name == NULL))
    return fail (self, HAUL_SASL_ERROR_UNAVAILABLE, "this connection has nothing to be bound to", error);
  HaulSecret *password = haul_sasl_prepare_text (haul_secret_peek (self->secret));
  if (password == NULL)
    return fail (self, HAUL_SASL_ERROR_UNSUITABLE, "the password has no form that both sides would agree on", error);
  haul_secret_unref (password);
  return TRUE;
}

static gboolean
say_first (HaulSasl *self, HaulSaslBuffer *response, GError **error)
{
  Scram *scram = self->state;
  HaulSecret *user = haul_sasl_prepare_text (self->user);

  if (user == NULL)
    return fail (self, HAUL_SASL_ERROR_UNSUITABLE, "the user name has no form that both sides would agree on", error);
  g_autofree char *name = escape (haul_secret_peek (user));
  haul_secret_unref (user);
  scram->nonce = make_nonce (self);
  scram->gs2 = make_gs2 (self);
  scram->first_bare = g_strdup_printf ("n=%s,r=%s", name, scram->nonce);
  haul_sasl_buffer_add_text (response, scram->gs2);
  haul_sasl_buffer_add_text (response, scram->first_bare);
  return TRUE;
}

static gboolean
is_printable (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p < 0x21 || *p > 0x7E)
      return FALSE;
  return TRUE;
}

/* RFC 5802 §7. Two of its words say that this is not the connection that the server sees: no password may follow. */
static gboolean
hear_refusal (HaulSasl *self, const char *reason, GError **error)
{
  static const char *const attacks[] = { "channel-bindings-dont-match", "server-does-support-channel-binding", NULL };
  g_autofree char *word = g_strndup (reason, strcspn (reason, ","));

  if (g_strv_contains (attacks, word))
    return fail (self, HAUL_SASL_ERROR_UNPROVEN, "the server sees another connection than this one", error);
  return fail (self, HAUL_SASL_ERROR_REFUSED, "the server refuses", error);
}

static gboolean
parse_first (HaulSasl *self, const char *text, ServerFirst *first, GError **error)
{
  const Scram *scram = self->state;
  g_auto (GStrv) parts = g_strsplit (text, ",", 8);

  if (g_str_has_prefix (text, "e="))
    return hear_refusal (self, text + 2, error);
  if (g_strv_length (parts) < 3 || !g_str_has_prefix (parts[0], "r=") || !g_str_has_prefix (parts[1], "s=")
      || !g_str_has_prefix (parts[2], "i="))
    return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the first answer is not one", error);
  first->nonce = g_strdup (parts[0] + 2);
  if (strlen (first->nonce) > MAX_NONCE || !is_printable (first->nonce)
      || !g_str_has_prefix (first->nonce, scram->nonce) || strlen (first->nonce) == strlen (scram->nonce))
    return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the nonce is not ours", error);
  first->salt = haul_sasl_base64_decode (parts[1] + 2, &first->n_salt);
  if (first->salt == NULL || first->n_salt == 0 || first->n_salt > MAX_SALT)
    return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the salt is missing or too long", error);
  if (!g_ascii_string_to_unsigned (parts[2] + 2, 10, 1, MAX_ITERATIONS, &first->iterations, NULL))
    return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the number of iterations is beyond all measure", error);
  return TRUE;
}

/* base64 of the gs2 header and, where it is bound, the connection's own octets */
static char *
make_binding (const HaulSasl *self)
{
  const Scram *scram = self->state;
  g_autoptr (GByteArray) octets = g_byte_array_new ();

  g_byte_array_append (octets, (const guint8 *)scram->gs2, (guint)strlen (scram->gs2));
  if (is_plus (self))
    g_byte_array_append (octets, g_bytes_get_data (self->binding, NULL), (guint)g_bytes_get_size (self->binding));
  return g_base64_encode (octets->data, octets->len);
}

static void
prove (HaulSasl *self, const guint8 *salted, const char *message, guint8 *proof)
{
  Scram *scram = self->state;
  gsize size = get_key_size (self);
  guint8 client_key[KEY_MAX], stored_key[KEY_MAX], server_key[KEY_MAX];

  hmac (self, salted, size, "Client Key", strlen ("Client Key"), client_key);
  hash (self, client_key, size, stored_key);
  hmac (self, stored_key, size, message, strlen (message), proof);
  for (gsize i = 0; i < size; i++)
    proof[i] ^= client_key[i];
  hmac (self, salted, size, "Server Key", strlen ("Server Key"), server_key);
  hmac (self, server_key, size, message, strlen (message), scram->server_signature);
  explicit_bzero (client_key, sizeof client_key);
  explicit_bzero (stored_key, sizeof stored_key);
  explicit_bzero (server_key, sizeof server_key);
}

static gboolean
say_proof (HaulSasl *self, const char *text, HaulSaslBuffer *response, GError **error)
{
  const Scram *scram = self->state;
  g_auto (ServerFirst) first = { 0 };
  guint8 salted[KEY_MAX], proof[KEY_MAX];

  if (!parse_first (self, text, &first, error))
    return FALSE;
  HaulSecret *password = haul_sasl_prepare_text (haul_secret_peek (self->secret));
  salt_password (self, password, &first, salted);
  haul_secret_unref (password);
  g_autofree char *binding = make_binding (self);
  g_autofree char *bare = g_strdup_printf ("c=%s,r=%s", binding, first.nonce);
  g_autofree char *message = g_strdup_printf ("%s,%s,%s", scram->first_bare, text, bare);
  prove (self, salted, message, proof);
  explicit_bzero (salted, sizeof salted);
  haul_sasl_buffer_add_text (response, bare);
  haul_sasl_buffer_add_text (response, ",p=");
  haul_sasl_buffer_add_base64 (response, proof, get_key_size (self));
  self->has_used_secret = TRUE;
  return TRUE;
}

static gboolean
hear_signature (HaulSasl *self, const char *text, GError **error)
{
  const Scram *scram = self->state;
  gsize length = 0;

  if (g_str_has_prefix (text, "e="))
    return hear_refusal (self, text + 2, error);
  if (!g_str_has_prefix (text, "v="))
    return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the last answer is not one", error);
  g_autofree char *verifier = g_strndup (text + 2, strcspn (text + 2, ","));
  g_autofree guint8 *signature = haul_sasl_base64_decode (verifier, &length);
  if (signature == NULL || length != get_key_size (self) || memcmp (signature, scram->server_signature, length) != 0)
    return fail (self, HAUL_SASL_ERROR_UNPROVEN, "the server does not know the password", error);
  self->is_complete = TRUE;
  return TRUE;
}

static gboolean
step (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  g_autofree char *text = g_strndup (challenge, length);

  if (strlen (text) != length || (self->n_steps > 0 && !g_utf8_validate (text, -1, NULL)))
    return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the answer is no text", error);
  switch (self->n_steps)
    {
    case 0:
      return say_first (self, response, error);
    case 1:
      return say_proof (self, text, response, error);
    case 2:
      return hear_signature (self, text, error);
    default:
      return fail (self, HAUL_SASL_ERROR_BAD_CHALLENGE, "the server goes on after the end", error);
    }
}

static void
clear (HaulSasl *self)
{
  Scram *scram = self->state;

  g_free (scram->nonce);
  g_free (scram->first_bare);
  g_free (scram->gs2);
}

#define SCRAM(text)                                                                                                    \
  {                                                                                                                    \
    .name = text, .is_client_first = TRUE, .needs_secret = TRUE, .state_size = sizeof (Scram), .check = check,         \
    .step = step, .clear = clear                                                                                       \
  }

const HaulSaslClass haul_sasl_scram_sha_1_class = SCRAM ("SCRAM-SHA-1");
const HaulSaslClass haul_sasl_scram_sha_1_plus_class = SCRAM ("SCRAM-SHA-1-PLUS");
const HaulSaslClass haul_sasl_scram_sha_256_class = SCRAM ("SCRAM-SHA-256");
const HaulSaslClass haul_sasl_scram_sha_256_plus_class = SCRAM ("SCRAM-SHA-256-PLUS");
