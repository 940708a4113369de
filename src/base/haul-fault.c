/* haul-fault.c - named places where a test may break a run off; compiled with -Dfault_injection=true only
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each passing of a place is a step, counted over all threads. The environment says what happens:
 *
 *   HAUL_FAULT_LOG=FILE      every step passed, one a line: number, point, name
 *   HAUL_FAULT_STEP=N        at step N ...
 *   HAUL_FAULT_KIND=KIND     ... the process gets a signal (kill, term, int, hup, segv, abort), is stopped (hold), or
 * stopped and finds its connection gone when it goes on (stop), loses the connection (drop, rst), is killed after the
 * answer had time to come (late), waits (pause), loses what was not synced and dies (power); a call of the journal
 * fails (enospc: and all after it, eio, fsync, lie, short) HAUL_FAULT_HOLD_MS=N     no wait of the engine is longer
 *   HAUL_FAULT_ANSWER_MS=N   a server that says nothing is not waited for longer
 *
 * Thread:  any; the socket and the command in flight are the calling thread's.
 * See:     docs/reliability.md for the points F01 to F34.
 */
#include "base/haul-fault.h"

#ifdef HAUL_FAULT_INJECTION

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LATE_US 30000
#define PAUSE_US 200000
#define REPLY_PIECES_MAX 48

typedef struct
{
  gboolean is_on;
  int log_fd; /* -1: none */
  int target; /* 0: none */
  char kind[16];
} Setup;

static Setup setup = { .log_fd = -1 };
static int n_passed;         /* (atomic) */
static int is_full;          /* (atomic) no space is left, for good */
static const char *mark;     /* (atomic) */
static void (*power) (void); /* makes what was not synced undone */
static __thread int socket_fd = -1;
static __thread gboolean is_split;
static __thread char tag[24];
static __thread char verb[24];

