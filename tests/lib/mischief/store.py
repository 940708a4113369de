"""Mailboxes and messages in memory. No protocol, no faults.

SPDX-License-Identifier: GPL-3.0-or-later

Whoever calls holds the world's lock. A message's UID is its key; `uids` is ascending. Sessions follow what others do by
two growing lists, `expunged` and `flagged`, and by the UIDs above the last they knew.
"""
import hashlib
from bisect import bisect_left

FLAGS = {}


def share(flags):
    """One object for each distinct set: a million messages have few."""
    flags = frozenset(flags)
    return FLAGS.setdefault(flags, flags)


class Message:
    __slots__ = ('octets', 'original', 'date', 'flags')

    def __init__(self, octets, date, flags=(), original=None):
        self.octets, self.date, self.flags = octets, date, share(flags)
        self.original = octets if original is None or original == octets else original

    def copy(self):
        return Message(self.octets, self.date, self.flags, self.original)

    def digests(self):
        stored = hashlib.sha256(self.octets).hexdigest()
        return stored, stored if self.original is self.octets else hashlib.sha256(self.original).hexdigest()


class Mailbox:
    def __init__(self, name, uid_validity):
        self.name, self.uid_validity, self.uid_next = name, uid_validity, 1
        self.messages, self.uids = {}, []
        self.expunged, self.flagged = [], []
        self.recent_from = 1
        self.is_gone = False
        self.attribute = b''
        self.index, self.indexed = {}, 1  # of the messages' identities, for servers that keep one of each

    def add(self, message, uid=None):
        uid = self.uid_next if uid is None else uid
        self.messages[uid] = message
        self.uids.append(uid)
        self.uid_next = uid + 1
        return uid

    def remove(self, uids):
        """The UIDs must be there, ascending."""
        for uid in uids:
            del self.messages[uid]
        if len(uids) < 20:
            for uid in uids:
                del self.uids[bisect_left(self.uids, uid)]
        else:
            self.uids = list(self.messages)
        self.expunged += uids

    def set_flags(self, uid, flags, by=None):
        flags = share(flags)
        if self.messages[uid].flags != flags:
            self.messages[uid].flags = flags
            self.flagged.append((uid, by))

    def between(self, ranges):
        """UIDs of those that are there, ascending."""
        if len(ranges) == 1:
            low, high = ranges[0]
            return self.uids[bisect_left(self.uids, low):bisect_left(self.uids, high + 1)]
        wanted = set()
        for low, high in ranges:
            wanted.update(self.uids[bisect_left(self.uids, low):bisect_left(self.uids, high + 1)])
        return sorted(wanted)

    def n_octets(self):
        return sum(len(message.octets) for message in self.messages.values())

    def copy(self):
        """For a backup: messages are shared values but for their flags."""
        twin = Mailbox(self.name, self.uid_validity)
        twin.uid_next, twin.uids, twin.attribute = self.uid_next, list(self.uids), self.attribute
        twin.recent_from = self.recent_from
        twin.messages = {uid: message.copy() for uid, message in self.messages.items()}
        return twin


class Tree:
    """The mailboxes of one account."""

    def __init__(self, delimiter=b'/', folds_case=False, first_validity=1_700_000_000):
        self.delimiter, self.folds_case = delimiter, folds_case
        self.boxes, self.subscribed = {}, set()
        self.validity = first_validity
        self.create(b'INBOX')

    def fold(self, name):
        upper = name[:5].upper()
        if upper == b'INBOX' and (len(name) == 5 or name[5:6] == self.delimiter):
            name = b'INBOX' + name[5:]
        return name.lower() if self.folds_case else name

    def next_validity(self):
        self.validity += 1
        return self.validity

    def find(self, name):
        return self.boxes.get(self.fold(name))

    def create(self, name):
        """None where it is there already."""
        key = self.fold(name)
        if key in self.boxes:
            return None
        if key == self.fold(b'INBOX'):
            name = b'INBOX'
        box = self.boxes[key] = Mailbox(name, self.next_validity())
        return box

    def delete(self, box):
        box.is_gone = True
        del self.boxes[self.fold(box.name)]

    def children(self, name):
        start = self.fold(name) + self.delimiter
        return [box for key, box in self.boxes.items() if key.startswith(start)]

    def rename(self, box, name):
        """What is below it goes along; INBOX itself stays, empty (RFC 3501 §6.3.5)."""
        if self.fold(box.name) == self.fold(b'INBOX'):
            new = self.create(name)
            for uid in list(box.uids):
                new.add(box.messages[uid].copy())
            box.remove(list(box.uids))
            return
        old = box.name
        for each in [box, *self.children(old)]:
            del self.boxes[self.fold(each.name)]
            each.name = name + each.name[len(old):]
            self.boxes[self.fold(each.name)] = each

    def names(self):
        """{name: mailbox, or None for a mere part of a path}."""
        found = {}
        for box in self.boxes.values():
            parts = box.name.split(self.delimiter) if self.delimiter else [box.name]
            for i in range(1, len(parts)):
                found.setdefault(self.delimiter.join(parts[:i]), None)
            found[box.name] = box
        for name in list(found):
            if found[name] is None and self.find(name):
                del found[name]
        return found

    def n_octets(self):
        return sum(box.n_octets() for box in self.boxes.values())

    def copy(self):
        twin = Tree.__new__(Tree)
        twin.delimiter, twin.folds_case, twin.validity = self.delimiter, self.folds_case, self.validity
        twin.subscribed = set(self.subscribed)
        twin.boxes = {key: box.copy() for key, box in self.boxes.items()}
        return twin
