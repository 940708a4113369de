/* imap-attacks.c - what somebody between us and a server may try before a password is sent, as scripts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See: docs/wire.md; the classes of attack are those of Poddebniak, Ising, Böck and Schinzel, “Why TLS Is Better
 * Without STARTTLS”, USENIX Security 2021.
 */
#include "imap-attacks.h"

#define STARTTLS HAUL_SECURITY_STARTTLS
#define TLS HAUL_SECURITY_TLS
#define NONE HAUL_SECURITY_NONE
#define NO_TLS HAUL_IMAP_ERROR_NO_TLS
#define PROTOCOL HAUL_IMAP_ERROR_PROTOCOL
#define TIMED_OUT HAUL_IMAP_ERROR_TIMED_OUT
#define CLOSED HAUL_IMAP_ERROR_CLOSED
#define PREAUTH HAUL_IMAP_ERROR_PREAUTH
#define NOT_IMAP HAUL_IMAP_ERROR_NOT_IMAP
#define TOO_OLD HAUL_IMAP_ERROR_TLS_TOO_OLD
#define REFUSED HAUL_IMAP_ERROR_REFUSED
#define UNSUPPORTED HAUL_IMAP_ERROR_LOGIN_UNSUPPORTED

#define A32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A256 A32 A32 A32 A32 A32 A32 A32 A32
#define MANY A256 A256 A256 A256 A256 A256 A256 A256
#define TELLS(words) "S * OK ready\nC CAPABILITY\nS * CAPABILITY " words "\nS $ OK"

