"""What a server is like: the switches with their defaults, and the personalities, which are data.

SPDX-License-Identifier: GPL-3.0-or-later

A personality is a file NAME.json: "source" (where the knowledge is from), "inherits" (optional), "texts" (replies, `%t` the
tag, `%h` the host, `|` between lines), "switches", "folders" ({name: attributes}), "variants" ({name: texts and switches on top, asked for as NAME:VARIANT}). What it
does not say is as of `conforming`. Where a world has no TLS at all, `caps_tls` is said all the same: loopback stands for it.
"""
import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / 'personalities'

# A WHEN is false, true, {"every": n} (each n-th), {"nth": [2, 5]}, {"after": n} or {"until": n}, counted per world since its reset.
SWITCHES = {
    # Abilities.
    'literal_plus': 'yes',            # yes, minus (up to 4096), no
    'refused_literal': 'discard',     # a {n+} that is refused: discard, execute (its octets are commands), disconnect
    'multiappend': True,
    'sasl_ir': True,
    'mechanisms': ['PLAIN'],          # those of sasl.py
    'masters': {},                    # {name: password} of who may open anybody's mailbox by PLAIN
    'scram_iterations': 4096,
    'scram_lie': None,                # nonce (not made from the client's), signature (wrong), no_signature (OK without one)
    'ntlm': {},                       # {"versions": ["v1", "v2"], "target_info": bool, "timestamp": bool, "binding": "require"}
    'login': True,
    'uidplus': True,                  # UID EXPUNGE, APPENDUID, COPYUID
    'move': 'yes',                    # yes, no, both (never expunges), nowhere (never copies), lose_one (a copy of the batch is missing)
    'create': True,
    'rename': True,
    'rename_validity': 'same',        # same; new: the mailbox has another UIDVALIDITY afterwards (Courier 5.0, imap4d 3.15; measured)
    'delete': True,
    'unselect': True,
    'namespace': 'yes',               # yes, no (BAD), drop (the connection ends)
    'namespace_text': '(("" "/")) NIL NIL',
    'delimiter': '/',
    'prefix': '',                     # of a person's mailboxes; another name is refused
    'inbox_delimiter_nil': False,
    'quota': True,                    # the commands
    'quota_octets': None,
    'quota_without_list': False,
    # What it says after commands.
    'appenduid': 'yes',               # yes, no, swapped, wrong_validity, wrong_uid, zero
    'copyuid': 'yes',                 # yes, no, swapped (source and destination), shuffled, wrong_validity, wrong_uid, tagged
    'lie_when': True,                 # a WHEN for appenduid and copyuid
    'select_uidnext': True,
    'select_uidvalidity': True,
    'uidnext_lie': None,              # a number added, "zero" or "stale" (that of the first time it was asked)
    'uidvalidity_change': None,       # reconnect, select: other than last time, the UIDs stay
    'search': 'ok',                   # ok, empty, empty_esearch, fails
    'size_report': 'exact',           # exact, approx, plus2, plus_headers, courier
    'backslash_as_literal': False,    # names in LIST
    'noise': None,                    # an untagged line before each "+" and each answer
    'alert_8bit': None,               # said before the OK where a header has 8-bit octets
    'list_empty': False,              # LIST finds nothing but INBOX
    # How it keeps messages.
    'keywords': 'any',                # any, drop, bad, or the list of those it takes
    'system_flags': ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'],
    'bad_flag': 'refuse',             # an unknown system flag: refuse, drop
    'date_min': None,                 # seconds; an older date is refused
    'date_bad': 'refuse',             # what is no date: refuse, now
    'date_upload': False,             # the date given is ignored
    'zone_ignored': False,
    'rewrite': [],                    # mime, wrap72, msgid_domain, final_crlf, bare_cr, nul_0x80, munge8bit, headers
    'dedupe': False,                  # one message in all mailboxes; the first date stays
    'append_lie': {},                 # {"not_stored": WHEN, "stored_no": WHEN, "twice": WHEN}: OK and not stored, NO and stored, twice
    'late': None,                     # see append.py: {"ms": n or [from, to], "when": delay|login|delete|settle, "who": all|orphans|answered}
    'commit_on': 'crlf',              # literal: a connection lost behind the last octet does not matter
    'late_target': 'name',            # where a late one goes: name, object (follows a rename), recreate (makes the mailbox again)
    # Limits.
    'line_limit': None,
    'cmd_limit': None,
    'max_msg': None,
    'max_msg_reply': 'tagged',        # tagged, untagged, disconnect
    'max_msg_untagged': None,         # above it: untagged, whatever max_msg_reply says
    'max_messages': None,             # in one mailbox
    'literal_limit': 256 * 1024 * 1024,
    'conn_cap': None,
    'conn_cap_reply': 'login',        # login (NO), drop, not_connected
    'conn_linger': 0,                 # seconds that a closed connection still counts
    'err_cap': None,
    'pending_cap': None,              # more commands waiting: reset
    'preauth_timeout': 60,
    'idle_timeout': 1800,
    'throttle': None,                 # {"after_msgs": n, "after_octets": n, "ms": n, "close": bool, "logins": bool}
    'budget_octets': None,            # of all that was ever uploaded
    'token_ttl': None,                # seconds after login
    # Oddities.
    'case_fold_names': False,
    'strict_names': True,             # modified UTF-7 is checked
    'forbidden_names': {},            # {name: reply}
    'gmail_names': False,
    'strip_spaces_crash': False,
    'non_selectable': [],
    'pipeline_swallow': False,        # what waits behind a literal is stored with it
    'missing_final_crlf': False,      # the next command is refused
    'zero_literal': 'store',          # store, no, dies
    'from_line': False,               # a message that begins "From " is refused
    'parse_check': None,              # reply where the message cannot be read as MIME (no header line at all)
    'refuse_content': {},             # {what: reply}: header_8bit, bare_end (no last line end), from_line, long_line, all
    'charset_check': None,            # reply where an encoded word has an unknown charset
    'deleted_selected': 'bye',        # the selected mailbox was deleted: bye, no
    'login_then_not_connected': False,
    'not_connected_bye': 2,           # the n-th such answer ends the connection
    'referral_host': None,
    'refuse_login': False,
    'answer_delay_ms': 0,
}

