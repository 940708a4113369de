/* haul-dbx-object.c - an indexed info object of a DBX file: what is known of one message or one folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time.
 * Memory:  the struct itself, 16 KiB; no length of the file is believed beyond it.
 * Errors:  HAUL_STORE_ERROR_DAMAGED.
 */
#include "store/haul-dbx-object.h"

#include "store/haul-date.h"
#include "store/haul-store-error.h"

#define HEADER_SIZE 12
#define ENTRY_SIZE 4
#define BODY_LENGTH_AT 4
#define N_ENTRIES_AT 10
#define IS_DIRECT 0x80
#define INDEX_MASK 0x7F

#define FILETIME_PER_SECOND 10000000
#define FILETIME_OF_1970 G_GINT64_CONSTANT (11644473600) /* seconds from 1601 */

static gboolean
set_damaged (HaulDbxFile *file, GError **error)
{
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED, "An entry of “%s” is damaged.", file->name);
  return FALSE;
}

/**
 * haul_dbx_object_read:
 * @self: (out caller-allocates): the object
 * @file: a DBX file
 * @offset: where it begins
 * @error: return location
 *
 * Loads an object whose head is in order: at a multiple of four, naming its own place, with an index.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_dbx_object_read (HaulDbxObject *self, HaulDbxFile *file, guint32 offset, GError **error)
{
  self->length = 0;
  self->n_entries = 0;
  if (offset == 0 || offset % 4 != 0 || offset > file->size || file->size - offset < HEADER_SIZE)
    return set_damaged (file, error);
  if (!haul_dbx_file_read (file, offset, self->octets, HEADER_SIZE, error))
    return FALSE;

  guint n_entries = self->octets[N_ENTRIES_AT];
  guint64 length = HEADER_SIZE + (guint64)haul_dbx_u32 (self->octets + BODY_LENGTH_AT);
  length = MIN (length, MIN (file->size - offset, (guint64)HAUL_DBX_OBJECT_MAX));
  if (haul_dbx_u32 (self->octets) != offset || n_entries == 0 || length < HEADER_SIZE + (guint64)n_entries * ENTRY_SIZE)
    return set_damaged (file, error);
  if (!haul_dbx_file_read (file, offset, self->octets, (gsize)length, error))
    return FALSE;
  self->length = (gsize)length;
  self->n_entries = n_entries;
  return TRUE;
}

static const guint8 *
find_entry (const HaulDbxObject *self, guint index)
{
  for (guint i = 0; i < self->n_entries; i++)
    {
      const guint8 *entry = self->octets + HEADER_SIZE + i * ENTRY_SIZE;
      if ((entry[0] & INDEX_MASK) == index)
        return entry;
    }
  return NULL;
}

/* Where an indirect value lies, with how many octets until the end of the object. */
static const guint8 *
find_data (const HaulDbxObject *self, const guint8 *entry, gsize *available)
{
  gsize at = HEADER_SIZE + (gsize)self->n_entries * ENTRY_SIZE + (haul_dbx_u32 (entry) >> 8);

  if (at >= self->length)
    return NULL;
  *available = self->length - at;
  return self->octets + at;
}

gboolean
haul_dbx_object_has (const HaulDbxObject *self, guint index)
{
  return find_entry (self, index) != NULL;
}

/**
 * haul_dbx_object_get_u32:
 * @self: an object
 * @index: of the value
 * @value: (inout): left alone where there is none
 *
 * Returns: %TRUE where there is such a value and it lies inside the object
 */
gboolean
haul_dbx_object_get_u32 (const HaulDbxObject *self, guint index, guint32 *value)
{
  const guint8 *entry = find_entry (self, index);
  gsize available = 0;

  if (entry == NULL)
    return FALSE;
  if (entry[0] & IS_DIRECT)
    {
      *value = haul_dbx_u32 (entry) >> 8;
      return TRUE;
    }
  const guint8 *data = find_data (self, entry, &available);
  if (data == NULL || available < sizeof *value)
    return FALSE;
  *value = haul_dbx_u32 (data);
  return TRUE;
}

/**
 * haul_dbx_object_get_time:
 * @self: an object
 * @index: of a FILETIME
 *
 * Returns: unix seconds; 0 where there is none that can be believed
 */
gint64
haul_dbx_object_get_time (const HaulDbxObject *self, guint index)
{
  const guint8 *entry = find_entry (self, index);
  gsize available = 0;
  const guint8 *data = entry == NULL || (entry[0] & IS_DIRECT) ? NULL : find_data (self, entry, &available);

  if (data == NULL || available < 8)
    return 0;
  guint64 ticks = (guint64)haul_dbx_u32 (data + 4) << 32 | haul_dbx_u32 (data);
  gint64 seconds = (gint64)(ticks / FILETIME_PER_SECOND) - FILETIME_OF_1970;
  return haul_date_is_plausible (seconds) ? seconds : 0;
}

/* A string ends at its NUL, at the next value or with the object, whichever comes first. */
static gsize
field_length (const HaulDbxObject *self, const guint8 *entry, gsize available)
{
  guint32 start = haul_dbx_u32 (entry) >> 8;

  for (guint i = 0; i < self->n_entries; i++)
    {
      const guint8 *other = self->octets + HEADER_SIZE + i * ENTRY_SIZE;
      guint32 other_start = haul_dbx_u32 (other) >> 8;
      if (!(other[0] & IS_DIRECT) && other_start > start)
        available = MIN (available, (gsize)(other_start - start));
    }
  return available;
}

/**
 * haul_dbx_object_dup_string:
 * @self: an object
 * @index: of a string
 * @max_length: longer ones are cut, octets
 *
 * Returns: (transfer full) (nullable): octets in the computer's old code page, never empty
 */
char *
haul_dbx_object_dup_string (const HaulDbxObject *self, guint index, gsize max_length)
{
  const guint8 *entry = find_entry (self, index);
  gsize available = 0;
  const guint8 *data = entry == NULL || (entry[0] & IS_DIRECT) ? NULL : find_data (self, entry, &available);

  if (data == NULL || data[0] == '\0')
    return NULL;
  return g_strndup ((const char *)data, MIN (field_length (self, entry, available), max_length));
}
