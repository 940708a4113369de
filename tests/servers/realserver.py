"""One real server, many accidents: a copy is exact, again, without its journal, through kills and a restored backup.

SPDX-License-Identifier: GPL-3.0-or-later

    with-SERVER realserver.py       prints TAP, and writes a line for table.py
"""
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

import oddmail  # noqa: E402
from haultest import *  # noqa: E402,F403
from haultest import BUILD, Mailbox, Started, Tap, account, cli, folder, manifest, os, shutil, time  # noqa: E402
from servers import attach  # noqa: E402

tap = Tap()
server = attach()
SEED = int(os.environ.get('HAUL_TEST_SEED', int.from_bytes(os.urandom(3), 'big')))
dice = random.Random(SEED)
RUNS_MAX = 6
print(f'# {server}, HAUL_TEST_SEED={SEED}')


def without_spoiled(folders):
    return {name: [letter for letter in letters if not server.spoils(letter.wire)] for name, letters in folders.items()}


class Case:
    """An account of its own, a source, a state folder; and the oracle at the end."""
    row = {}  # what → did it go well, for the table
    rungs = set()

    def __init__(self, what, folders):
        self.what, self.folders = what, without_spoiled(folders)

    def __enter__(self):
        self.bad = tap.bad
        self.place = Path(tempfile.mkdtemp(prefix='server.'))
        self.state, self.source = self.place / 'state', self.place / 'Maildir'
        self.user = server.fresh_user()
        oddmail.write(self.source, self.folders)
        self.story, self.began = [], time.monotonic()
        return self

    def __exit__(self, kind, *_):
        print(f'# {self.what}: {time.monotonic() - self.began:.1f} s')
        shutil.rmtree(self.place, ignore_errors=True)
        Case.row[self.what] = Case.row.get(self.what, True) and kind is None and tap.bad == self.bad

    def grow(self, folders):
        self.folders = without_spoiled(folders)
        oddmail.write(self.source, self.folders)

    def start(self):
        return Started('copy', *account(self.user), self.source, '--format=json', password=server.password(self.user),
                       state=self.state)

    def run(self):
        run = self.start().wait()
        if run.code in (0, 3):
            Case.rungs |= {run.json['rung']} - {''}
        return run

    def finish(self, run=None):
        """Again until a run ends well: what a person does after an accident."""
        runs = [run] if run else []
        while not runs or (runs[-1].code in (69, 75, 76) and len(runs) < RUNS_MAX):
            runs.append(self.run())
        self.story.append(f'{len(runs)} runs: {[r.code for r in runs]}')
        return runs[-1]

    def named(self, run):
        """{folder: mailbox} as the report has it."""
        return {row['path']: row['mailbox'] for row in run.json['folders']}

    def check(self, run, copied=None):
        """The mailbox, read from the server's own files, is what was to come; the report says the same."""
        what, total = f'{self.what}: ', sum(map(len, self.folders.values()))
        if not tap.check(run.code in (0, 3), f'{what}the run ends well', f'{self.story}\n{run}\n{server.log()}'):
            return
        refused = [m for m in run.json['messages'] if m['outcome'] == 'failed']
        everything = run.json['all']
        tap.equal(refused, [], f'{what}nothing failed', run)
        tap.equal(everything['copied'] + everything['present'], total, f'{what}the numbers add up', run)
        if copied is not None:
            tap.equal(everything['copied'], copied, f'{what}{copied} were copied', run)
        found, names = server.mailboxes(self.user), self.named(run)
        wanted = {names[name]: letters for name, letters in self.folders.items()}
        tap.check(not (wrong := self.compare(found, wanted)), f'{what}each message once, with date and flags',
                  '\n'.join([*wrong, *self.story, f'user {self.user}', str(run)]))
        left = [name for name in found if 'Mailhaul' in name]
        tap.equal(left, [], f'{what}nothing of ours is left')
        tap.check('pwned' not in str(list(found)), f'{what}no text became a command')

    @staticmethod
    def compare(found, wanted):
        wrong = []
        for name, letters in wanted.items():
            got = Counter((oddmail.digest(m.octets), m.received, m.flags if server.flags else '') for m in found.get(name, []))
            due = Counter((oddmail.digest(server.kept(letter.wire)), letter.received,
                           letter.system_flags if server.flags else '') for letter in letters)
            if got != due:
                wrong += [f'{name}: missing {due - got}', f'{name}: surplus {got - due}']
        strangers = [name for name, messages in found.items() if name not in wanted and messages]
        return wrong + ([f'strangers: {strangers}'] if strangers else [])


def keywords_of(flags):
    return frozenset(flag for flag in flags if not flag.startswith('\\'))


