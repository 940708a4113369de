"""Servers that defend themselves: told to wait, refused connections, sizes, full, away, talking nonsense.  SPDX-License-Identifier: GPL-3.0-or-later

    pressure.py CLI PART       with the scripted server; the copy is watched through its events, and the mailbox is exact in the end
"""
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ('support', 'lib')]
import datetime  # noqa: E402
import hashlib  # noqa: E402
import re  # noqa: E402
from haultest import Counter, Started, Tap, cli, contextlib, folder, json, make_mbox, message, time  # noqa: E402
from mischief.client import Server  # noqa: E402

USER, PASSWORD = 'alice', 'geheim'
tap = Tap()


class Case:
    """An account at the scripted server, mboxes named a, b, c …, an empty state folder; and the oracle at the end."""

    def __init__(self, server, what, n_folders=1, n=12, size=400, personality='conforming', texts=None, **switches):
        self.what, self.n_folders, self.n, self.size = what, n_folders, n, size
        self.world = server.world(''.join(c if c.isalnum() else '-' for c in what), personality, user=USER, password=PASSWORD,
                                  switches=switches, texts=texts or {})

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.dir = self.stack.enter_context(folder('pressure'))
        self.state = self.dir / 'state'
        self.sources = [make_mbox(self.dir / chr(ord('a') + i), self.n, chr(ord('a') + i), self.size) for i in range(self.n_folders)]
        self.before = {path: path.read_bytes() for path in self.sources}
        return self

    def start(self, *more, hold=None, verb='copy'):
        return Started(verb, f'--server=localhost:{self.world.port}', '--security=none', f'--user={USER}', '--batch', *more, *self.sources,
                       state=self.state, password=PASSWORD, env={'HAUL_FAULT_HOLD_MS': str(hold)} if hold is not None else {})

    def copy(self, *more, timeout=120, **options):
        return self.start('--events=json', *more, **options).wait(timeout)

    def there(self):
        found = self.world.contents(as_sent=True)
        return Counter(digest for name, box in found.items() for (digest, _, _), n in box.items() for _ in range(n))

    def wanted(self, left_out=()):
        return Counter(digest_of(message(i, chr(ord('a') + f), self.size)) for f in range(self.n_folders) for i in range(self.n)) - Counter(left_out)

    def check(self, run, wanted=None):
        found, wanted = self.there(), self.wanted() if wanted is None else wanted
        ours = [name for name in self.world.contents() if 'Mailhaul-' in name]
        tap.check(found == wanted and not ours, f'{self.what}: exact', f'missing {wanted - found}\nsurplus {found - wanted}\n{ours}\n{run}')
        tap.equal(self.world.ask('foreign')['foreign'], [], f'{self.what}: no message was taken for commands')

    def count(self, name):
        return self.world.ask('steps')['counts'].get(name, 0)

    def __exit__(self, *_):
        tap.equal({path: path.read_bytes() for path in self.sources}, self.before, f'{self.what}: the source is untouched')
        self.world.close()
        self.stack.close()


def digest_of(text):
    return hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest()


def waits(run):
    return [event for event in run.events if event['event'] == 'waiting']


def seconds(iso):
    return datetime.datetime.fromisoformat(iso.replace('Z', '+00:00')).timestamp()


def verdict(run):
    done = run.events[-1]
    return done.get('verdict'), run.code


def part_throttle(server):
    """As long as told, all connections of the account, one of them first."""
    throttle = {'after_msgs': 10, 'ms': 2500, 'close': True}
    with Case(server, 'told to wait', n_folders=3, n=8, throttle=throttle) as case:
        run = case.copy('--connections=3')
        tap.equal(verdict(run), ('complete', 0), 'told to wait: complete', run)
        case.check(run)
        refused = case.count('throttled')
        # Each connection may hear it once; nobody asks again before the time is over.
        tap.check(2 <= refused <= 3 * 2, f'told to wait: nobody knocks meanwhile ({refused})', run)
        shown = waits(run)
        tap.check(shown and shown[0]['reason'] == 'throttled', 'told to wait: it is told, and why', run)
        tap.check('Suggested Backoff Time' in (shown[0]['server_text'] or ''), 'told to wait: with the server’s words', shown)
        left = seconds(shown[0]['until']) - seconds(shown[0]['time'])
        tap.check(0 <= left <= 4, f'told to wait: until when ({left})', shown)
    with Case(server, 'one first', n_folders=3, n=8, throttle={'after_msgs': 6, 'ms': 1500}) as case:
        began = time.monotonic()
        run = case.copy('--connections=3')
        tap.equal(verdict(run), ('complete', 0), 'one first: complete', run)
        tap.check(time.monotonic() - began > 1.5, 'one first: it was waited for')
        case.check(run)
    with Case(server, 'not told how long', n=6, texts={'throttle': '%t NO [UNAVAILABLE] Please try again later.'},
              throttle={'after_msgs': 3, 'ms': 600}) as case:
        run = case.copy(hold=800)
        tap.equal(verdict(run), ('complete', 0), 'not told how long: complete', run)
        case.check(run)
    with Case(server, 'for ever', n=6, texts={'throttle': '%t NO [UNAVAILABLE] Please try again later.'},
              throttle={'after_msgs': 3, 'ms': 10_000_000}) as case:
        run = case.copy(hold=50)
        tap.equal(verdict(run), ('stopped', 75), 'for ever: it ends, to be gone on with', run)
        tap.equal(case.count('throttled'), 9, 'for ever: after so many times', run)
        tap.check('asked us to wait' in run.events[-1]['summary'], 'for ever: in words', run.events[-1])
        case.world.set(throttle=None)
        run = case.copy()
        tap.equal(verdict(run), ('complete', 0), 'for ever: gone on with', run)
        case.check(run)


