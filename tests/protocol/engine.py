"""The engine against a real Dovecot: exactly once, whatever happens.  SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot engine.py DRIVER PART
"""
import random
import signal
import socket
import sys
from email.utils import formatdate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
from haultest import *

DRIVER, PART = sys.argv[1], sys.argv[2]
USER, PASSWORD = 'alice', PASSWORDS['alice']
tap = Tap()


# Driving ---------------------------------------------------------------------------------------------------------------

def start(verb, state, source, prepare=None, **options):
    process = subprocess.Popen([DRIVER, verb, state, USER, source, *(f'{k}={v}' for k, v in options.items())], preexec_fn=prepare,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(PASSWORD.encode() + b'\n')
    process.stdin.close()
    process.stdin = None
    return process


def finish(process, timeout=300):
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    SPOKEN.extend((out, err))
    return Run(process.args, process.returncode, out.decode(), err.decode('utf-8', 'replace'))


def drive(verb, state, source, **options):
    return finish(start(verb, state, source, **options))


def counts(run):
    report = run.json['all']
    return {name: report[name] for name in ('found', 'copied', 'present', 'skipped', 'failed')}


def codes(run):
    return Counter(message['code'] for message in run.json['messages'])


# Sources: an mbox, whose received dates stand in its From_ lines --------------------------------------------------------

FIRST = 1066384800
FLAGS = {'S': '\\Seen', 'A': '\\Answered', 'F': '\\Flagged', 'T': '\\Draft'}


def write_mbox(path, texts):
    """[(octets with LF, status letters: S seen, A answered, F flagged, T draft)]; received one second after the other."""
    with open(path, 'wb') as file:
        for i, (text, status) in enumerate(texts):
            date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(FIRST + i)).encode()
            head, _, body = text.partition(b'\n\n')
            mark = b'\nStatus: RO' if 'S' in status else b''
            if rest := status.replace('S', ''):
                mark += b'\nX-Status: ' + rest.encode()
            file.write(b'From anna@example.org ' + date + b'\n' + head + mark + b'\n\n' + body + b'\n')
    return Path(path)


def expected(texts):
    """The multiset that must be in the mailbox."""
    wanted = Counter()
    for i, (text, status) in enumerate(texts):
        digest = hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest()
        wanted[digest, FIRST + i, frozenset(FLAGS[letter] for letter in status)] += 1
    return wanted


def octets(contents):
    """Without dates and flags: what counts for exactly once."""
    return Counter(digest for (digest, _, _), n in contents.items() for _ in range(n))


def make_texts(n, size=400, every=5):
    """n messages, every fifth the same again: a duplicate that is meant."""
    return [(message(i - 1 if i % every == every - 1 else i, 'box', size), 'S' if i % 3 else '') for i in range(n)]


def mailbox():
    with Mailbox(USER) as box:
        return box.contents()


def clear():
    with Mailbox(USER) as box:
        for name in sorted(box.names(), key=len, reverse=True):
            if name != 'INBOX':
                box.imap.unsubscribe(quote(name))
                box.imap.delete(quote(name))


def strangers(contents):
    return [name for name in contents if 'Mailhaul-upload' in name]


class Case:
    """A clean mailbox, an empty state folder, one mbox; and the oracle at the end."""

    def __init__(self, what, texts, name='letters'):
        self.what, self.texts, self.name = what, texts, name

    def __enter__(self):
        clear()
        self.dir = tempfile.mkdtemp(prefix='engine.')
        self.state = self.dir + '/state'
        os.mkdir(self.dir + '/mail')
        self.source = str(write_mbox(f'{self.dir}/mail/{self.name}', self.texts))
        self.before = manifest(self.dir + '/mail')
        return self

    def check(self, wanted=None, run='', loose=False, empty_may_stay=False):
        found = mailbox()
        wanted = expected(self.texts) if wanted is None else wanted
        box = found.get(self.name, Counter())
        if loose:
            box, wanted = octets(box), octets(wanted)
        others = [name for name in strangers(found) if not empty_may_stay or found[name]]
        good = box == wanted and not others
        tap.check(good, f'{self.what}: the mailbox holds what it should',
                  f'missing {wanted - box}\nsurplus {box - wanted}\n{list(found)}\n{run}')

    def __exit__(self, kind, *_):
        if kind is None:
            tap.equal(manifest(self.dir + '/mail'), self.before, f'{self.what}: the source is untouched')
            tap.equal(find_secrets([PASSWORD], self.state, user=USER), [], f'{self.what}: no secret is written')
        shutil.rmtree(self.dir)


