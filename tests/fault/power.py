#!/usr/bin/python3
"""Power cuts: what was not synced is really gone, and the copying goes on from what is left.

SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot power.py [CUTS]        as root; `./dev fault power CUTS`

The state folder lies on a file system in an image file. At any moment the program is killed and the image file copied: what had not
reached the image is not in the copy. The copy is mounted, its journal looked at, and the run goes on there, against the server that kept
all it had got. HAUL_POWER_SEED repeats the moments (not the machine's pace), HAUL_POWER_KINDS names the file systems.
"""
import random
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from servers import attach  # noqa: E402

CUTS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
SEED = int(os.environ.get('HAUL_POWER_SEED', int.from_bytes(os.urandom(3), 'big')))
KINDS = {'ext4': (64, ['-q', '-F']), 'xfs': (320, ['-q']), 'btrfs': (128, ['-q', '-m', 'single'])}  # MiB, options of mkfs
FOLDERS = {'Inbox': 150, 'Projekte': 250, 'Rechnungen': 150, 'Reisen': 600}
QUIET = 0.5  # seconds in which the server ends what it was doing for a client that is gone
STAGING = 'Mailhaul-upload-'

os.environ['PATH'] += ':/usr/sbin:/sbin'
tap = Tap()
dice = random.Random(SEED)


