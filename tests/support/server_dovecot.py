"""A private Dovecot, as with-dovecot starts it.  SPDX-License-Identifier: GPL-3.0-or-later"""
import re
import subprocess

from server_maildir import read_maildir
from servers import Server, Stored, crlf

# Each but the first comes after a form feed.
MESSAGE = re.compile(rb'(?:\A|\x0c\n)mailbox: (.*)\nflags: (.*)\ndate\.received\.unixtime: (\d+)\ntext:\n')


class Dovecot(Server):
    name, worker, store = 'dovecot', 'imap', ('mail', 'home')
    altered = ('a NUL becomes 0x80', 'refuses a message of no octets')

    @property
    def format(self):
        return re.search(r'(?m)^mail_location = (\w+):', (self.dir / 'dovecot.conf').read_text())[1]

    def __str__(self):
        return f'{self.name} {self.format}'

    def mailboxes(self, user):
        if self.format == 'maildir':
            return read_maildir(self.dir / 'mail' / user)
        return self.read_dbox(user)

    def read_dbox(self, user):
        """Its own reader of its files, without IMAP. An empty mailbox shows only in the list."""
        def doveadm(*words):
            return subprocess.run(['doveadm', '-c', self.dir / 'dovecot.conf', *words], stdout=subprocess.PIPE,
                                  check=True).stdout
        found = {name: [] for name in doveadm('mailbox', 'list', '-u', user).decode().splitlines()}
        text = doveadm('fetch', '-u', user, 'mailbox flags date.received.unixtime text', 'ALL')
        parts = MESSAGE.split(text)[1:]
        for name, flags, received, octets in zip(*[iter(parts)] * 4):
            names = frozenset(flag for flag in flags.decode().split() if flag[0] == '\\') - {'\\Recent'}
            found[name.decode()].append(Stored(crlf(octets), int(received), names))
        return found
