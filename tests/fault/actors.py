"""Others who act while a run is held at a step: the server's own troubles, a second program, another client, a mail program.

SPDX-License-Identifier: GPL-3.0-or-later

A fault c123=hold:NAME stops the program at its step 123, lets NAME act, and lets it go on.
"""
import hashlib
import os
import shutil
import signal
import time
from collections import Counter
from pathlib import Path

import corpora
import oracle
from haultest import manifest
from points import Fault, Point

STRANGER, LATER = corpora.letter(4711, 'stranger'), corpora.letter(4712, 'later')
EARLY = corpora.FIRST - 5
ALWAYS = ('second', 'machine', 'deliver', 'deliver-twin', 'take-away', 'new-mail', 'lost-mail', 'clock')
REAL = ('worker', 'worker', 'restart')
SCRIPTED = ('drop-all', 'down', 'backup')
CLOCKS = ('clock+10y', 'clock-10y', 'clock-1d x100')


def choose(dice, place, runner, corpus):
    step = dice.choice(runner.measure(corpus, 1)[0])
    names = ALWAYS + (REAL if place.start else SCRIPTED) + (('backup',) if place.name.startswith('dovecot') else ())
    name = dice.choice(names)
    if name == 'clock':
        clock = dice.choice(CLOCKS) if shutil.which('faketime') else 'instant'
        return Point(place.name, corpus, 1, clock.replace(' ', '_'), (Fault('c', str(step[0]), 'kill'),), 'clock')
    return Point(place.name, corpus, 1, 'instant', (Fault('c', str(step[0]), f'hold:{name}'),), step[1])


def prefix(restart):
    """What a program is started with whose clock jumped."""
    return ('faketime', '-f', restart.removeprefix('clock').replace('_', ' ')) if restart.startswith('clock') else ()


class Actors:
    """Those of one run. Afterwards adjust() says what is right."""

    def __init__(self, arena, program, corpus):
        self.arena, self.program, self.corpus = arena, program, corpus
        self.source, self.before = Path(program.source), None
        self.more, self.may_lack, self.twin, self.words = {}, 0, None, []

    def hold(self, step, name):
        """Runs the program to that step, lets NAME act, then to its end."""
        if name == 'backup':
            self.arena.snapshot()
        if name in ('new-mail', 'lost-mail'):
            self.source = self.program.move_source()
        running = self.program.start(step, 'hold')
        if running.wait_stopped():
            getattr(self, 'do_' + name.replace('-', '_'))(running)
            running.go_on()
        return running.wait()

    # The server.

    def do_worker(self, _):
        self.arena.server.kill_worker()

    def do_restart(self, _):
        self.arena.server.restart()

    def do_backup(self, _):
        self.arena.restore()

    def do_drop_all(self, _):
        self.arena.world.ask('drop', how='rst')

    def do_down(self, _):
        self.arena.world.ask('restart', how='fin', ms=60)

    # Another program.

    def do_second(self, _):
        """On the same account and this machine: it waits or is told to, and changes nothing that the first does."""
        run = self.program.run()
        if run.code not in (0, 3, 75):
            self.words.append(f'a second program ended with {run.code}: {run.err[-300:]}')

    def do_machine(self, running):
        """Somebody gives up here and does it all on another machine; then this one is started again."""
        running.process.send_signal(signal.SIGKILL)
        for _ in range(5):
            run = self.program.run(state=self.program.place / 'other-machine')
            if run.code in (0, 3):
                break
            time.sleep(0.3)
        if run.code not in (0, 3, 75):
            self.words.append(f'the other machine ended with {run.code}: {run.err[-300:]}')

    # Another client.

    def append(self, text):
        text = text.replace(b'\n', b'\r\n')
        with self.arena.client() as box:
            box.imap.append('INBOX', '()', time.strftime('"%d-%b-%Y %H:%M:%S +0000"', time.gmtime(EARLY)), text)
        return hashlib.sha256(text).hexdigest(), EARLY, frozenset()

    def do_deliver(self, _):
        self.more['INBOX'] = Counter([self.append(STRANGER)])

    def do_deliver_twin(self, _):
        """The very message that is being copied: it may count as the copy, or be there as well."""
        self.twin = self.append(corpora.CORPORA[self.corpus]()[''][0][0])

    def do_take_away(self, _):
        """Somebody deletes the first message that has arrived: it is not brought back, or it is."""
        with self.arena.client() as box:
            if int(box.imap.select('INBOX')[1][0]):
                box.imap.store('1', '+FLAGS', '\\Deleted')
                box.imap.expunge()
                self.may_lack = 1

    # A mail program on this computer.

    def do_new_mail(self, _):
        date = corpora.FIRST + 5000
        path = self.source / 'cur' / f'{date}.M1P1.host:2,'
        path.write_bytes(LATER)
        os.utime(path, (date, date))
        self.before = manifest(self.source)
        self.more['INBOX'] = Counter([(hashlib.sha256(LATER.replace(b'\n', b'\r\n')).hexdigest(), date, frozenset())])

    def do_lost_mail(self, _):
        sorted((self.source / 'cur').iterdir())[0].unlink()
        self.before = manifest(self.source)
        self.may_lack = 1

    # What is right.

    def adjust(self, got, expected):
        """(GOT, EXPECTED) as they are to be compared."""
        expected = {name: messages + self.more.get(name, Counter()) for name, messages in expected.items()}
        inbox, due = got.get('INBOX', Counter()), expected['INBOX']
        if self.twin is not None and inbox[self.twin]:
            inbox = inbox - Counter([self.twin])
            missing = due - inbox
            if sum(missing.values()) == 1 and next(iter(missing))[0] == self.twin[0]:
                inbox = inbox + missing  # it counts as the copy
        missing = due - inbox
        if self.may_lack and sum(missing.values()) == 1 and not oracle.octets(inbox) - oracle.octets(due):
            inbox = inbox + missing
        return {**got, 'INBOX': inbox}, expected
