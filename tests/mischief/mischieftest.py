"""A client that says exactly what it is told, and a world to say it to.  SPDX-License-Identifier: GPL-3.0-or-later"""
import re
import socket
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ('support', 'lib')]
from haultest import *
from mischief.client import Proxies, Refused, Server

USER, PASSWORD = 'alice', 'geheim'
DATE = '01-Feb-2001 03:04:05 +0000'
SECONDS = 980996645
LETTER = b'Subject: one\r\nMessage-ID: <1@example.org>\r\n\r\nText.\r\n'


def letter(n, size=0):
    text = b'Subject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\nText %d.\r\n' % (n, n, n)
    return text + b'x' * max(0, size - len(text) - 2) + b'\r\n' if size else text


class Client:
    """Lines as they are. Answers are text without the line's end; '' is the end of the connection, 'RST' a reset."""

    def __init__(self, port, login=True):
        self.sock = socket.create_connection(('127.0.0.1', port), timeout=10)
        self.buffer, self.untagged, self.n = b'', [], 0
        self.was_reset = False
        self.greeting = self.line()
        if login:
            assert self.ask(f'LOGIN {USER} {PASSWORD}').startswith('OK'), self.last

    def send(self, data):
        try:
            self.sock.sendall(data if isinstance(data, bytes) else data.encode('latin-1'))
        except BrokenPipeError:
            pass
        except ConnectionResetError:
            self.was_reset = True  # the socket tells it once

    def line(self):
        while b'\n' not in self.buffer:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                return 'RST'
            if not data:
                return 'RST' if self.was_reset else ''
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b'\n')
        return line.rstrip(b'\r').decode('latin-1')

    def until(self, tag):
        """The answer to TAG without it; what came before is in `untagged`."""
        self.untagged = []
        while True:
            self.last = line = self.line()
            if line in ('', 'RST'):
                return line
            if line.startswith(tag + ' '):
                return line[len(tag) + 1:]
            self.untagged.append(line)

    def ask(self, command):
        self.n += 1
        tag = f't{self.n}'
        self.send(f'{tag} {command}\r\n')
        return self.until(tag)

    def append(self, octets=LETTER, box='INBOX', flags='', date=DATE, plus=False, end=b'\r\n'):
        """With a synchronizing literal; the tagged answer."""
        self.n += 1
        tag = f't{self.n}'
        date = f' "{date}"' if date else ''
        self.send(f'{tag} APPEND "{box}" ({flags}){date} {{{len(octets)}{"+" if plus else ""}}}\r\n')
        if not plus:
            self.untagged = []
            while not (line := self.line()).startswith('+'):
                if line in ('', 'RST') or line.startswith(tag + ' '):
                    return line[len(tag) + 1:] if line.startswith(tag) else line
                self.untagged.append(line)
            self.plus = line
        self.send(octets + end)
        return self.until(tag)

    def fetch(self, what='FLAGS', uids='1:*'):
        self.ask(f'UID FETCH {uids} ({what})')
        return [line for line in self.untagged if ' FETCH ' in line]

    def close(self, reset=False):
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        self.sock.close()


class Bench:
    """One server, one world, made anew for each row."""

    def __init__(self, tap, name='bench'):
        self.tap = tap
        self.server = Server()
        self.world = self.server.world(name, user=USER, password=PASSWORD)
        self.clients = []

    def client(self, **more):
        self.clients.append(Client(self.world.port, **more))
        return self.clients[-1]

    def fresh(self, personality='conforming', **switches):
        for client in self.clients:
            client.close()
        self.clients = []
        wait_for(lambda: not self.world.ask('steps')['connections'])  # they may be counted
        self.world.reset(personality, **switches)
        return self.client() if not switches.get('no_login') else None

    def n(self, box='INBOX'):
        return self.world.ask('dump', messages=False)['mailboxes'].get(box, {'n': -1})['n']

    def rows(self, table):
        """[(what, switches, do(client, bench), wanted)]; wanted is compared, or a compiled pattern is searched."""
        for what, switches, do, wanted in table:
            switches = dict(switches)
            client = self.fresh(switches.pop('personality', 'conforming'), **switches)
            try:
                got = do(client, self)
            except Exception as error:
                got = error
            if isinstance(wanted, re.Pattern):
                self.tap.check(isinstance(got, str) and wanted.search(got), what, f'got {got!r}, wanted {wanted.pattern!r}')
            else:
                self.tap.equal(got, wanted, what)


def wait_for(true, seconds=5):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
