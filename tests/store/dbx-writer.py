#!/usr/bin/python3
"""Sound Outlook Express stores of many shapes: what we read is what was written, and what undbx reads.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import random
import struct

from dbxtest import *
from dbxwriter import *

tap = Tap()
HEAD = b'From: a@example.com\r\nTo: b@example.com\r\nSubject: message %d\r\n\r\n'
START = 1000000000


def message(i, length=100, **options):
    text = HEAD % i + random.Random(i).randbytes(length // 2).hex().encode() + b'\r\n'
    return Message(text, options.pop('flags', HAS_BODY), received=START + i, saved=START + i + 1, sent=START + i - 1,
                   subject=b'message %d' % i, sender=b'A', address=b'a@example.com', **options)


def agree(what, built, messages):
    """Order, octets, dates against the generator; octets against undbx."""
    with folder() as place:
        path = write_file(place, 'Box.dbx', built)
        dump = Dump(path)
        got = dump.only()
        tap.equal([(m.get('sha256'), m['received']) for m in got], [(digest(m.text), m.received) for m in messages],
                  f'{what}: every message, in order, with its date', dump.stderr[-500:])
        tap.equal([f['problem'] for f in dump.folders.values()], [None], f'{what}: nothing is wrong')
        if has_undbx():
            tap.equal(dump.digests(), undbx(path), f'{what}: undbx agrees')
        else:
            tap.skip(f'{what}: undbx agrees', 'undbx is not installed')


for n, fanout in ((0, 51), (1, 51), (51, 51), (52, 51), (60, 51), (400, 3), (200, 1), (2700, 51)):
    some = [message(i) for i in range(n)]
    agree(f'{n} messages, {fanout} a node', MessageFile(b'Box', some, fanout=fanout).build(), some)

for length in (1, 511, 512, 513, 1024, 100000):
    some = [Message(random.Random(length).randbytes(length // 2 + 1).hex()[:length].encode(), received=START)]
    agree(f'a text of {length} octets', MessageFile(b'Box', some).build(), some)

some = [message(i, 5000) for i in range(40)]
agree('texts scattered all over the file', MessageFile(b'Box', some, scatter=7).build(), some)
some = [message(i, size_field=(0, 17, 0xFFFFFF, 0xFFFFFFFF)[i % 4]) for i in range(8)]
agree('wrong size fields', MessageFile(b'Box', some).build(), some)
agree('deleted messages, their text freed',
      MessageFile(b'Box', some, [message(i, 2000) for i in range(100, 130)], scatter=3).build(), some)
agree('deleted messages, their text still there',
      MessageFile(b'Box', some, [message(i, 2000) for i in range(100, 130)], freed=False).build(), some)

# The farther half of a file of four gigabytes; the hole before it costs no disk.
made = MessageFile(b'Box', [message(i, 1000) for i in range(3)])
made.build()
far, (before, last) = 0xF0000000, made.segments[1][-2:]
made.put(before + 12, far)
piece = struct.pack('<I', far) + bytes(made.data[last + 4:last + SEGMENT])
with folder() as place:
    path = write_file(place, 'Box.dbx', bytes(made.data))
    with open(path, 'r+b') as file:
        file.seek(far)
        file.write(piece)
    tap.equal([m.get('sha256') for m in Dump(path).only()], [digest(message(i, 1000).text) for i in range(3)],
              'text near the end of a file of four gigabytes')

# Flags, one by one, and what a folder's role makes of them.
names = [(0, []), (READ, ['seen']), (ANSWERED, ['answered']), (FLAGGED, ['flagged']), (FORWARDED, ['forwarded']),
         (UNSENT, []), (HAS_ATTACHMENT, []), (0x800000 | 0x400000 | 0x1000, []),
         (READ | ANSWERED | FLAGGED | FORWARDED | 0x1000000, ['seen', 'answered', 'flagged', 'forwarded'])]
some = [message(i, flags=flags) for i, (flags, _) in enumerate(names)]
with folder() as place:
    Store([Folder('Inbox', some, special=INBOX), Folder('Sent Items', some, special=SENT),
           Folder('Drafts', some, special=DRAFTS), Folder('Outbox', some, special=OUTBOX)]).write(place)
    dump = Dump(place)
    tap.equal([m['flags'] for m in dump.named('Inbox')[1]], [wanted for _, wanted in names], 'flags of received mail')
    tap.check(all('seen' in m['flags'] for m in dump.named('Sent Items')[1]), 'sent mail is never unread')
    tap.check(all('draft' not in m['flags'] for m in dump.named('Sent Items')[1]), 'sent mail is no draft')
    for name in ('Drafts', 'Outbox'):
        drafts = ['draft' in m['flags'] for m in dump.named(name)[1]]
        tap.equal(drafts, [bool(flags & UNSENT) for flags, _ in names], f'{name}: what was not sent is a draft')

# Dates: received, else saved, else the header's.
stamps = b'Received: from a by b; Tue, 6 Jan 2004 12:00:00 +0000\r\nDate: Mon, 5 Jan 2004 10:00:00 +0100\r\n\r\n'
some = [Message(stamps, received=START, saved=START + 1), Message(stamps, saved=START + 1), Message(stamps),
        Message(stamps.split(b'\r\n', 1)[1]), Message(b'Subject: no date\r\n\r\n'),
        Message(stamps, received=-11644473600, saved=0), Message(stamps, received=20000000000, saved=START + 5)]
with folder() as place:
    dump = Dump(write_file(place, 'Box.dbx', MessageFile(b'Box', some).build()))
    tap.equal([m['received'] for m in dump.only()],
              [START, START + 1, 1073390400, 1073293200, 0, 1073390400, START + 5],
              'the received date, else the saved one, else the header’s; 1601, 1970 and the future are none')

# Text as it goes to a server.
with folder() as place:
    raw = b'Subject: x\nA: b\r\n\r\nbare\nand\rand\r\n.\r\nFrom here\n'
    dump = Dump(write_file(place, 'Box.dbx', MessageFile(b'Box', [Message(raw)]).build()))
    tap.equal(dump.octets(dump.only()[0]), b'Subject: x\r\nA: b\r\n\r\nbare\r\nand\r\nand\r\n.\r\nFrom here\r\n',
              'bare line ends become CRLF, nothing else changes')

# The sample store of the command, in two languages; the same octets each time.
for options, inbox, code_page in (([], 'Inbox', 'cp1252'), (['--russian'], 'Входящие', 'cp1251')):
    with folder() as place, folder() as again:
        for target in (place, again):
            subprocess.run([SUPPORT / 'dbxwriter.py', *options, target], check=True)
        dump = Dump(place)
        what = f'the sample store in {code_page}'
        tap.equal({p.name: p.read_bytes() for p in place.iterdir()}, {p.name: p.read_bytes() for p in again.iterdir()},
                  f'{what}: always the same octets')
        tap.equal([f['problem'] for f in dump.folders.values()], [None] * 11, f'{what}: eleven folders, all sound')
        tap.equal(sum(map(len, dump.messages.values())), 57, f'{what}: 57 messages')
        tap.equal(dump.named(inbox)[0]['role'], 'inbox', f'{what}: the inbox is known by its role')
        tap.equal([n for n in dump.digests().values() if n > 1], [2], f'{what}: two messages are the same')
        if has_undbx():
            tap.equal(dump.digests(), undbx(place), f'{what}: undbx agrees')
        else:
            tap.skip(f'{what}: undbx agrees', 'undbx is not installed')
tap.done()
