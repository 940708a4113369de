/* haul-folder-map.c - from a local folder's path to a mailbox's name on this server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each level of a path is decided once and remembered, so that a subfolder follows its parent wherever that went. The
 * outcome depends on the store's own order of folders and never on which of them are to be copied: a second run with
 * other choices finds the same mailboxes.
 *
 * Thread:  one owner; pure, no server is asked.
 * See:     docs/wire.md for what servers bear.
 */
#include "migrate/haul-folder-map.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/haul-utf7.h"
#include "migrate/haul-mailbox-name.h"

/* Fewer octets than this leave no name worth having: the folder goes higher up then. */
#define LEAST_ROOM 20

typedef struct _Target Target;

/* A mailbox that something was mapped to. */
struct _Target
{
  Target *parent; /* (nullable) */
  char *name;     /* (owned) its last name, UTF-8 */
  char *wire;     /* (owned) */
  char *display;  /* (owned) */
  guint depth;
  gboolean is_childless; /* the server lets it have no mailboxes in it */
  gboolean is_used;      /* a folder, not only a parent, goes here */
  guint store;           /* that had it first, if any */
  char *owner;           /* (owned) (nullable) that folder's name */
};

/* One level of one store's local path, decided. */
typedef struct
{
  Target *target;
  HaulRole role;
  gboolean is_used;
} Place;

struct _HaulFolderMap
{
  HaulServer *server;     /* (owned) */
  HaulChoices *choices;   /* (owned) */
  GPtrArray *all;         /* (owned) (element-type Target) */
  GPtrArray *decided;     /* (owned) (element-type Place) */
  GHashTable *targets;    /* (owned) folded wire name → Target */
  GHashTable *places;     /* (owned) store and local path → Place (borrowed) */
  GHashTable *taken;      /* (owned) store and folded wire name → Place (borrowed) */
  GHashTable *numbers;    /* (owned) store and folded wire name → next “ (n)” */
  GHashTable *on_server;  /* (owned) wire name → HaulServerMailbox (borrowed) */
  GHashTable *folded;     /* (owned) folded wire name → HaulServerMailbox (borrowed) */
  GHashTable *store_role; /* (owned) store and role that had its first folder */
  GHashTable *expected;   /* (owned) folded wire names of the stores' own folders at the top */
  Target *roles[HAUL_N_ROLES];
  Target *inbox;
  Target *into;       /* (nullable) */
  gboolean is_lifted; /* the last child that was made lies higher up than its folder */
};

static void
target_free (gpointer data)
{
  Target *target = data;

  g_free (target->name);
  g_free (target->wire);
  g_free (target->display);
  g_free (target->owner);
  g_free (target);
}

static char *
fold (const char *wire)
{
  g_autofree char *decoded = haul_utf7_decode (wire);
  g_autofree char *valid = decoded != NULL ? NULL : g_utf8_make_valid (wire, -1);

  return g_utf8_casefold (decoded != NULL ? decoded : valid, -1);
}

static Target *
add_target (HaulFolderMap *self, Target *parent, const char *name, char *wire, char *display)
{
  g_autofree char *key = fold (wire);
  Target *target = g_hash_table_lookup (self->targets, key);

  if (target != NULL)
    {
      g_free (wire);
      g_free (display);
      return target;
    }
  target = g_new0 (Target, 1);
  target->parent = parent;
  target->name = g_strdup (name);
  target->wire = wire;
  target->display = display;
  target->depth = parent == NULL ? 1 : parent->depth + 1;
  g_ptr_array_add (self->all, target);
  g_hash_table_insert (self->targets, g_steal_pointer (&key), target);
  return target;
}

static Target *
add_mailbox (HaulFolderMap *self, const HaulServerMailbox *mailbox)
{
  g_autofree char *display = haul_mailbox_name_dup_display (mailbox->name, self->server);
  const char *last = strrchr (display, '/');
  Target *target
      = add_target (self, NULL, last == NULL ? display : last + 1, g_strdup (mailbox->name), g_strdup (display));

  target->is_childless = !mailbox->can_have_children;
  target->depth = 1;
  for (const char *p = display; (p = strchr (p, '/')) != NULL; p++)
    target->depth++;
  return target;
}

