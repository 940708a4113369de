/* haul-secret.c - a password or token that is wiped when the last holder lets go
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; the reference count is atomic, the text never changes.
 * Memory:  locked and kept out of core dumps where the system allows it, zeroed on release.
 */
#include "base/haul-secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct _HaulSecret
{
  gatomicrefcount ref_count;
  gsize length; /* octets, without the final NUL */
  gsize mapped; /* octets of the mapping that holds text */
  char *text;   /* (owned) */
};

/**
 * haul_secret_new_octets:
 * @data: (nullable): octets
 * @length: how many
 *
 * Copies @data into memory that is never swapped out or dumped where the system allows it; a NUL follows it there.
 *
 * Returns: (transfer full): the secret
 */
HaulSecret *
haul_secret_new_octets (const void *data, gsize length)
{
  HaulSecret *self = g_new0 (HaulSecret, 1);
  gsize page = (gsize)sysconf (_SC_PAGESIZE);

  g_atomic_ref_count_init (&self->ref_count);
  self->length = length;
  self->mapped = (self->length + 1 + page - 1) / page * page;
  self->text = mmap (NULL, self->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (self->text == MAP_FAILED)
    g_error ("out of memory for a secret");
  mlock (self->text, self->mapped);
  madvise (self->text, self->mapped, MADV_DONTDUMP);
  if (length > 0)
    memcpy (self->text, data, length);
  return self;
}

/* As haul_secret_new_octets(), of a text. */
HaulSecret *
haul_secret_new (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);
  return haul_secret_new_octets (text, strlen (text));
}

/**
 * haul_secret_new_take:
 * @text: (transfer full): the secret; wiped and freed
 *
 * As haul_secret_new(), and leaves no copy in @text.
 *
 * Returns: (transfer full): the secret
 */
HaulSecret *
haul_secret_new_take (char *text)
{
  HaulSecret *self = haul_secret_new (text);
  explicit_bzero (text, self->length);
  g_free (text);
  return self;
}

HaulSecret *
haul_secret_ref (HaulSecret *secret)
{
  g_atomic_ref_count_inc (&secret->ref_count);
  return secret;
}

void
haul_secret_unref (HaulSecret *secret)
{
  if (!g_atomic_ref_count_dec (&secret->ref_count))
    return;
  explicit_bzero (secret->text, secret->mapped);
  munmap (secret->text, secret->mapped);
  g_free (secret);
}

/**
 * haul_secret_peek:
 * @secret: a secret
 *
 * The text itself: for handing to the wire or the keyring, never for copying.
 *
 * Returns: (transfer none): valid as long as @secret
 */
const char *
haul_secret_peek (const HaulSecret *secret)
{
  return secret->text;
}

gsize
haul_secret_get_length (const HaulSecret *secret)
{
  return secret->length;
}