TEXTS = {
    'greeting': '* OK [CAPABILITY %c] Mischief ready.',
    'caps': 'IMAP4rev1 SASL-IR ID LITERAL+ AUTH=PLAIN',
    'caps_tls': None,                 # before STARTTLS where that is offered; else as caps
    'caps_post': 'IMAP4rev1 SASL-IR ID LITERAL+ MULTIAPPEND UIDPLUS MOVE NAMESPACE UNSELECT CHILDREN SPECIAL-USE LIST-EXTENDED IDLE QUOTA',
    'id': '* ID ("name" "Mischief")',
    'bye': '* BYE Logging out',
    'plus': '+ OK',
    'ok': '%t OK %v completed.',
    'login_ok': '%t OK [CAPABILITY %c] Logged in',
    'login_bad': '%t NO [AUTHENTICATIONFAILED] Authentication failed.',
    'auth_ok': None,                  # as login_ok
    'auth_bad': None,                 # as login_bad
    'starttls_ok': '%t OK Begin TLS negotiation now.',
    'append_ok': '%t OK Append completed.',
    'append_uid': '%t OK [APPENDUID %u] Append completed.',
    'copy_uid': '%t OK [COPYUID %u] Copy completed.',
    'move_uid': '* OK [COPYUID %u] Moved UIDs.',
    'trycreate': "%t NO [TRYCREATE] Mailbox doesn't exist",
    'nonexistent': "%t NO [NONEXISTENT] Mailbox doesn't exist",
    'exists': '%t NO [ALREADYEXISTS] Mailbox already exists',
    'cannot': '%t NO [CANNOT] Invalid mailbox name',
    'prefix': '%t NO [CANNOT] Invalid namespace',
    'not_permitted': '%t NO [NOPERM] Permission denied',
    'too_big': '%t NO [TOOBIG] Message too large',
    'too_many': '%t NO [LIMIT] Too many messages in mailbox',
    'quota': '%t NO [OVERQUOTA] Quota exceeded',
    'budget': '%t NO [OVERQUOTA] Budget exceeded',
    'throttle': '%t NO Request is throttled. Suggested Backoff Time: %m milliseconds',
    'throttle_bye': '* BYE Connection closed. 14',
    'token_bye': '* BYE Session invalidated - AccessTokenExpired',
    'err_bye': '* BYE Too many errors',
    'timeout_bye': '* BYE Disconnected for inactivity.',
    'not_connected': '%t BAD User is authenticated but not connected.',
    'not_connected_bye': '* BYE Connection closed. 14',
    'conn_cap': '%t NO [UNAVAILABLE] Maximum number of connections exceeded',
    'date_bad': '%t BAD Invalid internal date',
    'flag_bad': '%t BAD Invalid system flag',
    'keyword_bad': '%t BAD Invalid keyword',
    'keyword_notice': None,
    'unknown': '%t BAD Unknown command',
    'no_tag': '* BAD Invalid tag',
    'bad_args': '%t BAD Error in command: %e',
    'bad_state': '%t BAD Command not allowed now',
    'line_too_long': 'BAD Command Error. 10',
    'literal_plus_bad': '%t BAD Non-synchronizing literals are not supported',
    'missing_crlf': '%t BAD [CLIENTBUG] Additional arguments found after last expected argument',
    'stored_no': '[SERVERBUG] Internal error.',
    'from_line': '%t NO APPEND [TRYCREATE] failed',
    'empty': '%t NO Empty message',
    'select_ok': '%t OK [%w] Select completed.',
    'unseen': '* OK [UNSEEN %n] First unseen.',
    'uidvalidity': '* OK [UIDVALIDITY %n] UIDs valid',
    'uidnext': '* OK [UIDNEXT %n] Predicted next UID',
    'permanent': '* OK [PERMANENTFLAGS (%f)] Flags permitted.',
    'move_none': '%t OK No messages found.',
    'search_fails': '%t NO SEARCH failed',
    'any_no': None,                   # the text of every NO and BAD, whatever it was
    'any_bad': None,
}


