#!/usr/bin/python3
# dbxwriter.py - writes Outlook Express 5/6 stores of any shape, sound ones and broken ones
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# As a command:  dbxwriter.py DIRECTORY              a sample store as a person would have it
#                dbxwriter.py --russian DIRECTORY    the same folders as a Russian Windows names them
#                dbxwriter.py --small-messages FILE  a message file with everything small, for systematic damage
#                dbxwriter.py --small-folders FILE   a Folders.dbx likewise
# As a module:   Message, MessageFile, FolderEntry, FoldersFile, Folder, Store, sample_store().
#
# The same arguments give the same octets. The layout follows the published descriptions of the format; real files of
# Outlook Express and the program undbx agree with it (tests/store/dbx-corpus.py, dbx-writer.py).
"""Writes Outlook Express 5/6 stores."""

import os
import random
import struct
import sys

MAGIC_MESSAGES = bytes.fromhex('CFAD12FEC5FD746F66E3D1119A4E00C04FA309D4')
MAGIC_FOLDERS = bytes.fromhex('CFAD12FEC6FD746F66E3D1119A4E00C04FA309D4')
MAGIC_OFFLINE = bytes.fromhex('CFAD12FE309DFE268F1AD2110C00BFAA97D474C4')
MAGIC_POP3UIDL = bytes.fromhex('CFAD12FEC7FD746F66E3D1119A4E00C04FA309D4')

HEADER = 0x24BC
NODE = 0x27C
SEGMENT = 0x210
SEGMENT_TEXT = 0x200
MAX_ENTRIES = 51
TOP = 0xFFFFFFFF

# Index 0x01 of a message.
HAS_BODY, UNSENT, FLAGGED, READ = 0x01, 0x08, 0x20, 0x80
HAS_ATTACHMENT, ANSWERED, FORWARDED = 0x4000, 0x80000, 0x100000

# Index 0x09 and 0x0A of a folder.
INBOX, OUTBOX, SENT, DELETED, DRAFTS = 1, 2, 3, 4, 5
NEWS, IMAP, HTTP, LOCAL, ROOT = 0, 1, 2, 3, 4


def filetime(seconds):
    return struct.pack('<Q', round((seconds + 11644473600) * 10000000))


class DbxFile:
    """Octets under construction; every object goes to the next place that is a multiple of four."""

    def __init__(self, magic, info):
        self.data = bytearray(HEADER) + info
        self.data[0:len(magic)] = magic
        for at, value in ((0x14, 5), (0x18, 5), (0x1C, len(info)), (0x64, 1), (0x80, 2), (0x108, 1), (0x22BC, 1),
                          (0x22EC, 0x20000), (0x22F0, 7), (0x244C, 0x68)):
            self.put(at, value)
        self.nodes = []

    def put(self, at, value):
        struct.pack_into('<I', self.data, at, value)

    def get(self, at):
        return struct.unpack_from('<I', self.data, at)[0]

    def allocate(self, size):
        at = len(self.data)
        self.data += bytes(size + -size % 4)
        return at

    def add_object(self, fields):
        """fields: {index: int (direct where it fits) or bytes (in the data area)}"""
        entries, area = b'', b''
        for index in sorted(fields):
            value = fields[index]
            if isinstance(value, int) and value < 1 << 24:
                entries += struct.pack('<I', index | 0x80 | value << 8)
                continue
            entries += struct.pack('<I', index | len(area) << 8)
            area += struct.pack('<I', value) if isinstance(value, int) else value
        area += bytes(-len(area) % 4)
        at = self.allocate(12 + len(entries) + len(area))
        struct.pack_into('<IIHBB', self.data, at, at, len(entries) + len(area), 0, len(fields), 1)
        self.data[at + 12:at + 12 + len(entries) + len(area)] = entries + area
        return at

    def add_node(self, parent, values, left, children):
        """left and children: (offset, count) each"""
        at = self.allocate(NODE)
        struct.pack_into('<IIII', self.data, at, at, 0, left[0], parent)
        self.data[at + 0x11] = len(values)
        self.put(at + 0x14, left[1])
        for i, value in enumerate(values):
            struct.pack_into('<III', self.data, at + 0x18 + 12 * i, value, *children[i])
        self.nodes.append(at)
        return at

    def add_tree(self, values, fanout=MAX_ENTRIES):
        """A balanced tree over the values in this order; its root, 0 for none."""
        if not values:
            return 0
        capacity = [fanout]
        while capacity[-1] < len(values):
            capacity.append(capacity[-1] * (fanout + 1) + fanout)
        root = self._add_subtree(values, capacity)
        self._set_parents(root, 0)
        return root

    def _add_subtree(self, values, capacity):
        if len(values) <= capacity[0]:
            return self.add_node(0, values, (0, 0), [(0, 0)] * len(values))
        below = capacity[:-1]
        separators = 1
        while (len(values) - separators) > below[-1] * (separators + 1):
            separators += 1
        parts, own, at = [], [], 0
        rest = len(values) - separators
        for i in range(separators + 1):
            size = rest // (separators + 1) + (1 if i < rest % (separators + 1) else 0)
            parts.append(values[at:at + size])
            at += size
            if i < separators:
                own.append(values[at])
                at += 1
        children = [(self._add_subtree(part, below) if part else 0, len(part)) for part in parts]
        return self.add_node(0, own, children[0], children[1:])

    def _set_parents(self, node, parent):
        self.put(node + 0x0C, parent)
        links = [(self.get(node + 8), self.get(node + 0x14))]
        for i in range(self.data[node + 0x11]):
            links.append((self.get(node + 0x18 + 12 * i + 4), self.get(node + 0x18 + 12 * i + 8)))
        for child, count in links:
            if count:
                self._set_parents(child, node)

    def finish(self):
        self.put(0x7C, len(self.data))
        return bytes(self.data)