static const HaulServerMailbox *
find_on_server (HaulFolderMap *self, const char *wire)
{
  const HaulServerMailbox *mailbox = g_hash_table_lookup (self->on_server, wire);

  if (mailbox != NULL)
    return mailbox;
  g_autofree char *key = fold (wire);
  return g_hash_table_lookup (self->folded, key);
}

/* The mailbox of that name under @parent, as near as the server's limits allow; not yet looked at for twins. */
static Target *
make_child (HaulFolderMap *self, Target *parent, const char *name, const char *suffix)
{
  char delimiter[2] = { self->server->delimiter, '\0' };
  const char *prefix = self->server->prefix == NULL ? "" : self->server->prefix;
  g_autofree char *clean = haul_mailbox_name_clean (name, *delimiter, self->server->refused_letters);
  gsize used;

  self->is_lifted = FALSE;
  while (parent != NULL && (*delimiter == '\0' || parent->depth >= HAUL_MAILBOX_DEPTH_MAX || parent->is_childless))
    {
      char *joined = g_strconcat (parent->name, "-", clean, NULL);
      g_free (clean);
      clean = joined;
      parent = parent->parent;
    }
  for (; parent != NULL && strlen (parent->wire) + 1 + LEAST_ROOM > HAUL_MAILBOX_PATH_MAX; self->is_lifted = TRUE)
    parent = parent->parent;
  used = parent == NULL ? strlen (prefix) : strlen (parent->wire) + 1;
  gsize room = used + LEAST_ROOM > HAUL_MAILBOX_PATH_MAX ? LEAST_ROOM : HAUL_MAILBOX_PATH_MAX - used;

  g_autofree char *fitted = haul_mailbox_name_fit (clean, suffix, MIN (room, HAUL_MAILBOX_NAME_MAX));
  if (parent == NULL && g_ascii_strcasecmp (fitted, "INBOX") == 0)
    return self->inbox;
  g_autofree char *encoded = haul_mailbox_name_to_wire (fitted);
  g_autofree char *wire
      = parent == NULL ? g_strconcat (prefix, encoded, NULL) : g_strconcat (parent->wire, delimiter, encoded, NULL);
  const HaulServerMailbox *mailbox = find_on_server (self, wire);
  if (mailbox != NULL)
    return add_mailbox (self, mailbox);
  char *display = haul_mailbox_name_dup_display (wire, self->server);
  return add_target (self, parent, fitted, g_steal_pointer (&wire), display);
}

/* What a person typed: the name of a mailbox that is there, in either spelling, or a path with “/” between the names.
 */
static Target *
make_from_text (HaulFolderMap *self, const char *text)
{
  for (guint i = 0; i < self->server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (self->server->mailboxes, i);
      g_autofree char *display = haul_mailbox_name_dup_display (mailbox->name, self->server);
      if (g_strcmp0 (text, mailbox->name) == 0 || g_strcmp0 (text, mailbox->display) == 0
          || g_strcmp0 (text, display) == 0)
        return add_mailbox (self, mailbox);
    }

  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  Target *target = NULL;
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      target = make_child (self, target, parts[i], "");
  return target;
}

static void
index_server (HaulFolderMap *self)
{
  for (guint i = 0; i < self->server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (self->server->mailboxes, i);
      g_autofree char *key = fold (mailbox->name);
      g_hash_table_insert (self->on_server, mailbox->name, (gpointer)mailbox);
      if (!g_hash_table_contains (self->folded, key))
        g_hash_table_insert (self->folded, g_steal_pointer (&key), (gpointer)mailbox);
    }
}

/**
 * haul_folder_map_new:
 * @server: what the server showed
 * @choices: where the person wants folders to go
 *
 * Makes a map that nothing was put into yet.
 *
 * Returns: (transfer full): the map
 */