def part_waiting_anew(server):
    """Servers that write messages anew and tell no UIDs: what they took before they asked for patience is not sent again."""
    for personality, is_there in (('exchange-2010', False), ('exchange-2010', True), ('exchange-5.5', False), ('no-move:no-uidplus', False)):
        what = f'{personality}{", into what is there" if is_there else ""}'
        with Case(server, what, n=50, personality=personality, throttle={'after_msgs': 20, 'ms': 300, 'close': True}) as case:
            if is_there:
                case.world.fill('a', [(message(900, 'before').replace(b'\n', b'\r\n'), 980996645, ())])
            run = case.copy()
            tap.equal(verdict(run), ('complete', 0), f'{what}: complete', run)
            n = len(appends(case))
            tap.check(50 <= n <= 50 + 4, f'{what}: nothing is sent again ({n})', run)
            case.check(run, case.wanted() + Counter([digest_of(message(900, 'before'))] * is_there))


def part_stop(server):
    """Who waits is not made to wait for the end."""
    with Case(server, 'stop', n=6, throttle={'after_msgs': 3, 'ms': 600_000}) as case:
        started = case.start('--events=json')
        said = []
        for line in started.process.stdout:
            said.append(json.loads(line))
            if said[-1]['event'] == 'waiting':
                break
        left = seconds(said[-1]['until']) - seconds(said[-1]['time'])
        tap.check(620 < left <= 631, f'stop: five in a hundred more than told ({left})', said[-1])
        began = time.monotonic()
        started.send(signal.SIGINT)
        run = started.wait()
        took = time.monotonic() - began
        tap.check(took < 5, f'stop: at once ({took:.2f} s)', run)
        tap.equal(run.code, 75, 'stop: by the number for it', run)
        case.world.set(throttle=None)
        case.check(case.copy())


def part_connections(server):
    """One connection too many is given up, and it is remembered."""
    kinds = [('login', 'Maximum number of connections from user+IP exceeded (mail_max_userip_connections=2)'),
             ('drop', None), ('not_connected', None)]
    for how, text in kinds:
        what = f'two connections, {how}'
        texts = {'conn_cap': '%t NO [UNAVAILABLE] ' + text} if text else {}
        with Case(server, what, n_folders=5, n=40, size=3000, conn_cap=2, conn_cap_reply=how, answer_delay_ms=4, texts=texts) as case:
            run = case.copy('--connections=4', hold=300)
            tap.equal(verdict(run), ('complete', 0), f'{what}: complete', run)
            case.check(run)
            found = list(case.state.glob('*.limits'))
            learnt = json.loads(found[0].read_text())['connections'] if found else None
            if not tap.check(learnt in (1, 2), f'{what}: learnt ({learnt})', run):
                continue
            before = case.world.steps().get('connect', 0)
            for i, path in enumerate(case.sources):
                path.write_bytes(path.read_bytes() + make_mbox(case.dir / 'more', 1, f'more{i}').read_bytes())
            case.before = {path: path.read_bytes() for path in case.sources}
            run = case.copy('--connections=4', hold=300)
            n = case.world.steps().get('connect', 0) - before
            tap.check(run.code == 0 and n <= 1 + learnt, f'{what}: not tried again the same day ({n})', run)
            tap.check(json.loads(found[0].read_text())['connections'] == learnt, f'{what}: still known', run)
            limits = {'connections': learnt, 'learnt': int(time.time()) - 100_000}
            found[0].write_text(json.dumps(limits))
            case.world.set(conn_cap=None)
            check = cli('check', f'--server=localhost:{case.world.port}', '--security=none', f'--user={USER}', '--batch', state=case.state,
                        password=PASSWORD)
            tap.check(f'more than {learnt} connection' in check.out, f'{what}: check tells it', check)


