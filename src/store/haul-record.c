/* haul-record.c - stores, folders and messages as payloads of frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * haul_record_from_*() runs in mailhaul-reader and makes records that keep the bounds; haul_record_to_*() runs in the
 * program that started it and refuses a record that does not.
 *
 * Thread:  any.
 * Errors:  HAUL_STORE_ERROR_READER_PROTOCOL.
 */
#include "store/haul-record.h"

#include "base/haul-repair.h"
#include "store/haul-store-error.h"

#include <string.h>

#define MAX_PROGRAM 256
#define MAX_FORMAT 32
#define MAX_PATH_OCTETS 65536
#define MAX_DEPTH 128
#define MAX_NAME 16384
#define MAX_NAMES 262144 /* octets of all names of one path */
#define MAX_KEYWORDS 64
#define MAX_KEYWORD 256
#define MAX_SIZE (G_GINT64_CONSTANT (1) << 50)
#define MIN_TIME G_GINT64_CONSTANT (-62135596800) /* year 1 */
#define MAX_TIME G_GINT64_CONSTANT (253402300799) /* year 9999 */
#define ALL_FLAGS ((HAUL_MESSAGE_NOT_JUNK << 1) - 1)

/* The error domains that may cross, by number. */
enum
{
  DOMAIN_OTHER,
  DOMAIN_STORE,
  DOMAIN_IO,
};

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL, "The reader sent a record with a bad %s.",
               what);
  return FALSE;
}

/**
 * haul_record_dup_text:
 * @text: (nullable): a sentence or name
 * @max: the most octets to keep
 *
 * Makes text from a store fit for a record and a terminal: valid, no longer than @max, control characters blanked.
 *
 * Returns: (transfer full): the text, empty for %NULL
 */
char *
haul_record_dup_text (const char *text, gsize max)
{
  if (text == NULL || *text == '\0')
    return g_strdup ("");

  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gsize length = (gsize)(g_utf8_next_char (p) - p);

      if (clean->len + length > max)
        break;
      if (g_unichar_iscntrl (c))
        g_string_append_c (clean, ' ');
      else
        g_string_append_len (clean, p, (gssize)length);
    }
  return g_string_free (clean, FALSE);
}

/* A text that came: refused when too long, cleaned, NULL when empty. */
static gboolean
take_text (const char *text, gsize max, char **out, GError **error)
{
  if (strlen (text) > max)
    return refuse (error, "text");
  *out = *text != '\0' ? haul_record_dup_text (text, max) : NULL;
  return TRUE;
}

static gint64
clamp_time (gint64 seconds)
{
  return seconds < MIN_TIME || seconds > MAX_TIME ? 0 : seconds;
}

/**
 * haul_record_from_store:
 * @info: a store
 *
 * Returns: (transfer floating): its record
 */
GVariant *
haul_record_from_store (const HaulStoreInfo *info)
{
  g_autofree char *program = haul_record_dup_text (info->program, MAX_PROGRAM);
  g_autofree char *owner = haul_record_dup_text (info->owner, HAUL_RECORD_MAX_TEXT);
  g_autofree char *warning = haul_record_dup_text (info->warning, HAUL_RECORD_MAX_TEXT);

  return g_variant_new ("(ssu^ayss)", program, info->format, (guint32)info->grade, info->path, owner, warning);
}

/* A store may not name a path that the walk was not sent to. */
static gboolean
lies_under (const char *path, const char *root)
{
  gsize length = strlen (root);

  while (length > 1 && root[length - 1] == '/')
    length--;
  if (path[0] != '/' || strncmp (path, root, length) != 0)
    return FALSE;
  if (path[length] != '\0' && path[length] != '/' && length > 1)
    return FALSE;
  return strstr (path, "/../") == NULL && !g_str_has_suffix (path, "/..");
}

/**
 * haul_record_to_store:
 * @record: of a STORE frame
 * @root: the path that was looked through
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the store
 */
