/* haul-sasl-ntlm.c - NTLM: what Exchange before OAuth offers to those who do not send their password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   C: NEGOTIATE     S: CHALLENGE (eight octets, what it knows of itself)     C: AUTHENTICATE (responses, names)
 *
 * Version 2 unless the person asks for version 1, which whoever listens can crack. The server opens the mailbox of the
 * account that signs in: another one cannot be named.
 *
 * Thread:  the exchange's.
 * See:     MS-NLMP §2.2.1, §3.1.5, §3.3; MS-OXIMAP4 §2.2.1
 */
#include <string.h>

#include "sasl/haul-sasl-ntlm-keys.h"
#include "sasl/haul-sasl-private.h"

#define SIGNATURE "NTLMSSP"
#define CHALLENGE_SIZE 8
#define UNICODE 0x00000001u
#define OEM 0x00000002u
#define EXTENDED_SECURITY 0x00080000u
#define TARGET_INFO 0x00800000u
/* UNICODE, OEM, REQUEST_TARGET, NTLM, ALWAYS_SIGN, EXTENDED_SECURITY, VERSION, 128, 56 */
#define OFFERED 0xA2088207u
/* Of these, what an answer says: without UNICODE and OEM. */
#define ANSWERED (OFFERED & ~(UNICODE | OEM))
/* Where the parts of CHALLENGE and AUTHENTICATE stand. */
#define AT_FLAGS 20
#define AT_CHALLENGE 24
#define AT_TARGET_INFO 40
#define HEAD_SIZE 72
#define MIC_SIZE 16
#define MAX_TARGET_INFO 8192

enum
{
  AV_EOL = 0,
  AV_FLAGS = 6,
  AV_TIMESTAMP = 7,
  AV_TARGET_NAME = 9,
  AV_CHANNEL_BINDINGS = 10,
};
#define AV_FLAG_MIC 2u

/* Windows 10's, as in the examples of MS-NLMP; only for those who debug. */
static const guint8 version[8] = { 10, 0, 0x61, 0x4A, 0, 0, 0, 15 };

typedef struct
{
  HaulSaslBuffer negotiate; /* both go into the MIC */
  HaulSaslBuffer challenge;
  guint8 client_challenge[CHALLENGE_SIZE];
} Ntlm;

/* What CHALLENGE says. */
typedef struct
{
  guint32 flags;
  guint8 challenge[CHALLENGE_SIZE];
  const guint8 *info; /* (nullable) borrowed */
  gsize n_info;
  guint64 timestamp; /* 0: none */
  guint32 av_flags;  /* of @info */
} Challenge;

/* What AUTHENTICATE is made of. */
typedef struct
{
  HaulSaslBuffer lm, nt, domain, user;
  guint8 session_key[HAUL_SASL_NTLM_KEY_SIZE];
  gboolean has_mic;
} Answer;

