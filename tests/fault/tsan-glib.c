/* tsan-glib.c - tells the thread sanitizer what GLib's locks order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GLib is not built with the sanitizer, and its locks are futexes of its own, so that the sanitizer sees none of them
 * and calls everything a race. These stand in front of them, in the program under test, and say what was ordered. The
 * race that is left is one.
 *
 * Thread:  any.
 */
#include <dlfcn.h>
#include <gio/gio.h>

/* Of the sanitizer's run-time library, which installs no header. */
void __tsan_acquire (void *address);
void __tsan_release (void *address);

/* What an application calls by these names comes here; what GLib does inside does not. */
#define REAL(name)                                                                                                     \
  static __typeof__ (&name) found;                                                                                     \
  __typeof__ (&name) real = g_atomic_pointer_get (&found);                                                             \
  if (real == NULL)                                                                                                    \
  g_atomic_pointer_set (&found, real = (__typeof__ (&name))dlsym (RTLD_NEXT, #name))

#define LOCK(name, type)                                                                                               \
  void name (type *lock)                                                                                               \
  {                                                                                                                    \
    REAL (name);                                                                                                       \
    real (lock);                                                                                                       \
    __tsan_acquire (lock);                                                                                             \
  }

#define UNLOCK(name, type)                                                                                             \
  void name (type *lock)                                                                                               \
  {                                                                                                                    \
    REAL (name);                                                                                                       \
    __tsan_release (lock);                                                                                             \
    real (lock);                                                                                                       \
  }

#undef g_mutex_lock
#undef g_mutex_unlock
#undef g_rec_mutex_lock
#undef g_rec_mutex_unlock
#undef g_cond_wait
#undef g_cond_wait_until

LOCK (g_mutex_lock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until);
  __tsan_release (mutex);
  gboolean is_signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return is_signalled;
}

/* The result of a thread reaches whoever asked by way of a main loop. */
void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify result_destroy)
{
  REAL (g_task_return_pointer);
  __tsan_release (task);
  real (task, result, result_destroy);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  REAL (g_task_propagate_pointer);
  gpointer result = real (task, error);
  __tsan_acquire (task);
  return result;
}