# Parts -----------------------------------------------------------------------------------------------------------------

def part_twice():
    texts = make_texts(60) + [(message(1000, 'big', 5_000_000), '')]
    n = len(texts)
    with Case('copy', texts) as case:
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run), dict(found=n, copied=n, present=0, skipped=0, failed=0), 'copy: all copied', run)
        tap.equal((run.json['verdict'], run.json['rung']), ('complete', 'R1'), 'copy: the verdict', run)
        with Mailbox(USER) as box:
            tap.check(b'letters' in b' '.join(box.imap.lsub()[1]), 'copy: the mailbox is subscribed')
            tap.check(b'upload' not in b' '.join(filter(None, box.imap.lsub()[1])), 'copy: ours was not')

        again = drive('copy', case.state, case.source, loop=1)
        case.check(run=again)
        tap.equal(counts(again), dict(found=n, copied=0, present=n, skipped=0, failed=0), 'again: nothing copied', again)
        jobs = finish(subprocess.Popen([DRIVER, 'jobs', case.state], stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        tap.equal(jobs.out.split()[1:], [USER, '1', str(n), 'complete'], 'again: the same job went on', jobs)
        for path in (case.state, case.state + '/jobs', case.state + '/journal'):
            tap.equal(os.stat(path).st_mode & 0o077, 0, f'private: {Path(path).name}')

        shutil.rmtree(case.state)
        lost = drive('copy', case.state, case.source)
        case.check(run=lost)
        tap.equal(counts(lost), dict(found=n, copied=0, present=n, skipped=0, failed=0), 'journal gone: nothing copied', lost)

        for verb in ('verify', 'verify-all'):
            run = drive(verb, case.state, case.source)
            tap.equal((counts(run)['present'], counts(run)['failed'], run.json['verdict']), (n, 0, 'complete'), verb, run)
        with Mailbox(USER) as box:
            box.imap.select('letters')
            box.imap.store('3', '+FLAGS', '\\Deleted')
            box.imap.expunge()
        run = drive('verify', case.state, case.source)
        tap.equal((counts(run)['present'], counts(run)['failed'], codes(run)['missing']), (n - 1, 1, 1), 'verify: one is missing', run)


def part_kills():
    """Ended at any moment and started again at once: nothing lost, nothing twice."""
    chance = random.Random(int(os.environ.get('SEED', time.time())))
    seed = chance.randrange(1 << 30)
    chance.seed(seed)
    print(f'# seed {seed}')
    texts = make_texts(400, 700)
    kills = points = 0
    for round_ in range(5):
        with Case(f'kills {round_} (seed {seed})', texts) as case:
            drive('copy', case.state, case.source + '.none')  # warm the disk cache
            for _ in range(5):
                process = start('copy', case.state, case.source)
                time.sleep(chance.uniform(0.15, 0.9))
                kills += process.poll() is None
                process.kill()
                process.communicate()
                points += 1
            run = drive('copy', case.state, case.source)
            case.check(run=run)
            tap.equal((counts(run)['found'], counts(run)['failed'], run.json['verdict']), (400, 0, 'complete'),
                      f'kills {round_}: complete', run)
    tap.check(kills > points // 3, f'{kills} of {points} kills hit a run at work')

    with Case('kill, and the journal is gone', texts) as case:
        for moment in (0.5, 0.7, 0.9, 1.1):
            process = start('copy', case.state, case.source)
            time.sleep(moment)
            process.kill()
            process.communicate()
            if strangers(mailbox()):
                break
        left = strangers(mailbox())
        shutil.rmtree(case.state, ignore_errors=True)
        run = drive('copy', case.state, case.source)
        found = mailbox()
        tap.equal(found['letters'], expected(texts), 'kill, journal gone: exact all the same', run)
        tap.equal(strangers(found), left, 'kill, journal gone: what is left of ours is left alone')
        notes = ' '.join(folder.get('note', '') for folder in run.json['folders'])
        tap.check(all(name in notes for name in left), 'kill, journal gone: and is mentioned', run)


class Breaker(threading.Thread):
    """A way to the server that breaks: each connection after as many octets from the client as told. What the client has
    sent by then reaches the server, late: as long afterwards as told. Words can be hidden from the client."""

    def __init__(self, limits=(), late=0.0, reset=False, hide=(), refuse=0, ask=None, say=None):
        super().__init__(daemon=True)
        self.ask = ask or (lambda data: data)  # what the client says, changed; None breaks the connection
        self.say = say or (lambda data: data)  # what the server says, changed
        self.limits, self.late, self.reset, self.hide = list(limits), late, reset, hide
        self.refuse = refuse
        self.n_broken = 0
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            limit = self.limits.pop(0) if self.limits else None
            threading.Thread(target=self.serve, args=(client, limit), daemon=True).start()

    def serve(self, client, limit):
        server = socket.create_connection(('127.0.0.1', int(os.environ['IMAP_PORT'])))
        threading.Thread(target=self.answer, args=(server, client), daemon=True).start()
        sent = 0
        with contextlib.suppress(OSError):
            while data := client.recv(4096):
                if (data := self.ask(data)) is None:
                    client.shutdown(socket.SHUT_RDWR)
                    break
                if limit is not None and sent + len(data) >= limit:
                    data = data[:limit - sent]
                    self.n_broken += 1
                    if self.reset:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
                    client.shutdown(socket.SHUT_RDWR)
                    client.close()
                    time.sleep(self.late)
                    server.sendall(data)
                    break
                server.sendall(data)
                sent += len(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def answer(self, server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                for word in self.hide:  # abilities the client is not to know of; a word is not cut in practice
                    data = data.replace(word, b'X' + word[1:])
                if self.refuse and b'OK [APPENDUID' in data:  # the server has it, and says no
                    self.refuse -= 1
                    data = data.replace(b'OK [APPENDUID', b'NO [SERVERBUG')
                client.sendall(self.say(data))
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def part_breaks():
    """The connection breaks at any octet, and what was under way may reach the server when we are back already."""
    chance = random.Random(int(os.environ.get('SEED', time.time())))
    seed = chance.randrange(1 << 30)
    chance.seed(seed)
    print(f'# seed {seed}')
    texts = make_texts(60, 900)
    for late, reset in ((0, False), (0, True), (0.7, False), (1.5, False)):
        for _ in range(3):
            limits = [None, chance.randrange(400, 50_000), chance.randrange(300, 40_000)]  # the first is the probe's
            what = f'break at {limits[1:]}, late {late}, reset {reset}'
            with Case(what, texts) as case:
                breaker = Breaker(limits, late, reset)
                run = drive('copy', case.state, case.source, port=breaker.port)
                case.check(run=run)
                tap.equal((run.json['verdict'], breaker.n_broken > 0), ('complete', True), f'{what}: complete', run)
                tap.equal(counts(run), dict(found=60, copied=60, present=0, skipped=0, failed=0), f'{what}: counted', run)


def workers():
    """The server's processes that serve our connections."""
    master = int(Path(os.environ['IMAP_DIR'], 'run/master.pid').read_text())
    pids = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text().partition('(')[2].rpartition(')')
            if name == 'imap' and int(rest.split()[1]) == master:
                pids.append(int(path.parent.name))
    return pids


def part_faults():
    """The server's processes die, and the journal cannot be written."""
    chance = random.Random()
    texts = make_texts(300, 900)
    for round_ in range(3):
        with Case(f'server killed {round_}', texts) as case:
            process = start('copy', case.state, case.source)
            kills = 0
            for _ in range(3):
                time.sleep(chance.uniform(0.3, 0.9))
                for pid in workers():
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
                        kills += 1
            run = finish(process)
            if run.code or run.json['verdict'] != 'complete':  # it hit the probe, or the first connection
                run = drive('copy', case.state, case.source)
            case.check(run=run)
            tap.check(kills > 0, f'server killed {round_}: it was', kills)

    import resource
    def small_files(limit):
        def prepare():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return prepare
    with Case('no room for a big message', [*make_texts(3), (message(50, 'big', 6_000_000), ''), (message(51), '')]) as case:
        run = finish(start('copy', case.state, case.source, prepare=small_files(5_000_000)))
        tap.equal((run.json['verdict'], run.json['exit_status'], counts(run)['copied'], codes(run)),
                  ('not-all', 73, 4, Counter({'cannot-write': 1})), f'{case.what}: it says so, and brings the others', run)
        tap.check('cannot write' in run.json['messages'][0]['text'], f'{case.what}: in words', run)
        case.check(run=drive('copy', case.state, case.source))
    for limit in (150_000, 400_000):
        with Case(f'no room for the journal ({limit})', texts) as case:
            run = finish(start('copy', case.state, case.source, prepare=small_files(limit)))
            tap.equal((run.json['verdict'], run.json['exit_status'], run.json['error']['code']), ('failed', 73, 'journal'),
                      f'{case.what}: it stops and says so', run)
            case.check(run=drive('copy', case.state, case.source))


def part_servers():
    """Servers that can less."""
    texts = make_texts(40) + [(message(99), 'S')]
    for what, words in (('no APPENDUID', [b'APPENDUID']), ('no COPYUID', [b'COPYUID']), ('no UIDPLUS', [b'APPENDUID', b'COPYUID'])):
        with Case(what, texts) as case:
            breaker = Breaker(hide=words)
            run = drive('copy', case.state, case.source, port=breaker.port)
            case.check(run=run)
            tap.equal((run.json['verdict'], counts(run)['copied']), ('complete', 41), f'{what}: complete', run)
        with Case(f'{what}, broken', texts) as case:
            breaker = Breaker([None, 9000, 14000], late=0.3, hide=words)
            run = drive('copy', case.state, case.source, port=breaker.port)
            case.check(run=run)
            tap.equal((run.json['verdict'], counts(run)['copied'], breaker.n_broken), ('complete', 41, 2), f'{what}, broken: complete', run)
    with Case('refused', make_texts(20, every=100)) as case:
        breaker = Breaker(refuse=3)
        run = drive('copy', case.state, case.source, port=breaker.port)
        tap.equal((counts(run)['copied'], counts(run)['failed'], codes(run), run.json['verdict'], run.json['exit_status']),
                  (17, 3, Counter(refused=3), 'not-all', 3), 'refused: three are listed, the rest is copied', run)
        tap.check('Append completed' in run.json['messages'][0]['text'], 'refused: with the server’s own words', run)
        found = mailbox()
        tap.equal((sum(found['letters'].values()), strangers(found)), (17, []), 'refused: and are not there', run)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run)['copied'], 3, 'refused: the next run brings them', run)
    with Case('no MOVE', texts) as case:
        breaker = Breaker(hide=[b'MOVE'])
        run = drive('copy', case.state, case.source, port=breaker.port)
        tap.equal((run.json['verdict'], run.json['error']['code']), ('failed', 'unprovable'), 'no MOVE: it says so', run)
        tap.equal(sorted(mailbox()), ['INBOX'], 'no MOVE: nothing was made')


def part_stop():
    texts = make_texts(1000, 500)
    with Case('stop', texts) as case:
        run = drive('copy', case.state, case.source, stop=900)
        now = counts(run)
        tap.equal((run.json['verdict'], run.json['exit_status']), ('stopped', 75), 'stop: the verdict', run)
        tap.equal(now['found'], now['copied'] + now['present'] + now['skipped'] + now['failed'], 'stop: the numbers add up')
        found = mailbox()
        tap.equal(strangers(found), [], 'stop: nothing of ours is left', run.json['all'])
        tap.equal(sum(found.get('letters', Counter()).values()), now['copied'], 'stop: what is counted as copied is there')
        tap.check(now['copied'] < 1000, 'stop: it did stop', now)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run)['present'], now['copied'], 'stop: the next run goes on')
    with Case('pause', make_texts(20)) as case:
        begun = time.time()
        run = drive('copy', case.state, case.source, pause=1500)
        case.check(run=run)
        tap.check(time.time() - begun > 1.4, 'pause: it waited')


def part_top_up():
    same = message(7, 'same')
    with Case('fifty identical', [(same, 'S')] * 50) as case:
        run = drive('copy', case.state, case.source)
        # One date each, so all dates must be there too.
        case.check(run=run)

    texts = [(same, ''), (same, ''), (same, ''), (message(8, 'other'), '')]
    with Case('top-up', texts) as case:
        with Mailbox(USER) as box:
            box.imap.create('letters')
            wire = same.replace(b'\n', b'\r\n')
            box.imap.append('letters', '(\\Flagged)', '"01-Jan-2001 00:00:00 +0000"', wire)
            box.imap.append('letters', '', '"17-Oct-2003 10:00:01 +0000"', wire)
            box.imap.append('letters', '', '"01-Jan-2001 00:00:00 +0000"', message(9, 'theirs').replace(b'\n', b'\r\n'))
        before = mailbox()['letters']
        run = drive('copy', case.state, case.source)
        after = mailbox()['letters']
        tap.equal(counts(run), dict(found=4, copied=2, present=2, skipped=0, failed=0), 'top-up: two were there', run)
        tap.equal(before - after, Counter(), 'top-up: what was there is as it was')
        tap.equal(octets(after)[hashlib.sha256(wire).hexdigest()], 3, 'top-up: as many as in the source')
        tap.equal(sum(after.values()), 5, 'top-up: nothing else')

    texts = make_texts(10, every=100)
    with Case('the source grew', texts[:6]) as case:
        drive('copy', case.state, case.source)
        write_mbox(case.source, texts)
        case.before = manifest(case.dir + '/mail')
        run = drive('copy', case.state, case.source)
        case.texts = texts
        case.check(run=run)
        tap.equal((counts(run)['copied'], counts(run)['present']), (4, 6), 'the source grew: only the new ones')

        with Mailbox(USER) as box:
            box.imap.select('letters')
            box.imap.store('2', '+FLAGS', '\\Deleted')
            box.imap.expunge()
        run = drive('copy', case.state, case.source)
        tap.equal((counts(run)['skipped'], codes(run)['removed-since']), (1, 1), 'removed by the person: stays removed', run)
        tap.equal(sum(mailbox()['letters'].values()), 9, 'removed by the person: not brought back')
        with Mailbox(USER) as box:
            box.imap.delete('letters')
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run)['copied'], 10, 'the mailbox was deleted: all is copied again')


