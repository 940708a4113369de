/* test-haul-wire.c - store octets become wire form, and nothing else changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-wire.h"

#include <string.h>

static const char *const bookkeeping[] = { "Status", "X-Status", "X-Mozilla-Keys", NULL };

static GByteArray *
convert (const char *text, gsize size, const char *const *drop, HaulWireFlags flags, gsize step)
{
  g_autoptr (GInputStream) base = g_memory_input_stream_new ();
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint8 buffer[256];
  gssize n;

  for (gsize i = 0; i < size; i += step)
    {
      gsize part = MIN (step, size - i);
      g_memory_input_stream_add_data (G_MEMORY_INPUT_STREAM (base), g_memdup2 (text + i, part), (gssize)part, g_free);
    }
  g_autoptr (GInputStream) wire = haul_wire_new (base, drop, flags);
  while ((n = g_input_stream_read (wire, buffer, MIN (step, sizeof buffer), NULL, &error)) > 0)
    g_byte_array_append (out, buffer, (guint)n);
  g_assert_no_error (error);
  return out;
}

static void
check (const char *text, gsize size, const char *want, gsize want_size, const char *const *drop, HaulWireFlags flags)
{
  static const gsize steps[] = { 1, 2, 3, 7, 65536 };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GByteArray) got = convert (text, size, drop, flags, steps[i]);
      g_assert_cmpmem (got->data, got->len, want, want_size);
    }
}

#define CHECK(in, out, drop, flags) check (in, sizeof (in) - 1, out, sizeof (out) - 1, drop, flags)

static void
test_line_ends (void)
{
  CHECK ("", "", NULL, HAUL_WIRE_NONE);
  CHECK ("a\nb", "a\r\nb", NULL, HAUL_WIRE_NONE);
  CHECK ("a\r\nb\r\n", "a\r\nb\r\n", NULL, HAUL_WIRE_NONE);
  CHECK ("a\rb\r\r\nc\r", "a\r\nb\r\n\r\nc\r\n", NULL, HAUL_WIRE_NONE);
  CHECK ("\n\n\r\n\r\r", "\r\n\r\n\r\n\r\n\r\n", NULL, HAUL_WIRE_NONE);
  CHECK ("a: \0\xff\xfe\n\n\0", "a: \0\xff\xfe\r\n\r\n\0", NULL, HAUL_WIRE_NONE);
  CHECK (">From x\n", ">From x\r\n", NULL, HAUL_WIRE_NONE);
}

static void
test_bookkeeping_headers (void)
{
  CHECK ("A: 1\nStatus: RO\nx-status: A\nB: 2\n\nStatus: RO\n", "A: 1\r\nB: 2\r\n\r\nStatus: RO\r\n", bookkeeping,
         HAUL_WIRE_NONE);
  CHECK ("Status: RO\n folded\n\tmore\nB: 2\n kept\n\n", "B: 2\r\n kept\r\n\r\n", bookkeeping, HAUL_WIRE_NONE);
  CHECK ("X-Mozilla-Keys:        \r\nB: 2\r\n\r\n", "B: 2\r\n\r\n", bookkeeping, HAUL_WIRE_NONE);
  CHECK ("Status-Client: x\nStatu: y\nXStatus: z\nStatus\n", "Status-Client: x\r\nStatu: y\r\nXStatus: z\r\nStatus\r\n",
         bookkeeping, HAUL_WIRE_NONE);
  CHECK ("\nStatus: RO\n", "\r\nStatus: RO\r\n", bookkeeping, HAUL_WIRE_NONE);
  CHECK ("Status", "Status", bookkeeping, HAUL_WIRE_NONE);
  CHECK ("Status:", "", bookkeeping, HAUL_WIRE_NONE);
  CHECK ("A: 1\rStatus: RO\r\rStatus: RO", "A: 1\r\n\r\nStatus: RO", bookkeeping, HAUL_WIRE_NONE);
}

static void
test_unquoting (void)
{
  CHECK ("A: 1\n\n>From a\n>>From b\n> From c\n>Fro\n>\n>From",
         "A: 1\r\n\r\nFrom a\r\n>From b\r\n> From c\r\n>Fro\r\n>\r\n>From", NULL, HAUL_WIRE_UNQUOTE_FROM);
  CHECK (">>>>>>>From x\nz >From y\n>F>From \n", ">>>>>>From x\r\nz >From y\r\n>F>From \r\n", bookkeeping,
         HAUL_WIRE_UNQUOTE_FROM);
  CHECK (">>Fro>From \n>>", ">>Fro>From \r\n>>", NULL, HAUL_WIRE_UNQUOTE_FROM);
}

static void
test_long_lines (void)
{
  g_autoptr (GString) in = g_string_new ("A: 1\n\n");
  g_autoptr (GString) want = g_string_new ("A: 1\r\n\r\n");

  for (guint i = 0; i < 200000; i++)
    {
      g_string_append_c (in, i % 3 == 0 ? '\n' : '>');
      g_string_append (want, i % 3 == 0 ? "\r\n" : ">");
    }
  /* Through several of the stream's own chunks; a smaller step would only try the memory stream's patience. */
  g_autoptr (GByteArray) got = convert (in->str, in->len, bookkeeping, HAUL_WIRE_UNQUOTE_FROM, 65536);
  g_assert_cmpmem (got->data, got->len, want->str, want->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/line-ends", test_line_ends);
  g_test_add_func ("/wire/bookkeeping-headers", test_bookkeeping_headers);
  g_test_add_func ("/wire/unquoting", test_unquoting);
  g_test_add_func ("/wire/long-lines", test_long_lines);
  return g_test_run ();
}
