/* haul-test-grammar.h - how a server reads a command: RFC 3501 §9, strictly, and nothing of ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulTestArgument:
 * @HAUL_TEST_WORD: an atom or a sequence set
 * @HAUL_TEST_STRING: quoted or literal
 * @HAUL_TEST_LIST: atoms and flags between parentheses, with one blank between them
 * @HAUL_TEST_BODY: the announcement of a literal that ends the octets
 * @HAUL_TEST_LINE: a line of its own after a `+`, base64
 */
typedef enum
{
  HAUL_TEST_WORD,
  HAUL_TEST_STRING,
  HAUL_TEST_LIST,
  HAUL_TEST_BODY,
  HAUL_TEST_LINE,
} HaulTestType;

typedef struct
{
  HaulTestType type;
  GString *text; /* (owned) of a list its words with a line feed after each */
  guint64 size;  /* of a body */
} HaulTestArgument;

typedef struct
{
  char *tag;            /* (owned) */
  GPtrArray *arguments; /* (owned) (element-type HaulTestArgument) the verb is the first */
  GArray *boundaries;   /* (owned) (element-type gsize) where the server answers: after each line */
  gsize line_octets;    /* what is no literal's content */
} HaulTestCommand;

HaulTestCommand *haul_test_grammar_read (const char *wire, gsize length, char **problem);
gboolean haul_test_grammar_is_date (const char *text, gsize length);
void haul_test_command_free (HaulTestCommand *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTestCommand, haul_test_command_free)

G_END_DECLS
