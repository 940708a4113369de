"""A fault point: what is broken, where, how it goes on; its name, which repeats it; and which are chosen.

SPDX-License-Identifier: GPL-3.0-or-later

    SERVER@CORPUS@CONNECTIONS@RESTART@FAULT[+FAULT...]

RESTART is instant or delay. The first fault is in the first run, the next in the run after that, and so on; then runs follow
that nobody disturbs. A FAULT is

    c123=KIND           at the client's step 123 (src/base/haul-fault.c)
    p/APPEND/last/3=ACT at the third passing of that place on the way (tests/lib/mischief/proxy.py)
    s/APPEND:stored/2=ACT   at the scripted server's step (tests/lib/mischief/faults.py)
    m7=KIND             at the program's 7th thousandth of allocations (F32)
    t345=kill           after 345 thousandths of the time an undisturbed run takes
"""
import random
from collections import defaultdict
from typing import NamedTuple

DEADLY = ('kill', 'late', 'segv', 'abort', 'power')
GENTLE = ('term', 'int', 'hup')
WIRE = ('drop', 'rst', 'stop')
DISK = ('enospc', 'eio', 'fsync', 'lie', 'short', 'power')
PROXY = ('fin', 'rst', 'half', 'late', 'lose')
SCRIPTED = ('fin', 'rst', 'bye', 'restart')


class Fault(NamedTuple):
    where: str   # c, p, s, m, t
    place: str   # the step's number, or place/n
    kind: str

    def __str__(self):
        return f'{self.where}{self.place}={self.kind}'


class Point(NamedTuple):
    server: str
    corpus: str
    connections: int
    restart: str
    faults: tuple
    point: str = ''  # F11 and the like, for the table

    def __str__(self):
        return '@'.join((self.server, self.corpus, str(self.connections), self.restart, '+'.join(map(str, self.faults))))


def parse(text):
    server, corpus, connections, restart, faults = text.split('@', 4)
    found = []
    for fault in faults.split('+'):
        place, _, kind = fault.rpartition('=')
        found.append(Fault(place[0], place[1:], kind))
    return Point(server, corpus, int(connections), restart, tuple(found))


def is_disk(name):
    return name.split()[0] in ('wal', 'main', 'other') or name == 'delete'


def kinds_at(name):
    """What can go wrong at a step of the client."""
    kinds = ['kill', 'kill', 'late', 'drop', 'rst', 'term', 'segv', 'abort', 'int', 'hup', 'stop']
    if is_disk(name):
        word = name.split()[-1]
        kinds = ['kill', 'kill', 'power', 'power', 'eio']
        kinds += {'write': ['enospc', 'short', 'enospc'], 'sync': ['fsync', 'lie', 'fsync']}.get(word, [])
    return kinds


class Chooser:
    """Chooses points of one server; the seed decides."""

    def __init__(self, place, seed):
        self.place, self.dice = place, random.Random(f'{seed}/{place.name}')

    def pick_step(self, steps):
        """Rare places as often as frequent ones, nearly."""
        by_name = defaultdict(list)
        for step in steps:
            by_name[step[1], step[2]].append(step)
        names = sorted(by_name)
        weights = [len(by_name[name]) ** 0.5 for name in names]
        return self.dice.choice(by_name[self.dice.choices(names, weights)[0]])

    def restart(self):
        return self.dice.choice(('instant', 'instant', 'delay'))

    def client(self, corpus, connections, steps):
        number, point, name = self.pick_step(steps)
        return Point(self.place.name, corpus, connections, self.restart(), (Fault('c', str(number), self.dice.choice(kinds_at(name))),),
                     point)

    def double(self, corpus, connections, steps):
        """The second fault is in the recovery, and a third one sometimes in the recovery of that."""
        first = self.client(corpus, connections, steps)
        deadly = Fault('c', first.faults[0].place, self.dice.choice(('kill', 'kill', 'late', 'power', 'abort')))
        more = [Fault('c', str(self.dice.randint(60, max(100, len(steps) * 3 // 4))), self.dice.choice(('kill', 'kill', 'late', 'drop', 'abort')))
                for _ in range(self.dice.choice((1, 1, 1, 2)))]
        return first._replace(faults=(deadly, *more), point='F31')

    def counted(self, where, corpus, connections, places, kinds):
        """A place that is counted elsewhere: {place: how often}."""
        names = sorted(places)
        if not names:
            return None
        name = self.dice.choices(names, [places[n] ** 0.5 for n in names])[0]
        n = self.dice.randint(1, places[name])
        if where == 's':
            kinds += {'before': ('no',), 'done': ('partial',)}.get(name.partition(':')[2], ())
        elif 'reply' not in name and 'tagged' not in name:
            kinds = tuple(kind for kind in kinds if kind != 'lose')  # no network loses an octet and brings those behind it
        fault = Fault(where, f"/{name.replace(' ', '_')}/{n}", self.dice.choice(kinds))
        return Point(self.place.name, corpus, connections, self.restart(), (fault,), 'wire' if where == 'p' else 'server')

    def random_kills(self, corpus, connections):
        faults = tuple(Fault('t', str(self.dice.randint(40, 1000)), 'kill') for _ in range(self.dice.randint(2, 5)))
        return Point(self.place.name, corpus, connections, 'instant', faults, 'random')

    def every(self, corpus, connections, steps):
        """Each step of a run once, with the kinds in turn."""
        turn = defaultdict(int)
        for number, point, name in steps:
            kinds = kinds_at(name)
            turn[point, name] += 1
            kind = kinds[(turn[point, name] + number) % len(kinds)]
            yield Point(self.place.name, corpus, connections, ('instant', 'delay')[number % 3 == 2], (Fault('c', str(number), kind),), point)


def name_kind(point):
    """For the table."""
    if point.faults[0].where == 't':
        return 'random kill'
    if len(point.faults) > 1:
        return 'double'
    kind = point.faults[0].kind
    if point.restart.startswith('clock'):
        return 'kill, then another clock'
    where = {'p': 'on the way: ', 's': 'at the server: ', 'm': 'no memory: '}.get(point.faults[0].where, '')
    return where + kind.replace('hold:', 'meanwhile: ')
