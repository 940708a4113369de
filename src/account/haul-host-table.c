/* haul-host-table.c - a small text file that says one thing about each mail server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line a server: `mail.example.org 993 WORDS`. A line that is not understood is kept and has no say.
 *
 * Thread:  any; two programs writing at once may lose one of the two lines, never the file.
 * Memory:  the file, at most 1 MiB.
 * Errors:  G_FILE_ERROR.
 */
#include "account/haul-host-table.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define FILE_BYTES_MAX (1024 * 1024)

/* Returns what the line says if it is about this server, borrowed from @words. */
static const char *
match_line (char **words, const char *host, guint16 port)
{
  guint64 number;

  if (g_strv_length (words) != 3 || !g_ascii_string_to_unsigned (words[1], 10, 1, G_MAXUINT16, &number, NULL))
    return NULL;
  if (g_ascii_strcasecmp (words[0], host) != 0 || (port != 0 && port != number))
    return NULL;
  return words[2];
}

static char **
read_lines (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local_error = NULL;
  GStatBuf status;

  if (g_stat (path, &status) == 0 && status.st_size > FILE_BYTES_MAX)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s is too large to be a list of mail servers", path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, NULL, &local_error))
    {
      if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_new0 (char *, 1);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return g_strsplit (text, "\n", -1);
}

/**
 * haul_host_table_lookup:
 * @path: the file
 * @host: a server
 * @port: its port, or 0 for any
 * @error: return location
 *
 * Returns: (transfer full) (array zero-terminated=1): what the lines about it say; a file that is not there is an
 *   empty list; %NULL with an error
 */
char **
haul_host_table_lookup (const char *path, const char *host, guint16 port, GError **error)
{
  g_auto (GStrv) lines = read_lines (path, error);
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();

  if (lines == NULL)
    return NULL;
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", 3);
      const char *value = match_line (words, host, port);

      if (value != NULL)
        g_strv_builder_add (values, value);
    }
  return g_strv_builder_end (values);
}

/**
 * haul_host_table_replace:
 * @path: the file; it and its folder are made
 * @host: a server
 * @port: its port
 * @value: one line without its end
 * @error: return location
 *
 * Writes down what is true of the server from now on, in the place of what was said of it before.
 *
 * Returns: whether it was written
 */
gboolean
haul_host_table_replace (const char *path, const char *host, guint16 port, const char *value, GError **error)
{
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_return_val_if_fail (port != 0 && strpbrk (host, " \n") == NULL && strchr (value, '\n') == NULL, FALSE);
  lines = read_lines (path, error);
  if (lines == NULL)
    return FALSE;
  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", 3);

      if (**line != 0 && match_line (words, host, port) == NULL)
        g_string_append_printf (text, "%s\n", *line);
    }
  g_string_append_printf (text, "%s %u %s\n", host, port, value);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (int)g_file_error_from_errno (errno), "Cannot make the folder %s", folder);
      return FALSE;
    }
  return g_file_set_contents_full (path, text->str, (gssize)text->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}