HaulFolderMap *
haul_folder_map_new (const HaulServer *server, const HaulChoices *choices)
{
  HaulFolderMap *self = g_new0 (HaulFolderMap, 1);

  self->server = haul_server_ref ((HaulServer *)server);
  self->choices = haul_choices_copy (choices);
  self->all = g_ptr_array_new_with_free_func (target_free);
  self->targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->decided = g_ptr_array_new_with_free_func (g_free);
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->on_server = g_hash_table_new (g_str_hash, g_str_equal);
  self->folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->store_role = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  index_server (self);
  self->inbox = add_target (self, NULL, "INBOX", g_strdup ("INBOX"), g_strdup ("INBOX"));
  const HaulServerMailbox *inbox = find_on_server (self, "INBOX");
  self->inbox->is_childless = inbox != NULL && !inbox->can_have_children;
  if (choices->into != NULL && *choices->into != '\0')
    self->into = make_from_text (self, choices->into);
  return self;
}

void
haul_folder_map_free (HaulFolderMap *self)
{
  haul_server_unref (self->server);
  haul_choices_free (self->choices);
  g_hash_table_unref (self->targets);
  g_hash_table_unref (self->places);
  g_hash_table_unref (self->taken);
  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->on_server);
  g_hash_table_unref (self->folded);
  g_hash_table_unref (self->store_role);
  g_hash_table_unref (self->expected);
  g_ptr_array_unref (self->decided);
  g_ptr_array_unref (self->all);
  g_free (self);
}

void
haul_folder_target_free (HaulFolderTarget *target)
{
  g_free (target->mailbox);
  g_free (target->display);
  g_free (target->note);
  g_free (target->warning);
  g_free (target);
}

/* One level of a path, while it is decided. */
typedef struct
{
  guint store;
  HaulRole role; /* NONE for a parent that is only passed through */
  const char *name;
  Target *parent; /* (nullable) */
} Level;

static char *
key_of (guint store, const char *text)
{
  return g_strdup_printf ("%u\037%s", store, text);
}

static Place *
find_taken (HaulFolderMap *self, guint store, const Target *target)
{
  g_autofree char *folded = fold (target->wire);
  g_autofree char *key = key_of (store, folded);

  return g_hash_table_lookup (self->taken, key);
}

/* Not for mail, or not for us: nothing goes there but by the person's own choice. */
static gboolean
is_reserved (HaulFolderMap *self, const Target *target)
{
  const HaulServerMailbox *mailbox = find_on_server (self, target->wire);

  if (target == self->inbox)
    return FALSE;
  return haul_server_is_foreign (self->server, target->wire) || (mailbox != NULL && mailbox->is_view)
         || (target->depth == 1 && self->server->keeps_other_items && haul_role_is_no_mail (target->name))
         /* INBOX.INBOX, that some programs show as the inbox itself. */
         || g_ascii_strcasecmp (target->display, "INBOX") == 0;
}

/* Folders of several stores come together where they have the very same name, not where names are merely taken for the
 * same by the server. */
static gboolean
is_other_stores (const Level *level, const Target *target)
{
  g_autofree char *composed = g_utf8_normalize (level->name, -1, G_NORMALIZE_NFC);

  return target->owner != NULL && target->store != level->store && g_strcmp0 (target->owner, composed) != 0;
}

static gboolean
is_free_for (HaulFolderMap *self, const Level *level, const Target *target)
{
  const Place *place = find_taken (self, level->store, target);

  if (place != NULL)
    return level->role != HAUL_ROLE_NONE && place->role == level->role;
  return !is_reserved (self, target) && (level->role != HAUL_ROLE_NONE || !is_other_stores (level, target));
}

/* The mailbox that the server calls so; else the one whose name says so, if there is only one: of “Sent” and “Sent
 * Items” nobody knows which is meant. One that is called like a folder of ours does not count, since an earlier run may
 * have made it, and this run is to find what that one found. */
static const HaulServerMailbox *
find_by_role (HaulFolderMap *self, HaulRole role)
{
  const HaulServerMailbox *found = NULL;

  for (guint i = 0; i < self->server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (self->server->mailboxes, i);
      g_autofree char *key = fold (mailbox->name);
      if (mailbox->role != role || !mailbox->can_select || mailbox->is_foreign
          || g_hash_table_contains (self->expected, key))
        continue;
      if (!mailbox->is_guessed)
        return mailbox;
      if (found != NULL)
        return NULL;
      found = mailbox;
    }
  return found;
}

/* The first folder of a role in its store goes where the server, or a store before it, keeps such mail. A mailbox of
 * the folder's own name comes first: else a run could move what an earlier run put there. */
