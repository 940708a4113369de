#!/usr/bin/python3
"""The folder tree of Outlook Express stores, sound and broken: each folder where a person looks for it.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from dbxtest import *
from dbxwriter import *

tap = Tap()


def mail(i):
    return Message(b'Subject: %d\r\n\r\n%d\r\n' % (i, i), received=1000000000 + i)


def box(name, n=1):
    return MessageFile(name, [mail(i) for i in range(n)]).build()


def listed(entries, files=(), **options):
    """The dump of a directory with these folder entries and message files."""
    with folder() as place:
        write_file(place, 'Folders.dbx', FoldersFile(entries, **options).build())
        for name, octets in dict(files).items():
            with open(os.path.join(os.fsencode(place), os.fsencode(name)), 'wb') as file:
                file.write(octets)
        return Dump(place)


INBOX_ENTRY = FolderEntry(4, 1, b'Inbox', b'Inbox.dbx', INBOX)

# The tree ---------------------------------------------------------------------------------------------------------------
with folder() as place:
    deep = Folder('Level 1', [mail(1)], [Folder('Level 2', [mail(2)], [Folder('Level 3', [mail(3)])])])
    accounts = [dbxwriter.Account('mail.example.com', '00000002', IMAP, [Folder('INBOX', [mail(4)], special=INBOX,
                                                                               listed='imap-inbox.dbx')]),
                dbxwriter.Account('Hotmail', '00000001', HTTP, [])]
    Store([Folder('Inbox', [mail(0)], special=INBOX), deep, Folder('Empty', opened=False)], accounts).write(place)
    dump = Dump(place)
    tap.equal(dump.paths(), ['Inbox', 'Level 1', 'Level 1/Level 2', 'Level 1/Level 2/Level 3', 'Empty',
                             'mail.example.com/INBOX'], 'folders in folders; other accounts under their names')
    tap.equal([f['messages'] for f in dump.folders.values()], [1, 1, 1, 1, 0, 1], 'each folder has its own messages')
    tap.equal([f['problem'] for f in dump.folders.values()], [None] * 6, 'a sound tree has no problems')

with folder() as place:
    Store([Folder('Folder %03d' % i, [mail(i)]) for i in range(200)], fanout=3).write(place)
    dump = Dump(place)
    tap.equal(dump.paths(), ['Folder %03d' % i for i in range(200)], '200 folders in a deep tree, in order')

# Case, code pages, missing files ----------------------------------------------------------------------------------------
dump = listed(local_root() + [INBOX_ENTRY, FolderEntry(5, 1, b'KDE', b'KDE.dbx', messages=7),
                              FolderEntry(6, 1, b'B\xfccher', b'B\xdcCHER.DBX'), FolderEntry(7, 1, b'Lost', b'Lost.dbx')],
              {'inbox.DBX': box(b'Inbox'), 'kde.dbx': box(b'KDE', 2), 'Bücher.dbx': box(b'B\xfccher', 3)})
tap.equal(dump.paths(), ['Inbox', 'KDE', 'Bücher', 'Lost'], 'files are found whatever their case')
tap.equal([f['messages'] for f in dump.folders.values()], [1, 2, 3, 0], 'files are found whatever their case: mail')
tap.check('Lost.dbx' in (dump.named('Lost')[0]['problem'] or ''), 'a missing file is named', dump.folders)
tap.check(dump.errors and dump.errors[0]['domain'], 'a folder whose file is missing cannot be opened in silence')

russian = [FolderEntry(4, 1, 'Входящие'.encode('cp1251'), 'Входящие.dbx'.encode('cp1251'), INBOX),
           FolderEntry(5, 1, 'Работа'.encode('cp1251'), 'Работа.dbx'.encode('cp1251'))]
for how, encode in (('UTF-8', str.encode), ('the old code page', lambda s: s.encode('cp1251'))):
    dump = listed(local_root() + russian, {encode('Входящие.dbx'): box(b'x'), encode('работа.dbx'): box(b'y', 2)})
    tap.equal([('/'.join(f['path']), f['messages'], f['problem']) for f in dump.folders.values()],
              [('Входящие', 1, None), ('Работа', 2, None)], f'Russian names, file names in {how}')
    key = dump.named('Работа')[1][0]
    tap.equal(len(dump.messages[key['folder']]), 2, f'Russian names, file names in {how}: an id leads back')

with folder() as place:
    write_file(place, 'Folders.dbx', FoldersFile(local_root() + [
        FolderEntry(4, 1, b'Two', b'KDE.dbx'), FolderEntry(5, 1, b'One', b'kde.dbx')]).build())
    write_file(place, 'KDE.dbx', box(b'x', 2))
    write_file(place, 'kde.dbx', box(b'y', 1))
    dump = Dump(place)
    tap.equal([(p, f['messages']) for p, f in zip(dump.paths(), dump.folders.values())], [('Two', 2), ('One', 1)],
              'two files that differ in case alone: each its own')

# What Folders.dbx does not know, and what it says wrongly ----------------------------------------------------------------
dump = listed(local_root() + [INBOX_ENTRY], {
    'Inbox.dbx': box(b'Inbox'), 'New.dbx': box(b'Newer', 2), 'Inbox (1).dbx': box(b'Inbox', 3), 'other.mbx': box(b'', 4),
    'Offline.dbx': other_file(MAGIC_OFFLINE), 'Pop3uidl.dbx': other_file(MAGIC_POP3UIDL), 'Inbox.bak': box(b'Inbox', 5),
    'Inbox.dbt': box(b'Inbox', 5), 'readme.txt': b'hello'})
tap.equal(sorted((p, f['messages']) for p, f in zip(dump.paths(), dump.folders.values())),
          [('Inbox', 1), ('Inbox (2)', 3), ('Newer', 2), ('other', 4)],
          'files that are not listed are folders too; leftovers of a compaction are not')
tap.equal(sorted(f['role'] for f in dump.folders.values()), ['inbox', 'none', 'none', 'none'],
          'files that are not listed do not make a second inbox')
with folder() as place:
    dump = Dump(write_file(place, 'Inbox.bak', box(b'Inbox', 5)))
    tap.equal((dump.paths(), len(dump.only())), (['Inbox'], 5), 'a leftover can be opened by its own name')
    tap.equal(Dump(place).code, 2, 'a directory of leftovers alone is no store')

dump = listed(local_root() + [FolderEntry(4, 1, b'One', b'Same.dbx'), FolderEntry(5, 1, b'Two', b'SAME.dbx')],
              {'Same.dbx': box(b'x')})
tap.equal([f['messages'] for f in dump.folders.values()], [1, 0], 'two folders with one file: its mail comes once')
tap.check(dump.named('Two')[0]['problem'], 'two folders with one file: it is told')

dump = listed(local_root() + [FolderEntry(4, 1, b'Evil', b'..\\..\\evil.dbx'), FolderEntry(5, 1, b'Worse', b'/etc/passwd'),
                              FolderEntry(6, 1, b'Sub', b'sub/x.dbx')], {'x.dbx': box(b'x')})
tap.equal([(p, bool(f['problem'])) for p, f in zip(dump.paths(), dump.folders.values())],
          [('Evil', True), ('Worse', True), ('Sub', True), ('x', False)], 'a file name cannot lead out of the store')

dump = listed(local_root() + [FolderEntry(4, 1, b'Old', b'Old.dbx'), FolderEntry(5, 1, b'List', b'Folders.dbx'),
                              FolderEntry(6, 1, b'Nothing', b'Nothing.dbx')], {'Old.dbx': b'JMF6' + bytes(200), 'Nothing.dbx': b''})
tap.check(all(f['problem'] for f in dump.folders.values()) and len(dump.folders) == 3,
          'listed files that are no message files: it is told', dump.folders)

# Broken trees -----------------------------------------------------------------------------------------------------------
def tree(*entries):
    return listed(local_root() + [FolderEntry(n, p, b'%d' % n) for n, p in entries]).paths()


tap.equal(tree((4, 5), (5, 6), (6, 4)), ['6', '6/5', '6/5/4'], 'a cycle of folders is broken once')
tap.equal(tree((4, 4), (5, 4)), ['4', '4/5'], 'a folder that is its own parent is at the top')
tap.equal(tree((4, 99), (5, 4)), ['4', '4/5'], 'an orphan is at the top, with what is in it')
tap.equal(tree((4, 1), (4, 1), (5, 4)), ['4', '4/5', '4 (2)'], 'two folders with one number are two')
tap.equal(sorted(tree(*[(n, n - 1) for n in range(4, 100)]))[-1].count('/') < 64, True, 'a ladder of folders has an end')
tap.equal(len(tree(*[(n, n - 1) for n in range(4, 100)])), 96, 'a ladder of folders: none is lost')

dump = listed([FolderEntry(4, 1, b'Inbox', b'Inbox.dbx', INBOX), FolderEntry(5, 4, b'In it')], {'Inbox.dbx': box(b'Inbox')})
tap.equal(dump.paths(), ['Inbox', 'Inbox/In it'], 'the two levels above are lost: folders are at the top all the same')
dump = listed([local_root()[0], FolderEntry(4, 0, b'Inbox', b'Inbox.dbx', INBOX), FolderEntry(5, 0, b'Mine', b'Mine.dbx')],
              {'Inbox.dbx': box(b'Inbox'), 'Mine.dbx': box(b'Mine')})
tap.equal(dump.paths(), ['Inbox', 'Mine'], 'folders right under the root are folders')

with folder() as place:
    made = FoldersFile(local_root() + [INBOX_ENTRY])
    made.build()
    made.put(0xE4, 0x1234)
    write_file(place, 'Folders.dbx', bytes(made.data))
    write_file(place, 'Inbox.dbx', box(b'Inbox', 2))
    write_file(place, 'Bilder.dbx', box(b'B\xfccher', 1))
    dump = Dump(place)
    tap.equal(sorted(dump.paths()), ['Bücher', 'Inbox'], 'a broken Folders.dbx: the files are folders by their own names')
    tap.check(all(f['problem'] for f in dump.folders.values()), 'a broken Folders.dbx: it is told', dump.folders)
    tap.equal(dump.named('Inbox')[0]['role'], 'inbox', 'a broken Folders.dbx: a role is guessed by the name')

dump = listed([], {})
tap.equal((dump.code, dump.paths()), (0, []), 'a store without a folder is a store')

# Whose it is ------------------------------------------------------------------------------------------------------------
for path, owner in (('Documents and Settings/anna/Local Settings/Application Data/Identities/{12345678-1234-1234-1234-'
                     '123456789012}/Microsoft/Outlook Express', 'anna'),
                    ('WINDOWS/Application Data/Identities/{12345678-1234-1234-1234-123456789012}/Microsoft/Outlook Express',
                     '{12345678-1234-1234-1234-123456789012}'), ('Mail', None)):
    with folder() as place:
        os.makedirs(place / path)
        write_file(place / path, 'Inbox.dbx', box(b'Inbox'))
        tap.equal(Dump(place / path).store['owner'], owner, f'the owner of {path[:30]}…: {owner}')
tap.done()
