"""The mail that is copied while things go wrong: small, and odd in every way that once was somebody's trouble.

SPDX-License-Identifier: GPL-3.0-or-later

A corpus is {folder: [(octets with LF, flag letters of Maildir)]}; the folder '' is the inbox. A message's date of receipt is
one second after that of the one before, unless it is said.
"""
import hashlib
import os
from collections import Counter
from pathlib import Path

FIRST = 1066384800
FLAGS = {'S': '\\Seen', 'R': '\\Answered', 'F': '\\Flagged', 'D': '\\Draft'}


def letter(n, word='letter', size=300, message_id=True):
    lines = [b'From: Anna <anna@example.org>', b'To: bob@example.org', b'Subject: %s %d' % (word.encode(), n),
             b'Date: Fri, 17 Oct 2003 10:00:%02d +0200' % (n % 60)]
    lines += [b'Message-ID: <%s.%d@example.org>' % (word.encode(), n)] if message_id else []
    text = b'\n'.join(lines) + b'\n\nText %d of %s.\n' % (n, word.encode())
    filler = b'The quick brown fox number %d jumps over the lazy dog.\n' % n
    return text + filler * max(0, (size - len(text)) // len(filler))


def commands(n):
    """A body that is a row of commands, as a server would see it that takes a literal for lines."""
    return (letter(n, 'commands', 0) + b'A001 LOGOUT\nA002 DELETE INBOX\n* BYE so long\n+ OK\n)\n{5}\nA003 NOOP\n'
            b'A%03d APPEND INBOX {10}\n.\n..\nA004 UID STORE 1:* +FLAGS (\\Deleted)\nA005 EXPUNGE\n' % n)


def same_id(n):
    return letter(1, 'same', 0) + b'This one is number %d.\n' % n


FOLDERS = ('', 'Projects', 'Projects.Haus')


def mixed():
    """What the systematic runs use: a pair of twins, one without Message-ID, one with commands, three folders."""
    return {'': [(letter(1), 'S'), (letter(2), ''), (letter(1), 'S')],
            'Projects': [(letter(3, message_id=False), 'FS')], 'Projects.Haus': [(commands(1), '')]}


CORPORA = {
    'mixed': mixed,
    'unique': lambda: {'': [(letter(i), 'S' * (i % 2)) for i in range(6)]},
    'twins': lambda: {'': [(letter(i % 4), '') for i in range(5)],
                      'Projects': [(letter(i // 2 * 2), 'S') for i in range(6)]},
    'identical': lambda: {'': [(letter(7), 'S', FIRST)] * 4, 'Projects': [(letter(7), 'S', FIRST)] * 4},
    'no-id': lambda: {'': [(letter(i, message_id=False), '') for i in range(5)]},
    'same-id': lambda: {'': [(same_id(i), 'S') for i in range(3)], 'Projects': [(same_id(i), '') for i in range(3)]},
    'attributes': lambda: {'': [(letter(7), flags, FIRST + 86400 * i) for i, flags in enumerate(('', 'S', 'R', 'F', 'FS', ''))]},
    'tiny': lambda: {'': [(b'\n', ''), (letter(1), ''), (b'x\n', 'S'), (b'\n', '')]},
    'big': lambda: {'': [(letter(1, size=300_000), ''), (letter(2), 'S'), (letter(3, size=150_000), '')]},
    'commands': lambda: {'': [(commands(i), 'S' * (i % 2)) for i in range(5)]},
    'eight-bit': lambda: {'': [(letter(i, size=0) + bytes(range(128, 256)) + b' \xff\xfe\n', '') for i in range(4)]},
    'nul': lambda: {'': [(letter(1), ''), (letter(2) + b'a\0b\n', ''), (letter(3), 'S')]},
    'headless': lambda: {'': [(b'\nno header at all, number %d\n' % i, '') for i in range(3)] + [(letter(1), '')]},
    'folders': lambda: {name: [(letter(i, 'at' + name), '') for i in range(2)] for name in
                        ('', 'A', 'B', 'A.deep', 'A.deep.deeper', 'C')},
    'sixty': lambda: {'': [(letter(i - (i % 5 == 4)), 'S' * (i % 2)) for i in range(30)],
                      'Projects': [(letter(i, 'p', 900), '') for i in range(20)],
                      'Projects.Haus': [(letter(i // 2, 'h'), 'S') for i in range(10)]},
}


def write(corpus, place):
    """Writes it as a Maildir++; what must be in the account then: {name with /: Counter of (digest, date, flags)}."""
    expected, n = {}, 0
    for folder, messages in corpus.items():
        base = Path(place) / ('.' + folder if folder else '')
        for part in ('cur', 'new', 'tmp'):
            (base / part).mkdir(parents=True, exist_ok=True)
        if folder:
            (base / 'maildirfolder').touch()
        found = expected.setdefault(folder.replace('.', '/') or 'INBOX', Counter())
        for text, letters, *more in messages:
            date = more[0] if more else FIRST + n
            date = more[0] if more else FIRST + n
            file = base / 'cur' / f'{date}.M{n}P1.host:2,{"".join(sorted(letters))}'
            file.write_bytes(text)
            os.utime(file, (date, date))
            n += 1
            text = text.replace(b'\0', b'')  # as no server can have it: it is repaired
            found[hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest(), date, frozenset(FLAGS[x] for x in letters)] += 1
    return expected
