"""A server to fail on: a fresh account for each run, and two looks into it by different eyes.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import imaplib
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / 'support'), str(HERE.parent / 'lib')]

import haultest  # noqa: E402
import servers  # noqa: E402
from mischief.client import Proxies, Server  # noqa: E402

PASSWORD = servers.NUMBERED_PASSWORD


class Look(haultest.Mailbox):
    """Another client's look, without TLS: these are thousands."""

    def __init__(self, port, user, password=PASSWORD):
        self.imap = imaplib.IMAP4('127.0.0.1', port)
        self.imap.login(haultest.quote(user), password)


def patiently(look):
    """Another worker's fault may be the server's end."""
    for _ in range(8):
        try:
            return look()
        except (OSError, imaplib.IMAP4.error, AssertionError):
            time.sleep(0.4)
    return look()


def plain_name(name):
    """As the corpora write it: whatever stands between the levels, and without a prefix."""
    name = re.sub(r'^INBOX[./](?=.)', '', name)
    return 'INBOX' if name.upper() == 'INBOX' else name.replace('.', '/')


def plain(contents):
    return {plain_name(name): messages for name, messages in contents.items()}


class RealArena:
    """One of the servers of tests/support, beneath its with- script."""

    def __init__(self, place):
        self.place, self.server = place, servers.attach()
        self.port = self.server.port

    def begin(self):
        self.user = self.server.fresh_user()
        return self

    def account(self):
        return {'server': f'localhost:{self.port}', 'user': self.user, 'password': PASSWORD}

    def client(self):
        return patiently(lambda: Look(self.port, self.user))

    def look(self):
        """By IMAP."""
        if self.place.files_only:
            return self.look_again()

        def once():
            with self.client() as box:
                return plain(box.contents())
        return patiently(once)

    def look_again(self):
        """In its files."""
        return {plain_name(name): Counter((hashlib.sha256(m.octets).hexdigest(), m.received, m.flags) for m in messages)
                for name, messages in self.server.mailboxes(self.user).items()}

    def settle(self):
        pass

    def parts(self):
        return [self.server.dir / part / self.user for part in ('mail', 'home')]

    def snapshot(self):
        """Of this account; others are at work on the same server."""
        with self.client():
            pass
        for path in self.parts():
            if path.exists():
                subprocess.run(['cp', '-a', path, f'{path}.backup'], check=True)

    def restore(self):
        self.server.kill_worker()
        for path in self.parts():
            shutil.rmtree(path, ignore_errors=True)
            if Path(f'{path}.backup').exists():
                os.rename(f'{path}.backup', path)

    def end(self):
        """What a run left takes memory."""
        if self.server.name == 'dovecot':
            for part in ('mail', 'home'):
                shutil.rmtree(self.server.dir / part / self.user, ignore_errors=True)

    def close(self):
        pass


class ScriptedArena:
    """The scripted server, in a process of its own: a world is emptied for each run."""

    def __init__(self, place):
        self.place, self.server = place, Server()
        self.world = self.server.world('arena', place.personality, user='u1', password=PASSWORD)
        self.port = self.world.port

    def begin(self):
        self.world.ask('reset', personality=self.place.personality, switches=self.place.switches, texts=self.place.texts)
        for name in self.place.prefill:
            self.world.fill(name, [])
        return self

    def account(self):
        return {'server': f'localhost:{self.port}', 'user': 'u1', 'password': PASSWORD}

    def look(self):
        """In its memory."""
        return plain(self.world.contents(as_sent=self.place.as_sent))

    def look_again(self):
        if self.place.as_sent:
            return None
        with self.client() as box:
            return plain(box.contents())

    def client(self):
        return Look(self.port, 'u1')

    def snapshot(self):
        self.world.ask('snapshot')

    def restore(self):
        """As of that backup."""
        self.world.ask('restore')

    def settle(self):
        """No more faults, and what is still to come late comes now."""
        self.world.ask('disarm')
        self.world.ask('settle')

    def end(self):
        pass

    def close(self):
        self.server.close()


class Way:
    """A proxy before an arena, for cuts on the way."""

    def __init__(self, arena):
        self.proxies = Proxies()
        self.way = self.proxies.way('way', ('127.0.0.1', arena.port))
        self.port = self.way.port

    def reset(self):
        self.way.reset()

    def arm(self, **plan):
        self.way.arm(**plan)

    def places(self):
        return self.way.counts()['places']

    def close(self):
        self.proxies.close()


def make(place):
    return RealArena(place) if place.start else ScriptedArena(place)


def environment(place):
    """For the server's process: its mail is in memory, and it has users enough."""
    users = {'dovecot': 40000, 'cyrus': 40000, 'courier': 3000, 'imap4d': 3000}
    name = Path(place.start[0]).name.removeprefix('with-')
    return dict(os.environ, USERS=str(users[name]), TMPDIR='/dev/shm', **place.env)
