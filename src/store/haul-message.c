/* haul-message.c - one local message: where it is, its flags, its date; never its text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 */
#include "store/haul-message.h"

HaulMessage *
haul_message_new (const char *key, guint64 ordinal)
{
  HaulMessage *self = g_new0 (HaulMessage, 1);

  self->key = g_strdup (key);
  self->ordinal = ordinal;
  return self;
}

void
haul_message_free (HaulMessage *message)
{
  g_free (message->key);
  g_strfreev (message->keywords);
  g_free (message->problem);
  g_free (message);
}