def through_imap(case, run):
    """The second look: what another IMAP client is shown. Keywords are only to be seen here."""
    with Mailbox(case.user, server.password(case.user)) as box:
        names = {decode_name(name).removeprefix('INBOX.'): name for name in box.names()}
        wire = names.get(case.named(run)['keywords'], '')
        shown = Counter(flags - {'\\Recent'} for _, _, flags in box.messages(wire)) if wire else Counter()
    wanted = Counter(letter.keywords | letter.system_flags if server.keywords else letter.system_flags
                     for letter in case.folders['keywords'])
    if not server.flags:  # it loses them now and then
        shown, wanted = (Counter(keywords_of(flags) for flags in found.elements()) for found in (shown, wanted))
    tap.equal(shown, wanted, f'{case.what}: keywords ' + ('arrive' if server.keywords else 'are left out'), run)


def copy_and_again():
    names = oddmail.tree()
    everything = {**oddmail.odd(), **(dict(list(names.items())[:6]) if server.is_slow_to_rename else names)}
    total = sum(map(len, everything.values()))
    with Case('odd mail', everything) as case:
        before = manifest(case.source)
        first = case.run()
        case.check(first)
        if first.code not in (0, 3):
            return False
        through_imap(case, first)
        tap.equal(manifest(case.source), before, 'odd mail: the source is as it was')
        case.what = 'again'
        case.check(case.run(), copied=0)
        Case.row['again'] = tap.bad == case.bad
        case.what = 'journal lost'
        shutil.rmtree(case.state)
        case.check(case.run(), copied=0)
        Case.row['journal lost'] = tap.bad == case.bad
        case.what = 'grown'
        grown = {**everything, 'no number': everything['no number'] + everything['no number'][:2],
                 'new/below': oddmail.letters(7, 'new')}
        case.grow(grown)
        case.check(case.run(), copied=9)
        Case.row['grown'] = tap.bad == case.bad
        case.what = 'odd mail'
    return tap.check(total > 60, f'{total} odd messages')


def many():
    if server.is_slow_to_rename:
        return {'many': oddmail.letters(200) + oddmail.odd()['no number'], 'more': oddmail.letters(40, 'more')}
    return {'many': oddmail.letters(200), 'more/of them': oddmail.letters(40, 'more'), 'no number': oddmail.odd()['no number'],
            'all the same': oddmail.odd()['all the same']}


def wait_for_session(run):
    """Until the run is signed in, or over."""
    while not server.workers() and run.process.poll() is None:
        time.sleep(0.01)


def measure():
    """How long a copy takes from signing in, when nobody disturbs."""
    with Case('undisturbed', many()) as case:
        started = case.start()
        wait_for_session(started)
        began = time.monotonic()
        run = started.wait()
        seconds = time.monotonic() - began
        case.check(run)
    print(f'# undisturbed: {sum(map(len, many().values()))} messages in {seconds:.1f} s')
    return seconds


def strike_once(case, strike, seconds):
    """Whether it hit a run at work."""
    started = case.start()
    wait_for_session(started)
    time.sleep(dice.uniform(0, 0.7) * seconds)
    is_hit = started.process.poll() is None
    if is_hit:
        strike(started)
    ended = started.wait()
    case.story.append(f"{'hit' if is_hit else 'missed'}, exit {ended.code}")
    return is_hit


def accident(what, times, strike, seconds):
    """Something happens in mid-run, several times; then it is run until it ends well. A fast machine may be too fast."""
    hits = rounds = 0
    while hits < times and rounds < 6:
        rounds += 1
        with Case(what, many()) as case:
            while hits < times and strike_once(case, strike, seconds):
                hits += 1
            case.check(case.finish())
    tap.check(hits >= times, f'{what}: {hits} hit a run at work')


def backup(seconds):
    """Half was copied yesterday, when the backup was made; while the rest is copied, the server is set back to it."""
    whole = many()
    with Case('backup restored', {**whole, 'many': whole['many'][:100]}) as case:
        case.check(case.run())
        server.snapshot('yesterday')
        case.grow(whole)
        strike_once(case, lambda run: server.restore('yesterday'), seconds)
        case.check(case.finish())


def main():
    copy_and_again()
    seconds = measure()
    accident('killed', 3, lambda run: run.kill(dice.random() < 0.5), seconds)
    accident('worker killed', 2, lambda run: server.kill_worker(), seconds)
    accident('server restarted', 2, lambda run: server.restart(), seconds)
    backup(seconds)
    rows = BUILD / 'tests/servers/rows'
    rows.mkdir(parents=True, exist_ok=True)
    (rows / str(server)).write_text(json.dumps({'server': str(server), 'rungs': sorted(Case.rungs), 'row': Case.row,
                                                'alters': server.altered}))
    print('# ' + ' · '.join([str(server), '/'.join(sorted(Case.rungs)) or 'no rung',
                             *(f"{what} {'ok' if good else 'FAILED'}" for what, good in Case.row.items())]))
    tap.done()


main()