class Message:
    """One message. text None: its text was never fetched. A time of None: the field is not there."""

    def __init__(self, text, flags=HAS_BODY, received=None, saved=None, sent=None, subject=b'', sender=b'',
                 address=b'', size_field=None):
        self.text = text
        self.flags = flags
        self.received, self.saved, self.sent = received, saved, sent
        self.subject, self.sender, self.address = subject, sender, address
        self.size_field = size_field

    def fields(self, number, first):
        fields = {0x00: number, 0x01: self.flags, 0x10: 3}
        for index, when in ((0x02, self.sent), (0x06, self.saved), (0x12, self.received)):
            if when is not None:
                fields[index] = filetime(when)
        for index, value in ((0x05, self.subject), (0x08, self.subject), (0x0D, self.sender), (0x0E, self.address)):
            if value:
                fields[index] = value + b'\0'
        if first:
            fields[0x04] = first
        fields[0x11] = len(self.text or b'') if self.size_field is None else self.size_field
        return fields


class MessageFile(DbxFile):
    """The file of one folder. After build() nodes, infos and segments tell where things are, message by message."""

    def __init__(self, name, messages, deleted=(), fanout=MAX_ENTRIES, scatter=None, kind=LOCAL, freed=True, count=None,
                 tail=None):
        info = bytearray(0x618)
        info[0:4] = struct.pack('<I', 1)
        info[4] = kind
        info[5:5 + len(b'LocalStore')] = b'LocalStore'
        info[0x105:0x105 + len(name)] = name
        super().__init__(MAGIC_MESSAGES, info)
        self.messages, self.deleted = list(messages), list(deleted)
        self.fanout, self.scatter, self.freed, self.count, self.tail = fanout, scatter, freed, count, tail
        self.infos, self.segments, self.deleted_infos, self.deleted_segments = [], [], [], []

    def build(self):
        everything = self.messages + self.deleted
        chains = self._add_texts([m.text or b'' for m in everything])
        n = len(self.messages)
        self.segments, self.deleted_segments = chains[:n], chains[n:]
        offsets = [self.add_object(m.fields(i + 1, chains[i][0] if chains[i] else 0)) for i, m in enumerate(everything)]
        self.infos, self.deleted_infos = offsets[:n], offsets[n:]
        self.put(0xE4, self.add_tree(self.infos, self.fanout))
        self.put(0xC4, n if self.count is None else self.count)
        self.put(0x5C, len(everything) + 1)
        if self.deleted:
            self._bury()
        if self.tail is not None:
            self._move_to_end(self.segments[self.tail])
        return self.finish()

    def _move_to_end(self, chain):
        """The last segment of a message becomes the last octets of the file."""
        old, new = chain[-1], self.allocate(SEGMENT)
        self.data[new:new + SEGMENT] = self.data[old:old + SEGMENT]
        self.put(new, new)
        self.put(chain[-2] + 12, new)
        chain[-1] = new

    def _add_texts(self, texts):
        places = [(i, at) for i, text in enumerate(texts) for at in range(0, len(text), SEGMENT_TEXT)]
        order = list(places)
        if self.scatter is not None:
            random.Random(self.scatter).shuffle(order)
        offsets = {place: self.allocate(SEGMENT) for place in order}
        chains = [[] for _ in texts]
        for i, at in places:
            chains[i].append(offsets[i, at])
            piece = texts[i][at:at + SEGMENT_TEXT]
            here = offsets[i, at]
            struct.pack_into('<IIII', self.data, here, here, SEGMENT_TEXT, len(piece),
                             offsets.get((i, at + SEGMENT_TEXT), 0))
            self.data[here + 16:here + 16 + len(piece)] = piece
        return chains

    def _bury(self):
        """What a deletion leaves: freed segments in a list, entries out of the tree, old entries in unused slots."""
        if self.freed:
            freed = [at for chain in self.deleted_segments for at in chain]
            for i, at in enumerate(freed):
                before = freed[i - 1] if i > 0 else 0
                after = freed[i + 1] if i + 1 < len(freed) else 0
                struct.pack_into('<IIIII', self.data, at, at, 0x1FC, 0x210, after, before)
            self.put(0x48, freed[0] if freed else 0)
        stale = self.add_node(0, self.deleted_infos[:MAX_ENTRIES], (0, 0), [(0, 0)] * len(self.deleted_infos))
        self.nodes.remove(stale)
        self.put(0x4C, stale)
        self.put(0x29C, self.deleted_infos[0])
        for node in self.nodes:
            used = self.data[node + 0x11]
            for i, value in enumerate(self.deleted_infos[:MAX_ENTRIES - used]):
                struct.pack_into('<III', self.data, node + 0x18 + 12 * (used + i), value, 0, 0)