def part_sizes(server):
    """What is too big is sent once at most."""
    for reply in ('tagged', 'untagged', 'disconnect'):
        with Case(server, f'too big, {reply}', n=0, max_msg=300_000, max_msg_reply=reply) as case:
            write_sizes(case, [400, 400_000, 500, 350_000, 600, 410_000, 700, 340_000])
            run = case.copy(hold=50)
            codes = Counter(event['code'] for event in run.events if event['event'] == 'message')
            tap.equal((verdict(run), codes), (('not-all', 3), Counter({'too-big': 4})), f'too big, {reply}: listed, the rest is there', run)
            sent = [line for line in appends(case) if line >= 20_000]
            # The first that is refused, and those that are smaller than what was refused so far.
            tap.equal(sent, [case.sizes[i] for i in (1, 3, 7)], f'too big, {reply}: none twice, and none that is bigger', run)
            case.check(run, Counter(digest_of(text) for text in case.texts if len(text) < 300_000))
    with Case(server, 'told before', n=0, max_msg=20_000, texts={'caps_post': 'IMAP4rev1 UIDPLUS MOVE UNSELECT NAMESPACE APPENDLIMIT=20000'}) as case:
        write_sizes(case, [400, 30_000, 500])
        run = case.copy()
        tap.equal((verdict(run), [line for line in appends(case) if line > 20_000]), (('not-all', 3), []), 'told before: it is not sent', run)


def part_limit(server):
    """LIMIT may be said of one message for good: it does not hold the others up."""
    with Case(server, 'one message', n=12) as case:
        case.world.arm('APPEND:before', n=5, act='no', text='[LIMIT] Too many copies of this message', times=3)
        run = case.copy(hold=50)
        codes = [event['code'] for event in run.events if event['event'] == 'message']
        tap.equal((verdict(run), codes), (('not-all', 3), ['throttled']), 'one message: it is listed, and the others are there', run)
        tap.equal(sum(case.there().values()), 11, 'one message: the others are there', run)
        case.check(case.copy())


def write_sizes(case, sizes):
    case.texts = []
    with open(case.sources[0], 'wb') as file:
        for i, size in enumerate(sizes):
            head = message(i, 'a', 0)
            text = head + b''.join(b'x' * 63 + b'\n' for _ in range((size - len(head)) // 64))
            text += b'y' * max(0, size - wire(text) - 2) + b'\n'
            case.texts.append(text)
            file.write(b'From anna@example.org Fri Oct 17 10:00:00 2003\n' + text + b'\n')
    case.before = {path: path.read_bytes() for path in case.sources}
    case.sizes = [wire(text) for text in case.texts]


def wire(text):
    return len(text) + text.count(b'\n')


def appends(case):
    """The sizes that were announced, in their order."""
    rows = [row for row in case.world.ask('log')['log'] if 'APPEND' in str(row)]
    found = [int(m[1]) for row in rows if (m := re.search(r'\{(\d+)\}', str(row)))]
    return found


def part_full(server):
    """A full mailbox ends it at once, and there is room later."""
    for what, texts, personality in (('full', {}, 'conforming'), ('full, without a code', {}, 'hmailserver'), ('full, perhaps', {}, 'exchange-2016')):
        if what == 'full, perhaps':
            texts = {'quota': '%t NO Server Unavailable. 15'}
        with Case(server, what, n=20, size=2000, personality=personality, texts=texts, quota_octets=20_000) as case:
            run = case.copy(hold=50)
            tap.equal((verdict(run), run.events[-1]['error']['code']), (('failed', 81), 'mailbox-full'), f'{what}: 81', run)
            refused = len(appends(case)) - case.count('stored')
            tap.check(0 < refused <= 2, f'{what}: not each message is tried ({refused})', run)
            case.world.set(quota_octets=None)
            run = case.copy()
            tap.equal(verdict(run)[1], 0, f'{what}: gone on with when there is room', run)
            case.check(run)


def part_away(server):
    """A server that is away, and one that says nonsense to whoever comes."""
    with Case(server, 'refused a hundred times', n=20, throttle=None) as case:
        case.world.arm('APPEND:stored', n=5, act='restart', ms=600_000, how='rst')
        run = case.copy(hold=20)
        tap.equal(verdict(run), ('stopped', 75), 'away: it ends, to be gone on with', run)
        tap.check('half an hour' in run.events[-1]['summary'], 'away: in words', run.events[-1])
        case.world.ask('up')
        run = case.copy()
        tap.equal(verdict(run), ('complete', 0), 'away: gone on with', run)
        case.check(run)
    for words in ('* BYE Connection is closed. 14', '* NO Request is throttled. Suggested Backoff Time: 40 milliseconds', '* BAD Server busy'):
        with Case(server, f'greets with {words}', n=20) as case:
            case.world.arm('APPEND:stored', n=5, act='fin')
            case.world.arm('connect', n=3, act='bye', text=words, times=4)
            run = case.copy(hold=60)
            tap.equal(verdict(run), ('complete', 0), f'{case.what}: complete', run)
            case.check(run)


def part_garbage(server):
    """One connection's nonsense does not touch the others."""
    for words in ('* 1 FETCH (UID', 'xx OK what?', '* BAD', '* BAD command line limit exceeded'):
        with Case(server, f'nonsense {words!r}', n_folders=4, n=30) as case:
            case.world.arm('APPEND:plus', n=40, act='bye', text=words)
            run = case.copy('--connections=4', hold=100)
            tap.equal(verdict(run), ('complete', 0), f'{case.what}: complete', run)
            case.check(run)


def main():
    with Server() as server:
        globals()['part_' + sys.argv[1]](server)
    tap.done()


main()
