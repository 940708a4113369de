"""The servers of the table: real ones that run beside the test, and the scripted one in the part of those that cannot be had.

SPDX-License-Identifier: GPL-3.0-or-later

A target makes accounts, says what its mailboxes hold, and knows what of a message it keeps. That is all a cell asks of it.
"""
import atexit
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ('support', 'lib')]

import oddmail  # noqa: E402
from haultest import decode_name  # noqa: E402
from mischief.client import Server  # noqa: E402
from servers import attach, make_certificate  # noqa: E402

# The program, its settings, and other settings for some cells.
REAL = {
    'Dovecot 2.3': ('dovecot', {'FORMAT': 'maildir'}, {'quota': {'QUOTA': '300k'}, 'size': {'QUOTA': '100M', 'MAX_SIZE': '100k'}}),
    'Courier': ('courier', {}, {'throttle': {'MAX_CONNECTIONS': '3'}}),
    'Cyrus': ('cyrus', {'FORMAT': 'unix'}, {'quota': {'QUOTA': '300k'}, 'size': {'MAX_SIZE': '100000'}}),
    'mailutils imap4d': ('imap4d', {}, {}),
}
# What is shown: the personality, and how a person signs in there.
SCRIPTED = {
    'Exchange 5.5': ('exchange-5.5', 'EXAMPLE\\alice'),
    'Exchange 2003': ('exchange-2003', 'EXAMPLE\\alice'),
    'Exchange 2010': ('exchange-2010', 'EXAMPLE\\alice'),
    'Exchange 2016': ('exchange-2016', 'EXAMPLE\\alice'),
    'Exchange Online': ('exchange-online', 'alice@example.com'),
    'Gmail': ('gmail', 'alice@gmail.com'),
    'minimal RFC 3501': ('minimal-rfc3501', 'alice'),
    'hMailServer': ('hmailserver', 'alice@example.com'),
    'Yahoo-like': ('yahoo-like', 'alice@yahoo.com'),
    'hostile': ('hostile', 'alice'),
}
SECRET = 'Kv7-wGnq.pZ3x'


class Seen:
    """{mailbox, “/” between its levels: multiset of (digest, received, flags)}."""

    def __init__(self, found):
        self.found = found

    def of(self, name):
        return self.found.get(name, Counter())

    def digests(self, name):
        return Counter(digest for digest, _, _ in self.of(name).elements())

    def ours(self):
        return [name for name in self.found if 'Mailhaul' in name]

    def others(self, names):
        return {name: sum(box.values()) for name, box in self.found.items() if name not in names and box}


class Target:
    is_real = False
    keeps_keywords = True
    keeps_flags = True
    merges = False
    is_exchange = False
    has_token = False
    is_slow_to_rename = False

    def kept(self, wire):
        """What is to be found of a message sent in these octets."""
        return wire

    def spoils(self, wire):
        return False

    def options(self, security=None, trusted=True, wrong=False):
        """(options, password)"""
        raise NotImplementedError

    def log(self):
        return ''


class Real(Target):
    is_real = True

    def __init__(self, title):
        self.title, self.server = title, attach()
        self.name = self.server.name
        self.keeps_keywords, self.keeps_flags = self.server.keywords, self.server.flags
        self.is_slow_to_rename = self.server.is_slow_to_rename
        self.certificate = os.environ['IMAP_CA']

    def fresh(self, **_):
        self.user = self.server.fresh_user()

    def kept(self, wire):
        return self.server.kept(wire)

    def spoils(self, wire):
        return self.server.spoils(wire)

    @property
    def offers_starttls(self):
        return self.name != 'imap4d' or b'STARTTLS' in self.hear(b'a CAPABILITY\r\n')

    def hear(self, said):
        import socket
        with socket.create_connection(('127.0.0.1', int(os.environ['IMAP_PORT'])), timeout=20) as s:
            s.recv(4096)
            s.sendall(said)
            return s.recv(4096)

    def options(self, security=None, trusted=True, wrong=False):
        port = os.environ['IMAP_PORT' if security == 'starttls' else 'IMAPS_PORT']
        words = [f'--server=localhost:{port}', f'--user={self.user}', '--batch']
        words += [f'--security={security}'] if security else []
        words += [f'--ca-file={self.certificate}'] if trusted else []
        return words, 'wrong' if wrong else self.server.password(self.user)

    @property
    def secret(self):
        return self.server.password(self.user)

    def contents(self):
        return Seen({name: Counter((oddmail.digest(m.octets), m.received, m.flags if self.keeps_flags else frozenset()) for m in messages)
                     for name, messages in self.server.mailboxes(self.user).items()})

    def log(self):
        return self.server.log()


