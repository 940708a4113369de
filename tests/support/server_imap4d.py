"""A private GNU mailutils imap4d, as Debian ships it: mbox files.  SPDX-License-Identifier: GPL-3.0-or-later

It asks the system who its users are, so it runs in a mount namespace with a passwd file of its own.
"""
import calendar
import os
import pwd
import re
import subprocess
import time

from haultest import decode_name
from servers import NUMBERED_PASSWORD, PASSWORDS, Server, Stored, crlf, hashed, skip

SETTINGS = '''auth {{ authentication clear; authentication generic:system; authorization clear; authorization system; }};
mailbox {{ mailbox-pattern "mbox:{dir}/mail/inbox/${{user}}"; mailbox-type mbox; }};
logging {{ syslog no; print-severity yes; }};
tcp-wrappers {{ enable no; }};
tls {{ ssl-certificate-file {dir}/cert.pem; ssl-key-file {dir}/key.pem; }};
locking {{ type kernel; }};
mode daemon;
foreground yes;
max-children 400;
server 127.0.0.1:{port} {{ tls-mode false; }};
server 127.0.0.1:{tls_port} {{ tls-mode connection; }};
'''

INSIDE = '''set -e
mount -t overlay -o lowerdir={tree}/usr:/usr none /usr
mount -t overlay -o lowerdir={dir}/etc:{tree}/etc:/etc none /etc
exec imap4d --config-file={dir}/imap4d.conf
'''

FLAGS = {'R': '\\Seen', 'A': '\\Answered', 'F': '\\Flagged', 'D': '\\Draft', 'd': '\\Deleted'}


class Imap4d(Server):
    name, worker, store = 'imap4d', 'imap4d', ('mail',)
    altered = ('adds X-IMAPbase, X-UID and Status', 'ignores the zone of a received date', 'refuses keywords',
               'refuses a message that begins with “From ”', 'ends when a message is empty',
               'loses a flag now and then', 'adds an empty line to a message without text')

    def prepare(self, tree, n_users):
        owner = pwd.getpwnam(os.environ.get('RUN_AS', 'nobody')) if os.getuid() == 0 else None
        uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (0, 0)
        (self.dir / 'etc').mkdir(exist_ok=True)
        for part in ('inbox', 'home'):
            (self.dir / 'mail' / part).mkdir(parents=True, exist_ok=True)
        numbered = hashed(NUMBERED_PASSWORD)
        users = {user: hashed(password) for user, password in PASSWORDS.items()}
        users.update((f'u{i}', numbered) for i in range(1, n_users + 1))
        names, secrets = [], []
        for line in open('/etc/passwd'):
            names += [line] if line.startswith(('root:', 'nobody:')) else []
        for user, secret in users.items():
            home = self.dir / 'mail/home' / user
            home.mkdir(exist_ok=True)
            (self.dir / 'mail/inbox' / user).touch()
            names.append(f'{user}:x:{uid}:{gid}::{home}:/bin/sh\n')
            secrets.append(f'{user}:{secret}:19000:0:99999:7:::\n')
        (self.dir / 'etc/passwd').write_text(''.join(names))
        (self.dir / 'etc/shadow').touch(0o600)
        (self.dir / 'etc/shadow').write_text(''.join(secrets))
        (self.dir / 'key.pem').chmod(0o600)
        if owner:
            subprocess.run(['chown', '-R', f'{uid}:{gid}', self.dir / 'mail'], check=True)
        values = dict(dir=self.dir, tree=tree, port=self.port, tls_port=self.tls_port)
        (self.dir / 'imap4d.conf').write_text(SETTINGS.format(**values))
        self.write_start(INSIDE.format(**values))

    keywords = flags = False

    def spoils(self, octets):
        """It adds an empty line to a message without text, and then it is not known again."""
        head, _, body = (b'\r\n' + octets).partition(b'\r\n\r\n')
        return not head or not body

    def workers(self):
        """Not the one that listens, whose children they are: by their numbers, which begin anew some day, it is not known."""
        all_of_them = super().workers()
        return [pid for pid in all_of_them if parent_of(pid) in all_of_them]

    def mailboxes(self, user):
        found = {'INBOX': read_mbox(self.dir / 'mail/inbox' / user)}
        home = self.dir / 'mail/home' / user
        for path in home.rglob('*'):
            if path.is_file() and path.name != '.mu-subscr':
                found[decode_name(str(path.relative_to(home)))] = read_mbox(path)
        return found


def parent_of(pid):
    try:
        with open(f'/proc/{pid}/stat') as file:
            return int(file.read().rpartition(')')[2].split()[1])
    except OSError:  # it has ended
        return 0


def read_mbox(path):
    messages = []
    text = path.read_bytes()
    if text:
        assert text.startswith(b'From '), text[:80]
        for part in re.split(rb'(?m)^From ', text)[1:]:
            messages.append(read_message(*part.split(b'\n', 1)))
    return messages


def read_message(from_line, text):
    """Without the server's own headers and its mark before lines that begin with “From ”."""
    head, _, body = text.removesuffix(b'\n').partition(b'\n\n')
    own = re.compile(rb'(X-IMAPbase|X-UID|Status): ?(.*)', re.I)
    letters, lines = '', []
    for line in head.split(b'\n'):
        if match := own.fullmatch(line):
            letters += match[2].decode() if match[1].lower() == b'status' else ''
        else:
            lines.append(line)
    body = re.sub(rb'(?m)^>(>*From )', rb'\1', body)
    received = calendar.timegm(time.strptime(from_line.split(b' ', 1)[1].decode(), '%a %b %d %H:%M:%S %Y'))
    return Stored(crlf(b'\n'.join(lines) + b'\n\n' + body), received,
                  frozenset(FLAGS[letter] for letter in letters if letter in FLAGS))