HaulStoreInfo *
haul_record_to_store (GVariant *record, const char *root, GError **error)
{
  const char *program, *format, *path, *owner, *warning;
  guint32 grade;

  g_variant_get (record, "(&s&su^&ay&s&s)", &program, &format, &grade, &path, &owner, &warning);
  if (*program == '\0' || strlen (program) > MAX_PROGRAM)
    return refuse (error, "program"), NULL;
  if (*format == '\0' || strlen (format) > MAX_FORMAT || grade > HAUL_GRADE_SALVAGE)
    return refuse (error, "format"), NULL;
  if (strlen (path) > MAX_PATH_OCTETS || !lies_under (path, root))
    return refuse (error, "path"), NULL;

  g_autofree char *clean = haul_record_dup_text (program, MAX_PROGRAM);
  g_autoptr (HaulStoreInfo) info = haul_store_info_new (clean, format, grade, path);
  if (!take_text (owner, HAUL_RECORD_MAX_TEXT, &info->owner, error)
      || !take_text (warning, HAUL_RECORD_MAX_TEXT, &info->warning, error))
    return NULL;
  return g_steal_pointer (&info);
}

/**
 * haul_record_from_folder:
 * @folder: a folder
 *
 * Returns: (transfer floating): its record
 */
GVariant *
haul_record_from_folder (const HaulFolder *folder)
{
  g_autofree char *problem = haul_record_dup_text (folder->problem, HAUL_RECORD_MAX_TEXT);

  return g_variant_new ("(s^asuxxxxxxs)", folder->id, folder->path, (guint32)folder->role, folder->messages,
                        folder->bytes, folder->deleted, folder->lost, clamp_time (folder->oldest),
                        clamp_time (folder->newest), problem);
}

static gboolean
check_path (const char *const *path, GError **error)
{
  gsize total = 0;
  guint depth = g_strv_length ((char **)path);

  for (guint i = 0; i < depth; i++)
    {
      gsize length = strlen (path[i]);
      if (length == 0 || length > MAX_NAME)
        return refuse (error, "folder name");
      total += length;
    }
  if (depth == 0 || depth > MAX_DEPTH || total > MAX_NAMES)
    return refuse (error, "folder path");
  return TRUE;
}

/**
 * haul_record_to_folder:
 * @record: of a FOLDER, COUNT or READ frame
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the folder
 */
HaulFolder *
haul_record_to_folder (GVariant *record, GError **error)
{
  const char *id, *problem;
  g_autofree const char **path = NULL;
  guint32 role;
  gint64 messages, bytes, deleted, lost, oldest, newest;

  g_variant_get (record, "(&s^a&suxxxxxx&s)", &id, &path, &role, &messages, &bytes, &deleted, &lost, &oldest, &newest,
                 &problem);
  if (strlen (id) > HAUL_RECORD_MAX_KEY || role >= HAUL_N_ROLES)
    return refuse (error, "folder"), NULL;
  if (!check_path (path, error))
    return NULL;
  if (messages < -1 || bytes < -1 || deleted < -1 || messages > MAX_SIZE || bytes > MAX_SIZE || deleted > messages
      || lost < 0 || lost > MAX_SIZE)
    return refuse (error, "count"), NULL;

  g_autoptr (HaulFolder) folder = haul_folder_new (id, path, role);
  folder->messages = messages;
  folder->bytes = bytes;
  folder->deleted = deleted;
  folder->lost = lost;
  folder->oldest = clamp_time (oldest);
  folder->newest = clamp_time (newest);
  if (!take_text (problem, HAUL_RECORD_MAX_TEXT, &folder->problem, error))
    return NULL;
  return g_steal_pointer (&folder);
}

/* Digest, fingerprint. */
typedef struct
{
  guint8 digest[HAUL_DIGEST_LENGTH];
  HaulFingerprint fingerprint;
} Measure;

static GVariant *
digest_variant (const HaulMessage *message)
{
  Measure measure = { .fingerprint = message->fingerprint };

  memcpy (measure.digest, message->digest, sizeof measure.digest);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, &measure, message->is_measured ? sizeof measure : 0, 1);
}

/* An empty digest means: not measured. */
static gboolean
take_digest (GVariant *value, HaulMessage *message, GError **error)
{
  Measure measure;
  gsize length;
  const guint8 *octets = g_variant_get_fixed_array (value, &length, 1);

  if (length != 0 && length != sizeof measure)
    return refuse (error, "digest");
  message->is_measured = length != 0;
  if (!message->is_measured)
    return TRUE;
  memcpy (&measure, octets, sizeof measure);
  memcpy (message->digest, measure.digest, sizeof measure.digest);
  message->fingerprint = measure.fingerprint;
  return TRUE;
}

