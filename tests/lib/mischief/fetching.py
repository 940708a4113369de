"""FETCH, STORE and SEARCH.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re
from bisect import bisect_left

from .faults import Hit
from .reply import Answer
from .syntax import Syntax, format_date, tokens, uid_set

ITEM = re.compile(rb' *(?:(BODY(?:\.PEEK)?)\[([^\]]*)\](?:<(\d+)\.(\d+)>)?|(RFC822\.SIZE|RFC822\.HEADER|RFC822\.TEXT|RFC822|UID|FLAGS|INTERNALDATE|FAST))', re.I)
CHUNK = 500  # messages between two looks at the lock


def header_end(octets):
    if octets.startswith(b'\r\n'):
        return 2
    end = octets.find(b'\r\n\r\n')
    return len(octets) if end < 0 else end + 4


def header_fields(octets, wanted, others):
    """RFC 3501 §6.4.5 HEADER.FIELDS and HEADER.FIELDS.NOT."""
    kept, keep = [], False
    for line in octets[:header_end(octets)].split(b'\r\n'):
        if not line:
            continue
        if line[:1] not in b' \t':
            keep = (line.partition(b':')[0].strip().upper() in wanted) != others
        if keep:
            kept.append(line + b'\r\n')
    return b''.join(kept) + b'\r\n'


def section(octets, name):
    words = name.upper().split(b' ', 1)
    if words == [b'']:
        return octets
    if words == [b'HEADER']:
        return octets[:header_end(octets)]
    if words == [b'TEXT']:
        return octets[header_end(octets):]
    if words[0] in (b'HEADER.FIELDS', b'HEADER.FIELDS.NOT') and len(words) == 2:
        return header_fields(octets, {f.strip(b'"') for f in words[1].strip(b'()').split()}, words[0].endswith(b'NOT'))
    raise Syntax('no such part')


class Item:
    def __init__(self, match):
        self.body, self.part, first, length, word = match[1], match[2], match[3], match[4], match[5]
        self.word = word.upper() if word else b'BODY'
        self.span = (int(first), int(length)) if first else None
        self.marks_seen = (self.body or b'').upper() == b'BODY' or self.word in (b'RFC822', b'RFC822.TEXT')
        if self.word.startswith(b'RFC822') and self.word != b'RFC822.SIZE':
            self.part = {b'RFC822': b'', b'RFC822.HEADER': b'HEADER', b'RFC822.TEXT': b'TEXT'}[self.word]

    def label(self):
        if self.body is None:
            return self.word
        return b'BODY[%s]' % self.part + (b'<%d>' % self.span[0] if self.span else b'')


class Fetching:
    def ranges(self, text):
        return uid_set(text, self.view[-1] if self.view else 0)

    def chosen(self, text, by_uid):
        """[(sequence number, UID)] of messages this session knows; the caller holds the lock."""
        if by_uid:
            self.sync()
            return [(bisect_left(self.view, uid) + 1, uid) for uid in self.box.between(self.ranges(text))]
        pairs = []
        for low, high in uid_set(text, len(self.view)):
            if high > len(self.view):
                raise Answer(self.tag + b' BAD Invalid messageset')
            pairs += [(i, self.view[i - 1]) for i in range(max(low, 1), high + 1)]
        return sorted(set(pairs))

    def do_FETCH(self, rest, by_uid=False):
        text, _, what = rest.partition(b' ')
        items = self.items(what)
        if by_uid and not any(item.word == b'UID' for item in items):
            items.insert(0, Item(ITEM.match(b'UID')))
        marks = any(item.marks_seen for item in items) and not self.readonly
        with self.world.lock:
            pairs = self.chosen(text, by_uid)
            size = self.sizes()
            faulty = any(fault.at == 'FETCH:row' for fault in self.world.faults.armed)
        for start in range(0, len(pairs), CHUNK):
            with self.world.lock:
                for number, uid in pairs[start:start + CHUNK]:
                    self.row(number, uid, items, marks, size)
                    if faulty and (fault := self.world.faults.passed('FETCH:row')):
                        raise Hit(fault)
                if not faulty:
                    self.world.faults.passed('FETCH:row', len(pairs[start:start + CHUNK]))
            if start + CHUNK < len(pairs):
                self.flush()
        return self.ok(b'UID FETCH' if by_uid else b'FETCH')

    def do_UID_FETCH(self, rest):
        return self.do_FETCH(rest, True)

    def items(self, what):
        what = what.strip()
        inner = what[1:-1] if what.startswith(b'(') and what.endswith(b')') else what
        items, position = [], 0
        while position < len(inner):
            match = ITEM.match(inner, position)
            if match is None:
                raise Syntax('no such item')
            position = match.end()
            if match[5] and match[5].upper() == b'FAST':
                items += [Item(ITEM.match(word)) for word in (b'FLAGS', b'INTERNALDATE', b'RFC822.SIZE')]
            else:
                items.append(Item(match))
        if not items:
            raise Syntax('nothing to fetch')
        return items

    def row(self, number, uid, items, marks, size):
        message = self.box.messages.get(uid)
        if message is None:  # another session expunged it
            return
        parts = []
        tells = marks and '\\Seen' not in message.flags
        if tells:
            self.box.set_flags(uid, message.flags | {'\\Seen'}, self)
        for item in items:
            word = item.word
            if word == b'UID':
                parts.append(b'UID %d' % uid)
            elif word == b'FLAGS':
                parts.append(b'FLAGS (%s)' % self.flag_words(uid))
            elif word == b'INTERNALDATE':
                parts.append(b'INTERNALDATE "%s"' % format_date(message.date))
            elif word == b'RFC822.SIZE':
                parts.append(b'RFC822.SIZE %d' % size(uid, message.octets))
            else:
                data = section(message.octets, item.part)
                if item.span:
                    data = data[item.span[0]:sum(item.span)]
                parts.append(b'%s {%d}\r\n%s' % (item.label(), len(data), data))
        if tells and not any(item.word == b'FLAGS' for item in items):
            parts.insert(1, b'FLAGS (%s)' % self.flag_words(uid))
        self.out.append(b'* %d FETCH (%s)\r\n' % (number, b' '.join(parts)))

    def sizes(self):
        how = self.settings.s_size_report
        return {'exact': lambda uid, octets: len(octets),
                'approx': lambda uid, octets: max(1, len(octets) * (100 + (uid * 7 % 11) - 5) // 100),
                'plus2': lambda uid, octets: len(octets) + 2,
                'plus_headers': lambda uid, octets: len(octets) + 62 + len(str(uid)),
                'courier': lambda uid, octets: len(octets) + (0 if octets.endswith(b'\n') else 2)
                - (octets.count(b'\r') - octets.count(b'\r\n'))}[how]

    # STORE.

    def do_STORE(self, rest, by_uid=False):
        match = re.match(rb'^(\S+) ([+-]?)FLAGS(\.SILENT)? (.*)$', rest, re.I | re.S)
        if match is None:
            raise Syntax('STORE takes a set, an action and flags')
        if self.readonly:
            raise Answer(self.tag + b' NO [READ-ONLY] Mailbox is read-only')
        words = tokens(match[4])[0]
        flags = self.check_flags(words[0] if words and isinstance(words[0], list) else words)
        with self.world.lock:
            for number, uid in self.chosen(match[1], by_uid):
                message = self.box.messages.get(uid)
                if message is None:
                    continue
                new = {b'+': message.flags | flags, b'-': message.flags - flags}.get(match[2], flags)
                self.box.set_flags(uid, new, self)
                if not match[3]:
                    with_uid = b'UID %d ' % uid if by_uid else b''
                    self.say(b'* %d FETCH (%sFLAGS (%s))' % (number, with_uid, self.flag_words(uid)))
        return self.ok(b'UID STORE' if by_uid else b'STORE')

    def do_UID_STORE(self, rest):
        return self.do_STORE(rest, True)

    # SEARCH: what a plain client asks.

    def do_SEARCH(self, rest, by_uid=False):
        how = self.settings.s_search
        if how == 'fails':
            raise self.refuse('search_fails')
        keys = [word.upper() if isinstance(word, bytes) else word for word in self.arguments(rest)]
        if keys[:1] == [b'RETURN']:
            del keys[:2]
        if keys[:1] == [b'CHARSET']:
            del keys[:2]
        with self.world.lock:
            self.sync(by_uid)
            found = [] if how.startswith('empty') else [pair for pair in enumerate(self.view, 1) if self.matches(pair, list(keys))]
        if how == 'empty_esearch':
            self.say(b'* ESEARCH (TAG "%s")%s' % (self.tag, b' UID' if by_uid else b''))
        else:
            self.say(b'* SEARCH' + b''.join(b' %d' % (uid if by_uid else number) for number, uid in found))
        return self.ok(b'UID SEARCH' if by_uid else b'SEARCH')

    def do_UID_SEARCH(self, rest):
        return self.do_SEARCH(rest, True)

    def matches(self, pair, keys):
        message = self.box.messages.get(pair[1])
        if message is None:
            return False
        good = True
        while keys:
            good = self.match_one(pair, message, keys) and good
        return good

    def match_one(self, pair, message, keys):
        key = keys.pop(0)
        if key == b'NOT':
            return not self.match_one(pair, message, keys)
        if key == b'ALL':
            return True
        for name in (b'ANSWERED', b'DELETED', b'DRAFT', b'FLAGGED', b'SEEN'):
            flag = '\\' + name.decode().capitalize()
            if key in (name, b'UN' + name):
                return (flag in message.flags) == (key == name)
        if key in (b'KEYWORD', b'UNKEYWORD'):
            word = keys.pop(0)
            return (word in {flag.upper().encode() for flag in message.flags}) == (key == b'KEYWORD')
        if key == b'UID':
            return any(low <= pair[1] <= high for low, high in self.ranges(keys.pop(0)))
        if key in (b'HEADER', b'SUBJECT', b'FROM', b'TO'):
            field = keys.pop(0) if key == b'HEADER' else key
            return keys.pop(0) in header_fields(message.octets, {field}, False).upper()
        if key in (b'TEXT', b'BODY'):
            return keys.pop(0) in message.octets.upper()
        if key in (b'LARGER', b'SMALLER'):
            n = int(keys.pop(0))
            return len(message.octets) > n if key == b'LARGER' else len(message.octets) < n
        if key[:1].isdigit() or key[:1] == b'*':
            return any(low <= pair[0] <= high for low, high in uid_set(key, len(self.view)))
        raise Syntax('no such search key')