static Target *
find_role_target (HaulFolderMap *self, const Level *level)
{
  g_autofree char *word = key_of (level->store, haul_role_to_string (level->role));
  const HaulServerMailbox *mailbox;
  Target *target;

  if (level->role == HAUL_ROLE_NONE || !g_hash_table_add (self->store_role, g_steal_pointer (&word)))
    return NULL;
  if (level->role == HAUL_ROLE_INBOX)
    return self->inbox;
  target = make_child (self, NULL, level->name, "");
  if (find_on_server (self, target->wire) != NULL && !is_reserved (self, target))
    return target;
  mailbox = find_by_role (self, level->role);
  if (mailbox != NULL)
    return add_mailbox (self, mailbox);
  if (self->roles[level->role] != NULL)
    return self->roles[level->role];
  return level->role == HAUL_ROLE_OUTBOX ? make_child (self, NULL, "Outbox", "") : target;
}

/* How a folder came to its mailbox. */
typedef struct
{
  gboolean is_own;      /* by its own name */
  gboolean is_numbered; /* which another folder had before, */
  gboolean is_reserved; /* or which is not for mail */
  gboolean is_lifted;
} Way;

/* “Work”, or “Work (2)” where another folder of the same store is there already. */
static Target *
find_own_target (HaulFolderMap *self, const Level *level, Way *way)
{
  Target *target = make_child (self, level->parent, level->name, "");
  g_autofree char *folded = fold (target->wire);
  g_autofree char *key = key_of (level->store, folded);
  guint number = MAX (2, GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, key)));

  way->is_reserved = is_reserved (self, target);
  while (!is_free_for (self, level, target))
    {
      g_autofree char *suffix = haul_mailbox_name_dup_suffix (number++, self->server->refused_letters);
      target = make_child (self, level->parent, level->name, suffix);
      way->is_numbered = TRUE;
    }
  way->is_lifted = self->is_lifted;
  g_hash_table_insert (self->numbers, g_steal_pointer (&key), GUINT_TO_POINTER (number));
  return target;
}

static char *
describe (const Level *level, const Target *target, const Way *way)
{
  g_autofree char *composed = g_utf8_normalize (level->name, -1, G_NORMALIZE_NFC);
  g_autofree char *wanted = g_utf8_casefold (composed == NULL ? "" : composed, -1);
  g_autofree char *got = g_utf8_casefold (target->name, -1);

  if (target->is_used)
    return g_strdup_printf (_ ("More than one folder goes into the mailbox “%s”."), target->display);
  if (way->is_reserved)
    return g_strdup_printf (_ ("On this server the name “%s” is not for mail of one's own, so the mailbox is called "
                               "“%s”."),
                            level->name, target->name);
  if (way->is_numbered)
    return g_strdup_printf (_ ("Another folder has the same name on the server, so this one is called “%s”."),
                            target->name);
  if (level->role == HAUL_ROLE_OUTBOX)
    return g_strdup (_ ("These messages were waiting to be sent; they are copied, not sent."));
  if (way->is_own && !g_str_equal (wanted, got))
    return g_strdup_printf (_ ("The server cannot take this name as it is, so the mailbox is called “%s”."),
                            target->name);
  if (way->is_own && way->is_lifted)
    return g_strdup_printf (_ ("The whole name would be too long for the server, so the mailbox is “%s”."),
                            target->display);
  return NULL;
}

/* What becomes of mail that is put there; the person's own choice is warned of as well. */
static char *
warn (HaulFolderMap *self, const Target *target)
{
  const HaulServerMailbox *mailbox = find_on_server (self, target->wire);
  HaulRole role = mailbox != NULL && mailbox->role != HAUL_ROLE_NONE ? mailbox->role
                  : target->depth == 1                               ? haul_role_guess (target->name)
                                                                     : HAUL_ROLE_NONE;
  guint days = role == HAUL_ROLE_TRASH  ? self->server->trash_days
               : role == HAUL_ROLE_JUNK ? self->server->junk_days
                                        : 0;

  if (mailbox != NULL && mailbox->is_view)
    return g_strdup_printf (
        _ ("The mailbox “%s” shows messages that lie elsewhere; the server may not take any for it."), target->display);
  if (days == 0)
    return NULL;
  return g_strdup_printf (
      ngettext ("The server empties the mailbox “%s” by itself: mail is deleted there after %u day.",
                "The server empties the mailbox “%s” by itself: mail is deleted there after %u days.", days),
      target->display, days);
}