static GByteArray *
join_keywords (const HaulMessage *message)
{
  GByteArray *joined = g_byte_array_new ();

  for (guint i = 0, n = 0; message->keywords != NULL && message->keywords[i] != NULL && n < MAX_KEYWORDS; i++)
    {
      const char *word = message->keywords[i];
      gsize length = strlen (word);
      if (length == 0 || length > MAX_KEYWORD || !g_utf8_validate (word, -1, NULL))
        continue;
      g_byte_array_append (joined, (const guint8 *)word, (guint)length + 1);
      n++;
    }
  return joined;
}

/* Words that came, each with its final zero. */
static gboolean
take_keywords (const char *words, gsize length, HaulMessage *message, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  while (length > 0)
    {
      const char *end = memchr (words, '\0', length);
      gsize size = end == NULL ? 0 : (gsize)(end - words);
      if (size == 0 || size > MAX_KEYWORD || list->len == MAX_KEYWORDS || !g_utf8_validate_len (words, size, NULL))
        return refuse (error, "keyword");
      g_ptr_array_add (list, g_strndup (words, size));
      words += size + 1;
      length -= size + 1;
    }
  if (list->len == 0)
    return TRUE;
  g_ptr_array_add (list, NULL);
  message->keywords = (char **)g_ptr_array_steal (list, NULL);
  return TRUE;
}

/**
 * haul_record_append_message:
 * @out: where to
 * @message: a message
 *
 * Writes a MESSAGE frame.
 */
void
haul_record_append_message (GByteArray *out, const HaulMessage *message)
{
  g_autofree char *problem = haul_record_dup_text (message->problem, HAUL_RECORD_MAX_TEXT);
  g_autoptr (GByteArray) keywords = join_keywords (message);
  HaulRecordMessage head = { .size = MIN (message->size, (guint64)MAX_SIZE),
                             .received = clamp_time (message->received),
                             .flags = message->flags & ALL_FLAGS,
                             .state = (guint32)message->state,
                             .is_measured = message->is_measured ? 1 : 0,
                             .flaws = message->flaws,
                             .key_length = (guint32)strlen (message->key),
                             .keywords_length = keywords->len,
                             .problem_length = (guint32)strlen (problem) };

  if (message->is_measured)
    {
      memcpy (head.digest, message->digest, sizeof head.digest);
      head.fingerprint = message->fingerprint;
    }
  haul_frame_append_header (out, HAUL_FRAME_MESSAGE,
                            sizeof head + head.key_length + head.keywords_length + head.problem_length);
  g_byte_array_append (out, (const guint8 *)&head, sizeof head);
  g_byte_array_append (out, (const guint8 *)message->key, head.key_length);
  g_byte_array_append (out, keywords->data, keywords->len);
  g_byte_array_append (out, (const guint8 *)problem, head.problem_length);
}

static gboolean
check_head (const HaulRecordMessage *head, gsize length, GError **error)
{
  if (sizeof *head + (guint64)head->key_length + head->keywords_length + head->problem_length != length)
    return refuse (error, "length");
  if (head->key_length == 0 || head->key_length > HAUL_RECORD_MAX_KEY)
    return refuse (error, "key");
  if (head->problem_length > HAUL_RECORD_MAX_TEXT)
    return refuse (error, "text");
  if (head->size > (guint64)MAX_SIZE || (head->flags & ~(guint32)ALL_FLAGS) != 0
      || head->state > HAUL_MESSAGE_UNREADABLE || head->is_measured > 1 || head->flaws > HAUL_REPAIR_ALL)
    return refuse (error, "message");
  return TRUE;
}

/**
 * haul_record_to_message:
 * @frame: a MESSAGE frame
 * @error: return location
 *
 * The ordinal is not in the record: whoever takes it counts.
 *
 * Returns: (transfer full) (nullable): the message
 */
HaulMessage *
haul_record_to_message (const HaulFrame *frame, GError **error)
{
  HaulRecordMessage head = { 0 };

  if (frame->length < sizeof head)
    return refuse (error, "length"), NULL;
  memcpy (&head, frame->data, sizeof head);
  if (!check_head (&head, frame->length, error))
    return NULL;
  const char *key_text = (const char *)frame->data + sizeof head;
  const char *keywords = key_text + head.key_length;
  const char *problem_text = keywords + head.keywords_length;
  if (!g_utf8_validate_len (key_text, head.key_length, NULL)
      || !g_utf8_validate_len (problem_text, head.problem_length, NULL))
    return refuse (error, "text"), NULL;

  g_autofree char *key = g_strndup (key_text, head.key_length);
  g_autoptr (HaulMessage) message = haul_message_new (key, 0);
  message->size = head.size;
  message->received = clamp_time (head.received);
  message->flags = head.flags;
  message->state = head.state;
  message->is_measured = head.is_measured == 1;
  message->flaws = head.flaws;
  if (message->is_measured)
    {
      memcpy (message->digest, head.digest, sizeof head.digest);
      message->fingerprint = head.fingerprint;
    }
  if (head.problem_length > 0)
    {
      g_autofree char *problem = g_strndup (problem_text, head.problem_length);
      message->problem = haul_record_dup_text (problem, HAUL_RECORD_MAX_TEXT);
    }
  if (!take_keywords (keywords, head.keywords_length, message, error))
    return NULL;
  return g_steal_pointer (&message);
}

