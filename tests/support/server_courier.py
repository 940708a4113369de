"""A private Courier IMAP.  SPDX-License-Identifier: GPL-3.0-or-later

Its paths are compiled in, so it runs in a mount namespace of its own, with its programs laid over /usr and its settings
over /etc. All else is as Debian ships it, the limit of connections apart.
"""
import os
import pwd
import re
import subprocess
from pathlib import Path

from server_maildir import read_maildir
from servers import NUMBERED_PASSWORD, PASSWORDS, Server, hashed, skip

INSIDE = '''set -e
mount -t overlay -o lowerdir={tree}/usr:/usr none /usr
mount -t overlay -o lowerdir={dir}/etc:{tree}/etc:/etc none /etc
mount -t tmpfs none /run
mkdir -p /run/courier/authdaemon
makeuserdb -f {dir}/etc/courier/userdb
/usr/lib/courier/courier-authlib/authdaemond &
set -a
PATH=/usr/sbin:/usr/bin:/sbin:/bin
. /etc/courier/imapd-ssl
. /etc/courier/imapd
GAM_CLIENT_ID=${{RANDOM}}_$(basename {dir})  # the file monitor is found by this name, machine-wide
IMAP_STARTTLS=YES
cd /
listen() {{ couriertcpd -address=127.0.0.1 -maxprocs=400 -maxperip={per_ip} -nodnslookup -noidentlookup "$@"; }}
listen {port} /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir &
IMAP_TLS=1 listen {tls_port} $COURIERTLS -server -tcpd /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir &
wait
'''


class Courier(Server):
    name, worker, store = 'courier', 'imapd', ('home',)
    is_slow_to_rename = True  # two seconds each
    altered = ('adds CRLF where the last line has none', 'leaves out a CR that is not before an LF')

    def prepare(self, tree, n_users):
        if os.getuid() != 0:
            skip('Courier changes to the user whose mail it serves: it has to be started by root')
        owner = pwd.getpwnam(os.environ.get('RUN_AS', 'nobody'))
        etc = self.dir / 'etc/courier'
        etc.mkdir(parents=True, exist_ok=True)
        settings = (tree / 'etc/courier/authdaemonrc').read_text()
        (etc / 'authdaemonrc').write_text(re.sub('(?m)^authmodulelist=.*', 'authmodulelist="authuserdb"', settings))
        settings = (tree / 'etc/courier/imapd-ssl').read_text()
        pem = etc / 'imapd.pem'
        pem.write_text((self.dir / 'key.pem').read_text() + (self.dir / 'cert.pem').read_text())
        (etc / 'imapd-ssl').write_text(re.sub('(?m)^TLS_(DHPARAMS|CACHEFILE)=.*', '', settings))
        # Its package makes a user of its own, into whom STARTTLS changes.
        for name, more in (('passwd', f'{owner.pw_uid}:{owner.pw_gid}::/:/bin/false'), ('group', f'{owner.pw_gid}:')):
            known = Path('/etc', name).read_text()
            (etc.parent / name).write_text(known + ('' if '\ncourier:' in known else f'courier:x:{more}\n'))
        self.make_users(etc / 'userdb', owner, n_users)
        values = dict(dir=self.dir, tree=tree, port=self.port, tls_port=self.tls_port, per_ip=os.environ.get('MAX_CONNECTIONS', 400))
        self.write_start(INSIDE.format(**values))

    def make_users(self, path, owner, n_users):
        numbered = hashed(NUMBERED_PASSWORD)
        users = {user: hashed(password) for user, password in PASSWORDS.items()}
        users.update((f'u{i}', numbered) for i in range(1, n_users + 1))
        path.touch(0o600)
        with open(path, 'w') as file:
            for user, secret in users.items():
                home = self.dir / 'home' / user
                file.write(f'{user}\tuid={owner.pw_uid}|gid={owner.pw_gid}|home={home}|systempw={secret}\n')
                for part in ('cur', 'new', 'tmp'):
                    (home / 'Maildir' / part).mkdir(parents=True, exist_ok=True)
        subprocess.run(['chown', '-R', f'{owner.pw_uid}:{owner.pw_gid}', self.dir / 'home'], check=True)

    def mailboxes(self, user):
        return read_maildir(self.dir / 'home' / user / 'Maildir')
