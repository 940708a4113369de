#!/usr/bin/python3
"""Outlook Express files that real people's computers wrote: counts, octets, flags, dates to the second.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import shutil
from datetime import datetime, timezone

from dbxtest import *

tap = Tap()
DBX = CORPUS / 'dbx'
if not DBX.is_dir():
    print('1..0 # SKIP no sample files at %s' % CORPUS)
    sys.exit(0)


def when(text):
    return int(datetime.strptime(text, '%Y-%m-%d %H:%M:%S').replace(tzinfo=timezone.utc).timestamp())


# (file, [(length, first octets, received, flags)]); dates are what the entries' FILETIMEs say in UTC.
FILES = [
    ('oe6-english/Inbox.dbx', [(10139, b'From:', '2021-12-12 04:45:59', ['seen'])]),
    ('kde-oe/oe/test4.dbx', [(6485, b'Received:', '1999-05-31 23:00:01', []),
                             (5168, b'Received:', '1999-06-02 23:00:01', ['seen']),
                             (3204, b'Received:', '1999-06-03 23:00:01', ['seen'])]),
    ('perl-dbx/test.dbx', [(16993, b'Received:', '2002-04-14 00:27:57', ['seen'])]),
    ('oe6-english/Outbox.dbx', []),
]

for name, wanted in FILES:
    dump = Dump(DBX / name)
    got = dump.only()
    tap.equal([(m['size'], m['received'], m['flags'], m['state']) for m in got],
              [(w[0], when(w[2]), w[3], 'whole') for w in wanted], f'{name}: sizes, dates, flags')
    tap.check(all(dump.octets(m)[:20].lower().startswith((w[1].lower(), b'return-path', b'x-'))
                  for m, w in zip(got, wanted)), f'{name}: a message begins with its header',
              [dump.octets(m)[:40] for m in got])
    tap.equal([f['problem'] for f in dump.folders.values()], [None], f'{name}: nothing is wrong with it')
    tap.check(all(digest(dump.octets(m)) == m['sha256'] for m in got), f'{name}: a key is enough to read it again')
    if has_undbx():
        tap.equal(dump.digests(), undbx(DBX / name), f'{name}: the same octets as undbx')
    else:
        tap.skip(f'{name}: the same octets as undbx', 'undbx is not installed')

store = Dump(DBX / 'oe6-english')
tap.equal(store.store['program'], 'Outlook Express', 'the program is known by its files')
tap.equal([(p, f['role']) for p, f in zip(store.paths(), store.folders.values())],
          [('Inbox', 'inbox'), ('Outbox', 'outbox'), ('Sent Items', 'sent'), ('Deleted Items', 'trash'),
           ('Drafts', 'drafts')], 'an English store: its folders at the top, by their roles')
tap.equal([f['problem'] for f in store.folders.values()], [None] * 5, 'folders never opened are empty, not broken')
tap.equal([f['messages'] for f in store.folders.values()], [1, 0, 0, 0, 0], 'an English store: one message')

tap.equal(Dump(DBX / 'kde-oe/oe').paths(), ['Sample'], 'without Folders.dbx a folder has the name in its file')
tap.equal(Dump(DBX / 'oe6-english/Offline.dbx').code, 2, 'Offline.dbx holds no mail')
with folder() as place:
    shutil.copy(DBX / 'kde-oe/oe/test4.dbx', place / 'test5.mbx')
    dump = Dump(place)
    tap.equal((dump.store and dump.store['program'], dump.digests()),
              ('Outlook Express', Dump(DBX / 'kde-oe/oe/test4.dbx').digests()), 'a DBX file named .mbx is one')
with folder() as place:
    shutil.copy(CORPUS / 'oe4-mbx/test2.dbx', place / 'test2.dbx')
    tap.equal(Dump(place).code, 2, 'a file of Outlook Express 4 named .dbx is not one')
tap.done()