class Settings:
    """One world's: the personality and what was set on top."""

    def __init__(self, name='conforming', switches=None, texts=None):
        self.name = name
        loaded = load(name)
        self.source = loaded['source']
        self.folders = loaded['folders']
        self.texts = {**TEXTS, **loaded['texts'], **check(texts or {}, TEXTS, 'text')}
        self.switches = {**SWITCHES, **loaded['switches'], **check(switches or {}, SWITCHES, 'switch')}
        self.refresh()

    def set(self, switches=None, texts=None):
        self.switches.update(check(switches or {}, SWITCHES, 'switch'))
        self.texts.update(check(texts or {}, TEXTS, 'text'))
        self.refresh()

    def refresh(self):
        self.__dict__.update({'s_' + name: value for name, value in self.switches.items()})
        self.encoded = {name: None if text is None else text.replace('|', '\r\n').encode() for name, text in self.texts.items()}

    def text(self, name, tag=b'', **values):
        text = self.encoded[name]
        if tag:
            text = text.replace(b'%t', tag)
        for key, value in values.items():
            text = text.replace(b'%' + key.encode(), value)
        return text


def check(given, known, what):
    unknown = set(given) - set(known)
    if unknown:
        raise ValueError(f'unknown {what}: {", ".join(sorted(unknown))}')
    return given


PARTS = {'source', 'about', 'inherits', 'texts', 'switches', 'folders', 'variants'}


def read(name):
    path = FOLDER / f'{name}.json'
    if not name.replace('-', '').replace('.', '').isalnum() or not path.exists():
        raise ValueError(f'no personality: {name}')
    data = json.loads(path.read_text())
    check(data, PARTS, f'part of {path.name}')
    return data


def load(name):
    """NAME is a personality, or NAME:VARIANT."""
    name, _, variant = name.partition(':')
    data = read(name)
    base = load(data['inherits']) if data.get('inherits') else {'texts': {}, 'switches': {}, 'folders': {}}
    if variant and variant not in data.get('variants', {}):
        raise ValueError(f'no variant of {name}: {variant}')
    more = data['variants'][variant] if variant else {}
    merged = {'source': data['source'], 'folders': data.get('folders', base['folders'])}
    for part, known in (('texts', TEXTS), ('switches', SWITCHES)):
        merged[part] = {**base[part], **data.get(part, {}), **more.get(part, {})}
        check(merged[part], known, part)
    return merged


def names():
    """All personalities and their variants."""
    found = []
    for path in sorted(FOLDER.glob('*.json')):
        found += [path.stem, *(f'{path.stem}:{variant}' for variant in read(path.stem).get('variants', {}))]
    return found


def happens(when, n):
    """Whether a WHEN is true of the N-th, counted from 1."""
    if isinstance(when, bool) or when is None:
        return bool(when)
    if isinstance(when, int):
        return n == when
    if 'every' in when:
        return n % when['every'] == 0
    if 'nth' in when:
        return n in ([when['nth']] if isinstance(when['nth'], int) else when['nth'])
    if 'after' in when:
        return n > when['after']
    return n <= when['until']
