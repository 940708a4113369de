#!/usr/bin/python3
"""Very many small messages, and a fault every thousand: copied exactly, in little memory.

SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot soak.py [MESSAGES]        beside any of our private servers; `./dev fault soak [MESSAGES]`

Faults are cut connections (as root, by the kernel: a reset at any octet), killed server processes, a killed program started
again at once (every fifty thousand messages), and a server that is restarted. HAUL_SOAK_SEED repeats the messages and the order of
faults; HAUL_SOAK_FOLDERS, HAUL_SOAK_CONNECTIONS and HAUL_SOAK_EVERY are the folders, the connections, and the messages between two faults.
Runs until the program says that it is done, then looks at every octet by another client and prints one line of figures.
"""
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from servers import attach, children_of  # noqa: E402

MESSAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
SEED = int(os.environ.get('HAUL_SOAK_SEED', int.from_bytes(os.urandom(3), 'big')))
FOLDERS = int(os.environ.get('HAUL_SOAK_FOLDERS', min(20, max(2, MESSAGES // 5000))))
CONNECTIONS = int(os.environ.get('HAUL_SOAK_CONNECTIONS', 3))
EVERY = int(os.environ.get('HAUL_SOAK_EVERY', 1000))
KILL_EVERY = min(50_000, max(MESSAGES // 4, 1))
RESTART_EVERY = min(150_000, max(MESSAGES // 3, 1))
SIZE = 300  # octets on the wire
FIRST = 1066384800
MEMORY_MAX = 150 * 1024  # KiB, of all processes
MEMORY_GROWTH = 10 * 1024
JOURNAL_MAX = 400
SETTLED = 50_000  # messages after which memory may not grow any more
SPREAD = 0.6  # seconds in which a fault comes once it is due

tap = Tap()
dice = random.Random(SEED)
server = attach()
USER = server.fresh_user()
PASSWORD = server.password(USER)


# The messages ------------------------------------------------------------------------------------------------------------

def text_of(folder_number, number):
    """Octets with LF. One in fifty is a twin of the one before it."""
    number -= number % 50 == 49
    head = (f'From: Anna <anna@example.org>\nTo: bob@example.org\nSubject: {SEED:x} {folder_number} {number}\n'
            f'Message-ID: <{SEED:x}.{folder_number}.{number}@example.org>\n\n')
    body = f'Text {number}. ' + 'abcdefghij' * 30
    return (head + body[:SIZE - len(head) - head.count('\n') - 2] + '\n').encode()


def count_of(folder_number):
    return MESSAGES // FOLDERS + (folder_number < MESSAGES % FOLDERS)


def write_folders(place):
    for n in range(FOLDERS):
        with open(place / f'Letters {n:02}', 'wb') as file:
            for i in range(count_of(n)):
                date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(FIRST + i)).encode()
                file.write(b'From anna@example.org ' + date + b'\n' + text_of(n, i) + b'\n')


# The oracle: another client, a folder at a time ----------------------------------------------------------------------------

def found_in(box, name):
    """Multiset of (digest, received), streamed in pieces."""
    status, answer = box.imap.select(quote(name), readonly=True)
    if status != 'OK':
        return Counter()
    found, total, at_once = Counter(), int(answer[0]), 5000
    for first in range(1, total + 1, at_once):
        _, parts = box.imap.fetch(f'{first}:{min(first + at_once - 1, total)}', '(INTERNALDATE BODY.PEEK[])')
        for i, part in enumerate(parts):
            if isinstance(part, tuple):
                words = part[0] + (parts[i + 1] if i + 1 < len(parts) and isinstance(parts[i + 1], bytes) else b'')
                date = re.search(rb'INTERNALDATE "([^"]+)"', words).group(1)
                found[hashlib.sha256(part[1]).digest(), date] += 1
    return found


def wanted_in(folder_number):
    wanted = Counter()
    for i in range(count_of(folder_number)):
        date = time.strftime('%d-%b-%Y %H:%M:%S +0000', time.gmtime(FIRST + i)).encode()
        wanted[hashlib.sha256(text_of(folder_number, i).replace(b'\n', b'\r\n')).digest(), date] += 1
    return wanted


def compare():
    """(lost, surplus, altered, left over); a message with another date counts as altered."""
    lost = surplus = altered = 0
    with Mailbox(USER, PASSWORD) as box:
        names = box.names()
        for n in range(FOLDERS):
            found, wanted = found_in(box, f'Letters {n:02}'), wanted_in(n)
            missing, more = wanted - found, found - wanted
            by_digest = lambda counter: sum((Counter({digest: k}) for (digest, _), k in counter.items()), Counter())
            moved = sum((by_digest(missing) & by_digest(more)).values())
            lost += sum(missing.values()) - moved
            surplus += sum(more.values()) - moved
            altered += moved
        others = [name for name in names if name != 'INBOX' and not name.startswith('Letters ')]
    return lost, surplus, altered, len(others)


# The run, and what is done to it -------------------------------------------------------------------------------------------

class Watch(threading.Thread):
    """Memory of the program and its readers, and how far it is."""

    def __init__(self, status):
        super().__init__(daemon=True)
        self.status, self.pid, self.done, self.total = status, None, 0, 0
        self.peak = self.peak_early = self.peak_late = self.peak_cli = 0
        self.start()

    def run(self):
        while True:
            time.sleep(0.1)
            self.look()

    def look(self):
        with contextlib.suppress(OSError, ValueError):
            now = json.loads(self.status.read_text())
            self.done = now.get('copied', 0) + now.get('present', 0)
        if self.pid is None:
            return
        sizes = []
        for pid in children_of([self.pid]):
            with contextlib.suppress(OSError, AttributeError):
                sizes.append(int(re.search(r'VmRSS:\s+(\d+)', Path(f'/proc/{pid}/status').read_text()).group(1)))
        now = sum(sizes)
        self.peak = max(self.peak, now)
        self.peak_cli = max([self.peak_cli, *sizes])
        if self.total + self.done <= SETTLED:
            self.peak_early = max(self.peak_early, now)
        else:
            self.peak_late = max(self.peak_late, now)


class Faults:
    def __init__(self):
        self.counts = Counter()

    def cut(self):
        """One connection of the program, by the kernel; without the right to, by ending the server's side of it."""
        port = int(os.environ['IMAPS_PORT'])
        lines = subprocess.run(['ss', '-Htn', f'dst 127.0.0.1:{port}'], stdout=subprocess.PIPE, text=True).stdout.split('\n')
        ports = [line.split()[3].rpartition(':')[2] for line in lines if line.startswith('ESTAB')]
        if not ports or os.getuid() != 0:
            return self.worker()
        which = dice.choice(ports)
        side = dice.choice((f'src 127.0.0.1:{which} dst 127.0.0.1:{port}', f'src 127.0.0.1:{port} dst 127.0.0.1:{which}'))
        subprocess.run(['ss', '-K', '-tn', *side.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.counts['cut'] += 1

    def worker(self):
        workers = server.workers()
        if workers:
            self.counts['worker killed'] += server.kill_worker(dice.choice(workers))

    def restart(self):
        server.restart()
        self.counts['server restarted'] += 1


def start(source, state, status):
    """The program, in a session of its own; says nothing, so that nothing waits for a reader."""
    read, write = os.pipe()
    out = open(state.parent / 'out', 'ab')
    process = subprocess.Popen([CLI, 'copy', *account(USER), source, '-q', f'--connections={CONNECTIONS}', f'--status-file={status}',
                                f'--state-dir={state}', f'--password-fd={read}'], pass_fds=(read,), stdin=subprocess.DEVNULL,
                               stdout=out, stderr=out, start_new_session=True)
    os.close(read)
    os.write(write, PASSWORD.encode() + b'\n')
    os.close(write)
    return process


def soak(source, state, status, watch, faults):
    """Runs until it is done; how often it was started."""
    next_fault, next_kill, next_restart = EVERY, KILL_EVERY, RESTART_EVERY
    starts = 0
    while True:
        process, starts = start(source, state, status), starts + 1
        watch.pid = process.pid
        while process.poll() is None:
            time.sleep(0.02)
            if watch.done < next_fault:
                continue
            time.sleep(dice.uniform(0, SPREAD))
            next_fault += EVERY
            if watch.done >= next_kill:
                next_kill = watch.done + KILL_EVERY
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                faults.counts['program killed'] += 1
                process.wait()
                break
            if watch.done >= next_restart:
                next_restart = watch.done + RESTART_EVERY
                faults.restart()
            else:
                dice.choice((faults.cut, faults.cut, faults.worker))()
        else:
            if process.returncode == 0 or starts > 200:
                return process.returncode, starts
            faults.counts[f'ended with {process.returncode}'] += 1


with folder('soak') as place:
    os.mkdir(place / 'mail')
    state, status = place / 'state', place / 'status'
    write_folders(place / 'mail')
    print(f'# HAUL_SOAK_SEED={SEED}: {MESSAGES} messages in {FOLDERS} folders, {CONNECTIONS} connections')
    sys.stdout.flush()
    watch, faults = Watch(status), Faults()
    begun = time.monotonic()
    code, starts = soak(place / 'mail', state, status, watch, faults)
    seconds = time.monotonic() - begun
    watch.pid = None
    journal = sum(f.stat().st_size for f in (state / 'journal').iterdir()) / MESSAGES
    tap.equal(code, 0, 'it says that all is done', (place / 'out').read_text()[-3000:])
    begun = time.monotonic()
    lost, surplus, altered, left = compare()
    growth = max(0, watch.peak_late - watch.peak_early)
    n = sum(faults.counts.values())
    line = (f'{MESSAGES} messages, {n} faults ({", ".join(f"{k} {v}" for k, v in faults.counts.items())}), {starts} starts: '
            f'{lost} lost, {surplus} duplicated, {altered} altered, {left} left over; {seconds:.0f} s, '
            f'{MESSAGES / seconds:.0f} messages a second; memory {watch.peak / 1024:.0f} MiB at most, of one process '
            f'{watch.peak_cli / 1024:.0f}' + (f', {growth / 1024:+.0f} after {SETTLED}' if MESSAGES > 2 * SETTLED else '')
            + f'; journal {journal:.0f} octets a message')
    tap.equal((lost, surplus, altered, left), (0, 0, 0, 0), f'{USER}: exact', line)
    tap.check(n >= MESSAGES // EVERY // 2, f'{n} faults', faults.counts)
    tap.check(watch.peak <= MEMORY_MAX, f'{watch.peak / 1024:.0f} MiB', line)
    if MESSAGES > 2 * SETTLED:
        tap.check(growth <= MEMORY_GROWTH, f'memory grows by {growth / 1024:.0f} MiB after {SETTLED} messages', line)
    tap.check(journal <= JOURNAL_MAX, f'{journal:.0f} octets of the journal a message', line)
    print('#', line)
tap.done()
