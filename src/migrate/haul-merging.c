/* haul-merging.c - servers that keep identical messages of a mailbox once
 *
 * Gmail gives a second copy the first one's place. To send it would never end well, so it is not sent, and the report
 * says so of each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Memory:  a table entry for each different message, at such a server only.
 * See:     docs/upload.md.
 */
#include "migrate/haul-merging.h"

#include <string.h>

static guint
hash_digest (gconstpointer digest)
{
  guint hash;

  memcpy (&hash, digest, sizeof hash);
  return hash;
}

static gboolean
equal_digests (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, HAUL_DIGEST_LENGTH) == 0;
}

/* (element-type HaulItem): for each digest the item that stands for it. */
static GHashTable *
list_firsts (const HaulTransfer *self)
{
  GHashTable *firsts = g_hash_table_new (hash_digest, equal_digests);

  for (guint i = 0; i < self->items->len; i++)
    {
      HaulItem *item = self->items->pdata[i];
      const HaulItem *first = g_hash_table_lookup (firsts, item->digest);
      gboolean is_there = item->is_present || item->state == HAUL_ITEM_COPIED;
      /* What is there already stands before what is to be sent. */
      if (!item->is_merged && (item->state != HAUL_ITEM_DONE || is_there)
          && (first == NULL || (is_there && !first->is_present)))
        g_hash_table_insert (firsts, item->digest, item);
    }
  return firsts;
}

/**
 * haul_merging_begin:
 * @transfer: a folder after its census
 * @session: the lane's session
 *
 * At a server that keeps identical messages once: of several that are open one is sent at most, the others are there
 * with it.
 */
void
haul_merging_begin (HaulTransfer *transfer, const HaulImapSession *session)
{
  if (!haul_imap_session_get_kind (session)->merges)
    return;
  g_autoptr (GHashTable) firsts = list_firsts (transfer);
  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (item->state != HAUL_ITEM_OPEN || g_hash_table_lookup (firsts, item->digest) == item)
        continue;
      item->state = HAUL_ITEM_DONE;
      item->is_merged = TRUE;
      haul_run_count (transfer->run, transfer->index, &(HaulCounts){ .present = 1 });
      haul_run_count_item (transfer->run, transfer->index, item, item->size);
    }
}

/**
 * haul_merging_end:
 * @transfer: a folder that is done, or was broken off
 *
 * Says of each message that was not sent whether its twin is there; where it is not, both are not.
 */
void
haul_merging_end (HaulTransfer *transfer)
{
  g_autoptr (GHashTable) firsts = NULL;

  for (guint i = 0; i < transfer->items->len; i++)
    {
      HaulItem *item = transfer->items->pdata[i];
      if (!item->is_merged)
        continue;
      if (firsts == NULL)
        firsts = list_firsts (transfer);
      const HaulItem *first = g_hash_table_lookup (firsts, item->digest);
      if (first != NULL && (first->state == HAUL_ITEM_OPEN || first->state == HAUL_ITEM_STAGED))
        {
          /* Neither was reached. */
          item->state = HAUL_ITEM_OPEN;
          haul_run_count (transfer->run, transfer->index, &(HaulCounts){ .present = (guint64)-1 });
          continue;
        }
      if (first == NULL || (!first->is_present && first->state != HAUL_ITEM_COPIED))
        {
          haul_run_count (transfer->run, transfer->index, &(HaulCounts){ .present = (guint64)-1 });
          haul_transfer_fail (transfer, item, "twin-not-copied",
                              "This server keeps identical messages once, and the one like it was not copied.");
          continue;
        }
      item->is_present = TRUE;
      item->uid = first->uid;
      item->proof = first->proof;
      haul_run_add_line (transfer->run, transfer->index,
                         &(HaulRunLine){ item->key, item->date, item->size, HAUL_OUTCOME_COPIED, "merged-by-server",
                                         "This server keeps identical messages of a mailbox once: it is there with the "
                                         "one like it.",
                                         NULL, NULL });
    }
}
