#!/usr/bin/python3
"""Where a password and a token are not: a migration at its most talkative, searched for both in five encodings.

SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot secrets.py      a migration with a refused sign-in, a crash, an image of the running process, every report; a
                                 keyring on a bus that is listened to; a token

Searched: what programs say, with all debug messages on; argv and environment of every process, sampled while it runs; every file
of the state, cache, settings, temporary and source folders; the reports; the image of the process's memory; the bus. The
encodings: as it is, base64 at each of its three alignments (so in any blob of SASL, too), UTF-16, percent-encoded, hexadecimal.
Left out: the server's own list of users, and what the test itself puts the password into to hand it over. The image is
what the kernel would put into a core: pages marked MADV_DONTDUMP, where secrets are, are not in it; freed memory is.
"""
import sys

sys.path[:0] = [str(__import__('pathlib').Path(__file__).resolve().parents[1] / part) for part in ('support', 'lib')]
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from haultest import CLI, Path, Tap, contextlib, folder, make_maildir, os, re, shutil, signal, subprocess, threading, time  # noqa: E402
from secretforms import find, find_in_files, needles  # noqa: E402

PASSWORD, WRONG, TOKEN, USER = 'Zq7-pässw%rd+Xk4/9', 'Zq7-fälsch%Vn2/8', 'ya29.Zq7-tokenBw5_LmPq8', 'marker'
WANTED = needles(password=PASSWORD, wrong=WRONG, token=TOKEN)
tap = Tap()
seen = {}  # what was sampled: {what: octets}


def children_of(pid):
    pids = [pid]
    for p in pids:
        with contextlib.suppress(OSError):
            pids += [int(c) for t in Path(f'/proc/{p}/task').iterdir() for c in (t / 'children').read_text().split()]
    return pids


def sample(pid, stop):
    """argv and environment of a process and all below it."""
    while not stop.wait(0.01):
        for p in children_of(pid):
            for part in ('cmdline', 'environ'):
                with contextlib.suppress(OSError):
                    octets = Path(f'/proc/{p}/{part}').read_bytes()
                    seen[f'{part} {octets[:3000]!r}'] = octets


class Program:
    """mailhaul-cli with a home of its own, its voice kept."""

    def __init__(self, home, *args, password=None, server=None):
        self.args = [str(CLI), *map(str, args), f'--state-dir={home}/state/mailhaul']
        environment = dict(os.environ, HOME=str(home), XDG_STATE_HOME=f'{home}/state', XDG_CACHE_HOME=f'{home}/cache',
                           XDG_CONFIG_HOME=f'{home}/config', XDG_DATA_HOME=f'{home}/data', TMPDIR=f'{home}/tmp',
                           G_MESSAGES_DEBUG='all', G_TLS_DEBUG='1', GNUTLS_DEBUG_LEVEL='9', SSLKEYLOGFILE=f'{home}/tmp/keys')
        fds, write = (), None
        if password is not None:
            read, write = os.pipe()
            self.args.append(f'--password-fd={read}')
            fds = (read,)
        self.process = subprocess.Popen(self.args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        pass_fds=fds, env=environment, cwd=home / 'here', start_new_session=True)
        if write is not None:
            os.close(fds[0])
            os.write(write, password.encode() + b'\n')
            os.close(write)
        self.stop = threading.Event()
        self.sampler = threading.Thread(target=sample, args=(self.process.pid, self.stop), daemon=True)
        self.sampler.start()

    def wait(self):
        try:
            out, err = self.process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            out, err = self.process.communicate()
        self.stop.set()
        self.sampler.join()
        seen[f'output {len(seen)} of {self.args[1]}'], seen[f'errors {len(seen)} of {self.args[1]}'] = out, err
        self.out, self.err, self.code = out, err, self.process.returncode
        return self

    def __str__(self):
        return f'{self.args[1:]}: {self.code}\n{self.out[-2000:].decode(errors="replace")}\n{self.err[-2000:].decode(errors="replace")}'


@contextlib.contextmanager
def home():
    with folder('secrets') as place:
        for part in ('state', 'cache', 'config', 'data', 'tmp', 'here', 'reports'):
            (place / part).mkdir()
        make_maildir(place / 'Maildir', {'': 60, 'Work': 60, 'Big': 200}, 20_000)
        yield place


