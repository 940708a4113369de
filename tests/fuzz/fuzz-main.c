/* fuzz-main.c - runs a fuzz target over its seeds, cut and changed, without a fuzzing engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every seed goes in whole, cut after each of its first octets, and with random octets changed. The random seed is
 * printed; HAUL_FUZZ_SEED repeats a run, HAUL_FUZZ_ROUNDS lengthens it.
 */
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MAX_CUTS 2000

static void
run (const guint8 *data, gsize size)
{
  /* A copy of the exact size, so that a read past its end is seen. */
  g_autofree guint8 *copy = g_memdup2 (data, size);
  LLVMFuzzerTestOneInput (copy, size);
}

static void
mutate (GRand *random, guint8 *data, gsize *size, gsize capacity)
{
  static const guint8 awkward[]
      = { 0, 1, 0x7f, 0x80, 0xff, '\r', '\n', '"', '\\', '{', '}', '(', ')', '[', ']', ' ', '*' };
  guint changes = (guint)g_rand_int_range (random, 1, 8);

  while (changes-- > 0 && *size > 0)
    {
      gsize at = (gsize)g_rand_int_range (random, 0, (gint32)*size);
      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          data[at] = awkward[g_rand_int_range (random, 0, G_N_ELEMENTS (awkward))];
          break;
        case 1:
          data[at] = (guint8)g_rand_int_range (random, 0, 256);
          break;
        case 2:
          memmove (data + at, data + at + 1, *size - at - 1);
          *size -= 1;
          break;
        default:
          if (*size == capacity)
            break;
          memmove (data + at + 1, data + at, *size - at);
          *size += 1;
          break;
        }
    }
}

static guint
run_seed (GRand *random, const guint8 *seed, gsize seed_size, guint rounds)
{
  gsize capacity = seed_size + 64;
  g_autofree guint8 *data = g_malloc0 (capacity);
  gsize step = MAX (seed_size / MAX_CUTS, 1);
  guint runs = 0;

  for (gsize cut = 0; cut <= seed_size; cut += step, runs++)
    run (seed, cut);
  run (seed, seed_size);
  for (guint i = 0; i < rounds; i++, runs++)
    {
      gsize size = seed_size;
      memcpy (data, seed, seed_size);
      mutate (random, data, &size, capacity);
      run (data, size);
    }
  return runs;
}

int
main (int argc, char **argv)
{
  const char *seed_text = g_getenv ("HAUL_FUZZ_SEED");
  const char *rounds_text = g_getenv ("HAUL_FUZZ_ROUNDS");
  guint32 seed = seed_text != NULL ? (guint32)strtoul (seed_text, NULL, 10) : g_random_int ();
  guint rounds = rounds_text != NULL ? (guint)strtoul (rounds_text, NULL, 10) : 500;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (argv[1], 0, &error);
  const char *name;
  guint runs = 0;

  if (dir == NULL)
    g_error ("%s", error->message);
  g_print ("HAUL_FUZZ_SEED=%u HAUL_FUZZ_ROUNDS=%u\n", seed, rounds);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *contents = NULL;
      gsize length;

      if (g_file_get_contents (path, &contents, &length, NULL))
        runs += run_seed (random, (const guint8 *)contents, length, rounds);
    }
  g_print ("%u inputs\n", runs);
  return runs > 0 ? 0 : 1;
}
