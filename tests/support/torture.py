"""Names, dates and labels that a careless program gets wrong, as a tree of mbox files.  SPDX-License-Identifier: GPL-3.0-or-later

A letter lies in a folder of its own name, so what came where is known whatever the mailbox is called.
"""
import hashlib
import time
import unicodedata
from pathlib import Path
from typing import NamedTuple, Optional

ORDINARY = 'Fri Oct 17 10:00:00 2003'
FIRST = 1066384800

NAMES = ['Work', 'WORK', 'work ', 'Work (2)', ' two  words ', 'v1.2', 'a*b', '100%', '~home', '#news', '&', '&-', '&AAA-', 'R&D', 'Grüße', 'Gru\u0308ße',
         '日本語', '😀', 'x' * 250, 'x' * 249 + 'y', 'ü' * 120, 'INBOX', 'inbox', 'Inbox', 'Inbox/below', 'Inbox/INBOX', 'Work/INBOX', 'Files', 'Calendar',
         'Notizen', '[Gmail]', 'quo"te', 'back\\slash', 'tab\there', 'line\nbreak', 'del\x7f', 'turn\u202etxt', 'a; rm -rf $(x) `y` <b>', '%s%n%d', 'NIL',
         '{5}', '{3+}', '(x)', ']', 'Public Folders', 'Sync Issues', 'a b', 'a_b', 'a/b/c', 'a-b', 'semi;colon', 'INBOX.x', '\u200b', '\u0301', '。',
         '/'.join(f'level {n}' for n in range(1, 11)), '/'.join(f'{n}' + 'w' * 70 for n in range(6)), 'Entwürfe', 'Sent', 'Gesendete Objekte']

# The date in the separator, in Received:, in Date:; what is to come of it: None where there is nothing to go by.
DATES = [(ORDINARY, None, 'Mon, 1 Jan 2001 00:00:00 +0000', FIRST),
         ('Mon Jan  1 00:00:00 1601', None, 'Mon, 1 Jan 2001 00:00:00 +0200', 978300000),
         ('Wed Dec 31 23:59:59 1969', 'Tue, 2 Jan 2001 00:00:00 +0000', 'Mon, 1 Jan 2001 00:00:00 +0000', 978393600),
         ('Thu Jan  1 00:00:00 1970', None, 'Wed, 31 Dec 1969 10:00:00 +0000', None),
         ('Fri Jan  2 00:00:00 1970', None, None, 86400),
         ('Tue Jan 19 03:14:08 2038', None, 'Mon, 1 Jan 2001 00:00:00 -0500', 978325200),
         ('Mon Feb 12 07:28:15 2106', None, None, None),
         ('Sat Oct 25 02:30:00 2003', 'nonsense', 'Sat, 25 Oct 2003 02:30:00 +0200', 1067049000),
         ('Thu Jan  1 00:00:00 1970', 'Sun, 30 Feb 2020 10:00:00 +0000', 'Sat, 29 Feb 2020 23:59:60 +0000', 1583020800),
         ('Thu Jan  1 00:00:00 1970', None, 'Mon, 01 Jan 2001 12:00:00 +9999', 978350400),
         ('Thu Jan  1 00:00:00 1970', None, 'Lundi, 1 janvier 102 12:00', 1009886400)]

LABELS = ['$Label1', 'holiday', '$MDNSent', 'NonJunk', 'r]bracket', '100%', 'Grün', 'paren(', '\\Recent', '\\$NOTJUNK', 'k' * 80, 'HOLIDAY']


ROLES = ('INBOX', 'Drafts', 'Draft', 'Sent', 'Sent Items', '[Gmail]/Drafts', '[Gmail]/Sent Mail')


class Letter(NamedTuple):
    octets: bytes
    date: Optional[int] = FIRST
    labels: tuple = ()
    is_flagged: bool = False

    @property
    def digest(self):
        return hashlib.sha256(self.octets.replace(b'\n', b'\r\n')).hexdigest()


