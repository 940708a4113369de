/* haul-imap-response.h - tokens to a typed response; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-tokens.h"
#include "imap/haul-imap-types.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_IMAP_RESPONSE_CONTINUATION, /* + */
  HAUL_IMAP_RESPONSE_STATUS,       /* OK NO BAD BYE PREAUTH, tagged or not */
  HAUL_IMAP_RESPONSE_CAPABILITY,
  HAUL_IMAP_RESPONSE_LIST,
  HAUL_IMAP_RESPONSE_NAMESPACE,
  HAUL_IMAP_RESPONSE_MAILBOX_STATUS,
  HAUL_IMAP_RESPONSE_FLAGS,
  HAUL_IMAP_RESPONSE_EXISTS,
  HAUL_IMAP_RESPONSE_RECENT,
  HAUL_IMAP_RESPONSE_EXPUNGE,
  HAUL_IMAP_RESPONSE_FETCH,
  HAUL_IMAP_RESPONSE_QUOTA,
  HAUL_IMAP_RESPONSE_ID,    /* its name in text */
  HAUL_IMAP_RESPONSE_OTHER, /* well-formed, of no interest: skipped */
} HaulImapResponseType;

typedef enum
{
  HAUL_IMAP_CONDITION_OK,
  HAUL_IMAP_CONDITION_NO,
  HAUL_IMAP_CONDITION_BAD,
  HAUL_IMAP_CONDITION_BYE,
  HAUL_IMAP_CONDITION_PREAUTH,
} HaulImapCondition;

/**
 * HaulImapResponse:
 *
 * One whole response. Only the fields of its type are set.
 */
typedef struct
{
  HaulImapResponseType type;
  char *tag; /* (owned) (nullable) NULL when untagged */
  HaulImapCondition condition;
  char *code;                   /* (owned) (nullable) upper case: APPENDUID, OVERQUOTA … */
  char *code_text;              /* (owned) (nullable) its arguments as sent, lists in parentheses */
  HaulImapAppendUid append_uid; /* STATUS with a sound APPENDUID; else zero */
  HaulImapCopyUid copy_uid;     /* STATUS with a sound COPYUID; else no arrays */
  char *text;                   /* (owned) (nullable) the human text, octets as sent; also of a continuation */
  char **words;                 /* (owned) (nullable) words of CAPABILITY (also as a code), FLAGS */
  HaulImapMailbox *mailbox;     /* (owned) (nullable) LIST */
  HaulImapNamespace name_space;
  char *mailbox_name;    /* (owned) (nullable) STATUS */
  HaulImapStatus status; /* MAILBOX_STATUS; STATUS with one of UIDVALIDITY, UIDNEXT, PERMANENTFLAGS: that field */
  guint32 number;        /* EXISTS, RECENT, EXPUNGE, FETCH: message number */
  guint32 uid;           /* FETCH; 0 when not given */
  guint64 size;          /* FETCH RFC822.SIZE */
  gint64 internal_date;  /* FETCH; 0 when not given */
  guint flags;           /* FETCH: HaulImapFlags */
  char **keywords;       /* (owned) (nullable) FETCH */
  gboolean has_flags;    /* FETCH */
  gboolean has_body;     /* FETCH: a BODY[…] came and went through the body function */
  HaulImapQuota quota;   /* QUOTA */
} HaulImapResponse;

HaulImapResponse *haul_imap_response_new_from_tokens (const HaulImapTokens *tokens, GError **error);
void haul_imap_response_free (HaulImapResponse *response);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapResponse, haul_imap_response_free)

G_END_DECLS