static void
answer_clear (Answer *answer)
{
  haul_sasl_buffer_clear (&answer->lm);
  haul_sasl_buffer_clear (&answer->nt);
  haul_sasl_buffer_clear (&answer->domain);
  haul_sasl_buffer_clear (&answer->user);
  explicit_bzero (answer->session_key, sizeof answer->session_key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
add_le (HaulSaslBuffer *buffer, guint64 value, gsize n_octets)
{
  guint64 little = GUINT64_TO_LE (value);

  haul_sasl_buffer_add (buffer, &little, n_octets);
}

static guint64
get_le (const guint8 *data, gsize n_octets)
{
  guint64 value = 0;

  for (gsize i = n_octets; i > 0; i--)
    value = value << 8 | data[i - 1];
  return value;
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_BAD_CHALLENGE, "NTLM: %s", what);
  return FALSE;
}

static gboolean
check (HaulSasl *self, GError **error)
{
  const char *problem = NULL;

  if (self->user == NULL)
    problem = "the user name is missing";
  else if (self->authorize_as != NULL)
    problem = "NTLM cannot name another mailbox";
  else if (!g_utf8_validate (haul_secret_peek (self->secret), -1, NULL))
    problem = "the password is not UTF-8";
  if (problem != NULL)
    g_set_error_literal (error, HAUL_SASL_ERROR, HAUL_SASL_ERROR_UNSUITABLE, problem);
  return problem == NULL;
}

static void
say_negotiate (HaulSasl *self, HaulSaslBuffer *response)
{
  Ntlm *ntlm = self->state;
  HaulSaslBuffer *message = &ntlm->negotiate;

  haul_sasl_buffer_add (message, SIGNATURE, sizeof SIGNATURE);
  add_le (message, 1, 4);
  add_le (message, OFFERED, 4);
  add_le (message, 0, 8); /* no domain */
  add_le (message, 0, 8); /* no workstation */
  haul_sasl_buffer_add (message, version, sizeof version);
  haul_sasl_buffer_add (response, message->data, message->length);
}

/* Walks the list of what the server knows of itself, which must end within it. */
static gboolean
parse_info (Challenge *challenge, GError **error)
{
  gsize at = 0;

  while (challenge->n_info - at >= 4)
    {
      guint id = (guint)get_le (challenge->info + at, 2);
      gsize length = (gsize)get_le (challenge->info + at + 2, 2);
      if (id == AV_EOL)
        {
          challenge->n_info = at;
          return TRUE;
        }
      if (length > challenge->n_info - at - 4)
        break;
      if (id == AV_TIMESTAMP && length == 8)
        challenge->timestamp = get_le (challenge->info + at + 4, 8);
      if (id == AV_FLAGS && length == 4)
        challenge->av_flags = (guint32)get_le (challenge->info + at + 4, 4);
      at += 4 + length;
    }
  return refuse (error, "the list in the challenge does not end");
}

static gboolean
parse_challenge (const guint8 *data, gsize length, Challenge *challenge, GError **error)
{
  if (length < AT_CHALLENGE + CHALLENGE_SIZE || memcmp (data, SIGNATURE, sizeof SIGNATURE) != 0
      || get_le (data + 8, 4) != 2)
    return refuse (error, "this is no challenge");
  challenge->flags = (guint32)get_le (data + AT_FLAGS, 4);
  memcpy (challenge->challenge, data + AT_CHALLENGE, CHALLENGE_SIZE);
  if ((challenge->flags & TARGET_INFO) == 0 || length < AT_TARGET_INFO + 8)
    return TRUE;
  gsize size = (gsize)get_le (data + AT_TARGET_INFO, 2);
  gsize offset = (gsize)get_le (data + AT_TARGET_INFO + 4, 4);
  if (size > MAX_TARGET_INFO || offset > length || size > length - offset)
    return refuse (error, "the list in the challenge lies outside of it");
  if (size == 0)
    return TRUE;
  challenge->info = data + offset;
  challenge->n_info = size;
  return parse_info (challenge, error);
}

static void
add_pair (HaulSaslBuffer *info, guint id, const void *data, gsize length)
{
  add_le (info, id, 2);
  add_le (info, length, 2);
  haul_sasl_buffer_add (info, data, length);
}

/* A server that tells its time, or asks for it, gets the three messages protected. */
static gboolean
wants_mic (const Challenge *challenge)
{
  return challenge->timestamp != 0 || (challenge->av_flags & AV_FLAG_MIC) != 0;
}

/* What the server said of itself goes back, so that it cannot be changed on the way, with what we know of the
 * connection. */
static void
make_info (const HaulSasl *self, const Challenge *challenge, HaulSaslBuffer *info)
{
  guint32 flags = challenge->av_flags | (wants_mic (challenge) ? AV_FLAG_MIC : 0);

  for (gsize at = 0; at < challenge->n_info;)
    {
      const guint8 *pair = challenge->info + at;
      gsize length = (gsize)get_le (pair + 2, 2);
      guint id = (guint)get_le (pair, 2);
      if (id != AV_FLAGS && id != AV_CHANNEL_BINDINGS && id != AV_TARGET_NAME)
        haul_sasl_buffer_add (info, pair, 4 + length);
      at += 4 + length;
    }
  if (flags != 0)
    {
      guint32 little = GUINT32_TO_LE (flags);
      add_pair (info, AV_FLAGS, &little, sizeof little);
    }
  if (self->end_point != NULL)
    {
      guint8 digest[HAUL_SASL_NTLM_KEY_SIZE];
      haul_sasl_ntlm_keys_bind (self->end_point, digest);
      add_pair (info, AV_CHANNEL_BINDINGS, digest, sizeof digest);
    }
  if (self->host != NULL && challenge->info != NULL)
    {
      g_auto (HaulSaslBuffer) name = { 0 };
      haul_sasl_ntlm_keys_add_utf16 (&name, "imap/");
      haul_sasl_ntlm_keys_add_utf16 (&name, self->host);
      add_pair (info, AV_TARGET_NAME, name.data, name.length);
    }
  add_pair (info, AV_EOL, NULL, 0);
}

/* 100 ns since 1601 */
static guint64
get_time (const HaulSasl *self, const Challenge *challenge)
{
  if (self->has_chance)
    return self->chance.ntlm_time;
  return challenge->timestamp != 0 ? challenge->timestamp
                                   : ((guint64)g_get_real_time () + G_GUINT64_CONSTANT (11644473600000000)) * 10;
}

static void
answer_v2 (HaulSasl *self, const Challenge *challenge, Answer *answer)
{
  const Ntlm *ntlm = self->state;
  guint8 key[HAUL_SASL_NTLM_KEY_SIZE], proof[HAUL_SASL_NTLM_KEY_SIZE];
  g_auto (HaulSaslBuffer) temp = { 0 };
  static const guint8 zero[HAUL_SASL_NTLM_V1_SIZE] = { 0 };

  haul_sasl_ntlm_keys_make_v2 (self->secret, self->user, self->domain == NULL ? "" : self->domain, key);
  add_le (&temp, 0x0101, 8);
  add_le (&temp, get_time (self, challenge), 8);
  haul_sasl_buffer_add (&temp, ntlm->client_challenge, CHALLENGE_SIZE);
  add_le (&temp, 0, 4);
  make_info (self, challenge, &temp);
  add_le (&temp, 0, 4);
  haul_sasl_ntlm_keys_hmac (key, challenge->challenge, CHALLENGE_SIZE, temp.data, temp.length, proof);
  haul_sasl_buffer_add (&answer->nt, proof, sizeof proof);
  haul_sasl_buffer_add (&answer->nt, temp.data, temp.length);
  haul_sasl_ntlm_keys_hmac (key, proof, sizeof proof, NULL, 0, answer->session_key);
  answer->has_mic = wants_mic (challenge);
  if (challenge->timestamp != 0)
    haul_sasl_buffer_add (&answer->lm, zero, sizeof zero);
  else
    {
      haul_sasl_ntlm_keys_hmac (key, challenge->challenge, CHALLENGE_SIZE, ntlm->client_challenge, CHALLENGE_SIZE,
                                proof);
      haul_sasl_buffer_add (&answer->lm, proof, sizeof proof);
      haul_sasl_buffer_add (&answer->lm, ntlm->client_challenge, CHALLENGE_SIZE);
    }
  explicit_bzero (key, sizeof key);
}

/* Never with the LM hash, which gives a password away in minutes: its place holds the same as NT's. */
static void
answer_v1 (HaulSasl *self, const Challenge *challenge, Answer *answer)
{
  const Ntlm *ntlm = self->state;
  guint8 key[HAUL_SASL_NTLM_KEY_SIZE], response[HAUL_SASL_NTLM_V1_SIZE], mixed[CHALLENGE_SIZE];

  haul_sasl_ntlm_keys_hash_password (self->secret, key);
  if ((challenge->flags & EXTENDED_SECURITY) != 0)
    {
      haul_sasl_ntlm_keys_mix (challenge->challenge, ntlm->client_challenge, mixed);
      haul_sasl_ntlm_keys_respond_v1 (key, mixed, response);
      haul_sasl_buffer_add (&answer->lm, ntlm->client_challenge, CHALLENGE_SIZE);
      add_le (&answer->lm, 0, 8);
      add_le (&answer->lm, 0, 8);
    }
  else
    {
      haul_sasl_ntlm_keys_respond_v1 (key, challenge->challenge, response);
      haul_sasl_buffer_add (&answer->lm, response, sizeof response);
    }
  haul_sasl_buffer_add (&answer->nt, response, sizeof response);
  explicit_bzero (key, sizeof key);
}

static gboolean
add_name (HaulSaslBuffer *buffer, const char *name, gboolean is_unicode, GError **error)
{
  if (is_unicode)
    haul_sasl_ntlm_keys_add_utf16 (buffer, name);
  else if (g_str_is_ascii (name))
    haul_sasl_buffer_add_text (buffer, name);
  else
    return refuse (error, "the server cannot read this user name");
  return TRUE;
}

static void
add_place (HaulSaslBuffer *message, const HaulSaslBuffer *part, gsize *at)
{
  add_le (message, part->length, 2);
  add_le (message, part->length, 2);
  add_le (message, *at, 4);
  *at += part->length;
}

static void
make_message (const Challenge *challenge, Answer *answer, const HaulSaslBuffer *workstation, HaulSaslBuffer *message)
{
  HaulSaslBuffer none = { 0 };
  gsize head = HEAD_SIZE + (answer->has_mic ? MIC_SIZE : 0);
  gsize at_domain = head, at_lm = head + answer->domain.length + answer->user.length + workstation->length;
  gsize at_end = at_lm + answer->lm.length + answer->nt.length;
  guint32 flags = ANSWERED & (challenge->flags | ~EXTENDED_SECURITY);

  flags |= (challenge->flags & UNICODE) != 0 ? UNICODE : OEM;
  flags |= challenge->flags & TARGET_INFO;
  haul_sasl_buffer_add (message, SIGNATURE, sizeof SIGNATURE);
  add_le (message, 3, 4);
  add_place (message, &answer->lm, &at_lm);
  add_place (message, &answer->nt, &at_lm);
  add_place (message, &answer->domain, &at_domain);
  add_place (message, &answer->user, &at_domain);
  add_place (message, workstation, &at_domain);
  add_place (message, &none, &at_end);
  add_le (message, flags, 4);
  haul_sasl_buffer_add (message, version, sizeof version);
  if (answer->has_mic)
    {
      add_le (message, 0, 8);
      add_le (message, 0, 8);
    }
  haul_sasl_buffer_add (message, answer->domain.data, answer->domain.length);
  haul_sasl_buffer_add (message, answer->user.data, answer->user.length);
  haul_sasl_buffer_add (message, workstation->data, workstation->length);
  haul_sasl_buffer_add (message, answer->lm.data, answer->lm.length);
  haul_sasl_buffer_add (message, answer->nt.data, answer->nt.length);
}

/* MIC: over all three messages, its own place zero. */
static void
sign (const Ntlm *ntlm, const Answer *answer, HaulSaslBuffer *message)
{
  g_auto (HaulSaslBuffer) all = { 0 };

  haul_sasl_buffer_add (&all, ntlm->negotiate.data, ntlm->negotiate.length);
  haul_sasl_buffer_add (&all, ntlm->challenge.data, ntlm->challenge.length);
  haul_sasl_buffer_add (&all, message->data, message->length);
  haul_sasl_ntlm_keys_hmac (answer->session_key, all.data, all.length, NULL, 0, message->data + HEAD_SIZE);
}

static gboolean
say_authenticate (HaulSasl *self, const guint8 *data, gsize length, HaulSaslBuffer *response, GError **error)
{
  Ntlm *ntlm = self->state;
  Challenge challenge = { 0 };
  g_auto (Answer) answer = { 0 };
  g_auto (HaulSaslBuffer) workstation = { 0 };

  if (!parse_challenge (data, length, &challenge, error))
    return FALSE;
  haul_sasl_buffer_add (&ntlm->challenge, data, length);
  if (self->has_chance)
    memcpy (ntlm->client_challenge, self->chance.ntlm_challenge, CHALLENGE_SIZE);
  else
    haul_sasl_get_random (ntlm->client_challenge, CHALLENGE_SIZE);
  gboolean is_unicode = (challenge.flags & UNICODE) != 0;
  if (!add_name (&answer.domain, self->domain == NULL ? "" : self->domain, is_unicode, error)
      || !add_name (&answer.user, self->user, is_unicode, error)
      || !add_name (&workstation, self->chance.workstation == NULL ? "" : self->chance.workstation, is_unicode, error))
    return FALSE;
  if (self->mechanism == HAUL_SASL_NTLM)
    answer_v2 (self, &challenge, &answer);
  else
    answer_v1 (self, &challenge, &answer);
  make_message (&challenge, &answer, &workstation, response);
  if (answer.has_mic)
    sign (ntlm, &answer, response);
  self->has_used_secret = self->is_complete = TRUE;
  return TRUE;
}

static gboolean
step (HaulSasl *self, const char *challenge, gsize length, HaulSaslBuffer *response, GError **error)
{
  if (self->n_steps == 0)
    {
      say_negotiate (self, response);
      return TRUE;
    }
  if (self->n_steps > 1)
    return refuse (error, "the server goes on after the end");
  return say_authenticate (self, (const guint8 *)challenge, length, response, error);
}

static void
clear (HaulSasl *self)
{
  Ntlm *ntlm = self->state;

  haul_sasl_buffer_clear (&ntlm->negotiate);
  haul_sasl_buffer_clear (&ntlm->challenge);
}

const HaulSaslClass haul_sasl_ntlm_class = {
  .name = "NTLM",
  .is_client_first = TRUE,
  .needs_secret = TRUE,
  .state_size = sizeof (Ntlm),
  .check = check,
  .step = step,
  .clear = clear,
};