/**
 * haul_record_from_measure:
 * @message: a message, measured, or else with a problem
 *
 * Returns: (transfer floating): what measuring it gave
 */
GVariant *
haul_record_from_measure (const HaulMessage *message)
{
  g_autofree char *problem
      = haul_record_dup_text (message->is_measured ? NULL : message->problem, HAUL_RECORD_MAX_TEXT);

  return g_variant_new ("(t@aysuu)", MIN (message->size, (guint64)MAX_SIZE), digest_variant (message), problem,
                        message->flaws, message->repairs);
}

/**
 * haul_record_add_measure:
 * @record: of a MEASURE frame
 * @message: (inout): the message it belongs to
 * @error: return location
 *
 * Puts in size and digest; without a digest the message becomes unreadable with the problem named.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_record_add_measure (GVariant *record, HaulMessage *message, GError **error)
{
  g_autoptr (GVariant) digest = NULL;
  const char *problem;
  guint64 size;
  guint32 flaws, repairs;

  g_variant_get (record, "(t@ay&suu)", &size, &digest, &problem, &flaws, &repairs);
  if (flaws > HAUL_REPAIR_ALL || repairs > HAUL_REPAIR_ALL)
    return refuse (error, "repair");
  if (size > (guint64)MAX_SIZE)
    return refuse (error, "size");
  if (!take_digest (digest, message, error))
    return FALSE;
  message->size = size;
  message->flaws = flaws;
  message->repairs = repairs;
  if (message->is_measured)
    return TRUE;
  message->state = HAUL_MESSAGE_UNREADABLE;
  g_clear_pointer (&message->problem, g_free);
  return take_text (problem, HAUL_RECORD_MAX_TEXT, &message->problem, error);
}

/**
 * haul_record_from_error:
 * @error: an error
 *
 * Returns: (transfer floating): its record
 */
GVariant *
haul_record_from_error (const GError *error)
{
  g_autofree char *text = haul_record_dup_text (error->message, HAUL_RECORD_MAX_TEXT);
  guint32 domain = DOMAIN_OTHER;
  guint32 code = 0;

  if (error->domain == HAUL_STORE_ERROR)
    domain = DOMAIN_STORE, code = (guint32)error->code;
  else if (error->domain == G_IO_ERROR)
    domain = DOMAIN_IO, code = (guint32)error->code;
  else if (error->domain == G_FILE_ERROR)
    domain = DOMAIN_IO, code = (guint32)g_io_error_from_file_error (error->code);
  return g_variant_new ("(uus)", domain, code, text);
}

/**
 * haul_record_to_error:
 * @record: of an ERROR frame
 *
 * The codes that only the program itself may give (the reader died, the protocol was broken, a person stopped it) are
 * not believed.
 *
 * Returns: (transfer full): the error
 */
GError *
haul_record_to_error (GVariant *record)
{
  guint32 domain, code;
  const char *text;

  g_variant_get (record, "(uu&s)", &domain, &code, &text);
  if (strlen (text) > HAUL_RECORD_MAX_TEXT || domain > DOMAIN_IO
      || (domain == DOMAIN_STORE && code > HAUL_STORE_ERROR_UNSUPPORTED) || code > G_IO_ERROR_NO_SUCH_DEVICE)
    {
      GError *bad = NULL;
      refuse (&bad, "error");
      return bad;
    }
  g_autofree char *clean = haul_record_dup_text (text, HAUL_RECORD_MAX_TEXT);
  if (domain == DOMAIN_STORE)
    return g_error_new_literal (HAUL_STORE_ERROR, (int)code, clean);
  if (domain == DOMAIN_IO && code != G_IO_ERROR_CANCELLED)
    return g_error_new_literal (G_IO_ERROR, (int)code, clean);
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, clean);
}