def part_odd():
    texts = [(message(i, 'flags'), letters) for i, letters in enumerate(('', 'S', 'A', 'F', 'T', 'SA', 'AF', 'SFT'))]
    with Case('flags', texts) as case:
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal((run.json['verdict'], codes(run)), ('complete', Counter()), 'flags: none is said to be changed', run)

    nasty = b'Subject: nasty\n\na1 CREATE pwned\nzz DELETE letters\n) {5+}\n' + b'x' * 12000 + b'\n"\n\\\n{3}\n'
    latin = 'Subject: Grüße\n\nlatin'.encode('latin-1') + b'\n'
    texts = [(nasty, 'S'), (latin, ''), (message(1), '')]
    with Case('nasty', texts) as case:
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.check('pwned' not in mailbox(), 'nasty: no text became a command')

    texts = [(message(0), ''), (b'Subject: nul\n\na\0b\n', ''), (message(2), '')]
    with Case('NUL', texts) as case:
        run = drive('copy', case.state, case.source)
        wanted = expected(texts)
        wanted.subtract(Counter({key: 1 for key in wanted if key[1] == FIRST + 1}))
        case.check(+wanted, run)
        tap.equal((counts(run)['failed'], codes(run)['nul-octets'], run.json['verdict']), (1, 1, 'not-all'), 'NUL: listed', run)

    with Case('damaged journal', make_texts(10)) as case:
        drive('copy', case.state, case.source)
        path = next(Path(case.state, 'journal').glob('*.db'))
        path.write_bytes(os.urandom(9000))
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run)['present'], 10, 'damaged journal: nothing is copied again', run)
        tap.check(list(path.parent.glob('*.damaged-*')), 'damaged journal: it is kept')

    with Case('busy', make_texts(700, 300)) as case:
        first = start('copy', case.state, case.source)
        time.sleep(0.8)
        second = drive('copy', case.state, case.source)
        tap.check(second.code == 2 and 'in use' in second.err, 'busy: the second is turned away', second)
        case.check(run=finish(first))

    with Case('staging deleted by somebody', make_texts(500, 300)) as case:
        process = start('copy', case.state, case.source)
        for _ in range(100):
            time.sleep(0.02)
            with Mailbox(USER) as box:
                ours = [name for name in box.names() if 'upload' in name]
                if ours:
                    box.imap.delete(ours[0])
                    break
        run = finish(process)
        if codes(run):
            run = drive('copy', case.state, case.source)
        case.check(run=run)


