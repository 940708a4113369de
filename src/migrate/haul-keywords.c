/* haul-keywords.c - which of a folder's flags and labels its mailbox keeps, and what they are called there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only what PERMANENTFLAGS allows is sent, and never more labels than the server keeps in one mailbox: those that
 * programs know first, then those that most messages have. A label that the server refuses all the same is not tried
 * again in this mailbox.
 *
 * Thread:  one lane.
 * See:     RFC 3501 §7.1 (PERMANENTFLAGS), §9 (flag-keyword); docs/wire.md.
 */
#include "migrate/haul-keywords.h"

#include <string.h>

#include "base/haul-utf7.h"
#include "imap/haul-imap-append.h"
#include "imap/haul-imap-text.h"

#define NAMES_TOLD 20
/* Of one message's labels, so that the command stays one that servers read. */
#define MAX_OCTETS 3000
#define MAX_WIRE 64

/* What many programs know stays when there is room for some only. */
static const char *const well_known[] = { "$Forwarded", "$MDNSent", "$Junk",   "$NotJunk", "Junk",    "NonJunk",
                                          "$Label1",    "$Label2",  "$Label3", "$Label4",  "$Label5", NULL };

static const struct
{
  HaulMessageFlags flag;
  const char *name;
} flag_names[] = {
  { HAUL_MESSAGE_FORWARDED, "$Forwarded" },
  { HAUL_MESSAGE_JUNK, "$Junk" },
  { HAUL_MESSAGE_NOT_JUNK, "$NotJunk" },
};

static const struct
{
  guint flag;
  const char *word;
} system_words[] = {
  { HAUL_IMAP_FLAG_SEEN, "read" },
  { HAUL_IMAP_FLAG_ANSWERED, "answered" },
  { HAUL_IMAP_FLAG_FLAGGED, "flagged" },
  { HAUL_IMAP_FLAG_DRAFT, "draft" },
};

struct _HaulKeywords
{
  guint max;              /* distinct ones in a mailbox, 0: no limit known */
  gboolean hides_receipt; /* $MDNSent is no label that anybody wants there */
  gboolean is_any;        /* the mailbox takes new ones */
  guint system_flags;     /* #HaulImapFlags it keeps */
  GHashTable *listed;     /* (owned) folded wire names that it has */
  GHashTable *wires;      /* (owned) name in the store → wire name (nullable) */
  GHashTable *owners;     /* (owned) folded wire name → folded name in the store */
  GHashTable *chosen;     /* (owned) folded wire names that have a place */
  GHashTable *proven;     /* (owned) folded wire names that the server has taken */
  GHashTable *refused;    /* (owned) folded wire names that it has not */
};

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static gboolean
has (GHashTable *set, const char *wire)
{
  g_autofree char *folded = g_ascii_strdown (wire, -1);

  return g_hash_table_contains (set, folded);
}

/**
 * haul_keywords_new:
 * @server: what is known of the server
 *
 * Returns: (transfer full): a mailbox's labels, of which nothing is known yet
 */
HaulKeywords *
haul_keywords_new (const HaulServer *server)
{
  HaulKeywords *self = g_new0 (HaulKeywords, 1);

  self->max = server->max_keywords;
  self->hides_receipt = server->shows_receipts;
  self->system_flags = G_MAXUINT;
  self->listed = new_set ();
  self->wires = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->chosen = new_set ();
  self->proven = new_set ();
  self->refused = new_set ();
  return self;
}

void
haul_keywords_free (HaulKeywords *keywords)
{
  g_hash_table_unref (keywords->listed);
  g_hash_table_unref (keywords->wires);
  g_hash_table_unref (keywords->owners);
  g_hash_table_unref (keywords->chosen);
  g_hash_table_unref (keywords->proven);
  g_hash_table_unref (keywords->refused);
  g_free (keywords);
}

/* An atom as near to the name as it goes, in the way Thunderbird makes its own: modified UTF-7, “_” for what no atom
 * may hold. NULL where nothing is left, or where it would be a flag of the system. */
