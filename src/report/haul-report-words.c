/* haul-report-words.c - what a report's short words mean, in sentences for people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-report-words.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *code;
  const char *advice;
} Row;

#define KEEP_IT N_ ("It stays on this computer. Open it there, and send or save by hand what you need of it.")
#define STORE_ADVICE                                                                                                   \
  N_ ("Let the mail program that the folder belongs to open it; compact or repair the folder there, then run "         \
      "Mailhaul again.")
#define SHOW_SERVER N_ ("Show the server’s words to the people who run it, then run Mailhaul again.")
#define RUN_AGAIN N_ ("Run Mailhaul again: it goes on where it stopped, and nothing arrives twice.")

static const Row rows[] = {
  { "refused", SHOW_SERVER },
  { "not-understood", SHOW_SERVER },
  { "too-big",
    N_ ("It stays on this computer. The people who run the mail server can raise the limit; or save its attachments "
        "elsewhere.") },
  { "nul-octets", KEEP_IT },
  { "empty", N_ ("There is nothing in it that could be copied.") },
  { "absent", N_ ("If it is still on the old server, let the mail program download it, then run Mailhaul again.") },
  { "unreadable", STORE_ADVICE },
  { "cut", STORE_ADVICE },
  { "damaged", STORE_ADVICE },
  { "lost-in-store", STORE_ADVICE },
  { "folder-damaged", STORE_ADVICE },
  { "folder-unreadable", STORE_ADVICE },
  { "folder-gone", N_ ("Connect the disk it is on, then run Mailhaul again.") },
  { "source-gone", N_ ("Connect the disk it is on, then run Mailhaul again.") },
  { "changed", N_ ("Close the mail program it belongs to, then run Mailhaul again.") },
  { "reader-died", KEEP_IT },
  { "cannot-write", N_ ("Make room on this computer’s disk, then run Mailhaul again.") },
  { "connection-lost", RUN_AGAIN },
  { "timed-out", RUN_AGAIN },
  { "mailbox-full", N_ ("Make room on the server or ask for more, then run Mailhaul again.") },
  { "not-found-afterwards", SHOW_SERVER },
  { "missing", N_ ("Run the copy again: it brings what is missing.") },
  { "content-changed",
    N_ ("The message on this computer is as it was. Show this to the people who run the mail server: it keeps the "
        "text with other letters.") },
  { "surplus", N_ ("Nothing was removed. Compare the two, and remove one in your mail program if you want to.") },
  { "long-lines", N_ ("Choose that such messages are changed, or attached to a small one (in the window under Folders; "
                      "in the terminal "
                      "--repair and --carrier), and run Mailhaul again.") },
  { "held", N_ ("Look whether it is there twice; that can only be if the server was later than anybody expects.") },
  { "marked-deleted", N_ ("To take them along, choose that deleted mail is copied too.") },
  { "folder-of-deleted", N_ ("To take them along, choose that deleted mail is copied too.") },
  { "folder-of-junk", N_ ("To take them along, choose that junk is copied too.") },
  { "removed-since", N_ ("If they were removed by mistake, look into the mailbox’s trash.") },
  { "not-reached", RUN_AGAIN },
};

/**
 * haul_report_words_get_advice:
 * @code: (nullable): why a message was not copied, or what is to be known about it
 *
 * Returns: (nullable): what a person can do about it
 */
const char *
haul_report_words_get_advice (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (code, rows[i].code) == 0)
      return _ (rows[i].advice);
  return NULL;
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
    [HAUL_PROOF_REPAIRED] = N_ ("repaired: octet for octet as sent, which was changed so that the server takes it"),
    [HAUL_PROOF_SURPLUS] = N_ ("surplus: copies of ours that are one too many; nothing was removed"),
  };

  return proof == HAUL_PROOF_NONE ? "" : _ (sentences[proof]);
}