static const Setup *
get_setup (void)
{
  static gsize is_ready = 0;

  if (g_once_init_enter (&is_ready))
    {
      const char *log = getenv ("HAUL_FAULT_LOG"), *step = getenv ("HAUL_FAULT_STEP"),
                 *kind = getenv ("HAUL_FAULT_KIND");
      setup.log_fd = log == NULL ? -1 : open (log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
      setup.target = step == NULL ? 0 : atoi (step);
      g_strlcpy (setup.kind, kind == NULL ? "kill" : kind, sizeof setup.kind);
      setup.is_on = setup.log_fd >= 0 || setup.target > 0;
      g_once_init_leave (&is_ready, 1);
    }
  return &setup;
}

static void
write_log (const char *point, const char *name, int number)
{
  char line[128];
  int length = snprintf (line, sizeof line, "%d %s %s\n", number, point, name);

  if (setup.log_fd >= 0 && write (setup.log_fd, line, (size_t)MIN (length, (int)sizeof line - 1)) < 0)
    abort ();
}

static void
die (int number)
{
  signal (number, SIG_DFL);
  raise (number);
  for (;;)
    pause ();
}

static void
drop (void)
{
  if (socket_fd >= 0)
    shutdown (socket_fd, SHUT_RDWR);
}

/* Dissolving the association of a TCP socket resets it. */
static void
reset (void)
{
  struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  if (socket_fd >= 0)
    connect (socket_fd, &nowhere, sizeof nowhere);
}

static void
interrupt (void)
{
  static const struct
  {
    const char *kind;
    int number;
    gboolean is_deadly;
  } signals[] = { { "kill", SIGKILL, TRUE },  { "segv", SIGSEGV, TRUE }, { "abort", SIGABRT, TRUE },
                  { "term", SIGTERM, FALSE }, { "int", SIGINT, FALSE },  { "hup", SIGHUP, FALSE },
                  { "stop", SIGSTOP, FALSE }, { "hold", SIGSTOP, FALSE } };

  if (strcmp (setup.kind, "late") == 0)
    {
      g_usleep (LATE_US);
      die (SIGKILL);
    }
  if (strcmp (setup.kind, "power") == 0 && power != NULL)
    {
      power ();
      die (SIGKILL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (strcmp (setup.kind, signals[i].kind) == 0)
      {
        if (signals[i].is_deadly)
          die (signals[i].number);
        kill (getpid (), signals[i].number);
      }
  if (strcmp (setup.kind, "drop") == 0 || strcmp (setup.kind, "stop") == 0)
    drop ();
  if (strcmp (setup.kind, "rst") == 0)
    reset ();
  if (strcmp (setup.kind, "pause") == 0)
    g_usleep (PAUSE_US);
}

/* Counts a step; whether it is the one. */
static gboolean
count (const char *point, const char *name)
{
  if (!get_setup ()->is_on)
    return FALSE;
  int number = g_atomic_int_add (&n_passed, 1) + 1;
  write_log (point, name, number);
  return number == setup.target;
}

/**
 * haul_fault_pass:
 * @point: F01 to F34
 * @name: which of its places
 *
 * Counts a step, and lets happen what the environment says of it.
 */
void
haul_fault_pass (const char *point, const char *name)
{
  if (count (point, name))
    interrupt ();
}

/* What the journal does from now on is of this point; a constant. */
void
haul_fault_set_mark (const char *point)
{
  g_atomic_pointer_set (&mark, point);
}

/* A commit of the journal begins or is done. */
void
haul_fault_pass_commit (const char *name)
{
  const char *point = g_atomic_pointer_get (&mark);
  char full[64];

  snprintf (full, sizeof full, "commit %s", name);
  haul_fault_pass (point == NULL ? "F33" : point, full);
}

/* Called before a cut of power: undoes what was written and not synced. */
void
haul_fault_set_power_func (void (*func) (void))
{
  power = func;
}

/**
 * haul_fault_pass_io:
 * @name: what the journal is about to do, or has done
 *
 * A step of the journal's file system, under the point that was marked last.
 *
 * Returns: how the call is to fail
 */
HaulFaultFailure
haul_fault_pass_io (const char *name)
{
  static const struct
  {
    const char *kind;
    HaulFaultFailure failure;
  } table[] = { { "enospc", HAUL_FAULT_NO_SPACE },
                { "eio", HAUL_FAULT_IO_ERROR },
                { "fsync", HAUL_FAULT_SYNC_FAILS },
                { "lie", HAUL_FAULT_SYNC_LIES },
                { "short", HAUL_FAULT_SHORT_WRITE } };
  const char *point = g_atomic_pointer_get (&mark);

  if (!count (g_str_has_prefix (name, "main") ? "F28" : point == NULL ? "F33" : point, name))
    return g_atomic_int_get (&is_full) ? HAUL_FAULT_NO_SPACE : HAUL_FAULT_NONE;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (setup.kind, table[i].kind) == 0)
      {
        g_atomic_int_set (&is_full, table[i].failure == HAUL_FAULT_NO_SPACE);
        return table[i].failure;
      }
  interrupt ();
  return HAUL_FAULT_NONE;
}

/* The connection that this thread speaks over from now on; -1: none. */
void
haul_fault_set_socket (int fd)
{
  socket_fd = fd;
}

static const char *
find_point (void)
{
  static const struct
  {
    const char *verb, *point;
  } table[] = { { "CREATE", "F03" },   { "APPEND", "F06" },  { "UID MOVE", "F18" },     { "UID COPY", "F24" },
                { "RENAME", "F24" },   { "EXPUNGE", "F24" }, { "UID STORE", "F24" },    { "DELETE", "F26" },
                { "UNSELECT", "F26" }, { "CLOSE", "F26" },   { "AUTHENTICATE", "F30" }, { "LOGIN", "F30" } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (verb, table[i].verb) == 0)
      return table[i].point;
  return "F06";
}

/* A step of the command in flight: "APPEND awaited". */
void
haul_fault_pass_command (const char *name)
{
  char full[64];

  if (!get_setup ()->is_on)
    return;
  snprintf (full, sizeof full, "%s %s", verb, name);
  haul_fault_pass (find_point (), full);
}

static gsize
find_word_end (const char *data, gsize from, gsize length)
{
  while (from < length && strchr (" {}[]\r\n", data[from]) == NULL)
    from++;
  return from;
}

/* The piece of a command line that begins at @from: its end, and what it is called. */
static gsize
find_class (const char *data, gsize from, gsize length, const char **name)
{
  static const struct
  {
    char octet;
    const char *name;
  } single[]
      = { { '{', "{" }, { '}', "}" }, { '[', "[" }, { ']', "]" }, { '\r', "cr" }, { '\n', "lf" }, { ' ', "space" } };

  for (guint i = 0; i < G_N_ELEMENTS (single); i++)
    if (data[from] == single[i].octet)
      {
        *name = single[i].name;
        return from + 1;
      }
  gsize end = find_word_end (data, from, length);
  *name = g_ascii_isdigit (data[from]) ? "number" : "word";
  return end < length && data[end] == ' ' ? end + 1 : MAX (end, from + 1);
}

/* What is there has no end of its own. */
static void
remember (char *place, gsize size, const char *data, gsize length)
{
  gsize n = MIN (length, size - 1);

  memcpy (place, data, n);
  place[n] = '\0';
}

static void
remember_command (const char *data, gsize length)
{
  gsize tag_end = find_word_end (data, 0, length), start = MIN (tag_end + 1, length);
  gsize end = find_word_end (data, start, length);

  remember (tag, sizeof tag, data, tag_end);
  if (end - start == 3 && strncmp (data + start, "UID", 3) == 0)
    end = find_word_end (data, MIN (end + 1, length), length);
  remember (verb, sizeof verb, data + start, end - start);
}

static gboolean
is_near (int n_steps)
{
  int passed = g_atomic_int_get (&n_passed);

  return setup.target > passed && setup.target <= passed + n_steps;
}

/**
 * haul_fault_find_piece:
 * @segment: which of the command's, from 0
 * @data: its octets
 * @done: how many of them were written
 * @length: how many there are
 *
 * Cuts a command at tag, words, braces and line end: each is a step once it is written. It is written whole where none
 * of these is the step that is looked for.
 *
 * Returns: how many to write next; 0 at the end
 */
gsize
haul_fault_find_piece (guint segment, const char *data, gsize done, gsize length)
{
  const char *name = NULL;
  gsize from = 0, end = 0;
  int n_steps = 0;

  if (segment == 0 && done == 0)
    remember_command (data, length);
  if (!get_setup ()->is_on)
    return length - done;
  if (done == 0)
    {
      for (from = 0; from < length; from = find_class (data, from, length, &name))
        n_steps++;
      is_split = is_near (n_steps);
    }
  for (from = 0; from < length && end < done; from = end)
    {
      end = find_class (data, from, length, &name);
      if (is_split ? end == done : done == length)
        haul_fault_pass_command (name);
    }
  if (done == length || !is_split)
    return length - done;
  return find_class (data, done, length, &name) - done;
}

/**
 * haul_fault_find_body_piece:
 * @data: octets of a literal, or its last one and the line end behind it
 * @done: how many of them were written
 * @length: how many there are
 *
 * As haul_fault_find_piece(), at the first, the middle and the last octets of a literal.
 *
 * Returns: how many to write next; 0 at the end
 */
gsize
haul_fault_find_body_piece (const char *data, gsize done, gsize length)
{
  gboolean is_end = length == 3 && data[1] == '\r' && data[2] == '\n';
  const gsize cuts[] = { 1, is_end ? 2 : length / 2 + 1, length };
  static const char *const points[2][3] = { { "F08", "F09", "F10" }, { "F11", "F12", "F12" } };
  static const char *const names[2][3]
      = { { "first-octet", "middle", "last-octet-but-one" }, { "last-octet", "cr", "lf" } };

  if (!get_setup ()->is_on)
    return length - done;
  if (done == 0)
    is_split = is_near (G_N_ELEMENTS (cuts));
  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    if (done > 0 && (is_split ? MIN (cuts[i], length) == done : done == length))
      haul_fault_pass (points[is_end][i], names[is_end][i]);
  for (guint i = 0; is_split && i < G_N_ELEMENTS (cuts); i++)
    if (cuts[i] > done)
      return MIN (cuts[i], length) - done;
  return length - done;
}

/* Where the answer to the command in flight, or a COPYUID, stands in @data; @length: nowhere. */
static gsize
find_answer (const char *data, gsize length)
{
  gsize tag_length = strlen (tag);

  for (gsize i = 0; i < length; i++)
    {
      if (i > 0 && data[i - 1] != '\n')
        continue;
      if (tag_length > 0 && length - i > tag_length && strncmp (data + i, tag, tag_length) == 0
          && data[i + tag_length] == ' ')
        return i;
      if (length - i > 14 && strncmp (data + i, "* OK [COPYUID ", 14) == 0)
        return i;
    }
  return length;
}

/**
 * haul_fault_receive:
 * @data: what came
 * @length: how many octets
 *
 * A return from waiting (F34) and, where an answer with numbers is among it, a step for each of its pieces (F15): the
 * connection breaks in the middle of it, and what follows is never seen.
 *
 * Returns: how many octets are to be seen
 */
gsize
haul_fault_receive (const char *data, gsize length)
{
  const char *name;

  if (!get_setup ()->is_on)
    return length;
  haul_fault_pass ("F34", "socket");
  gsize from = find_answer (data, length);
  for (guint n = 0; from < length && n < REPLY_PIECES_MAX; n++)
    {
      gsize end = find_class (data, from, length, &name);
      /* A number may be cut anywhere. */
      if (g_ascii_isdigit (data[from]))
        end = from + 1;
      char full[64];
      snprintf (full, sizeof full, "%s reply %s", verb, name);
      if (count ("F15", full))
        {
          interrupt ();
          return strcmp (setup.kind, "drop") == 0 || strcmp (setup.kind, "rst") == 0 ? end : length;
        }
      from = end;
    }
  return length;
}

/**
 * haul_fault_get_hold_ms:
 * @default_ms: how long the engine waits
 *
 * Returns: the same, or less where a test is in a hurry
 */
gint64
haul_fault_get_hold_ms (gint64 default_ms)
{
  const char *text = getenv ("HAUL_FAULT_HOLD_MS");

  return text == NULL ? default_ms : MIN (default_ms, atoll (text));
}

/* How long to wait for a server that says nothing. */
guint
haul_fault_get_answer_ms (guint default_ms)
{
  const char *text = getenv ("HAUL_FAULT_ANSWER_MS");

  return text == NULL ? default_ms : MIN (default_ms, (guint)atoi (text));
}

#endif