static char *
make_atom (const char *name)
{
  static const char *const reserved[] = { "\\seen", "\\answered", "\\flagged", "\\deleted", "\\draft", "\\recent" };

  for (gsize i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (g_ascii_strcasecmp (name, reserved[i]) == 0)
      return NULL;
  name += strspn (name, "\\");
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  char *atom = haul_imap_append_is_keyword (name) ? g_strdup (name) : haul_utf7_encode (composed);
  for (char *p = atom; *p != '\0'; p++)
    if (*p <= ' ' || *p >= 0x7f || strchr ("(){%*\"\\]", *p) != NULL)
      *p = '_';
  if (*atom == '\0')
    g_clear_pointer (&atom, g_free);
  return atom;
}

/* Two names that would be one label get different ones, unless they differ in capitals only: for IMAP that is one. */
static char *
make_wire (HaulKeywords *self, const char *name)
{
  g_autofree char *atom = make_atom (name);
  g_autofree char *owner = g_utf8_strdown (name, -1);

  for (guint n = 1; atom != NULL; n++)
    {
      g_autofree char *suffix = n == 1 ? g_strdup ("") : g_strdup_printf ("_%u", n);
      g_autofree char *stem = g_strndup (atom, MAX_WIRE - strlen (suffix));
      g_autofree char *wire = g_strconcat (stem, suffix, NULL);
      g_autofree char *folded = g_ascii_strdown (wire, -1);
      const char *other = g_hash_table_lookup (self->owners, folded);
      if (other != NULL && !g_str_equal (other, owner))
        continue;
      if (other == NULL)
        g_hash_table_insert (self->owners, g_steal_pointer (&folded), g_strdup (owner));
      return g_steal_pointer (&wire);
    }
  return NULL;
}

static const char *
get_wire (HaulKeywords *self, const char *name)
{
  gpointer wire;

  if (!g_hash_table_lookup_extended (self->wires, name, NULL, &wire))
    {
      wire = make_wire (self, name);
      g_hash_table_insert (self->wires, g_strdup (name), wire);
    }
  return wire;
}

/* The labels that an item should have, by their names in the store. */
static GPtrArray *
list_wanted (const HaulItem *item)
{
  GPtrArray *names = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if (item->flags & flag_names[i].flag)
      g_ptr_array_add (names, (gpointer)flag_names[i].name);
  for (guint i = 0; item->keywords != NULL && item->keywords[i] != NULL; i++)
    g_ptr_array_add (names, item->keywords[i]);
  return names;
}

/* Without the code all are kept (RFC 3501 §7.1); where it names none of them, it is not about us. */
static guint
read_system_flags (const HaulImapStatus *status)
{
  guint flags = 0, flag;

  for (guint i = 0; status->permanent_flags != NULL && status->permanent_flags[i] != NULL; i++)
    if (haul_imap_text_parse_flag (status->permanent_flags[i], &flag))
      flags |= flag;
  return flags == 0 ? G_MAXUINT : flags;
}

static void
read_status (HaulKeywords *self, const HaulImapStatus *status)
{
  self->is_any = status->any_keyword;
  self->system_flags = read_system_flags (status);
  g_hash_table_remove_all (self->listed);
  for (guint i = 0; status->permanent_flags != NULL && status->permanent_flags[i] != NULL; i++)
    if (*status->permanent_flags[i] != '\\')
      g_hash_table_add (self->listed, g_ascii_strdown (status->permanent_flags[i], -1));
}

typedef struct
{
  const char *wire; /* borrowed */
  guint n_messages;
  guint rank;
} Candidate;

static int
compare_candidates (gconstpointer left, gconstpointer right)
{
  const Candidate *a = left, *b = right;

  if (a->rank != b->rank)
    return a->rank < b->rank ? -1 : 1;
  if (a->n_messages != b->n_messages)
    return a->n_messages > b->n_messages ? -1 : 1;
  return strcmp (a->wire, b->wire);
}

static guint
rank_of (const char *wire)
{
  guint rank = 0;

  while (well_known[rank] != NULL && g_ascii_strcasecmp (well_known[rank], wire) != 0)
    rank++;
  return rank;
}

/* All labels that have no place yet, and may have one. */
static GArray *
list_candidates (HaulKeywords *self, const GPtrArray *items)
{
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autoptr (GHashTable) counts = new_set ();
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < items->len; i++)
    {
      g_autoptr (GPtrArray) names = list_wanted (items->pdata[i]);
      for (guint j = 0; j < names->len; j++)
        {
          const char *wire = get_wire (self, names->pdata[j]);
          if (wire == NULL || has (self->refused, wire) || has (self->chosen, wire)
              || (!self->is_any && !has (self->listed, wire))
              || (self->hides_receipt && g_ascii_strcasecmp (wire, "$MDNSent") == 0))
            continue;
          char *folded = g_ascii_strdown (wire, -1);
          guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, folded));
          g_hash_table_replace (counts, folded, GUINT_TO_POINTER (n + 1));
        }
    }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Candidate candidate = { g_intern_string (key), GPOINTER_TO_UINT (value), rank_of (key) };
      g_array_append_val (candidates, candidate);
    }
  g_array_sort (candidates, compare_candidates);
  return candidates;
}