def part_lanes():
    with Case('lanes', []) as case:
        store = case.dir + '/mail/store'
        subprocess.run(['/usr/bin/python3', SOURCE / 'tests/support/dbxwriter.py', store], check=True, stdout=subprocess.DEVNULL)
        case.before = manifest(case.dir + '/mail')
        single = drive('copy', case.state, store, into='One')
        many = drive('copy', case.state, store, into='Many', connections=4)
        found = mailbox()
        one = {name[3:]: found[name] for name in found if name.startswith('One')}
        other = {name[4:]: found[name] for name in found if name.startswith('Many')}
        differ = {name: (one.get(name, Counter()) - other.get(name, Counter()), other.get(name, Counter()) - one.get(name, Counter()))
                  for name in {*one, *other} if one.get(name) != other.get(name)}
        tap.equal(differ, {}, 'lanes: four bring the same as one', many)
        tap.check(sum(map(len, one.values())) > 5, 'lanes: there was something to bring', single)
        tap.equal(strangers(found), [], 'lanes: nothing of ours is left')
        tap.equal(counts(many), counts(single), 'lanes: the same numbers')
        again = drive('copy', case.state, store, into='Many', connections=3)
        tap.equal(counts(again)['copied'], 0, 'lanes: nothing again', again)

        breaker = Breaker([None, 12_000, 9_000, 14_000, 20_000, 8_000], late=0.5)
        broken = drive('copy', case.state, store, into='Broken', connections=3, port=breaker.port)
        found = mailbox()
        third = {name[6:]: found[name] for name in found if name.startswith('Broken')}
        tap.equal((third, strangers(found)), (one, []), f'lanes: three, {breaker.n_broken} breaks: the same', broken)
        tap.equal((counts(broken), broken.json['verdict']), (counts(single), 'complete'), 'lanes: broken: complete', broken)

        for moment in (0.4, 0.6, 0.8, 1.0):
            process = start('copy', case.state, store, into='Killed', connections=3)
            time.sleep(moment)
            process.kill()
            process.communicate()
        killed = drive('copy', case.state, store, into='Killed', connections=3)
        found = mailbox()
        fourth = {name[6:]: found[name] for name in found if name.startswith('Killed')}
        tap.equal((fourth, strangers(found)), (one, []), 'lanes: killed four times: the same', killed)