def search(place, what, at_least):
    n, hits = find_in_files(WANTED, place)
    for name, octets in seen.items():
        hits += find(WANTED, name[:300], octets)
    tap.equal(hits[:10], [], f'{what}: no secret in {at_least} files or more, nor in what was said and shown')
    tap.check(n >= at_least and len(seen) > 4, f'{what}: there was something to search', f'{n} files, {len(seen)} samples')
    print(f'# {what}: {n} files, {len(seen)} outputs, command lines and environments, {len(WANTED)} texts looked for')


def dumped_regions(pid):
    """What the kernel would put into a core: not what is marked MADV_DONTDUMP (the flag dd), nor what cannot be read."""
    region, found = None, []
    for line in Path(f'/proc/{pid}/smaps').read_text().splitlines():
        if match := re.match(r'([0-9a-f]+)-([0-9a-f]+) r', line):
            region = [int(n, 16) for n in match.groups()]
        elif re.match(r'[0-9a-f]+-', line):
            region = None
        elif region and line.startswith('Rss:'):
            region.append(int(line.split()[1]))
        elif region and line.startswith('VmFlags:') and ' dd' not in line and region[2]:
            found.append(region[:2])
    return found


def take_image(program):
    """The memory of the program and those below it, as a crash would leave it if they let themselves be dumped."""
    size, hits, is_memory = 0, [], False
    try:
        for pid in children_of(program.process.pid):
            with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
                for start, end in dumped_regions(pid):
                    octets = b''
                    for at in range(start, end, 1 << 24):
                        with contextlib.suppress(OSError):
                            memory.seek(at)
                            octets = octets[-200:] + memory.read(min(1 << 24, end - at))
                        hits += find(WANTED, f'process {pid}, {at:x}', octets)
                        is_memory |= USER.encode() in octets
                        size += len(octets)
    except PermissionError as error:
        tap.skip('an image of the running process', str(error))
        return
    tap.equal(hits[:10], [], 'an image of the running processes has no secret')
    tap.check(is_memory, 'and it is one of their memory')
    print(f'# an image of {size >> 20} MiB')


def crash(place, options):
    """In the middle, while it sends; an image, then a signal that makes others leave a core."""
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell's background jobs ignore it
    program = Program(place, 'copy', *options, place / 'Maildir', '--connections=1', '--events=json', '-v', password=PASSWORD)
    for line in iter(program.process.stdout.readline, b''):
        seen[f'event {len(seen)}'] = line
        if b'"progress"' in line or b'"message' in line or len(seen) > 400:
            break
    os.kill(program.process.pid, signal.SIGSTOP)
    take_image(program)
    os.kill(program.process.pid, signal.SIGQUIT)
    os.kill(program.process.pid, signal.SIGCONT)
    tap.check(program.wait().code != 0, 'a crash ends the run', program)
    tap.equal([str(p) for p in place.rglob('*core*') if p.is_file()], [], 'and leaves no core')


def passwords():
    options = [f'--server=localhost:{os.environ["IMAPS_PORT"]}', f'--user={USER}', f'--ca-file={os.environ["IMAP_CA"]}', '--batch']
    users = Path(os.environ['IMAP_DIR']) / 'users'
    users.write_text(users.read_text() + f'{USER}:{{PLAIN}}{PASSWORD}\n')
    with home() as place:
        refused = Program(place, 'check', *options, '-v', password=WRONG).wait()
        tap.equal(refused.code, 77, 'a wrong password is refused', refused)
        crash(place, options)
        run = Program(place, 'copy', *options, place / 'Maildir', '--events=json', '-v', password=PASSWORD).wait()
        tap.equal(run.code, 0, 'the next run ends well', run)
        job = re.search(rb'"job" *: *"([^"]+)"', run.out)[1].decode()
        for form in ('text', 'html', 'json', 'csv'):
            report = Program(place, 'report', f'--job={job}', f'--format={form}', f'--output={place}/reports/report.{form}').wait()
            tap.check(report.code == 0 and (place / f'reports/report.{form}').stat().st_size > 100, f'a report as {form}', report)
        Program(place, 'verify', *options, place / 'Maildir', f'--output={place}/reports/evidence.csv', '-v', password=PASSWORD).wait()
        Program(place, 'jobs').wait()
        search(place, 'a migration', 325)
        (place / 'planted').write_bytes(b'x' + PASSWORD.encode('utf-16-le'))
        tap.check(find_in_files(WANTED, place)[1], 'and the search finds what is there')
    server_log = [path for path in Path(os.environ['IMAP_DIR']).glob('*.log')]
    tap.equal(find_in_files(WANTED, *server_log)[1], [], 'nor in what the server wrote down')