class FolderEntry:
    """A folder as Folders.dbx has it; names are octets."""

    def __init__(self, number, parent, name, file=None, special=0, kind=LOCAL, account=None, messages=0, unread=0):
        self.number, self.parent, self.name, self.file = number, parent, name, file
        self.special, self.kind, self.account, self.messages, self.unread = special, kind, account, messages, unread

    def fields(self):
        fields = {0x06: 1, 0x0A: self.kind}
        for index, value in ((0x00, self.number), (0x01, self.parent), (0x07, self.messages), (0x08, self.unread),
                             (0x09, self.special)):
            if value:
                fields[index] = value
        for index, value in ((0x02, self.name), (0x03, self.file), (0x05, self.account)):
            if value is not None:
                fields[index] = value + b'\0'
        return fields


def local_root():
    """The two levels above every folder of the user."""
    return [FolderEntry(0, TOP, b'Outlook Express', kind=ROOT),
            FolderEntry(1, 0, b'Local Folders', account=b'LocalStore')]


class FoldersFile(DbxFile):
    def __init__(self, entries, fanout=MAX_ENTRIES, count=None):
        super().__init__(MAGIC_FOLDERS, bytearray(0x108))
        self.entries, self.fanout, self.count = list(entries), fanout, count
        self.infos = []

    def build(self):
        self.infos = [self.add_object(entry.fields()) for entry in self.entries]
        for at in (0xE4, 0xE8, 0xEC):
            self.put(at, self.add_tree(self.infos, self.fanout))
        for at in (0xC4, 0xC8, 0xCC):
            self.put(at, len(self.infos) if self.count is None else self.count)
        return self.finish()


def other_file(magic):
    """Offline.dbx, Pop3uidl.dbx: a header and no mail."""
    return DbxFile(magic, bytearray(0xFC)).finish()


class Folder:
    """A folder of a store: name is text; opened False: Outlook Express has not made its file yet.

    listed and on_disk are the file's name in Folders.dbx and on the disk where they are not name + '.dbx';
    on_disk None: the file is missing."""

    SAME = object()

    def __init__(self, name, messages=(), children=(), special=0, deleted=(), opened=True, listed=SAME, on_disk=SAME,
                 kind=LOCAL, **options):
        self.name, self.messages, self.children, self.special = name, list(messages), list(children), special
        self.deleted, self.opened, self.options, self.kind = list(deleted), opened, options, kind
        self.listed = name + '.dbx' if listed is Folder.SAME else listed
        self.on_disk = self.listed if on_disk is Folder.SAME else on_disk