def quietly(*command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        raise RuntimeError(f'{" ".join(map(str, command))}: {run.stdout}')


class Disk:
    """An image with a file system, mounted."""

    def __init__(self, place, kind, image=None):
        self.place, self.kind, self.mounted = place, kind, Path(tempfile.mkdtemp(dir=place, prefix='disk.'))
        self.image = image or place / f'{kind}.{self.mounted.name}'
        if image is None:
            megabytes, options = KINDS[kind]
            with open(self.image, 'wb') as file:
                file.truncate(megabytes << 20)
            quietly(f'mkfs.{kind}', *options, self.image)
        # A copy of an XFS has the number of the original, which may not be quite unmounted yet.
        quietly('mount', '-t', kind, '-o', 'loop,nouuid' if kind == 'xfs' else 'loop', self.image, self.mounted)

    def cut(self):
        """The disk as it is found after the power was cut now."""
        copy = self.place / f'{self.kind}.{dice.randrange(1 << 40):010x}'
        quietly('cp', '--sparse=always', self.image, copy)
        self.close()
        return Disk(self.place, self.kind, copy)

    def close(self):
        for _ in range(50):
            if subprocess.run(['umount', self.mounted], stderr=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.1)
        else:
            subprocess.run(['umount', '-l', self.mounted])
        self.image.unlink(missing_ok=True)


def kinds(place):
    """Those that can be made and mounted here."""
    wanted = os.environ.get('HAUL_POWER_KINDS', ' '.join(KINDS)).split()
    found, why = [], 'only root may mount'
    for kind in wanted if os.getuid() == 0 else []:
        try:
            Disk(place, kind).close()
            found.append(kind)
        except (OSError, RuntimeError) as error:
            why = str(error)
            print(f'# no {kind}: {why.splitlines()[0]}')
    return found, why


def read_journal(state):
    """(integrity, digests that may have been sent, digests that may have been moved); from a copy, so that it stays as it is."""
    with tempfile.TemporaryDirectory() as copy:
        if not (state / 'journal').is_dir():
            return 'ok', set(), set()
        for file in (state / 'journal').glob('*'):
            shutil.copy(file, copy)
        for path in Path(copy).glob('*.db'):
            with contextlib.closing(sqlite3.connect(path)) as database:
                tables = {row[0] for row in database.execute('SELECT name FROM sqlite_schema')}
                if 'item' not in tables:
                    return database.execute('PRAGMA integrity_check').fetchone()[0], set(), set()
                return (database.execute('PRAGMA integrity_check').fetchone()[0],
                        {row[0] for row in database.execute('SELECT digest FROM item WHERE state <> 0')},
                        {row[0] for row in database.execute('SELECT digest FROM item JOIN move_item ON item = item.id')})
    return 'ok', set(), set()


class Round:
    """One mailbox from nothing to everything, on one kind of disk, with cuts on the way."""

    def __init__(self, place, source, kind, server):
        self.place, self.source, self.kind, self.server = place, source, kind, server
        self.user = server.fresh_user()
        self.password = server.password(self.user)
        self.disk, self.story, self.wrong, self.hits = Disk(place, kind), [], [], 0

    def start(self):
        return Started('copy', *account(self.user), self.source, '--format=json', password=self.password,
                       state=self.disk.mounted / 'state')

    def mailbox(self):
        """{name: multiset of digests}"""
        with Mailbox(self.user, self.password) as box:
            return {decode_name(name): Counter(hashlib.sha256(text).digest() for text, *_ in box.messages(name))
                    for name in box.names()}

    def look(self):
        """What the server has must have been in the journal before: sent means intended, placed means assigned."""
        integrity, intended, assigned = read_journal(self.disk.mounted / 'state')
        for name, found in self.mailbox().items():
            unknown = set(found) - (intended if name.startswith(STAGING) else assigned)
            if unknown:
                self.wrong.append(f'{self.story[-1]}: {len(unknown)} of {sum(found.values())} messages in {name} are not in the journal')
        if integrity != 'ok':
            self.wrong.append(f'{self.story[-1]}: {integrity}')

    def cut(self, lasts):
        """@lasts: [seconds] that the run is thought to last, learned from each."""
        moment = dice.uniform(0.05, 1) * lasts[0]
        run = self.start()
        time.sleep(moment)
        is_over = run.process.poll() is not None
        run.kill(True)
        self.disk = self.disk.cut()
        run.wait()
        lasts[0] = min(lasts[0], moment) * 0.95 if is_over else lasts[0] * 1.03
        self.hits += not is_over
        self.story.append(f'cut after {moment:.2f} s' + (' (over by then)' if is_over else ''))
        time.sleep(QUIET)
        self.look()

    def finish(self, wanted):
        run = None
        for _ in range(4):
            run = self.start().wait()
            if run.code == 0:
                break
        found = self.mailbox()
        left = [name for name in found if name.startswith(STAGING)]
        boxes = {name: found.get(name, Counter()) for name in wanted}
        lost = sum(sum((wanted[name] - boxes[name]).values()) for name in wanted)
        surplus = sum(sum((boxes[name] - wanted[name]).values()) for name in wanted)
        if lost or surplus or left or run.code:
            self.wrong.append(f'{lost} lost, {surplus} duplicated, left over {left}, exit {run.code}\n{run}')
        integrity, *_ = read_journal(self.disk.mounted / 'state')
        self.wrong += [] if integrity == 'ok' else [f'at the end: {integrity}']
        return self.wrong


with folder('power') as place:
    found, why = kinds(place)
    if not found:
        tap.skip('power cuts', why)
        tap.done()
    print(f'# HAUL_POWER_SEED={SEED}: {CUTS} cuts, {", ".join(found)}')
    sys.stdout.flush()
    source = make_maildir(place / 'mail', {'' if name == 'Inbox' else name: count for name, count in FOLDERS.items()})
    wanted = {'mail' if name == 'Inbox' else name: Counter(
        hashlib.sha256(message(i, name).replace(b'\n', b'\r\n')).digest() for i in range(count))
        for name, count in FOLDERS.items()}
    server, cuts, bad, number, by_kind = attach(), 0, 0, 0, Counter()
    lasts = []  # seconds of a whole run, of one after a cut, after two
    while cuts < CUTS:
        one = Round(place, source, found[number % len(found)], server)
        try:
            if not lasts:
                begun = time.monotonic()
                wrong = one.finish(wanted)
                lasts = [[time.monotonic() - begun] for _ in range(3)]
                tap.check(not wrong, f'undisturbed, {lasts[0][0]:.1f} s', '\n'.join(wrong))
                continue
            for i in range(dice.choice((1, 2, 2, 3))):
                one.cut(lasts[i])
            wrong = one.finish(wanted)
        finally:
            one.disk.close()
        cuts += one.hits
        by_kind[one.kind] += one.hits
        number += 1
        bad += bool(wrong)
        tap.check(not wrong, f'{one.kind}: {"; ".join(one.story)}', '\n'.join(wrong))
    line = f'{cuts} power cuts in {number} runs ({", ".join(f"{k} {v}" for k, v in by_kind.items())}): {bad} runs with something wrong'
    print('#', line)
tap.done()
