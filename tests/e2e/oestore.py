"""An Outlook Express store for the end-to-end tests, and what must be in the mailbox after it was copied.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from collections import Counter

from e2e import digest
from haultest import message

import dbxwriter
from dbxwriter import ANSWERED, DELETED, FLAGGED, FORWARDED, HAS_BODY, READ, Folder, Message, Store

START = 1078736400
FLAGS = ((READ, '\\Seen'), (FLAGGED, '\\Flagged'), (ANSWERED, '\\Answered'), (FORWARDED, '$Forwarded'))


def made(number, name, flags=READ, received=None, size=400):
    return Message(message(number, name, size, '\r\n'), HAS_BODY | flags, received=received or START + number * 60)


def letters(name, count, size=400, every=5):
    """COUNT messages. Each fifth is a twin of the one before it; another fifth has its octets, but date and flags of its
    own. Both are meant: they must arrive as often as they are here."""
    found = []
    for i in range(count):
        flags = (READ if i % 3 else 0) | (FLAGGED if i % 7 == 0 else 0) | (ANSWERED if i % 11 == 0 else 0)
        if i % every == every - 1:
            found.append(found[-1])
        elif i % every == every - 3 and i:
            found.append(Message(found[-1].text, HAS_BODY | READ ^ flags, received=START + 10**6 + i * 60))
        else:
            found.append(made(i, name, flags, size=size + i * 37 % 900))
    return found


class Made:
    """Folders with their messages: {path: [Message]}; written as a store, told as the mailbox must be."""

    MAILBOXES = {'Inbox': 'INBOX'}

    def __init__(self, folders, deleted=3):
        self.folders = {path: list(messages) for path, messages in folders.items()}
        self.dead = [made(900 + i, 'dead') for i in range(deleted)]

    def write(self, directory):
        tree, by_path = [], {}
        for path, messages in self.folders.items():
            parent, _, name = path.rpartition('/')
            one = Folder(name, messages, deleted=self.dead, listed=path.replace('/', ' - ') + '.dbx', scatter=7,
                         special=dbxwriter.INBOX if path == 'Inbox' else 0)
            by_path[path] = one
            (by_path[parent].children if parent else tree).append(one)
        tree.append(Folder('Deleted Items', self.dead, special=DELETED))
        Store(tree).write(directory)

    def total(self):
        return sum(map(len, self.folders.values()))

    def expected(self):
        """{mailbox: multiset of (sha256, received, flags)}, the empty INBOX included."""
        wanted = {'INBOX': Counter()}
        for path, messages in self.folders.items():
            wanted[self.MAILBOXES.get(path, path.replace('/', '.'))] = Counter(
                (digest(m.text), m.received, frozenset(word for bit, word in FLAGS if m.flags & bit)) for m in messages)
        return wanted