class Account:
    """Another account's folders: IMAP or HTTP."""

    def __init__(self, name, key, kind, children):
        self.name, self.key, self.kind, self.children = name, key, kind, list(children)


class Store:
    """A directory: Folders.dbx and the message files."""

    def __init__(self, folders, accounts=(), codepage='cp1252', fanout=MAX_ENTRIES, with_index=True):
        self.folders, self.accounts, self.codepage = list(folders), list(accounts), codepage
        self.fanout, self.with_index = fanout, with_index
        self.entries, self.files, self.number = [], {}, 3

    def _add(self, folder, parent):
        self.number += 1
        number = self.number
        listed = folder.listed.encode(self.codepage, 'replace') if folder.opened else None
        unread = sum(1 for m in folder.messages if not m.flags & READ)
        self.entries.append(FolderEntry(number, parent, folder.name.encode(self.codepage), listed, folder.special,
                                        folder.kind, None, len(folder.messages), unread))
        if folder.opened and folder.on_disk is not None:
            built = MessageFile(folder.name.encode(self.codepage), folder.messages, folder.deleted, kind=folder.kind,
                                **folder.options)
            self.files[folder.on_disk] = built.build()
        for child in folder.children:
            self._add(child, number)

    def build(self):
        """{file name: octets}"""
        self.entries = local_root()
        for folder in self.folders:
            self._add(folder, 1)
        for account in self.accounts:
            self.number += 1
            number = self.number
            self.entries.append(FolderEntry(number, 0, account.name.encode(self.codepage), None, 0, account.kind,
                                            account.key.encode()))
            for child in account.children:
                child.kind = account.kind
                self._add(child, number)
        if self.with_index:
            self.files['Folders.dbx'] = FoldersFile(self.entries, self.fanout).build()
        self.files['Offline.dbx'] = other_file(MAGIC_OFFLINE)
        self.files['Pop3uidl.dbx'] = other_file(MAGIC_POP3UIDL)
        return self.files

    def write(self, directory):
        os.makedirs(directory, exist_ok=True)
        for name, octets in self.build().items():
            with open(os.path.join(directory, name), 'wb') as file:
                file.write(octets)


def small_messages():
    """Three messages, a tree of two levels, a deleted message: everything a message file can have, in 15 kB."""
    text = b'From: a@example.com\r\nDate: Mon, 5 Jan 2004 10:00:00 +0100\r\nSubject: %d\r\n\r\n'
    messages = [
        Message(text % 1 + b'one\r\n', HAS_BODY | READ, received=1073296800, saved=1073296801, subject=b'1'),
        Message(text % 2 + b'x' * 76 + b'\r\n' + b'y' * 500 + b'\r\n', HAS_BODY, saved=1073296900, subject=b'2'),
        Message(text % 3 + b'three\r\n', HAS_BODY | ANSWERED, subject=b'3'),
        Message(None, 0, received=1073296800, subject=b'4'),
    ]
    return MessageFile(b'Small', messages, [Message(text % 5 + b'deleted\r\n')], fanout=2, tail=1)


def small_folders():
    entries = local_root() + [
        FolderEntry(4, 1, b'Inbox', b'Inbox.dbx', INBOX, messages=3),
        FolderEntry(5, 1, b'Sent Items', None, SENT),
        FolderEntry(6, 4, b'B\xfccher', b'B\xfccher.dbx'),
        FolderEntry(7, 6, b'Alt', b'Alt.dbx'),
        FolderEntry(8, 0, b'mail.example.com', None, kind=IMAP, account=b'00000002'),
        FolderEntry(9, 8, b'INBOX', b'INBOX.dbx', INBOX, kind=IMAP),
    ]
    return FoldersFile(entries, fanout=3)


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] in ('--small-messages', '--small-folders'):
        made = small_messages() if arguments[0] == '--small-messages' else small_folders()
        with open(arguments[1], 'wb') as file:
            file.write(made.build())
        return 0
    russian = len(arguments) == 2 and arguments[0] == '--russian'
    if len(arguments) != (2 if russian else 1) or arguments[-1].startswith('-'):
        print('usage: dbxwriter.py [--russian] DIRECTORY', file=sys.stderr)
        return 64
    # The sample's texts are a file of their own; it needs this one.
    import dbxsample
    dbxsample.sample_store(russian).write(arguments[-1])
    return 0


if __name__ == '__main__':
    sys.exit(main())