def part_full():
    """The mailbox has room for some of it."""
    texts = [(message(i, 'full', 4000), '') for i in range(100)]
    with Case('full', texts) as case:
        run = drive('copy', case.state, case.source)
        tap.equal((run.json['verdict'], run.json['exit_status'], run.json['error']['code']), ('failed', 81, 'mailbox-full'),
                  'full: the verdict', run)
        now = counts(run)
        tap.check(0 < now['copied'] < 100 and now['found'] == sum(now.values()) - now['found'], 'full: the numbers add up', run)
        found = mailbox()
        tap.equal((sum(found['letters'].values()), strangers(found)), (now['copied'], []), 'full: what was sent is placed', run)
        again = drive('copy', case.state, case.source)
        tap.equal((counts(again)['copied'], counts(again)['present']), (0, now['copied']), 'full: still full, nothing twice', again)


class Refuser:
    """The server says no when the octets of this message are asked for, alone or with others."""

    def __init__(self, uid):
        self.uid, self.tag = uid, None

    def ask(self, data):
        found = re.search(rb'(\S+) UID FETCH ([0-9:,]+) \(UID BODY\.PEEK\[\]\)', data)
        ranges = [[int(n) for n in part.split(b':')] for part in found[2].split(b',')] if found else []
        if not any(part[0] <= self.uid <= part[-1] for part in ranges):
            return data
        self.tag = found[1]
        return data.replace(found[0], self.tag + b' NOOP')

    def say(self, data):
        if self.tag and self.tag + b' OK' in data:
            data, self.tag = data.replace(self.tag + b' OK', self.tag + b' NO [SERVERBUG]'), None
        return data


