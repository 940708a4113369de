/* haul-join.c - generations of one folder copied together into a fresh one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mailbox whose connection broke may get late messages for ever, so it never becomes the person's. Its messages are
 * copied into one that only ever knew this connection. COPY consumes nothing: when that breaks as well, it is begun
 * again, in another.
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md, rung R2.
 */
#include "migrate/haul-join.h"

#include "base/haul-fault.h"
#include "imap/haul-imap-uids.h"
#include "migrate/haul-find.h"
#include "migrate/haul-settle.h"

#define JOINS_MAX 3
#define COPY_AT_ONCE 500

typedef struct
{
  HaulImapSession *session; /* borrowed */
  HaulStaging *fresh;       /* borrowed */
  GArray *parts;            /* (element-type HaulMoveItem) */
  GPtrArray *items;         /* (element-type HaulGenerationItem) the same, in the same order */
  gboolean is_refused;      /* no room, or no right */
} Join;

/* The new UIDs, where the server tells them all. */
static void
read_copy_uid (Join *self, const HaulImapCopyUid *copy_uid, guint first)
{
  g_autoptr (GHashTable) uids = g_hash_table_new (NULL, NULL);

  if (copy_uid->source == NULL || copy_uid->uid_validity != self->fresh->uid_validity)
    return;
  for (guint i = 0; i < copy_uid->source->len; i++)
    g_hash_table_insert (uids, GUINT_TO_POINTER (g_array_index (copy_uid->source, guint32, i)),
                         GUINT_TO_POINTER (g_array_index (copy_uid->destination, guint32, i)));
  for (guint i = first; i < self->parts->len; i++)
    {
      const HaulGenerationItem *item = self->items->pdata[i];
      g_array_index (self->parts, HaulMoveItem, i).whole_uid
          = GPOINTER_TO_UINT (g_hash_table_lookup (uids, GUINT_TO_POINTER (item->staged_uid)));
    }
}

static gboolean
copy_some (Join *self, HaulStaging *source, GPtrArray *items, guint first, GError **error)
{
  g_auto (HaulImapCopyUid) copy_uid = { 0 };
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GError) local_error = NULL;
  guint first_part = self->parts->len;

  for (guint i = first; i < items->len && i - first < COPY_AT_ONCE; i++)
    {
      HaulGenerationItem *item = items->pdata[i];
      HaulMoveItem part = { item->row, 0 };
      g_array_append_val (uids, item->staged_uid);
      g_array_append_val (self->parts, part);
      g_ptr_array_add (self->items, item);
    }
  HAUL_FAULT (F24, "join");
  if (haul_imap_uids_copy (self->session, (const guint32 *)(gpointer)uids->data, uids->len, self->fresh->mailbox,
                           &copy_uid, source->run->hard, &local_error))
    {
      read_copy_uid (self, &copy_uid, first_part);
      return TRUE;
    }
  self->is_refused = haul_imap_session_is_usable (self->session);
  if (!self->is_refused)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return self->is_refused;
}

static gboolean
copy_all (Join *self, HaulStaging *source, GPtrArray *items, GError **error)
{
  source->is_selected = FALSE;
  self->fresh->is_selected = FALSE;
  if (items->len > 0 && !haul_staging_select (source, self->session, error))
    return FALSE;
  for (guint i = 0; i < items->len && !self->is_refused; i += COPY_AT_ONCE)
    if (!copy_some (self, source, items, i, error))
      return FALSE;
  source->is_selected = FALSE;
  return TRUE;
}

/* Where the server does not tell UIDs they are found by digest. */
static gboolean
find_uids (Join *self, GError **error)
{
  gboolean is_known = TRUE;

  for (guint i = 0; i < self->parts->len; i++)
    is_known = is_known && g_array_index (self->parts, HaulMoveItem, i).whole_uid != 0;
  if (is_known)
    return TRUE;
  HaulRun *run = self->fresh->run;
  g_autoptr (HaulListing) listing = haul_listing_read (self->session, self->fresh->mailbox, 1, FALSE, run->hard, error);
  if (listing == NULL || !haul_listing_fetch_digests (listing, self->session, NULL, run->hard, error))
    return FALSE;
  g_autofree HaulListingRow **rows = haul_find_pair (self->items, listing);
  for (guint i = 0; i < self->parts->len; i++)
    {
      self->is_refused = self->is_refused || rows[i] == NULL;
      g_array_index (self->parts, HaulMoveItem, i).whole_uid = rows[i] == NULL ? 0 : rows[i]->uid;
    }
  return TRUE;
}

/* *staging: the fresh one. */
static gboolean
make_fresh (HaulTransfer *self, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (self->n_joins++ >= JOINS_MAX
      || haul_staging_make (self->run, session, HAUL_GENERATION_WHOLE, staging, &local_error))
    return TRUE;
  if (haul_imap_session_is_usable (session) && local_error->domain == HAUL_IMAP_ERROR)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_join_run:
 * @transfer: a folder with generations that are sealed
 * @session: the session
 * @staging: (inout): the generation that was filled over this connection; then the fresh one, %NULL where there is none
 * @error: return location
 *
 * Copies the messages of all of them into a fresh one. After three tries, or where the server refuses, it is given up.
 *
 * Returns: (transfer full) (nullable) (element-type HaulMoveItem): the messages in the fresh one; empty when given up
 */
GArray *
haul_join_run (HaulTransfer *transfer, HaulImapSession *session, HaulStaging **staging, GError **error)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, TRUE, sizeof (HaulMoveItem));
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_autoptr (GPtrArray) lists = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

  if (*staging != NULL)
    {
      g_autoptr (GPtrArray) settled = haul_settle_sendings (*staging, session, FALSE, error);
      if (settled == NULL)
        return NULL;
      g_ptr_array_add (transfer->sealed, g_steal_pointer (staging));
    }
  if (!make_fresh (transfer, session, staging, error))
    return NULL;
  if (*staging == NULL || (*staging)->uid_validity == 0)
    return g_steal_pointer (&parts);
  Join join = { session, *staging, parts, items, FALSE };
  for (guint i = 0; i < transfer->sealed->len && !join.is_refused; i++)
    {
      HaulStaging *source = transfer->sealed->pdata[i];
      GPtrArray *list = haul_journal_generation_list_items (transfer->run->journal, source->row, error);
      if (list == NULL)
        return NULL;
      g_ptr_array_add (lists, list);
      if (!copy_all (&join, source, list, error))
        return NULL;
    }
  if (!join.is_refused && !find_uids (&join, error))
    return NULL;
  if (join.is_refused)
    g_array_set_size (parts, 0);
  return g_steal_pointer (&parts);
}