static Target *
decide (HaulFolderMap *self, const Level *level, const char *path, gboolean is_top, char **note)
{
  const char *chosen = g_hash_table_lookup (self->choices->map, path);
  Target *target = chosen == NULL ? NULL : make_from_text (self, chosen);
  Way way = { 0 };

  if (target == NULL && is_top && self->into == NULL)
    {
      target = find_role_target (self, level);
      way.is_own = target != NULL && target == make_child (self, NULL, level->name, "");
      if (target != NULL && !is_free_for (self, level, target))
        target = NULL;
    }
  if (target == NULL)
    {
      way.is_own = TRUE;
      target = find_own_target (self, level, &way);
    }
  *note = describe (level, target, &way);
  return target;
}

static Place *
take (HaulFolderMap *self, const Level *level, Target *target, const char *key)
{
  Place *place = g_new0 (Place, 1);
  g_autofree char *folded = fold (target->wire);
  g_autofree char *taken = key_of (level->store, folded);

  place->target = target;
  place->role = level->role;
  if (target->owner == NULL && level->role == HAUL_ROLE_NONE)
    {
      target->owner = g_utf8_normalize (level->name, -1, G_NORMALIZE_NFC);
      target->store = level->store;
    }
  if (!g_hash_table_contains (self->taken, taken))
    g_hash_table_insert (self->taken, g_steal_pointer (&taken), place);
  if (level->role != HAUL_ROLE_NONE && level->parent == NULL && self->roles[level->role] == NULL)
    self->roles[level->role] = target;
  if (!g_hash_table_contains (self->places, key))
    g_hash_table_insert (self->places, g_strdup (key), place);
  g_ptr_array_add (self->decided, place);
  return place;
}

/**
 * haul_folder_map_expect:
 * @self: a map that nothing was put into yet
 * @folder: one that will be
 *
 * Tells the map of a folder beforehand: what a mailbox is for is guessed from names that are not the stores' own.
 */
void
haul_folder_map_expect (HaulFolderMap *self, const HaulFolder *folder)
{
  Target *target = make_child (self, NULL, folder->path[0], "");

  g_hash_table_add (self->expected, fold (target->wire));
}

/**
 * haul_folder_map_add:
 * @self: a map
 * @store: which of several stores, from 0
 * @folder: the next folder of that store, in the store's order
 *
 * Decides where a folder goes. Folders of one store never share a mailbox but for those of the same special role and
 * those that the person mapped so; folders of the same name in different stores do share one.
 *
 * Returns: (transfer full): the mailbox
 */
HaulFolderTarget *
haul_folder_map_add (HaulFolderMap *self, guint store, const HaulFolder *folder)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GString) key = g_string_new (NULL);
  Target *parent = self->into;
  Place *place = NULL;
  HaulFolderTarget *result = g_new0 (HaulFolderTarget, 1);

  g_string_printf (key, "%u", store);
  for (guint i = 0; folder->path[i] != NULL; i++)
    {
      gboolean is_last = folder->path[i + 1] == NULL;
      Level level = { store, is_last ? folder->role : HAUL_ROLE_NONE, folder->path[i], parent };
      g_autofree char *note = NULL;
      g_string_append_printf (path, "%s%s", i == 0 ? "" : "/", folder->path[i]);
      g_string_append_printf (key, "\037%s", folder->path[i]);

      place = g_hash_table_lookup (self->places, key->str);
      if (place == NULL || (is_last && place->is_used))
        {
          Target *target = decide (self, &level, path->str, i == 0, &note);
          place = take (self, &level, target, key->str);
        }
      if (is_last)
        result->note = g_steal_pointer (&note);
      parent = place->target;
    }

  const HaulServerMailbox *mailbox = g_hash_table_lookup (self->on_server, place->target->wire);
  place->is_used = place->target->is_used = TRUE;
  result->mailbox = g_strdup (place->target->wire);
  result->display = g_strdup (place->target->display);
  result->warning = warn (self, place->target);
  result->exists = mailbox != NULL && mailbox->can_select;
  return result;
}
