"""Mail that a careless program loses, doubles or changes, as a Maildir tree.  SPDX-License-Identifier: GPL-3.0-or-later"""
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

FIRST = 1066384800  # 17 October 2003, 10:00:00 UTC
LETTERS = {'S': '\\Seen', 'R': '\\Answered', 'F': '\\Flagged', 'D': '\\Draft'}
KEYWORDS = ['$Label1', 'holiday']  # letters a and b
FLAGS = {**LETTERS, **{chr(ord('a') + i): keyword for i, keyword in enumerate(KEYWORDS)}}


class Letter(NamedTuple):
    octets: bytes  # line ends LF
    received: int = FIRST
    marks: str = ''

    @property
    def wire(self):
        return self.octets.replace(b'\n', b'\r\n')

    @property
    def system_flags(self):
        return frozenset(LETTERS[letter] for letter in self.marks if letter in LETTERS)

    @property
    def keywords(self):
        return frozenset(FLAGS[letter] for letter in self.marks if letter not in LETTERS)


def plain(number, size=400, name='odd'):
    text = (f'From: Anna <anna@example.org>\nTo: bob@example.org\nSubject: {name} {number}\n'
            f'Message-ID: <{name}.{number}@example.org>\nDate: Fri, 17 Oct 2003 10:00:00 +0000\n\nText {number} of {name}.\n')
    while len(text) < size:
        text += f'The quick brown fox number {number} jumps over the lazy dog.\n'
    return text.encode()


def odd():
    same_id = 'From: a@example.org\nMessage-ID: <same@example.org>\nSubject: same\n\nBody %d\n'
    no_id = 'From: a@example.org\nSubject: no number\nDate: Fri, 17 Oct 2003 10:00:00 +0000\n\nText %d\n'
    commands = ('Subject: commands\nFrom: a@example.org\n\na1 CREATE pwned\nzz DELETE INBOX\n) {5+}\n{3}\n"\n\\\n'
                'A1 OK done\n* BYE\n+ go\n.\n' + 'x' * 9000 + '\nzz LOGOUT\n')
    return {
        'duplicates': [Letter(plain(i % 3), FIRST + i % 3, 'S') for i in range(9)],
        'all the same': [Letter(plain(99))] * 12,
        'same number': [Letter((same_id % i).encode(), FIRST + i) for i in range(4)],
        'no number': [Letter((no_id % (i // 2)).encode(), FIRST) for i in range(6)],
        'tiny': [Letter(b'Subject: t\n\n'), Letter(b'A: b\n\nc\n'), Letter(b'\nno header at all\n'), Letter(b'Subject: only\n')],
        'commands': [Letter(commands.encode(), FIRST, 'S'), Letter(b'Subject: from\n\nFrom me to you\n>From old\nFrom \n')],
        'eight bit': [Letter('Subject: body\nContent-Type: text/plain; charset=utf-8\n\nGrüße 日本\n'.encode()),
                      Letter('Subject: Grüße\nFrom: a@example.org\n\nheader in Latin-1\n'.encode('latin-1')),
                      Letter(b'Subject: all octets\n\n' + bytes(set(range(1, 256)) - {10, 13}) + b'\n')],
        'dates': [Letter(plain(i, name='date'), date) for i, date in
                  enumerate((86400, 951782400, 1000000000, 1066384800 + 3 * 3600, 1603587600, 1603591200))],
        'flags': [Letter(plain(i, name='flag'), FIRST, marks) for i, marks in
                  enumerate(('', 'S', 'R', 'F', 'D', 'RS', 'FR', 'DFS', 'DFRS'))],
        'keywords': [Letter(plain(i, name='keyword'), FIRST, marks) for i, marks in enumerate(('a', 'Sb', 'FRab'))],
        'big': [Letter(plain(0, 1_200_000, 'big')), Letter(plain(1, 300_000, 'big'))],
    }


def tree():
    """Names that need encoding, and levels; the Maildir's own delimiter is a dot, so none is inside a name."""
    names = ['Grüße & Küsse', '日本語', 'a b  c', 'x' * 90, 'deep/er/and/deep/er/still', 'deep', 'R&D', "it's", '100%', 'star*',
             'quo"te', 'back\\slash', '~home', '#hash', 'inbox/below', 'Sent [old] {1}']
    return {name: [Letter(plain(i, name='tree'), FIRST + i, 'S')] for i, name in enumerate(names)}


def letters(n, name='many'):
    """Every fifth is the same again: a duplicate that is meant."""
    return [Letter(plain(i - 1 if i % 5 == 4 else i, 700, name), FIRST + (i - 1 if i % 5 == 4 else i), 'S' if i % 3 else '')
            for i in range(n)]


def encode(name):
    """Modified UTF-7 (RFC 3501 §5.1.3)."""
    import base64
    import re
    def piece(match):
        return b'&' + base64.b64encode(match[0].encode('utf-16-be')).rstrip(b'=').replace(b'/', b',') + b'-'
    return re.sub('[^\x20-\x7e]+', lambda m: piece(m).decode(), name.replace('&', '&-'))


def write(path, folders):
    """A Maildir++ of {path of names: [Letter]}."""
    for name in ['', *folders]:
        base = Path(path) / ('.' + encode(name).replace('/', '.') if name else '')
        for part in ('cur', 'new', 'tmp'):
            (base / part).mkdir(parents=True, exist_ok=True)
        if name:
            (base / 'maildirfolder').touch()
            (base / 'dovecot-keywords').write_text(''.join(f'{i} {word}\n' for i, word in enumerate(KEYWORDS)))
        for i, letter in enumerate(folders.get(name, [])):
            file = base / 'cur' / f'{letter.received}.M{i}P1.host:2,{"".join(sorted(letter.marks))}'
            if not file.exists():
                file.write_bytes(letter.octets)
                os.utime(file, (letter.received, letter.received))
    return Path(path)


def digest(octets):
    return hashlib.sha256(octets).hexdigest()[:16]
