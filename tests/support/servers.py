"""Real mail servers, each private and throw-away: started, ended, damaged and set back, and read without IMAP.

SPDX-License-Identifier: GPL-3.0-or-later

    with-courier COMMAND...     is  servers.py courier COMMAND...

runs COMMAND beside a server of its own; IMAP_SERVER, IMAP_DIR, IMAP_PORT, IMAPS_PORT, IMAP_CA tell it which and where.
Beneath with-dovecot or one of these, attach() is that server:

    server = attach()
    user = server.fresh_user()              # u1 … uN: nobody else's, its mailbox empty
    server.kill_worker()                    # as of a crash, in the middle of a session
    server.restart()                        # all of it, on the same ports
    server.snapshot('yesterday'); server.restore('yesterday')
    server.mailboxes(user)                  # {name: [Stored(octets, received, flags)]}, from its files; names without
                                            # the name space's prefix, “/” between the levels

USERS=N is how many numbered users there are (200); SKIP_STATUS=0 makes a missing server a skipped TAP test (77).
"""
import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, Optional

HERE = Path(__file__).resolve().parent
PASSWORDS = {'alice': 'pässwörd', 'CORP\\bob': 'geheim', 'carol': 'p"w\\d'}
NUMBERED_PASSWORD = 'numbered'  # of u1 … uN


class Stored(NamedTuple):
    """A message as it lies in the server's files; lines end in CRLF."""
    octets: bytes
    received: Optional[int]  # unix seconds; None where the files do not say
    flags: Optional[frozenset]  # system flags; None where the files do not say


def crlf(text):
    """Line ends as IMAP has them: most stores keep LF alone."""
    return text.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


def living():
    """(process, parent, process group) of all but zombies."""
    for stat in Path('/proc').glob('[0-9]*/stat'):
        try:
            state, parent, group = stat.read_text().rpartition(')')[2].split()[:3]
        except OSError:
            continue
        if state != 'Z':
            yield int(stat.parent.name), int(parent), int(group)


def children_of(pids):
    """These processes and all below them."""
    parents = {pid: parent for pid, parent, _ in living()}
    found = [p for p in pids if p in parents]
    for parent in found:
        found += [pid for pid, of in parents.items() if of == parent]
    return found


def name_of(pid):
    try:
        return Path(f'/proc/{pid}/comm').read_text().strip()
    except OSError:
        return ''


def sockets_at(ports):
    """Inodes of the sockets of established connections to these ports, at the server's end."""
    found = set()
    for line in Path('/proc/net/tcp').read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == '01' and int(fields[1].rpartition(':')[2], 16) in ports:
            found.add(f'socket:[{fields[9]}]')
    return found


