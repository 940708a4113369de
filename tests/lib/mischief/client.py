"""The harness's end of the control channel.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import base64
import json
import socket
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path


class Refused(Exception):
    """The server did not do it."""


class Channel:
    """Asks one thing after the other; any thread may."""

    def __init__(self, port):
        self.lock = threading.Lock()
        self.sock = socket.create_connection(('127.0.0.1', port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.sock.makefile('rwb')

    def ask(self, do, **asked):
        with self.lock:
            self.file.write(json.dumps({'do': do, **asked}).encode() + b'\n')
            self.file.flush()
            line = self.file.readline()
        if not line:
            raise Refused('the server is gone')
        answer = json.loads(line)
        if not answer.pop('ok'):
            raise Refused(answer['error'])
        return answer

    def close(self):
        self.file.close()
        self.sock.close()


class Process:
    """A program that says its ports in one line of JSON and ends with its standard input."""

    def __init__(self, *command):
        self.process = subprocess.Popen([sys.executable, *map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise Refused('the server did not start')
        self.ports = json.loads(line)
        self.channel = Channel(self.ports['control'])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.channel.close()
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Server(Process):
    """The scripted server in a process of its own."""

    def __init__(self, *options):
        super().__init__(Path(__file__).resolve().parent, *options)

    def world(self, name, personality='conforming', **more):
        return World(self.channel, name, personality, **more)


class World:
    """One account. Whatever is not here is asked with ask()."""

    def __init__(self, channel, name, personality='conforming', **more):
        self.channel, self.name = channel, name
        self.port = channel.ask('open', world=name, personality=personality, **more)['port']

    def ask(self, do, **asked):
        return self.channel.ask(do, world=self.name, **asked)

    def reset(self, personality='conforming', **switches):
        self.ask('reset', personality=personality, switches=switches)

    def set(self, **switches):
        self.ask('set', switches=switches)

    def arm(self, at, n=1, act='fin', **more):
        self.ask('arm', faults=[{'at': at, 'n': n, 'act': act, **more}])

    def steps(self):
        return self.ask('steps')['steps']

    def contents(self, as_sent=False):
        """{name: multiset of (sha256, received, flags)}, as haultest's Mailbox.contents() has it."""
        return {name: Counter((row[1 if as_sent else 0], row[2], frozenset(row[3])) for row in box['messages'])
                for name, box in self.ask('dump')['mailboxes'].items()}

    def fill(self, mailbox, messages, **more):
        """messages: [(octets, seconds, flags)]."""
        return self.ask('fill', mailbox=mailbox, messages=[{'octets': base64.b64encode(octets).decode(), 'date': date,
                                                            'flags': list(flags)} for octets, date, flags in messages], **more)

    def close(self):
        self.ask('close')


class Proxies(Process):
    """Ways that break (proxy.py), in a process of their own."""

    def __init__(self):
        super().__init__(Path(__file__).resolve().parent / 'proxy.py')

    def way(self, name, target, plain=True):
        return Way(self.channel, name, target, plain)


class Way:
    def __init__(self, channel, name, target, plain=True):
        self.channel, self.name = channel, name
        self.port = channel.ask('open', way=name, target=list(target), plain=plain)['port']

    def ask(self, do, **asked):
        return self.channel.ask(do, way=self.name, **asked)

    def arm(self, **plan):
        self.ask('arm', plans=[plan])

    def reset(self, target=None):
        self.ask('reset', target=target and list(target))

    def counts(self):
        return self.ask('counts')

    def close(self):
        self.ask('close')
