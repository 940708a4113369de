/* haul-report-words.c - what a report's short words mean, in sentences for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "migrate/haul-report-words.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *code;
  const char *group;  /* messages of this code, as a heading counts them */
  const char *advice; /* (nullable) */
} Row;

#define KEEP_IT N_ ("It stays on this computer. Open it there, and send or save by hand what you need of it.")
#define STORE_ADVICE                                                                                                   \
  N_ ("Let the mail program that the folder belongs to open it; compact or repair the folder there, then run "         \
      "Mailhaul "                                                                                                      \
      "again.")
#define SHOW_SERVER N_ ("Show the server’s words to the people who run it, then run Mailhaul again.")
#define RUN_AGAIN N_ ("Run Mailhaul again: it goes on where it stopped, and nothing arrives twice.")

static const Row rows[] = {
  { "refused", N_ ("refused by the mail server"), SHOW_SERVER },
  { "not-understood", N_ ("not understood by the mail server"), SHOW_SERVER },
  { "too-big", N_ ("bigger than the mail server takes"),
    N_ ("It stays on this computer. The people who run the mail server can raise the limit; or save its attachments "
        "elsewhere.") },
  { "nul-octets", N_ ("with octets that no mail server can store"), KEEP_IT },
  { "empty", N_ ("empty"), N_ ("There is nothing in it that could be copied.") },
  { "absent", N_ ("never stored on this computer"),
    N_ ("If it is still on the old server, let the mail program download it, then run Mailhaul again.") },
  { "unreadable", N_ ("that cannot be read"), STORE_ADVICE },
  { "cut", N_ ("of which a part is lost"), STORE_ADVICE },
  { "damaged", N_ ("in damaged files"), STORE_ADVICE },
  { "lost-in-store", N_ ("that the folder has lost"), STORE_ADVICE },
  { "folder-damaged", N_ ("in folders that cannot be read to their end"), STORE_ADVICE },
  { "folder-unreadable", N_ ("in folders that cannot be read"), STORE_ADVICE },
  { "folder-gone", N_ ("in folders that are not there any more"),
    N_ ("Connect the disk it is on, then run Mailhaul again.") },
  { "source-gone", N_ ("that are not where they were"), N_ ("Connect the disk it is on, then run Mailhaul again.") },
  { "changed", N_ ("that changed while they were read"),
    N_ ("Close the mail program it belongs to, then run Mailhaul again.") },
  { "reader-died", N_ ("that no program of ours can read"), KEEP_IT },
  { "cannot-write", N_ ("for which this computer had no room"),
    N_ ("Make room on this computer’s disk, then run Mailhaul again.") },
  { "connection-lost", N_ ("over which the connection broke"), RUN_AGAIN },
  { "timed-out", N_ ("that the server did not answer for"), RUN_AGAIN },
  { "mailbox-full", N_ ("for which the mailbox had no room"),
    N_ ("Make room on the server or ask for more, then run Mailhaul again.") },
  { "not-found-afterwards", N_ ("that the server took and lost"), SHOW_SERVER },
  { "missing", N_ ("that are not on the server"), N_ ("Run the copy again: it brings what is missing.") },
  { "surplus", N_ ("that are there once too often"),
    N_ ("Nothing was removed. Compare the two, and remove one in your mail program if you want to.") },
  { "held", N_ ("sent once more after a break"),
    N_ ("Look whether it is there twice; that can only be if the server was later than anybody expects.") },
  { "marked-deleted", N_ ("marked as deleted"), N_ ("To take them along, choose that deleted mail is copied too.") },
  { "folder-of-deleted", N_ ("in folders of deleted mail"),
    N_ ("To take them along, choose that deleted mail is copied too.") },
  { "folder-of-junk", N_ ("in folders of junk"), N_ ("To take them along, choose that junk is copied too.") },
  { "too-old", N_ ("older than was chosen"), NULL },
  { "too-new", N_ ("newer than was chosen"), NULL },
  { "bigger-than-chosen", N_ ("bigger than was chosen"), NULL },
  { "removed-since", N_ ("removed from the mailbox since they were copied"),
    N_ ("If they were removed by mistake, look into the mailbox’s trash.") },
  { "not-reached", N_ ("that were not reached"), RUN_AGAIN },
  { "altered-by-server", N_ ("kept in another form by the server"), NULL },
  { "date-changed", N_ ("kept under another date"), NULL },
  { "flags-changed", N_ ("kept with other marks"), NULL },
  { "guessed", N_ ("of which something had to be guessed"), NULL },
  { "no-date", N_ ("without a date of receipt"), NULL },
};

static const Row *
find (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (code, rows[i].code) == 0)
      return &rows[i];
  return NULL;
}

/**
 * haul_report_words_get_advice:
 * @code: (nullable): why a message was not copied, or what is to be known about it
 *
 * Returns: (nullable): what a person can do about it
 */
const char *
haul_report_words_get_advice (const char *code)
{
  const Row *row = find (code);

  return row == NULL || row->advice == NULL ? NULL : _ (row->advice);
}

/**
 * haul_report_words_get_group:
 * @code: (nullable): why a message was not copied, or what is to be known about it
 *
 * Returns: what such messages have in common, to be read after their number; the code itself where it is not known
 */
const char *
haul_report_words_get_group (const char *code)
{
  const Row *row = find (code);

  return row != NULL ? _ (row->group) : code == NULL ? "" : code;
}

/**
 * haul_report_words_describe_rung:
 * @rung: (nullable): R1 … R4
 *
 * Returns: (nullable): what it guarantees
 */
const char *
haul_report_words_describe_rung (const char *rung)
{
  static const char *const sentences[][2] = {
    { "R1", N_ ("Each message arrives exactly once, however often the connection breaks.") },
    { "R2", N_ ("Each message arrives exactly once: the mailbox is filled under another name, checked, and then gets "
                "its own.") },
    { "R3", N_ ("Each message arrives exactly once, unless the server carries out a command more than ten seconds "
                "after the connection broke.") },
    { "R4", N_ ("Each message arrives exactly once, unless the server stores it more than a minute after the "
                "connection broke; the report names the messages at risk.") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (g_strcmp0 (rung, sentences[i][0]) == 0)
      return _ (sentences[i][1]);
  return NULL;
}

/**
 * haul_report_words_describe_proof:
 * @proof: how well it is known that a message is there
 *
 * Returns: what was compared
 */
const char *
haul_report_words_describe_proof (HaulProof proof)
{
  static const char *const sentences[HAUL_N_PROOFS] = {
    [HAUL_PROOF_NONE] = "",
    [HAUL_PROOF_LISTED] = N_ ("listed by the server under the number that it was given, with its size, date and marks"),
    [HAUL_PROOF_BYTES] = N_ ("byte-identical: compared octet for octet"),
    [HAUL_PROOF_HEADER] = N_ ("header-identical: the header is the same; the server keeps the rest in another form"),
    [HAUL_PROOF_FINGERPRINT]
    = N_ ("found by fingerprint: Message-ID, date, sender and subject are the same; the server keeps the message in "
          "another form"),
    [HAUL_PROOF_MISSING] = N_ ("missing"),
    [HAUL_PROOF_SURPLUS] = N_ ("surplus: copies of ours that are one too many; nothing was removed"),
  };

  return proof == HAUL_PROOF_NONE ? "" : _ (sentences[proof]);
}
