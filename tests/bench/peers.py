"""The programs that are compared: each copies one set of mail into one empty account.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import shutil
import subprocess
from pathlib import Path

import meter

PASSWORD = 'numbered'
BUILD = Path(os.environ.get('HAUL_BUILD_DIR', '.'))


class Peer:
    """Made for one account; run() copies, and may be called again."""
    name = ''
    cases = ('first',)
    is_slow = False  # two round trips a message

    def __init__(self, mail, place, user):
        self.mail, self.place, self.user, self.port = Path(mail), Path(place), user, 0
        self.place.mkdir()
        self.log = self.place / 'log'
        self.prepare()

    def prepare(self):
        pass

    def connect(self, port):
        """Where the server is from now on."""
        self.port = port


class Mailhaul(Peer):
    name = 'Mailhaul'
    cases = ('first', 'second', 'lost', 'resumed')
    options = ()

    def command(self):
        return [BUILD / 'src/cli/mailhaul-cli', 'copy', f'--server=localhost:{self.port}', '--security=tls', f'--user={self.user}',
                f"--ca-file={os.environ['IMAP_CA']}", f"--password-file={self.place / 'password'}", f"--state-dir={self.place / 'state'}",
                self.mail / 'maildir', '--quiet', *self.options]

    def prepare(self):
        path = self.place / 'password'
        path.write_text(PASSWORD)
        path.chmod(0o600)

    def environment(self):
        return {**os.environ, 'HAUL_READER': str(BUILD / 'src/reader/mailhaul-reader')}

    def run(self):
        return meter.run(self.command(), self.log, env=self.environment())

    def forget(self):
        shutil.rmtree(self.place / 'state')

    def run_half(self, seconds):
        """Is killed after a while."""
        process = subprocess.Popen(list(map(str, self.command())), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment())
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Mbsync(Peer):
    name = 'mbsync'
    cases = ('first', 'second')
    compression = 'DisableExtension COMPRESS=DEFLATE'

    def prepare(self):
        # It renames the files: names of our own for the same octets.
        subprocess.run(['cp', '-al', self.mail / 'maildir', self.place / 'mail'], check=True)

    def connect(self, port):
        super().connect(port)
        (self.place / 'rc').write_text(f"""IMAPAccount there
Host localhost
Port {self.port}
User {self.user}
Pass {PASSWORD}
AuthMechs LOGIN
SSLType IMAPS
CertificateFile {os.environ['IMAP_CA']}
{self.compression}

IMAPStore far
Account there

MaildirStore near
Inbox {self.place}/mail

Channel all
Far :far:
Near :near:
Sync Push
Create None
Expunge None
CopyArrivalDate yes
SyncState {self.place}/sync
""")

    def run(self):
        return meter.run(['mbsync', '-q', '-c', self.place / 'rc', 'all'], self.log)


class MbsyncCompressed(Mbsync):
    name = 'mbsync, compressed'
    compression = ''


class Mailutil(Peer):
    name = 'UW mailutil'
    is_slow = True

    def prepare(self):
        shutil.copyfile(self.mail / 'mbox', self.place / 'mbox')
        if os.getuid() == 0:
            shutil.chown(self.place, 'nobody')
            shutil.chown(self.place / 'mbox', 'nobody')

    def run(self):
        target = f'{{localhost:{self.port}/imap/ssl/novalidate-cert/user={self.user}}}INBOX'
        as_user = ['runuser', '-u', 'nobody', '--'] if os.getuid() == 0 else []  # it opens nothing as root
        return meter.run_at_terminal([*as_user, 'env', f'HOME={self.place}', 'mailutil', 'copy', 'mbox', target], PASSWORD, self.place)


class Imaplib(Peer):
    name = 'imaplib loop'
    is_slow = True
    script = """
import imaplib, mailbox, ssl, sys, time
port, user, mbox, ca = int(sys.argv[1]), *sys.argv[2:]
box = imaplib.IMAP4_SSL('localhost', port, ssl_context=ssl.create_default_context(cafile=ca))
box.login(user, 'numbered')
for message in mailbox.mbox(mbox):
    box.append('INBOX', '(\\\\Seen)' if 'R' in message.get_flags() else '', imaplib.Time2Internaldate(time.time()), message.as_bytes().replace(b'\\n', b'\\r\\n'))
box.logout()
"""

    def run(self):
        return meter.run(['/usr/bin/python3', '-c', self.script, self.port, self.user, self.mail / 'mbox', os.environ['IMAP_CA']], self.log)


ALL = (Mailhaul, Mbsync, MbsyncCompressed, Mailutil, Imaplib)
NEEDS = {Mbsync: 'mbsync', MbsyncCompressed: 'mbsync', Mailutil: 'mailutil'}


def find():
    return [peer for peer in ALL if peer not in NEEDS or shutil.which(NEEDS[peer])]