/**
 * haul_keywords_choose:
 * @keywords: a mailbox's labels
 * @status: what it said when it was selected
 * @items: (element-type HaulItem): the messages that go there
 *
 * Finds out which labels can be kept. A place once given is not taken away.
 */
void
haul_keywords_choose (HaulKeywords *keywords, const HaulImapStatus *status, const GPtrArray *items)
{
  GHashTableIter iter;
  gpointer key;

  read_status (keywords, status);
  g_autoptr (GArray) candidates = list_candidates (keywords, items);
  guint n_used = g_hash_table_size (keywords->listed);
  g_hash_table_iter_init (&iter, keywords->chosen);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n_used += !g_hash_table_contains (keywords->listed, key);
  for (guint i = 0; i < candidates->len; i++)
    {
      const Candidate *candidate = &g_array_index (candidates, Candidate, i);
      gboolean is_listed = g_hash_table_contains (keywords->listed, candidate->wire);
      if (!is_listed && keywords->max != 0 && n_used >= keywords->max)
        continue;
      n_used += !is_listed;
      g_hash_table_add (keywords->chosen, g_strdup (candidate->wire));
    }
}

static char **
dup_chosen (HaulKeywords *self, const HaulItem *item)
{
  g_autoptr (GPtrArray) names = list_wanted (item);
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (g_free);
  gsize octets = 0;

  for (guint i = 0; i < names->len; i++)
    {
      const char *wire = get_wire (self, names->pdata[i]);
      if (wire == NULL || !has (self->chosen, wire) || has (self->refused, wire)
          || octets + strlen (wire) + 1 > MAX_OCTETS
          || g_ptr_array_find_with_equal_func (sent, wire, g_str_equal, NULL))
        continue;
      octets += strlen (wire) + 1;
      g_ptr_array_add (sent, g_strdup (wire));
    }
  if (sent->len == 0)
    return NULL;
  g_ptr_array_add (sent, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&sent), FALSE);
}

/**
 * haul_keywords_apply:
 * @keywords: a mailbox's labels, chosen
 * @item: (inout): its sent_flags and sent_keywords are set
 *
 * Puts down what goes onto the APPEND line.
 */
void
haul_keywords_apply (HaulKeywords *keywords, HaulItem *item)
{
  g_clear_pointer (&item->sent_keywords, g_strfreev);
  if (!item->is_plain)
    item->sent_keywords = dup_chosen (keywords, item);
  item->sent_flags = haul_item_get_imap_flags (item) & keywords->system_flags;
}

static void
keep_if (HaulItem *item, gboolean (*is_kept) (gconstpointer data, const char *wire), gconstpointer data)
{
  guint n = 0;

  for (guint i = 0; item->sent_keywords[i] != NULL; i++)
    if (is_kept (data, item->sent_keywords[i]))
      item->sent_keywords[n++] = item->sent_keywords[i];
    else
      g_free (item->sent_keywords[i]);
  item->sent_keywords[n] = NULL;
  if (n == 0)
    g_clear_pointer (&item->sent_keywords, g_strfreev);
}