def tokens():
    from mischief.client import Server
    seen.clear()
    with home() as place, folder('token') as hand, Server() as server:
        world = server.world('token', 'exchange-online', user='bob@corp.example', password=TOKEN)
        (hand / 'token').write_text(TOKEN + '\n')
        options = [f'--server=127.0.0.1:{world.port}', '--security=none', '--user=bob@corp.example', '--batch',
                   f'--token-command=cat {hand}/token']
        run = Program(place, 'copy', *options, place / 'Maildir', '--events=json', '-v').wait()
        tap.equal(run.code, 0, 'a migration with a token ends well', run)
        (hand / 'token').write_text(WRONG + '\n')
        tap.equal(Program(place, 'check', *options, '-v').wait().code, 77, 'a wrong token is refused')
        search(place, 'a migration with a token', 322)


KEYRING = '''
exec 2>&1
eval "$(printf unlock-me | gnome-keyring-daemon --unlock --components=secrets | sed s/^/export\\ /)"
for i in $(seq 100); do secret-tool search x y >/dev/null 2>&1 && break; sleep .1; done
printf %s "$SECRET_FOR_TOOL" | secret-tool store --label=Mailhaul xdg:schema io.github.mailhaul.Mailhaul.Credential \\
  user "$1" server localhost protocol imap kind password port "$2" || exit 77
unset SECRET_FOR_TOOL
dbus-monitor --session >"$3" 2>&1 & M=$!
dbus-monitor --session --pcap >"$3.pcap" 2>/dev/null & N=$!
sleep .5
shift 3
"$@"; R=$?
kill $M $N
exit $R
'''


def keyring():
    """The password comes out of a real keyring, over a bus that is listened to."""
    if not all(map(shutil.which, ('dbus-run-session', 'gnome-keyring-daemon', 'secret-tool', 'dbus-monitor'))):
        tap.skip('a keyring on a bus', 'gnome-keyring or dbus is not installed')
        return
    seen.clear()
    with home() as place, folder('bus') as bus:
        (place / 'run').mkdir(mode=0o700)
        port = os.environ['IMAPS_PORT']
        environment = dict(os.environ, HOME=str(place), XDG_DATA_HOME=f'{place}/data', XDG_STATE_HOME=f'{place}/state',
                           XDG_CONFIG_HOME=f'{place}/config', XDG_CACHE_HOME=f'{place}/cache', XDG_RUNTIME_DIR=f'{place}/run',
                           SECRET_FOR_TOOL=PASSWORD)
        environment.pop('DBUS_SESSION_BUS_ADDRESS', None)
        run = subprocess.run(['dbus-run-session', '--', 'sh', '-c', KEYRING, 'sh', USER, port, bus / 'traffic', 'env', '-u', 'SECRET_FOR_TOOL',
                              f'G_MESSAGES_DEBUG=all', CLI, 'check', f'--server=localhost:{port}', f'--user={USER}', '-v', '--security=tls',
                              f'--ca-file={os.environ["IMAP_CA"]}', '--batch', f'--state-dir={place}/state/mailhaul'],
                             env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if run.returncode == 77 and b'secret-tool' in run.stdout:
            tap.skip('a keyring on a bus', run.stdout.decode(errors='replace')[-200:].replace('\n', ' '))
            return
        seen['said'] = run.stdout
        tap.equal(run.returncode, 0, 'signed in with the password of the keyring', run.stdout.decode(errors='replace')[-3000:])
        traffic = (bus / 'traffic').read_bytes()
        tap.check(b'GetSecret' in traffic or b'OpenSession' in traffic, 'the bus was heard', traffic[-2000:])
        tap.check(b'io.github.mailhaul' in traffic and b'string "plain"' not in traffic, 'the keyring was asked, and not in the open')
        n, hits = find_in_files(WANTED, place, bus)
        tap.equal(hits + find(WANTED, 'said', run.stdout), [], f'no secret on the bus, nor in {n} files')


passwords()
keyring()
tokens()
tap.done()
