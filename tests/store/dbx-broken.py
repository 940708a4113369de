#!/usr/bin/python3
"""Broken Outlook Express stores: what can be had is had, what cannot is told, and nothing hangs.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import struct
import time

from dbxtest import *
from dbxwriter import *

tap = Tap()
START = 1000000000


def text(i, length=1200):
    return b'Subject: %d\r\n\r\n' % i + b'%04d' % i * (length // 4) + b'\r\n'


def box(n=5, fanout=2, **options):
    return MessageFile(b'Box', [Message(text(i), received=START + i) for i in range(n)], fanout=fanout, **options)


def look(built, change=None):
    """The messages and the problem of a file after change(file) put something wrong into it."""
    octets = built.finish() if built.nodes else built.build()
    if change is not None:
        change(built)
        octets = bytes(built.data)
    with folder() as place:
        start = time.monotonic()
        dump = Dump(write_file(place, 'Box.dbx', octets))
        seconds = time.monotonic() - start
        got = dump.only() if dump.folders else []
        for m in got:
            m['octets'] = dump.octets(m) if len(got) < 20 and 'sha256' in m else None
        problem = next(iter(dump.folders.values()))['problem'] if dump.folders else None
        return got, problem, dump, seconds


def states(got):
    return [m['state'] for m in got]


def entry(node, i):
    return node + 0x18 + 12 * i


# Trees ------------------------------------------------------------------------------------------------------------------
# Seven messages, two a node: the root is the last node written.
def root(f):
    return f.get(0xE4)


def child(f):
    return f.get(root(f) + 8)


TREES = [
    ('a root that is its own left child', lambda f: f.put(root(f) + 8, root(f)), 5),
    ('a root that is the child of its entry', lambda f: f.put(entry(root(f), 0) + 4, root(f)), 5),
    ('a child that leads back to the root', lambda f: (f.put(child(f) + 8, root(f)), f.put(child(f) + 0x14, 1)), 7),
    ('a root outside the file', lambda f: f.put(0xE4, 0xFFFFFFF0), 0),
    ('a root at an odd place', lambda f: f.put(0xE4, root(f) + 1), 0),
    ('a root in the header', lambda f: f.put(0xE4, 4), 0),
    ('a child outside the file', lambda f: f.put(root(f) + 8, len(f.data)), 5),
    ('a node that names another place', lambda f: f.put(child(f), 0x1234), 5),
    ('a node with 255 entries', lambda f: f.data.__setitem__(child(f) + 0x11, 255), 5),
    ('an entry that is there twice', lambda f: f.put(entry(root(f), 1), f.get(entry(root(f), 0))), 6),
    ('a count of four thousand million', lambda f: f.put(0xC4, 0xFFFFFFFF), 7),
    ('a child that is said to hold nothing', lambda f: f.put(root(f) + 0x14, 0), 5),
    ('a count of none', lambda f: f.put(0xC4, 0), 7),
]
for what, change, n in TREES:
    got, problem, dump, seconds = look(box(7), change)
    tap.equal((states(got), len({m['sha256'] for m in got})), (['whole'] * n, n), f'{what}: {n} of 7 messages')
    tap.check(problem is not None and seconds < 2, f'{what}: it is told, at once', (problem, seconds))

# Each of 20 nodes has the next one for its child 52 times: 52 to the power of 20 ways, 20 nodes.
made = box(20, 51)
made.build()
nodes = [made.add_node(0, [info], (0, 0), [(0, 0)]) for info in made.infos]
for here, below in zip(nodes, nodes[1:] + [0]):
    struct.pack_into('<I', made.data, here + 8, below)
    made.put(here + 0x14, 1 if below else 0)
    made.data[here + 0x11] = 51
    for i in range(51):
        struct.pack_into('<III', made.data, entry(here, i), made.infos[nodes.index(here)], below, 1 if below else 0)
got, problem, dump, seconds = look(made, lambda f: f.put(0xE4, nodes[0]))
tap.equal((states(got), problem is not None), (['whole'] * 20, True), 'a tree of one way too many: each message once')
tap.check(seconds < 2, 'a tree of one way too many: at once', seconds)

# Entries ----------------------------------------------------------------------------------------------------------------
ENTRIES = [
    ('an entry that names another place', lambda f: f.put(f.infos[2], 0x1234), 'unreadable'),
    ('an entry outside the file', lambda f: f.put(entry(f.nodes[-1], 0), 0x7FFFFFF0), 'unreadable'),
    ('an entry at an odd place', lambda f: f.put(entry(f.nodes[-1], 0), f.infos[2] + 2), 'unreadable'),
    ('an entry without an index', lambda f: f.data.__setitem__(f.infos[2] + 10, 0), 'unreadable'),
    ('an entry with more index than it is long', lambda f: f.data.__setitem__(f.infos[2] + 10, 255), 'unreadable'),
    ('an entry that is a piece of text', lambda f: f.put(entry(f.nodes[-1], 0), f.segments[0][0]), 'unreadable'),
]
for what, change, state in ENTRIES:
    got, problem, dump, seconds = look(box(5, 5), change)
    broken = [m for m in got if m['state'] != 'whole']
    tap.equal((len(got), [m['state'] for m in broken]), (5, [state]), f'{what}: it alone is {state}')
    tap.check(all(m['problem'] for m in broken) and seconds < 2, f'{what}: it is told', broken)

got, problem, dump, seconds = look(MessageFile(b'Box', [Message(text(1)), Message(None, 0), Message(text(2))]))
tap.equal(states(got), ['whole', 'absent', 'whole'], 'a message that was never fetched is absent, not broken')
tap.check(got[1]['problem'] and problem is None, 'a message that was never fetched: it is told', got[1])

# Chains -----------------------------------------------------------------------------------------------------------------
def second(f):
    return f.segments[2][1]


CHAINS = [
    ('a segment that leads to itself', lambda f: f.put(second(f) + 12, second(f)), 'cut', 1024),
    ('a segment that leads back to the first', lambda f: f.put(second(f) + 12, f.segments[2][0]), 'cut', 1024),
    ('a segment that leads into another message', lambda f: f.put(second(f) + 12, f.segments[0][0]), 'cut', 1024),
    ('a segment that leads to an odd place', lambda f: f.put(second(f) + 12, f.segments[2][2] + 2), 'cut', 1024),
    ('a segment that leads out of the file', lambda f: f.put(second(f) + 12, 0xFFFFFFFC), 'cut', 1024),
    ('a segment that leads to the last octets', lambda f: f.put(second(f) + 12, len(f.data) - 4), 'cut', 1024),
    ('a segment of no octets', lambda f: f.put(second(f) + 8, 0), 'cut', 512),
    ('a segment of 513 octets', lambda f: f.put(second(f) + 8, 0x201), 'cut', 512),
    ('a segment of four thousand million octets', lambda f: f.put(second(f) + 8, 0xFFFFFFFF), 'cut', 512),
    ('a segment that was freed', lambda f: struct.pack_into('<II', f.data, second(f) + 4, 0x1FC, 0x210), 'cut', 512),
    ('a segment that names another place', lambda f: f.put(second(f), 0x1234), 'cut', 512),
    ('a first segment that was freed', lambda f: f.put(f.segments[2][0] + 8, 0x210), 'unreadable', None),
]
for what, change, state, length in CHAINS:
    got, problem, dump, seconds = look(box(4, 51), change)
    tap.equal(states(got), ['whole', 'whole', state, 'whole'], f'{what}: this message alone is {state}')
    if length is not None:
        tap.equal(got[2]['octets'], text(2)[:length], f'{what}: what comes before it can be read')
    tap.check(got[2]['problem'] and seconds < 2, f'{what}: it is told', got[2])

made = box(3, 51)
made.build()
text_field = next(at for at in range(made.infos[2] + 12, made.infos[2] + 60, 4) if made.data[at] == 0x84)
made.put(text_field, 0x84 | made.segments[0][0] << 8)
with folder() as place:
    dump = Dump(write_file(place, 'Box.dbx', bytes(made.data)))
    tap.equal(states(dump.only()), ['whole', 'whole', 'unreadable'], 'two messages with one text: it is given once')

# Files that end early: each message is whole, or it says that it is not.
made = box(6, 51, scatter=5)
octets = made.build()
with folder() as place:
    for cut in range(len(octets) - 1, HEADER, -97):
        dump = Dump(write_file(place, 'Box.dbx', octets[:cut]))
        whole = [m for m in (dump.only() if dump.folders else []) if m['state'] == 'whole']
        told = dump.errors or any(f['problem'] for f in dump.folders.values())
        if not told or any(m['sha256'] not in {digest(text(i)) for i in range(6)} for m in whole):
            break
    tap.check(cut <= HEADER + 97, 'a file cut anywhere: whole messages are whole, the rest is told', cut)
    for cut in (0, 1, 15, 16, 0xC4, 0xE7, 0xE8, HEADER):
        dump = Dump(write_file(place, 'Box.dbx', octets[:cut]))
        tap.check(dump.code == 2 or dump.errors or any(f['problem'] for f in dump.folders.values()),
                  f'a file of {cut} octets: it is told', dump.folders)

made = box(3, 51, tail=1)
octets = made.build()
with folder() as place:
    for cut in (SEGMENT - 16, SEGMENT - 17, 400):
        dump = Dump(write_file(place, 'Box.dbx', octets[:len(octets) - cut]))
        left = 1024 + max(0, SEGMENT - 16 - cut)
        tap.equal((states(dump.only()), dump.octets(dump.only()[1])), (['whole', 'cut', 'whole'], text(1)[:left]),
                  f'a text whose last {cut} octets of file are gone: cut, and {left} octets can be read')

# Work that would grow with the square.
many = MessageFile(b'Box', [Message(text(i, 8), received=START) for i in range(3000)] + [Message(text(0, 3000000))])
many.build()
for chain in many.segments[:-1]:
    many.put(chain[0] + 12, many.segments[-1][0])
with folder() as place:
    path = write_file(place, 'Box.dbx', bytes(many.data))
    start = time.monotonic()
    dump = Dump(path)
    seconds = time.monotonic() - start
    tap.equal(Counter(states(dump.only())), Counter(whole=1, cut=2999, unreadable=1), '3,000 messages in one text: once')
    tap.check(seconds < 30, '3,000 messages in one text: no square of work', seconds)
tap.done()