static gboolean
is_listed_by (gconstpointer status, const char *wire)
{
  char **listed = ((const HaulImapStatus *)status)->permanent_flags;

  for (guint i = 0; listed[i] != NULL; i++)
    if (g_ascii_strcasecmp (listed[i], wire) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_proven (gconstpointer self, const char *wire)
{
  return has (((const HaulKeywords *)self)->proven, wire);
}

/**
 * haul_keywords_narrow:
 * @status: of the mailbox that the item passes through
 * @item: (inout): prepared
 *
 * Leaves out what that other mailbox would not keep.
 */
void
haul_keywords_narrow (const HaulImapStatus *status, HaulItem *item)
{
  guint flags = read_system_flags (status);

  item->sent_flags &= flags;
  if (item->sent_keywords != NULL && !status->any_keyword && status->permanent_flags != NULL)
    keep_if (item, is_listed_by, status);
}

/**
 * haul_keywords_reduce:
 * @keywords: a mailbox's labels
 * @item: (inout): an item that the server refused
 *
 * Leaves out the labels that the server has not taken with another message, or all where it has taken these.
 *
 * Returns: %FALSE where there was nothing to leave out: they are not why it was refused
 */
gboolean
haul_keywords_reduce (HaulKeywords *keywords, HaulItem *item)
{
  if (item->sent_keywords == NULL)
    return FALSE;
  guint n_before = g_strv_length (item->sent_keywords);
  keep_if (item, is_proven, keywords);
  if (item->sent_keywords != NULL && g_strv_length (item->sent_keywords) == n_before)
    g_clear_pointer (&item->sent_keywords, g_strfreev);
  return TRUE;
}

/**
 * haul_keywords_learn:
 * @keywords: a mailbox's labels
 * @item: an item that the server took
 *
 * Remembers which labels it takes, and which had to be left out.
 */
void
haul_keywords_learn (HaulKeywords *keywords, const HaulItem *item)
{
  g_auto (GStrv) wanted = dup_chosen (keywords, item);

  for (guint i = 0; wanted != NULL && wanted[i] != NULL; i++)
    {
      gboolean is_sent
          = item->sent_keywords != NULL && g_strv_contains ((const char *const *)item->sent_keywords, wanted[i]);
      /* What went through in another form was refused for that. */
      if (!is_sent && item->repairs != 0)
        continue;
      if (!has (is_sent ? keywords->proven : keywords->refused, wanted[i]))
        g_hash_table_add (is_sent ? keywords->proven : keywords->refused, g_ascii_strdown (wanted[i], -1));
    }
}

static void
count (GHashTable *table, const char *name)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (table, name));

  g_hash_table_insert (table, (gpointer)name, GUINT_TO_POINTER (n + 1));
}

static int
compare_names (gconstpointer left, gconstpointer right)
{
  return strcmp (left, right);
}

/* “a” (3 messages), “b” (1 message) and 5 others */
static char *
join_counts (GHashTable *table)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (table), compare_names);
  GString *text = g_string_new (NULL);
  guint n = 0;

  for (GList *l = names; l != NULL && n < NAMES_TOLD; l = l->next, n++)
    {
      guint messages = GPOINTER_TO_UINT (g_hash_table_lookup (table, l->data));
      g_autofree char *valid = g_utf8_make_valid (l->data, -1);
      g_string_append_printf (text, "%s“%s” (%u %s)", n == 0 ? "" : ", ", valid, messages,
                              messages == 1 ? "message" : "messages");
    }
  if (g_hash_table_size (table) > n)
    g_string_append_printf (text, " and %u others", g_hash_table_size (table) - n);
  return g_string_free (text, FALSE);
}

/* Which labels of an item are not there, and which have another name. */
static void
look_at (HaulKeywords *self, const HaulItem *item, GHashTable *lost, GHashTable *renamed)
{
  g_autoptr (GPtrArray) names = list_wanted (item);
  guint flags_lost = haul_item_get_imap_flags (item) & ~item->sent_flags;

  for (gsize i = 0; i < G_N_ELEMENTS (system_words); i++)
    if (flags_lost & system_words[i].flag)
      count (lost, system_words[i].word);
  for (guint i = 0; i < names->len; i++)
    {
      const char *wire = get_wire (self, names->pdata[i]);
      gboolean is_sent = wire != NULL && item->sent_keywords != NULL
                         && g_strv_contains ((const char *const *)item->sent_keywords, wire);
      if (!is_sent)
        count (lost, names->pdata[i]);
      else if (g_ascii_strcasecmp (wire, names->pdata[i]) != 0)
        g_hash_table_insert (renamed, names->pdata[i], (gpointer)wire);
    }
}

/**
 * haul_keywords_describe:
 * @keywords: a mailbox's labels
 * @items: (element-type HaulItem): what was copied is looked at
 *
 * Returns: (transfer full) (nullable): which labels got lost, and which have another name now
 */
char *
haul_keywords_describe (HaulKeywords *keywords, const GPtrArray *items)
{
  g_autoptr (GHashTable) lost = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) renamed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < items->len; i++)
    if (((const HaulItem *)items->pdata[i])->state == HAUL_ITEM_COPIED)
      look_at (keywords, items->pdata[i], lost, renamed);
  if (g_hash_table_size (lost) > 0)
    {
      g_autofree char *names = join_counts (lost);
      g_string_append_printf (text, "This mailbox cannot keep these labels: %s.", names);
    }
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (renamed), compare_names);
  for (GList *l = names; l != NULL && n < NAMES_TOLD; l = l->next, n++)
    {
      g_autofree char *valid = g_utf8_make_valid (l->data, -1);
      g_string_append_printf (text, "%sThe label “%s” is called “%s” there.", text->len == 0 ? "" : " ", valid,
                              (const char *)g_hash_table_lookup (renamed, l->data));
    }
  return text->len == 0 ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}