class HalfMove:
    """The first move is a copy only: the server dies between copying and expunging, and its answer never comes."""

    def __init__(self, then=lambda: None):
        self.state, self.then = 'before', then

    def ask(self, data):
        if self.state == 'before' and b' UID MOVE ' in data:
            self.state = 'copied'
            return data.replace(b' UID MOVE ', b' UID COPY ')
        return data

    def say(self, data):
        if self.state == 'copied':
            assert b'COPYUID' in data, data
            self.state = 'over'
            self.then()
            raise ConnectionError
        return data


def part_liars():
    """Servers that say what is not so, or cannot do what they should; and mailboxes that are replaced."""
    texts = make_texts(12)
    with Case('half a move', texts) as case:
        half = HalfMove()
        run = drive('copy', case.state, case.source, port=Breaker(ask=half.ask, say=half.say).port)
        case.check(run=run)
        tap.equal((half.state, run.json['verdict'], counts(run)['copied']), ('over', 'complete', 12), 'half a move: counted', run)
    with Case('half a move, and the program ended', texts) as case:
        half = HalfMove(then=lambda: process.kill())
        process = start('copy', case.state, case.source, port=Breaker(ask=half.ask, say=half.say).port)
        finish(process)
        found = mailbox()
        tap.equal((half.state, [sum(box.values()) for name, box in found.items() if name != 'INBOX']), ('over', [12, 12]),
                  f'{case.what}: both mailboxes hold them')
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal((run.json['verdict'], counts(run)['present']), ('complete', 12), f'{case.what}: counted', run)

    same_size = [(message(i, 'box', 400), '') for i in range(4)]
    with Case('one is not handed out', same_size) as case:
        theirs = message(7, 'box', 400).replace(b'\n', b'\r\n')
        with Mailbox(USER) as box:
            box.imap.create('letters')
            for text in (case.texts[0][0].replace(b'\n', b'\r\n'), theirs, case.texts[2][0].replace(b'\n', b'\r\n')):
                box.imap.append('letters', '', '"17-Oct-2003 10:00:00 +0000"', text)
        wanted = expected(same_size)
        wanted[hashlib.sha256(theirs).hexdigest(), FIRST, frozenset()] += 1
        for round_, copied in ('first', 2), ('journal gone', 0):
            refuser = Refuser(2)
            run = drive('copy', case.state, case.source, port=Breaker(ask=refuser.ask, say=refuser.say).port)
            case.check(wanted, run, loose=True)
            tap.equal((run.json['verdict'], counts(run)['copied'], counts(run)['present']), ('complete', copied, 4 - copied),
                      f'one is not handed out, {round_}: the others are compared', run)
            tap.check('did not hand out 1 message ' in run.json['folders'][0].get('note', ''),
                      f'one is not handed out, {round_}: the note says so', run)
            shutil.rmtree(case.state)
    with Case('the sample is not handed out', same_size) as case:
        refuser = Refuser(1)
        run = drive('copy', case.state, case.source, port=Breaker(ask=refuser.ask, say=refuser.say).port)
        case.check(run=run)
        tap.equal((run.json['verdict'], counts(run)['copied'], 'did not hand out 1 message ' in run.json['folders'][0].get('note', '')),
                  ('complete', 4, True), 'the sample is not handed out: the note says so', run)

    with Case('moved to nowhere', texts) as case:
        def say(data):
            if b'COPYUID' in data:
                with Mailbox(USER) as box:
                    box.imap.select('letters')
                    box.imap.store('3', '+FLAGS', '\\Deleted')
                    box.imap.expunge()
            return data
        run = drive('copy', case.state, case.source, port=Breaker(say=say).port)
        tap.equal((run.json['verdict'], run.json['exit_status'], counts(run)['copied'], codes(run)),
                  ('not-all', 3, 11, Counter({'not-found-afterwards': 1})), 'moved to nowhere: the message is failed', run)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal((run.json['verdict'], counts(run)['copied']), ('complete', 1), 'moved to nowhere: comes with the next run', run)

    with Case('APPENDUID of another mailbox', texts) as case:
        uid = re.compile(rb'APPENDUID (\d+) (\d+)')
        port = Breaker(say=lambda data: uid.sub(lambda m: b'APPENDUID %d %d' % (int(m[1]) + 1, int(m[2]) + 1000), data)).port
        run = drive('copy', case.state, case.source, port=port)
        case.check(run=run)
        tap.equal((run.json['verdict'], counts(run)['copied'], codes(run)), ('complete', 12, Counter()),
                  'APPENDUID of another mailbox: is not believed', run)

    texts = make_texts(30)
    with Case('sizes', texts) as case:
        size = re.compile(rb'RFC822.SIZE (\d+)')
        def breaker():
            return Breaker(say=lambda data: size.sub(lambda m: b'RFC822.SIZE %d' % (int(m[1]) + 2), data)).port
        run = drive('copy', case.state, case.source, port=breaker())
        case.check(run=run)
        for what in 'again', 'journal gone':
            run = drive('copy', case.state, case.source, port=breaker())
            case.check(run=run)
            tap.equal((counts(run)['present'], run.json['verdict']), (30, 'complete'), f'sizes, {what}: nothing copied', run)
            shutil.rmtree(case.state)

    with Case('no DELETE', texts) as case:
        # As of a server whose rights do not let us: a name that is not there.
        port = Breaker(ask=lambda data: data.replace(b'DELETE "Mailhaul', b'DELETE "Nowhere')).port
        for round_ in 'first', 'second', 'third':
            run = drive('copy', case.state, case.source, port=port)
            tap.equal((run.json['verdict'], counts(run)['failed']), ('complete', 0), f'no DELETE: {round_}: complete', run)
        tap.equal(mailbox()['letters'], expected(texts), 'no DELETE: exact')
        drive('copy', case.state, case.source)
        case.check()

    texts = make_texts(500, 300)
    with Case('mailbox replaced', texts) as case:
        with Mailbox(USER) as box:
            box.imap.create('letters')
            for i in range(40):
                box.imap.append('letters', '', '"17-Oct-2003 10:00:01 +0000"', texts[i][0].replace(b'\n', b'\r\n'))
        process = start('copy', case.state, case.source)
        for _ in range(200):
            time.sleep(0.02)
            with Mailbox(USER) as box:
                if any('upload' in name for name in box.names()):
                    box.imap.delete('letters')
                    break
        run = finish(process)
        # Seen once in some sixty runs: while another session deletes mailboxes, an empty one of ours stayed behind.
        case.check(run=run, empty_may_stay=True)
        now = counts(run)
        tap.equal((now['copied'] + now['present'], now['failed'], run.json['verdict']), (500, 0, 'complete'),
                  'mailbox replaced: counted', run)

    texts = make_texts(20)
    with Case('not checked', texts) as case:
        state = {'broken': False}
        def ask(data):
            if b'EXAMINE "letters"' in data and not state['broken']:
                state['broken'] = True
                return None
            return data.replace(b'SELECT "letters"', b'SELECT "a//b"') if state['broken'] else data
        run = drive('copy', case.state, case.source, port=Breaker(ask=ask).port)
        tap.equal((run.json['verdict'], run.json['exit_status'], counts(run)['copied']), ('not-all', 3, 20),
                  'not checked: is not called complete', run)
        case.check(run=run)

    with Case('backup', make_texts(30)) as case:
        alice = Path(os.environ['IMAP_DIR'], 'mail', USER)
        write_mbox(case.source, case.texts[:10])
        drive('copy', case.state, case.source)
        shutil.rmtree(alice.parent / 'backup', ignore_errors=True)
        subprocess.run(['cp', '-a', alice, alice.parent / 'backup'], check=True)
        write_mbox(case.source, case.texts)
        case.before = manifest(case.dir + '/mail')
        case.check(run=drive('copy', case.state, case.source))
        time.sleep(0.5)
        shutil.rmtree(alice)
        (alice.parent / 'backup').rename(alice)
        tap.equal(sum(mailbox()['letters'].values()), 10, 'backup: the server was set back')
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal((counts(run)['copied'], run.json['verdict']), (20, 'complete'), 'backup: what is missing came again', run)


def main():
    globals()['part_' + PART]()
    tap.done()


main()