def compose(what, received=None, date='Fri, 17 Oct 2003 10:00:00 +0000'):
    number = hashlib.sha256(what.encode()).hexdigest()[:12]
    head = [f'Received: from a by b; {received}'] * bool(received) + ['From: Anna <anna@example.org>', f'Subject: {number}',
                                                                      f'Message-ID: <{number}@example.org>'] + [f'Date: {date}'] * bool(date)
    return ('\n'.join(head) + f'\n\nText of {number}.\n').encode()


def append(path, letter, separator=ORDINARY):
    head, _, body = letter.octets.partition(b'\n\n')
    labels = b'\nX-Keywords: ' + ' '.join(letter.labels).encode() if letter.labels else b''
    labels += b'\nX-Status: F' if letter.is_flagged else b''
    with path.open('ab') as file:
        file.write(f'From anna@example.org {separator}\n'.encode() + head + labels + b'\n\n' + body + b'\n')


def write(path, names=NAMES):
    """{folder as (names): [Letter]}."""
    path, folders = Path(path), {}
    path.mkdir()
    for name in names:
        parts = name.split('/')
        place = path.joinpath(*(part + '.sbd' for part in parts[:-1]))
        place.mkdir(parents=True, exist_ok=True)
        folders[name] = [Letter(compose(name))]
        append(place / parts[-1], folders[name][0])
    folders['dates'] = [Letter(compose(f'date {n}', received, date), due) for n, (_, received, date, due) in enumerate(DATES)]
    for letter, (separator, *_) in zip(folders['dates'], DATES):
        append(path / 'dates', letter, separator)
    folders['labels'] = [Letter(compose(f'label {label}'), labels=(label,)) for label in LABELS]
    folders['many labels'] = [Letter(compose(f'many {n}'), labels=(f'mark{n}', 'often')) for n in range(40)]
    folders['flagged'] = [Letter(compose(f'flag {n}'), is_flagged=n == 1) for n in range(3)]
    for name in ('labels', 'many labels', 'flagged'):
        for letter in folders[name]:
            append(path / name, letter)
    return folders


def differ(home, name):
    """In more than capitals, in the last name."""
    home, name = (unicodedata.normalize('NFC', text.rpartition('/')[2]).casefold() for text in (home, name))
    return home != name


def judge(tap, what, run, folders, found, merged=('INBOX',), roles=ROLES):
    """The oracle: found is {mailbox as the report calls it: [(digest, received, flags)]}. Each letter once, folders apart, the numbers add up."""
    report = run.json
    tap.check(run.code == 0 and report['verdict'] == 'complete', f'{what}: complete', f'exit {run.code}\n{str(run)[-3000:]}')
    rows = {row['mailbox']: row for row in report['folders'] if row['mailbox']}
    places, wrong, by_digest = {}, [], {}
    for mailbox, letters in found.items():
        for digest, received, _ in letters:
            by_digest.setdefault(digest, []).append((mailbox, received))
    for name, letters in folders.items():
        homes = set()
        for letter in letters:
            at = by_digest.pop(letter.digest, [])
            if len(at) != 1:
                wrong.append(f'{name!r}: a letter is there {len(at)} times: {at}')
                continue
            mailbox, received = at[0]
            homes.add(mailbox)
            due = letter.date
            if due is not None and received is not None and received != due or due is None and abs((received or time.time()) - time.time()) > 3600:
                wrong.append(f'{name!r}: received {received} for {due}')
        if len(homes) != 1:
            wrong.append(f'{name!r}: in {homes}')
        for home in homes:
            if home in places and home not in merged:
                wrong.append(f'{name!r} and {places[home]!r} are both in {home!r}')
            places[home] = name
            if home not in rows:
                wrong.append(f'{name!r}: in {home!r}, of which the report knows nothing')
            elif home not in roles and differ(home, name) and not rows[home].get('note'):
                wrong.append(f'{name!r}: is called {home!r}, and nobody says why')
    wrong += [f'a strange letter in {at}' for at in by_digest.values()]
    tap.equal(wrong, [], f'{what}: each letter once, at its date, where the report says', '\n'.join(map(str, wrong)))
    return places