def holds_any(pid, sockets):
    try:
        return any(os.readlink(fd.path) in sockets for fd in os.scandir(f'/proc/{pid}/fd'))
    except OSError:
        return False


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    try:
        for s in sockets:
            s.bind(('127.0.0.1', 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def is_open(port):
    with socket.socket() as s:
        s.settimeout(2)
        return s.connect_ex(('127.0.0.1', port)) == 0


def skip(why):
    print(f'1..0 # SKIP {why}')
    sys.exit(int(os.environ.get('SKIP_STATUS', 77)))


def hashed(password):
    return subprocess.run(['openssl', 'passwd', '-1', '-stdin'], input=password.encode(), check=True,
                          stdout=subprocess.PIPE).stdout.decode().strip()


class Server:
    """What all have in common. In its folder: start (runs it in the foreground), pid, and whatever it needs."""
    name = ''
    worker = ''  # name of the process that serves a session
    store = ()  # what below the folder is mail
    users = {**PASSWORDS}  # names this server can have
    altered = ()  # what it makes of messages, in words
    keywords = True  # whether it keeps any
    flags = True  # whether it keeps them always
    is_slow_to_rename = False

    def __init__(self, place):
        self.dir = Path(place)
        self.port, self.tls_port = (int(n) for n in (self.dir / 'ports').read_text().split())

    def __str__(self):
        return self.name

    def password(self, user):
        return self.users.get(user, NUMBERED_PASSWORD)

    # Its processes ---------------------------------------------------------------------------------------------------

    @property
    def pid(self):
        return int((self.dir / 'pid').read_text())

    def processes(self):
        return children_of([self.pid])

    def start(self):
        with open(self.dir / 'out', 'ab') as out:
            process = subprocess.Popen([self.dir / 'start'], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True, cwd='/')
        (self.dir / 'pid').write_text(str(process.pid))
        end = time.monotonic() + 15
        while time.monotonic() < end and process.poll() is None:
            if all(is_open(port) for port in (self.port, self.tls_port) if port):
                return True
            time.sleep(0.03)
        self.stop()
        return False

    def write_start(self, inside):
        """Makes start, which runs these commands in namespaces of their own: what they mount is seen by nobody else, and
        with the first process all others end. An ordinary user is root there, and nobody else."""
        (self.dir / 'inside').write_text(inside)
        user = '' if os.getuid() == 0 else '--map-root-user '
        (self.dir / 'start').write_text(f'#!/bin/bash\nexec unshare {user}--mount --propagation private --pid --fork '
                                        f'--kill-child /bin/bash {self.dir}/inside\n')
        (self.dir / 'start').chmod(0o755)

    def stop(self):
        """No gentle end: all at once, as when the power goes. A child that is born meanwhile belongs to the group."""
        try:
            leader, pids = self.pid, self.processes()
        except (OSError, ValueError):
            return
        for kill, pid in [(os.kill, pid) for pid in pids] + [(os.killpg, leader)]:
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                pass
        end = time.monotonic() + 10
        while (children_of(pids) or any(group == leader for _, _, group in living())) and time.monotonic() < end:
            time.sleep(0.02)

    @contextlib.contextmanager
    def alone(self):
        """Two that start it at once would each take the other's for in the way."""
        with open(self.dir / 'restarting', 'w') as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def start_again(self):
        self.stop()
        for _ in range(3):
            if self.start():
                return
        raise RuntimeError(f'{self.name} does not start again:\n{self.log()}')

    def restart(self):
        with self.alone():
            self.start_again()

    def workers(self):
        """Processes that serve a session, the oldest first."""
        return sorted(pid for pid in self.processes() if name_of(pid) == self.worker)

    def kill_worker(self, pid=None):
        """Kills the process of one session (of all, if none is named); how many there were."""
        killed = 0
        for one in self.workers() if pid is None else [pid]:
            try:
                os.kill(one, signal.SIGKILL)
                killed += 1
            except OSError:
                pass
        return killed

    def log(self):
        return '\n'.join('\n'.join(path.read_text(errors='replace').splitlines()[-20:])
                         for path in (self.dir / 'out', self.dir / f'{self.name}.log') if path.exists())

    # Its mail --------------------------------------------------------------------------------------------------------

    def fresh_user(self):
        """One that nobody had before. More than USERS of them is an error."""
        with open(self.dir / 'next-user', 'a+') as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            number = int(file.read() or 0) + 1
            file.truncate(0)
            file.write(str(number))
        if number > int((self.dir / 'n-users').read_text()):
            raise RuntimeError(f'only {number - 1} users: set USERS')
        return f'u{number}'

    def snapshot(self, name):
        """A copy of all mail as it is now."""
        copy = self.dir / 'snapshots' / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir(parents=True)
        subprocess.run(['cp', '-a', *(self.dir / part for part in self.store), copy], check=True)

    def restore(self, name):
        """Set back to that copy, as from yesterday's backup; the server is away meanwhile."""
        with self.alone():
            self.stop()
            for part in self.store:
                shutil.rmtree(self.dir / part)
            subprocess.run(['cp', '-a', *(self.dir / 'snapshots' / name / Path(part).name for part in self.store), self.dir],
                           check=True)
            self.start_again()

    def mailboxes(self, user):
        raise NotImplementedError

    def kept(self, octets):
        """What its files hold of a message with these octets."""
        return octets

    def spoils(self, octets):
        """Whether it makes something else of a message with these octets, or fails at it."""
        return False


# Starting one ----------------------------------------------------------------------------------------------------------

def make_certificate(place):
    (place / 'cert.cfg').write_text('cn = "localhost"\ndns_name = "localhost"\nip_address = "127.0.0.1"\n'
                                    'expiration_days = 2\ntls_www_server\nsigning_key\n')
    certtool = ['certtool', '--outfile']
    run = dict(check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*certtool, place / 'key.pem', '--generate-privkey', '--ecc'], **run)
    subprocess.run([*certtool, place / 'cert.pem', '--generate-self-signed', '--load-privkey', place / 'key.pem',
                    '--template', place / 'cert.cfg'], **run)


def unpacked(name):
    """The folder with this server's programs, out of the distribution's packages."""
    run = subprocess.run([HERE / 'fetch-server', name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        skip(run.stderr.strip().replace('\n', '; ') or f'{name} cannot be fetched')
    return Path(run.stdout.strip())


def server_class(name):
    sys.path.insert(0, str(HERE))
    module = __import__(f'server_{name}')
    return getattr(module, name.capitalize())


def attach():
    """The server this process runs beside."""
    return server_class(os.environ['IMAP_SERVER'])(os.environ['IMAP_DIR'])


def main(name, *command):
    kind = server_class(name)
    place = Path(tempfile.mkdtemp(prefix=name + '.'))
    atexit.register(shutil.rmtree, place, True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place.chmod(0o755)
    n_users = int(os.environ.get('USERS', 200))
    (place / 'n-users').write_text(str(n_users))
    make_certificate(place)
    tree = unpacked(name)
    for _ in range(5):  # a free port may be taken by somebody else in between
        (place / 'ports').write_text('%d %d' % tuple(free_ports(2)))
        server = kind(place)
        server.prepare(tree, n_users)
        if server.start():
            break
    else:
        print(server.log(), file=sys.stderr)
        sys.exit(99)
    atexit.register(server.stop)
    environment = dict(os.environ, IMAP_SERVER=name, IMAP_DIR=str(place), IMAP_PORT=str(server.port),
                       IMAPS_PORT=str(server.tls_port or ''), IMAP_CA=str(place / 'cert.pem'))
    code = subprocess.run(command, env=environment).returncode
    if code:
        print(server.log(), file=sys.stderr)
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == '__main__':
    main(*sys.argv[1:])
