#!/usr/bin/python3
"""What the journal costs: the same copy with the journal on this disk and on a tmpfs, in turns.

SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot journal-cost.py [MESSAGES [ROUNDS]]

Run by `./dev fault journal`. Fails where the disk costs more than 3 % of the throughput. The figures say what one sync costs
here, since that is what they depend on.
"""
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403

MESSAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
MOST = 0.03
DISK = os.environ.get('HAUL_FAULT_DISK', str(Path.home() if os.access(Path.home(), os.W_OK) else SOURCE))
USER = 'alice'
tap = Tap()


def sync_ms(place):
    """The median of fdatasync() after 4 kB more in a file."""
    with tempfile.NamedTemporaryFile(dir=place) as file:
        times = []
        for _ in range(300):
            os.write(file.fileno(), b'x' * 4096)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def copy_once(source, parent):
    with tempfile.TemporaryDirectory(dir=parent, prefix='haul-journal.') as state:
        with Mailbox(USER) as box:
            box.clear()
        begun = time.perf_counter()
        run = cli('copy', *account(USER), source, '--format=json', password=PASSWORDS[USER], state=state, timeout=900)
        seconds = time.perf_counter() - begun
        journal = sum(f.stat().st_size for f in Path(state, 'journal').iterdir())
    if run.code != 0 or run.json['all']['copied'] != MESSAGES:
        tap.check(False, 'the copy is complete', run)
        tap.done()
    return seconds, journal


def share_of_syncs(source):
    """The part of a run's time that it waits for the disk to have what was written; what other work slows down, slows both."""
    with tempfile.TemporaryDirectory(dir=DISK, prefix='haul-journal.') as state, tempfile.NamedTemporaryFile() as trace:
        with Mailbox(USER) as box:
            box.clear()
        read, write = os.pipe()
        os.write(write, PASSWORDS[USER].encode() + b'\n')
        os.close(write)
        begun = time.perf_counter()
        subprocess.run(['strace', '-f', '--seccomp-bpf', '-T', '-e', 'trace=fdatasync,fsync', '-o', trace.name, CLI, 'copy',
                        *account(USER), source, '-q', f'--state-dir={state}', f'--password-fd={read}'], pass_fds=(read,))
        seconds = time.perf_counter() - begun
        spent = [float(found) for found in re.findall(r'sync.* = 0 <([\d.]+)>', Path(trace.name).read_text())]
    return len(spent), sum(spent) / seconds


with folder('journal-cost') as place:
    places = {'disk': DISK, 'tmpfs': '/dev/shm'}
    source = make_mbox(place / 'letters', MESSAGES, size=2700)
    seconds = {name: [] for name in places}
    copy_once(source, '/dev/shm')  # to warm up
    for i in range(ROUNDS):
        for name in places if i % 2 else reversed(places):
            spent, journal = copy_once(source, places[name])
            seconds[name].append(spent)
    median = {name: statistics.median(times) for name, times in seconds.items()}
    cost = 1 - median['tmpfs'] / median['disk']
    detail = (f"{MESSAGES} messages, {ROUNDS} rounds: disk {MESSAGES / median['disk']:.0f} messages a second, "
              f"tmpfs {MESSAGES / median['tmpfs']:.0f}: {cost:+.1%}; a sync takes {sync_ms(DISK):.2f} ms on the disk; "
              f'journal {journal / MESSAGES:.0f} octets a message')
    if shutil.which('strace'):
        n_syncs, share = share_of_syncs(source)
        detail += f'; {n_syncs} syncs took {share:.1%} of a run'
    print('#', detail)
    print('# seconds', {name: [round(s, 2) for s in times] for name, times in seconds.items()})
    tap.check(cost <= MOST, f'the journal costs {cost:.1%} of the throughput, {MOST:.0%} at most', detail)
tap.done()
