/* haul-item.c - one message of a source folder on its way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 */
#include "journal/haul-item.h"

#include <string.h>

#include "imap/haul-imap-append.h"

/**
 * haul_item_new:
 * @message: a measured message
 *
 * Returns: (transfer full): an open item for it
 */
HaulItem *
haul_item_new (const HaulMessage *message)
{
  HaulItem *self = g_new0 (HaulItem, 1);

  self->key = g_strdup (message->key);
  self->ordinal = message->ordinal;
  self->size = message->size;
  memcpy (self->digest, message->digest, HAUL_DIGEST_LENGTH);
  self->fingerprint = message->fingerprint;
  self->date = message->received;
  self->flags = message->flags;
  self->flaws = message->flaws;
  self->keywords = g_strdupv (message->keywords);
  self->problem = g_strdup (message->problem);
  return self;
}

void
haul_item_free (HaulItem *item)
{
  g_free (item->key);
  g_strfreev (item->keywords);
  g_free (item->problem);
  g_strfreev (item->sent_keywords);
  g_free (item);
}

/* It is to be sent again, which needs a new row in the journal. */
void
haul_item_forget_row (HaulItem *item)
{
  item->row = 0;
  item->staged_uid = 0;
  item->is_intended = FALSE;
  item->is_begun = FALSE;
}

/**
 * haul_item_get_imap_flags:
 * @item: an item
 *
 * Returns: #HaulImapFlags to store it with; never \Deleted, which some servers obey at once (docs/wire.md)
 */
guint
haul_item_get_imap_flags (const HaulItem *item)
{
  return (item->flags & HAUL_MESSAGE_SEEN ? HAUL_IMAP_FLAG_SEEN : 0)
         | (item->flags & HAUL_MESSAGE_ANSWERED ? HAUL_IMAP_FLAG_ANSWERED : 0)
         | (item->flags & HAUL_MESSAGE_FLAGGED ? HAUL_IMAP_FLAG_FLAGGED : 0)
         | (item->flags & HAUL_MESSAGE_DRAFT ? HAUL_IMAP_FLAG_DRAFT : 0);
}
