/* fault-memory.c - loaded before the C library: allocation number k finds no memory, as a program of GLib's ends then
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   HAUL_FAULT_ALLOCATION=K        abort() at the K-th allocation
 *   HAUL_FAULT_ALLOCATIONS=FILE    writes how many there were, at the end
 *
 * Only in mailhaul-cli itself, not in the processes that it starts.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *data, size_t size);

static atomic_long n_allocations;
static long target;
static int is_on;

__attribute__ ((constructor)) static void
begin (void)
{
  const char *wanted = getenv ("HAUL_FAULT_ALLOCATION");

  is_on = strcmp (program_invocation_short_name, "mailhaul-cli") == 0;
  target = wanted == NULL ? 0 : atol (wanted);
}

__attribute__ ((destructor)) static void
end (void)
{
  const char *path = getenv ("HAUL_FAULT_ALLOCATIONS");
  char text[32];
  int fd = is_on && path != NULL ? open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

  if (fd < 0)
    return;
  int length = snprintf (text, sizeof text, "%ld\n", atomic_load (&n_allocations));
  if (write (fd, text, (size_t)length) != length)
    abort ();
  close (fd);
}

static void
count (void)
{
  if (is_on && atomic_fetch_add (&n_allocations, 1) + 1 == target)
    abort ();
}

void *
malloc (size_t size)
{
  count ();
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count ();
  return __libc_calloc (n, size);
}

void *
realloc (void *data, size_t size)
{
  count ();
  return __libc_realloc (data, size);
}
