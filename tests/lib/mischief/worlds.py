"""A world: one account on one port, its mailboxes, its switches, its faults, its connections.

SPDX-License-Identifier: GPL-3.0-or-later

Thread: `lock` guards everything but sockets. Nothing that waits is done while it is held.
"""
import heapq
import itertools
import random
import socket
import threading
import time
from collections import deque

from .faults import Faults
from .settings import Settings
from .store import Tree

LOG_LENGTH = 200_000


class Clock(threading.Thread):
    """Does things later."""

    def __init__(self):
        super().__init__(daemon=True, name='clock')
        self.ready = threading.Condition()
        self.heap, self.numbers = [], itertools.count()
        self.start()

    def after(self, seconds, do):
        with self.ready:
            heapq.heappush(self.heap, (time.monotonic() + seconds, next(self.numbers), do))
            self.ready.notify()

    def run(self):
        while True:
            with self.ready:
                while not self.heap or (left := self.heap[0][0] - time.monotonic()) > 0:
                    self.ready.wait(left if self.heap else None)
                do = heapq.heappop(self.heap)[2]
            do()


CLOCK = Clock()


class Late:
    """A message that the server has and has not stored yet."""

    def __init__(self, box, name, messages):
        self.box, self.name, self.messages = box, name, messages
        self.is_done = False


class World:
    def __init__(self, name, user=None, password=None, tls='none', context=None, end_point=None):
        self.name, self.user, self.password = name, user, password
        self.tls, self.context, self.end_point = tls, context, end_point
        self.lock = threading.RLock()
        self.sessions = set()
        self.listener, self.port = None, 0
        self.backup = None
        self.serve = None  # called with (world, socket) for each connection
        self.epoch = 0
        self.reset('conforming')

    # Its life.

    def reset(self, personality=None, switches=None, texts=None):
        settings = Settings(personality or self.settings.name, switches, texts)
        with self.lock:
            self.drop('fin')
            self.epoch += 1
            self.settings = settings
            self.faults = Faults()
            self.log, self.n_logged, self.foreign = deque(maxlen=LOG_LENGTH), 0, []
            self.counts = {}
            self.pending, self.late_dropped = [], 0
            self.used_octets = self.window_octets = self.window_messages = 0
            self.throttled_until = 0.0
            self.first_uid_next, self.lingering = {}, []
            self.random = random.Random(1)
            self.plant()

    def plant(self):
        settings = self.settings
        self.tree = Tree(settings.s_delimiter.encode(), settings.s_case_fold_names, 1_700_000_000 + self.epoch * 1000)
        for name, attribute in settings.folders.items():
            box = self.tree.find(name.encode()) or self.tree.create(name.encode())
            box.attribute = attribute.encode()

    def listen(self):
        self.listener = socket.create_server(('127.0.0.1', self.port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True, name=f'accept {self.name}').start()

    def accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.serve(self, sock)

    def silence(self):
        """Nothing listens here any more."""
        listener, self.listener = self.listener, None
        if listener is not None:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()

    def drop(self, how='fin'):
        """Ends every connection; returns how many. It is not waited for."""
        with self.lock:
            sessions = list(self.sessions)
        for session in sessions:
            session.end(how)
        return len(sessions)

    def restart(self, how='fin', seconds=0.0):
        if seconds > 0:
            self.silence()
            CLOCK.after(seconds, lambda: self.listener or self.listen())
        self.drop(how)

    # Counting.

    def count(self, name, n=1):
        self.counts[name] = self.counts.get(name, 0) + n
        return self.counts[name]

    def step(self, name):
        with self.lock:
            return self.faults.passed(name)

    def note(self, session, line, is_foreign):
        with self.lock:
            self.n_logged += 1
            self.log.append((self.n_logged, session.number, line[:300].decode('latin-1'), is_foreign))

    # What comes late.

    def postpone(self, late, spec):
        """SPEC: {"ms": n or [from, to], "when": delay, login, delete or settle}."""
        with self.lock:
            late.when, late.ms = spec.get('when', 'delay'), spec.get('ms', 0)
            self.pending.append(late)
            self.count('postponed')
        if late.when == 'delay':
            self.ripen(late)

    def ripen(self, late):
        epoch = self.epoch
        ms = self.random.uniform(*late.ms) if isinstance(late.ms, list) else late.ms
        if ms <= 0:
            self.store_late(late, epoch)
        else:
            CLOCK.after(ms / 1000, lambda: self.store_late(late, epoch))

    def awaken(self, when, box=None):
        """A login happened, or BOX was deleted."""
        with self.lock:
            for late in [late for late in self.pending if late.when == when and (box is None or late.box is box)]:
                late.when = 'delay'
                self.ripen(late)

    def store_late(self, late, epoch):
        with self.lock:
            if epoch != self.epoch or late.is_done:
                return
            late.is_done = True
            self.pending.remove(late)
            where = self.settings.s_late_target
            box = late.box if where == 'object' and not late.box.is_gone else self.tree.find(late.name)
            if box is None and where == 'recreate':
                box = self.tree.create(late.name)
            if box is None:
                self.late_dropped += len(late.messages)
                return
            for message in late.messages:
                box.add(message)
            self.count('late', len(late.messages))

    def settle(self):
        """What is pending happens now."""
        with self.lock:
            for late in list(self.pending):
                self.store_late(late, self.epoch)
