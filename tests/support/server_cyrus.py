"""A private Cyrus IMAP, with the settings of its packages but for paths, names and who may sign in.

SPDX-License-Identifier: GPL-3.0-or-later

    server_cyrus.py SOCKET      answers Cyrus's question who may sign in (the protocol of saslauthd), for all users at once
"""
import grp
import os
import pwd
import re
import socket
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from haultest import decode_name
from servers import NUMBERED_PASSWORD, PASSWORDS, Server, Stored, crlf, holds_any, skip, sockets_at

SETTINGS = '''configdirectory: {dir}/mail/conf
partition-default: {dir}/mail/spool
defaultpartition: default
proc_path: {dir}/run/proc
mboxname_lockpath: {dir}/run/lock
cyrus_user: {user}
cyrus_group: {group}
servername: localhost
allowplaintext: yes
autocreate_quota: {quota}
maxmessagesize: {max_size}
username_tolower: no
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {dir}/run/mux
sasl_mech_list: PLAIN LOGIN
altnamespace: {altnamespace}
unixhierarchysep: {altnamespace}
hashimapspool: true
skiplist_unsafe: yes
tls_server_cert: {dir}/cert.pem
tls_server_key: {dir}/key.pem
'''

SERVICES = '''START {{
  recover cmd="{bin}/ctl_cyrusdb -C {dir}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {dir}/imapd.conf -U 30" listen="127.0.0.1:{port}" prefork=0 maxchild=400
  imaps cmd="{bin}/imapd -C {dir}/imapd.conf -U 30 -s" listen="127.0.0.1:{tls_port}" prefork=0 maxchild=400
}}
EVENTS {{
  checkpoint cmd="{bin}/ctl_cyrusdb -C {dir}/imapd.conf -c" period=30
}}
'''

INSIDE = '''set -e
mount -t overlay -o lowerdir={tree}/usr:/usr none /usr
mount -t tmpfs none /run
/usr/bin/python3 {here}/server_cyrus.py {dir}/run/mux &
export LD_PRELOAD=libeatmydata.so CYRUS_USER={user}  # waits for no disk: the tests are many
exec {bin}/master -C {dir}/imapd.conf -M {dir}/cyrus.conf -p {dir}/run/master.pid -D
'''


FLAGS = ('\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '\\Seen')
EXPUNGED = 1 << 31


class Cyrus(Server):
    """FORMAT=unix (the default here): names as Dovecot has them; FORMAT=dots: INBOX. before all names, as Debian's.
    QUOTA=300k is how much room a mailbox has, MAX_SIZE=100000 (octets) the longest message."""
    name, worker, store = 'cyrus', 'imapd', ('mail',)
    # No mailbox can have a backslash in its name, so none is made for CORP\\bob, though he may sign in.
    users = {'CORP.bob' if user == 'CORP\\bob' else user: password for user, password in PASSWORDS.items()}
    altered = ('refuses NUL and bare LF', 'refuses broken headers', '8-bit octets in a header become X')

    def prepare(self, tree, n_users):
        if os.getuid() != 0:
            skip('Cyrus changes to its own user: it has to be started by root')
        user = os.environ.get('RUN_AS', 'nobody')
        owner = pwd.getpwnam(user)
        form = os.environ.get('FORMAT', 'unix')
        for part in ('mail/conf/socket', 'mail/spool', 'run'):
            (self.dir / part).mkdir(parents=True, exist_ok=True)
        for part in ('mail', 'run', 'key.pem'):
            subprocess.run(['chown', '-R', f'{owner.pw_uid}:{owner.pw_gid}', self.dir / part], check=True)
        values = dict(dir=self.dir, tree=tree, port=self.port, tls_port=self.tls_port, user=user, group=grp.getgrgid(owner.pw_gid).gr_name,
                      altnamespace='no' if form == 'dots' else 'yes', bin='/usr/lib/cyrus/bin', here=Path(__file__).parent,
                      quota=os.environ.get('QUOTA', '0').rstrip('k'),
                      max_size=os.environ.get('MAX_SIZE', '0'))
        (self.dir / 'imapd.conf').write_text(SETTINGS.format(**values))
        (self.dir / 'cyrus.conf').write_text(SERVICES.format(**values))
        self.write_start(INSIDE.format(**values))

    def workers(self):
        """Those that have a client: others wait for one, with a lock that the master is not told of when they die."""
        sockets = sockets_at((self.port, self.tls_port))
        return [pid for pid in super().workers() if holds_any(pid, sockets)]

    def mailboxes(self, user):
        found = {}
        own = 'user.' + user.replace('.', '^')
        for header in (self.dir / 'mail/spool').rglob('cyrus.header'):
            name = re.search(rb' N (?:"([^"]+)"|(\S+)) ', header.read_bytes())
            name = (name[1] or name[2]).decode()
            if name == own:
                found['INBOX'] = read_folder(header.parent)
            elif name.startswith(own + '.'):
                found[self.shown(name[len(own) + 1:])] = read_folder(header.parent)
        return found

    def __str__(self):
        return 'cyrus dots' if 'altnamespace: no' in (self.dir / 'imapd.conf').read_text() else 'cyrus'

    def kept(self, octets):
        """Without its setting munge8bit, which is on, it would refuse them."""
        head, blank, body = octets.partition(b'\r\n\r\n')
        return re.sub(rb'[\x80-\xff]', b'X', head) + blank + body

    def shown(self, name):
        """Inside, a dot parts the levels, and a dot in a name is ^."""
        return decode_name(name.replace('.', '/').replace('^', '.'))


def read_folder(path):
    """The index says which files are messages: a file outlives its message for days."""
    index = (path / 'cyrus.index').read_bytes()
    start, size, count = struct.unpack('!3I', index[12:24])
    messages = []
    for i in range(count):
        record = struct.unpack('!9I', index[start + i * size:][:36])
        uid, received, flags = record[0], record[1], record[8]
        if not flags & EXPUNGED:
            names = frozenset(name for bit, name in enumerate(FLAGS) if flags & 1 << bit)
            messages.append(Stored(crlf((path / f'{uid}.').read_bytes()), received, names))
    return messages


def may_sign_in(user, password):
    return password == (NUMBERED_PASSWORD if re.fullmatch(r'u\d+', user) else Cyrus.users.get(user, ''))


def answer_questions(path):
    listener = socket.socket(socket.AF_UNIX)
    Path(path).unlink(missing_ok=True)
    listener.bind(path)
    os.chmod(path, 0o777)
    listener.listen(100)
    while True:
        client, _ = listener.accept()
        with client, client.makefile('rb') as file:
            words = []
            for _ in range(4):  # user, password, service, realm
                length = file.read(2)
                words.append(file.read(struct.unpack('!H', length)[0]).decode('utf-8', 'replace') if len(length) == 2 else '')
            answer = b'OK' if words[1] and may_sign_in(words[0], words[1]) else b'NO'
            client.sendall(struct.pack('!H', len(answer)) + answer)


if __name__ == '__main__':
    answer_questions(sys.argv[1])