class Scripted(Target):
    """One server in three worlds: TLS from the first octet, STARTTLS, and none at all."""
    secret = SECRET

    def __init__(self, title):
        self.title = title
        self.name, self.user = SCRIPTED[title]
        self.place = Path(tempfile.mkdtemp(prefix='evidence.'))
        atexit.register(shutil.rmtree, self.place, True)
        make_certificate(self.place)
        self.certificate = self.place / 'cert.pem'
        self.server = Server('--cert', self.certificate, '--key', self.place / 'key.pem')
        self.worlds = {tls: self.server.world(tls, self.name, user=self.user, password=SECRET, tls=tls)
                       for tls in ('implicit', 'starttls', 'none')}
        self.world = self.worlds['implicit']
        self.token = self.place / 'token'
        self.is_exchange = self.name.startswith('exchange')
        self.has_token = self.name == 'exchange-online'
        self.merges = self.name == 'gmail'
        self.keeps_keywords = self.name in ('gmail', 'hostile')
        self.delimiter = '.' if self.name in ('minimal-rfc3501', 'hmailserver') else '/'

    def fresh(self, texts=None, variant='', **switches):
        for world in self.worlds.values():
            world.ask('reset', personality=self.name + (':' + variant if variant else ''), switches=switches, texts=texts or {})

    @property
    def offers_starttls(self):
        return 'STARTTLS' in self.raw_capabilities()

    def raw_capabilities(self):
        """What this personality says it can before TLS, as its file has it."""
        from mischief.settings import load
        return load(self.name)['texts'].get('caps') or ''

    def options(self, security=None, trusted=True, wrong=False, world=None):
        world = world or {'starttls': self.worlds['starttls']}.get(security, self.world)
        words = [f'--server=localhost:{world.port}', f'--user={self.user}', '--batch']
        words += [f'--security={security}'] if security else []
        words += [f'--ca-file={self.certificate}'] if trusted else []
        secret = 'wrong' if wrong else SECRET
        if self.has_token:
            self.token.write_text(secret + '\n')
            return [*words, f'--token-command=cat {self.token}'], None
        return words, secret

    def attempts(self, world=None):
        steps = (world or self.world).steps()
        return steps.get('AUTHENTICATE:before', 0) + steps.get('LOGIN:before', 0)

    def shown(self, wire):
        name = decode_name(wire)
        return name.replace(self.delimiter, '/') if self.delimiter != '/' else name

    def contents(self):
        """What was sent counts: a server that builds messages anew keeps none as it was."""
        found = {}
        for name, box in self.world.ask('dump')['mailboxes'].items():
            found[self.shown(name)] = Counter((row[1][:16], row[2], frozenset(row[3])) for row in box['messages'])
        return Seen(found)

    def commands(self, pattern):
        """Commands said so far that fit."""
        return [row[2] for row in self.world.ask('log')['log'] if re.search(pattern, row[2])]

    def stored(self):
        return self.world.ask('steps')['counts'].get('stored', 0)

    def foreign(self):
        return self.world.ask('foreign')['foreign']


def make(title):
    return Real(title) if title in REAL else Scripted(title)
