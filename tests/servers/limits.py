"""The limits of a real server: room, connections, sizes; a copy stays exact, and says what it met.  SPDX-License-Identifier: GPL-3.0-or-later

    with-SERVER limits.py PART...      PARTs are quota, connections, sizes; the server's own settings make them small
"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from haultest import Counter, Mailbox, Tap, account, cli, contextlib, folder, make_mbox, message, quote, hashlib  # noqa: E402
from servers import attach  # noqa: E402

tap = Tap()
server = attach()
print(f'# {server}')


class Case:
    def __init__(self, what, n_folders, n, size=400):
        self.what, self.n_folders, self.n, self.size = f'{server}, {what}', n_folders, n, size

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.dir = self.stack.enter_context(folder('limits'))
        self.user = server.fresh_user()
        self.password = server.password(self.user)
        self.state = self.dir / 'state'
        self.sources = [make_mbox(self.dir / f'box{f}', self.n, f'box{f}', self.size) for f in range(self.n_folders)]
        self.before = {path: path.read_bytes() for path in self.sources}
        return self

    def run(self, verb, *more):
        return cli(verb, *account(self.user), *more, *(self.sources if verb != 'check' else []), state=self.state, password=self.password,
                   env={'HAUL_FAULT_HOLD_MS': '1500'})

    def texts(self):
        return [message(i, f'box{f}', self.size) for f in range(self.n_folders) for i in range(self.n)]

    def check(self, run, left_out=(), wanted=None):
        wanted = Counter(hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest() for text in self.texts()) if wanted is None else wanted
        boxes = {name: box for name, box in server.mailboxes(self.user).items() if name != 'INBOX'}
        found = Counter(hashlib.sha256(stored.octets).hexdigest() for box in boxes.values() for stored in box)
        ours = [name for name in boxes if 'Mailhaul-' in name]
        tap.check(found == wanted and not ours, f'{self.what}: exact', f'missing {wanted - found}\nsurplus {found - wanted}\n{list(boxes)}\n{run}')

    def __exit__(self, *_):
        tap.equal({path: path.read_bytes() for path in self.sources}, self.before, f'{self.what}: the source is untouched')
        self.stack.close()


def verdict(run):
    return run.events[-1].get('verdict'), run.code


def part_quota():
    """400 kB of room, 300 of them taken."""
    with Case('room', 2, 40, 3000) as case:
        with Mailbox(case.user, case.password) as box:
            for i in range(10):
                box.imap.append('INBOX', '', None, message(i, 'there', 29_000).replace(b'\n', b'\r\n'))
        run = case.run('plan')
        tap.check('does not fit' in run.out and 'needed' in run.out, f'{case.what}: the plan says that it does not fit', run)
        plan = case.run('plan', '--format=json').json
        tap.check(plan['fits'] is False and plan['needed'] > plan['free'] > 0, f'{case.what}: in numbers', plan)
        run = case.run('copy', '--events=json')
        tap.equal((verdict(run), run.events[-1]['error']['code']), (('failed', 81), 'mailbox-full'), f'{case.what}: full', run)
        with Mailbox(case.user, case.password) as box:
            box.imap.select('INBOX')
            box.imap.store('1:*', '+FLAGS.SILENT', '(\\Deleted)')
            box.imap.expunge()
        run = case.run('copy', '--events=json')
        tap.equal(verdict(run), ('complete', 0), f'{case.what}: gone on with when there was room', run)
        case.check(run)


def part_connections():
    with Case('connections', 6, 20, 20_000) as case:
        # The person's own mail programs; a server that counts slowly lets several in at once, but not when it is full already.
        with contextlib.ExitStack() as others:
            for _ in range(2):
                others.enter_context(Mailbox(case.user, case.password))
            run = case.run('copy', '--events=json', '--connections=6', '--max-rate=1000000')
        tap.equal(verdict(run), ('complete', 0), f'{case.what}: complete', run)
        case.check(run)
        files = list(case.state.glob('*.limits'))
        learnt = json.loads(files[0].read_text())['connections'] if files else None
        # One that was being closed just then may be counted in; it is found out the next time.
        tap.check(learnt is not None and 1 <= learnt <= int(os.environ['MAX_CONNECTIONS']) - 1, f'{case.what}: learnt ({learnt})', run)
        run = case.run('check')
        tap.check(f'more than {learnt} connection' in run.out, f'{case.what}: check tells it', run)
        run = case.run('copy', '--events=json', '--connections=6')
        tap.equal((verdict(run), run.events[-1]['present']), (('complete', 0), 6 * 20), f'{case.what}: again', run)


def part_sizes():
    with Case('sizes', 1, 6) as case:
        big = [message(100 + i, 'big', size) for i, size in enumerate((400_000, 450_000, 350_000))]
        with open(case.sources[0], 'ab') as file:
            for text in big:
                file.write(b'From anna@example.org Fri Oct 17 10:00:00 2003\n' + text + b'\n')
        case.before = {path: path.read_bytes() for path in case.sources}
        run = case.run('copy', '--events=json')
        rows = [event for event in run.events if event['event'] == 'message']
        tap.equal((verdict(run), Counter(row['code'] for row in rows)), (('not-all', 3), Counter({'too-big': 3})), f'{case.what}: listed', run)
        tap.equal(sum(bool(row["server_text"]) for row in rows), 2, f'{case.what}: the one that is bigger still was not tried', rows)
        case.check(run)


for part in sys.argv[1:]:
    globals()['part_' + part]()
tap.done()
