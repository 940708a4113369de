/* haul-fault.h - named places where a test may break a run off; nothing of it is in the program that people use
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#ifdef HAUL_FAULT_INJECTION

/* What a test wants to go wrong with a call of the journal's. */
typedef enum
{
  HAUL_FAULT_NONE,
  HAUL_FAULT_NO_SPACE,
  HAUL_FAULT_IO_ERROR,
  HAUL_FAULT_SYNC_FAILS,
  HAUL_FAULT_SYNC_LIES,
  HAUL_FAULT_SHORT_WRITE,
} HaulFaultFailure;

void haul_fault_pass (const char *point, const char *name);
HaulFaultFailure haul_fault_pass_io (const char *name);
void haul_fault_set_mark (const char *point);
void haul_fault_pass_commit (const char *name);
void haul_fault_set_socket (int fd);
void haul_fault_set_power_func (void (*func) (void));
gsize haul_fault_find_piece (guint segment, const char *data, gsize done, gsize length);
gsize haul_fault_find_body_piece (const char *data, gsize done, gsize length);
void haul_fault_pass_command (const char *name);
gsize haul_fault_receive (const char *data, gsize length);
gint64 haul_fault_get_hold_ms (gint64 default_ms);
guint haul_fault_get_answer_ms (guint default_ms);

/* The run may be broken off here: HAUL_FAULT (F11, "last-octet"). */
#define HAUL_FAULT(point, name) haul_fault_pass (#point, name)
/* What the journal writes from now on belongs to this point. */
#define HAUL_FAULT_MARK(point) haul_fault_set_mark (#point)
#define HAUL_FAULT_COMMIT(name) haul_fault_pass_commit (name)
/* The connection of this thread, -1 for none. */
#define HAUL_FAULT_SOCKET(fd) haul_fault_set_socket (fd)
/* for (gsize done = 0, now; (now = HAUL_FAULT_PIECE (…)) > 0; done += now): how much to write next. */
#define HAUL_FAULT_PIECE(segment, data, done, length) haul_fault_find_piece (segment, data, done, length)
#define HAUL_FAULT_BODY_PIECE(data, done, length) haul_fault_find_body_piece (data, done, length)
/* Of the command in flight. */
#define HAUL_FAULT_COMMAND(name) haul_fault_pass_command (name)
/* So many of the octets that came are to be seen. */
#define HAUL_FAULT_RECEIVED(data, length) haul_fault_receive (data, length)

#else

#define HAUL_FAULT(point, name) ((void)0)
#define HAUL_FAULT_MARK(point) ((void)0)
#define HAUL_FAULT_COMMIT(name) ((void)0)
#define HAUL_FAULT_SOCKET(fd) ((void)0)
#define HAUL_FAULT_PIECE(segment, data, done, length) ((length) - (done))
#define HAUL_FAULT_BODY_PIECE(data, done, length) ((length) - (done))
#define HAUL_FAULT_COMMAND(name) ((void)0)
#define HAUL_FAULT_RECEIVED(data, length) ((gsize)(length))

/* How long to hold what is in doubt: as long as is said; a build for fault tests may be told to be quicker. */
#define haul_fault_get_hold_ms(default_ms) (default_ms)
/* How long to wait for a server that says nothing. */
#define haul_fault_get_answer_ms(default_ms) (default_ms)

#endif

G_END_DECLS