const ImapAttack imap_attacks[] = {
  /* Stripping: the offer is taken out, or the wish for it goes unheard. */
  { "S-01", "not offered", STARTTLS, NO_TLS, TELLS ("IMAP4rev1 AUTH=PLAIN"), "CAPABILITY" },
  { "S-01", "not offered in the greeting", STARTTLS, NO_TLS, "S * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready", "" },
  { "S-01", "IMAP4 alone", STARTTLS, NO_TLS, TELLS ("IMAP4"), "CAPABILITY" },
  { "S-01", "IMAP4 alone in the greeting", STARTTLS, NO_TLS, "S * OK [CAPABILITY IMAP4] ready", "" },
  { "S-01", "a letter more", STARTTLS, NO_TLS, TELLS ("IMAP4rev1 STARTTLSX AUTH=PLAIN"), "CAPABILITY" },
  { "S-01", "a letter less", STARTTLS, NO_TLS, TELLS ("IMAP4rev1 STARTTL AUTH=PLAIN"), "CAPABILITY" },
  { "S-01", "an extension of the same name", STARTTLS, NO_TLS, TELLS ("IMAP4rev1 XSTARTTLS"), "CAPABILITY" },
  { "S-01", "with a value", STARTTLS, NO_TLS, TELLS ("IMAP4rev1 STARTTLS=NO"), "CAPABILITY" },
  { "S-01", "capabilities refused", STARTTLS, REFUSED, "S * OK ready\nC CAPABILITY\nS $ NO", "CAPABILITY" },
  { "S-01", "capabilities not understood", STARTTLS, HAUL_IMAP_ERROR_BAD, "S * OK ready\nC CAPABILITY\nS $ BAD what?",
    "CAPABILITY" },
  { "S-01", "capabilities never", STARTTLS, TIMED_OUT, "S * OK ready\nC CAPABILITY", "CAPABILITY" },
  { "S-01", "capabilities cut", STARTTLS, CLOSED, "S * OK ready\nC CAPABILITY\ns * CAPABILITY IMAP4rev1 STARTT\nX",
    "CAPABILITY" },
  { "S-01", "no capabilities at all", STARTTLS, NO_TLS, "S * OK ready\nC CAPABILITY\nS $ OK", "CAPABILITY" },
  { "S-01", "BAD", STARTTLS, NO_TLS, ASK "S $ BAD what?", "STARTTLS" },
  { "S-01", "NO", STARTTLS, NO_TLS, ASK "S $ NO not today", "STARTTLS" },
  { "S-01", "NO, but sign in all the same", STARTTLS, NO_TLS,
    ASK "S $ NO [CAPABILITY IMAP4rev1 AUTH=PLAIN] TLS is out of order, please sign in", "STARTTLS" },
  { "S-01", "NO, already protected", STARTTLS, NO_TLS, ASK "S $ NO TLS is on already", "STARTTLS" },
  { "S-01", "silence", STARTTLS, TIMED_OUT, ASK, "STARTTLS" },
  { "S-01", "end", STARTTLS, CLOSED, ASK "X", "STARTTLS" },
  { "S-01", "reset", STARTTLS, CLOSED, ASK "R", "STARTTLS" },
  { "S-01", "farewell", STARTTLS, HAUL_IMAP_ERROR_BYE, ASK "S * BYE later", "STARTTLS" },
  { "S-01", "untagged OK only", STARTTLS, TIMED_OUT, ASK "S * OK go", "STARTTLS" },
  { "S-01", "a question back", STARTTLS, PROTOCOL, ASK "S + your password?", "STARTTLS" },
  { "S-01", "agreed, then silence", STARTTLS, TIMED_OUT, ASK "S $ OK go", "STARTTLS" },
  { "S-01", "agreed, then the end", STARTTLS, ANY_TLS_ERROR, ASK "S $ OK go\nX", "STARTTLS" },
  { "S-01", "agreed, then a greeting in the open", STARTTLS, ANY_TLS_ERROR, ASK "S $ OK go\nW 50\nS * OK ready",
    "STARTTLS" },
  { "S-01", "agreed, then HTTP", STARTTLS, ANY_TLS_ERROR, ASK "S $ OK go\nW 50\nS HTTP/1.1 400 Bad Request",
    "STARTTLS" },
  { "S-01", "agreed, then an alert", STARTTLS, TOO_OLD, ASK "S $ OK go\nW 50\nH 15030300020228", "STARTTLS" },

  /* PREAUTH: “you are signed in already”, which would end any talk of protection. */
  { "S-02", "PREAUTH", STARTTLS, PREAUTH, "S * PREAUTH welcome", "" },
  { "S-02", "with STARTTLS and LOGINDISABLED", STARTTLS, PREAUTH,
    "S * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] welcome", "" },
  { "S-02", "in small letters", STARTTLS, PREAUTH, "S * preauth welcome", "" },
  { "S-02", "without a text", STARTTLS, PREAUTH, "S * PREAUTH", "" },
  { "S-02", "and then an OK", STARTTLS, PREAUTH, "S * PREAUTH welcome\nS * OK ready", "" },
  { "S-02", "under TLS", TLS, PREAUTH, "T\nS * PREAUTH welcome", "" },
  { "S-02", "under TLS, with all it takes", TLS, PREAUTH, "T\nS * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS MOVE] hello",
    "" },
  { "S-02", "on this computer, in the open", NONE, PREAUTH, "S * PREAUTH welcome", "" },
  { "S-02", "after the greeting", STARTTLS, PROTOCOL, "S * OK ready\nC CAPABILITY\nS * PREAUTH hello", "CAPABILITY" },
  { "S-02", "as the answer to STARTTLS", STARTTLS, PROTOCOL, ASK "S $ PREAUTH hello", "STARTTLS" },
  { "S-02", "beside the answer to STARTTLS", STARTTLS, PROTOCOL, ASK "S * PREAUTH hello\nS $ OK go", "STARTTLS" },
  { "S-02", "after the handshake", STARTTLS, PROTOCOL, ASK "S $ OK go\nT\nS * PREAUTH hello\nC CAPABILITY", NULL },

  /* Injection: what is put behind the OK must not pass as said under TLS. Every split is tried in test_splits(). */
  { "S-03", "one octet", STARTTLS, PROTOCOL, ASK "s $ OK go\\r\\nx", "STARTTLS" },
  { "S-03", "one line end", STARTTLS, PROTOCOL, ASK "s $ OK go\\r\\n\\n", "STARTTLS" },
  { "S-03", "capabilities and an answer", STARTTLS, PROTOCOL,
    ASK "s $ OK go\\r\\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\\r\\n$next OK done\\r\\n", "STARTTLS" },
  { "S-03", "a mailbox", STARTTLS, PROTOCOL, ASK "s $ OK go\\r\\n* LIST () \\\"/\\\" Evil\\r\\n", "STARTTLS" },
  { "S-03", "a farewell", STARTTLS, PROTOCOL, ASK "s $ OK go\\r\\n* BYE\\r\\n", "STARTTLS" },
  { "S-03", "the beginning of a handshake", STARTTLS, PROTOCOL, ASK "s $ OK go\\r\\n\\026\\003\\003", "STARTTLS" },
  { "S-03", "a second OK", STARTTLS, PROTOCOL, ASK "s $ OK go\\r\\n$ OK go\\r\\n", "STARTTLS" },
  { "S-03", "a megabyte", STARTTLS, ANY_TLS_ERROR, ASK "s $ OK go\\r\\n* OK \nF 512 " MANY "", "STARTTLS" },
  { "S-03", "a megabyte of lines", STARTTLS, ANY_TLS_ERROR, ASK "s $ OK go\\r\\n\nF 512 " MANY "\\r\\n", "STARTTLS" },

  /* Answers before the question. */
  { "S-04", "with the greeting", STARTTLS, PROTOCOL, "s * OK ready\\r\\na1 OK done\\r\\n", "" },
  { "S-04", "a guessed tag", STARTTLS, PROTOCOL, "S * OK ready\nC CAPABILITY\nS a1 OK done", "CAPABILITY" },
  { "S-04", "the next tag, OK", STARTTLS, PROTOCOL,
    "S * OK ready\nC CAPABILITY\ns * CAPABILITY IMAP4rev1 STARTTLS\\r\\n$ OK\\r\\n$next OK go\\r\\n", "CAPABILITY" },
  { "S-04", "the next tag, NO", STARTTLS, PROTOCOL,
    "S * OK ready\nC CAPABILITY\ns * CAPABILITY IMAP4rev1 STARTTLS\\r\\n$ OK\\r\\n$next NO go\\r\\n", "CAPABILITY" },
  { "S-04", "an answer twice", STARTTLS, PROTOCOL,
    "S * OK ready\nC CAPABILITY\ns * CAPABILITY IMAP4rev1 STARTTLS\\r\\n$ OK\\r\\n$ OK\\r\\n", "CAPABILITY" },
  { "S-04", "a foreign tag for STARTTLS", STARTTLS, PROTOCOL, ASK "S a1 OK go", "STARTTLS" },
  { "S-04", "the tag in other letters", STARTTLS, PROTOCOL, ASK "S x$ OK go", "STARTTLS" },
  { "S-04", "no tag but an OK", STARTTLS, TIMED_OUT, ASK "S * OK Begin TLS negotiation now", "STARTTLS" },

  /* What was promised in the open does not count under TLS. S-05's data are tried in test_state(). */
  { "S-05", "no sign-in after TLS", STARTTLS, UNSUPPORTED,
    ASK "S $ OK go\nT\nC CAPABILITY\nS * CAPABILITY IMAP4rev1 LOGINDISABLED\nS $ OK", "LOGOUT" },
  { "S-05", "capabilities in the OK to STARTTLS", STARTTLS, UNSUPPORTED,
    ASK "S $ OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] go\nT\nC CAPABILITY\nS * CAPABILITY IMAP4rev1 LOGINDISABLED\nS $ OK",
    "LOGOUT" },
  { "S-05", "capabilities under TLS only in the open", STARTTLS, UNSUPPORTED,
    "S * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready\nC STARTTLS\nS $ OK go\nT\nC CAPABILITY\n"
    "S * CAPABILITY IMAP4rev1 LOGINDISABLED\nS $ OK",
    "LOGOUT" },

  /* Words that look like ours: never from somebody who has not proved who he is. */
  { "S-07", "an alert in the refusal", STARTTLS, NO_TLS, ASK "S $ NO [ALERT] call 555-0100 to unlock", "STARTTLS" },
  { "S-07", "markup in the refusal", STARTTLS, NO_TLS,
    ASK "S $ NO <b>Mailhaul</b> needs your <a href=\"x\">password</a>", "STARTTLS" },
  { "S-07", "a turned text", STARTTLS, NO_TLS, ASK "s $ NO \\342\\200\\256drowssap ruoy\\r\\n", "STARTTLS" },
  { "S-07", "escape codes", STARTTLS, NO_TLS, ASK "s $ NO \\33[2J\\33]0;pwned\\7\\r\\n", "STARTTLS" },
  { "S-07", "an alert in the farewell", STARTTLS, HAUL_IMAP_ERROR_BYE, "S * BYE [ALERT] go to evil.example", "" },
  { "S-07", "an alert in the greeting", STARTTLS, NO_TLS,
    "S * OK [ALERT] your mailbox will be deleted\nC CAPABILITY\n"
    "S * CAPABILITY IMAP4rev1\nS $ OK",
    "CAPABILITY" },
  { "S-07", "an alert beside", STARTTLS, NO_TLS, ASK "S * NO [ALERT] trust me\nS $ NO no", "STARTTLS" },
  { "S-07", "PARSE and BADCHARSET", STARTTLS, NO_TLS, ASK "S * OK [PARSE] x\nS * NO [BADCHARSET (UTF-8)] y\nS $ NO no",
    "STARTTLS" },
  { "S-07", "a text without end", STARTTLS, PROTOCOL, ASK "s $ NO \nF 200 " MANY, "STARTTLS" },

  /* Nothing follows STARTTLS before its answer; the server reports what it finds. */
  { "S-08", "an answer that takes its time", STARTTLS, NO_TLS, ASK "W 500\nS $ NO no", "STARTTLS" },

  /* Greetings. */
  { "S-09", "garbage", STARTTLS, NOT_IMAP, "S hello", "" },
  { "S-09", "garbage under TLS", TLS, NOT_IMAP, "T\nS hello", "" },
  { "S-09", "binary garbage", STARTTLS, NOT_IMAP, "s \\1\\2\\3\\377\\376\\r\\n", "" },
  { "S-09", "an empty line", STARTTLS, NOT_IMAP, "S ", "" },
  { "S-09", "a star", STARTTLS, NOT_IMAP, "S *", "" },
  { "S-09", "NO", STARTTLS, NOT_IMAP, "S * NO", "" },
  { "S-09", "NO under TLS", TLS, NOT_IMAP, "T\nS * NO", "" },
  { "S-09", "BAD", STARTTLS, NOT_IMAP, "S * BAD", "" },
  { "S-09", "with a tag", STARTTLS, NOT_IMAP, "S a1 OK ready", "" },
  { "S-09", "with a tag, under TLS", TLS, NOT_IMAP, "T\nS a1 OK ready", "" },
  { "S-09", "a plus", STARTTLS, NOT_IMAP, "S + ready", "" },
  { "S-09", "data first", STARTTLS, NOT_IMAP, "S * 5 EXISTS", "" },
  { "S-09", "capabilities first", STARTTLS, NOT_IMAP, "S * CAPABILITY IMAP4rev1 AUTH=PLAIN", "" },
  { "S-09", "farewell", STARTTLS, HAUL_IMAP_ERROR_BYE, "S * BYE closed for repairs", "" },
  { "S-09", "farewell under TLS", TLS, HAUL_IMAP_ERROR_BYE, "T\nS * BYE closed for repairs", "" },
  { "S-09", "too many", TLS, HAUL_IMAP_ERROR_THROTTLED, "T\nS * BYE Too many connections from your host", "" },
  { "S-09", "never", STARTTLS, TIMED_OUT, "W 1", "" },
  { "S-09", "never under TLS", TLS, TIMED_OUT, "T", "" },
  { "S-09", "no handshake", TLS, TIMED_OUT, "W 1", "" },
  { "S-09", "drop by drop", STARTTLS, TIMED_OUT, "s *\nW 700\ns  \nW 700\ns O\nW 700\ns K\nW 3000", "" },
  { "S-09", "closed", STARTTLS, CLOSED, "X", "" },
  { "S-09", "closed before the handshake", TLS, ANY_TLS_ERROR, "X", "" },
  { "S-09", "closed under TLS without its farewell", TLS, CLOSED, "T\nS * OK ready\nC CAPABILITY\ns $ OK [CAPA\nX",
    "CAPABILITY" },
  { "S-09", "endless", STARTTLS, NOT_IMAP, "s * OK \nF 200 " MANY, "" },
  { "S-09", "endless under TLS", TLS, NOT_IMAP, "T\ns * OK \nF 200 " MANY, "" },
  { "S-09", "a greeting in the open where TLS is wanted", TLS, ANY_TLS_ERROR, "S * OK ready", "" },
  { "S-09", "an alert where TLS is wanted", TLS, TOO_OLD, "W 50\nH 15030300020228", "" },
  { "S-09", "half a handshake", TLS, TIMED_OUT, "W 50\nH 160303007a0200", "" },
  { "S-09", "a handshake of zeros", TLS, ANY_TLS_ERROR, "W 50\nH 160303000400000000\nX", "" },

  /* Other protocols. */
  { "S-10", "HTTP", STARTTLS, NOT_IMAP, "S HTTP/1.1 400 Bad Request\nS Content-Length: 0", "" },
  { "S-10", "HTTP under TLS", TLS, NOT_IMAP, "T\nS HTTP/1.1 400 Bad Request\nS Content-Length: 0", "" },
  { "S-10", "SMTP", STARTTLS, NOT_IMAP, "S 220 mail.example.org ESMTP", "" },
  { "S-10", "SMTP under TLS", TLS, NOT_IMAP, "T\nS 220 mail.example.org ESMTP", "" },
  { "S-10", "FTP", STARTTLS, NOT_IMAP, "S 220-Welcome\nS 220 FTP server ready", "" },
  { "S-10", "POP3", STARTTLS, NOT_IMAP, "S +OK ready", "" },
  { "S-10", "POP3 under TLS", TLS, NOT_IMAP, "T\nS +OK ready", "" },
  { "S-10", "SSH", STARTTLS, NOT_IMAP, "S SSH-2.0-OpenSSH_9.2", "" },
  { "S-10", "ManageSieve", STARTTLS, NOT_IMAP, "S \"IMPLEMENTATION\" \"sieve\"\nS OK", "" },
  { "S-10", "HTTP where TLS is wanted", TLS, ANY_TLS_ERROR, "S HTTP/1.1 400 Bad Request", "" },
  { "S-10", "SSH where TLS is wanted", TLS, ANY_TLS_ERROR, "S SSH-2.0-OpenSSH_9.2", "" },

  /* Compression would mix a secret with what others say; it is never asked for (S-11). */
  { "S-11", "offered in the open", STARTTLS, SIGNS_IN,
    "S * OK ready\nC CAPABILITY\nS * CAPABILITY IMAP4rev1 STARTTLS COMPRESS=DEFLATE\nS $ OK\nC STARTTLS\n" UNDER_TLS
        SIGN_IN SIGNED_IN LISTED,
    "LOGOUT" },
  { "S-11", "offered under TLS", STARTTLS, SIGNS_IN,
    ASK "S $ OK go\nT\nC CAPABILITY\nS * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR COMPRESS=DEFLATE\nS $ OK\nC "
        "AUTHENTICATE PLAIN *\n" SIGNED_IN LISTED,
    "LOGOUT" },
};

const gsize imap_attacks_n = G_N_ELEMENTS (imap_attacks);
