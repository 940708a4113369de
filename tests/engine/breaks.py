"""Exactly once, whatever breaks: the program, the connection, the server, the disk.  SPDX-License-Identifier: GPL-3.0-or-later"""
from enginetest import *


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
                while process.poll() is None and not workers():  # as fast as this machine is today
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.5))
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


def part_linear():
    """A break does not make the whole mailbox be looked at again: that would be as much work as the copying."""
    said = []
    def listen(data):
        said.append(data)
        return data
    limits = [None] + [30_000] * 6  # the first connection is the probe's
    with Case('breaks in a mailbox', make_texts(300, 900)) as case:
        drive('copy', case.state, str(write_mbox(case.dir + '/' + case.name, [(message(i, 'before'), '') for i in range(200)])))
        breaker = Breaker(limits, ask=listen)
        run = drive('copy', case.state, case.source, port=breaker.port)
        tap.equal((run.json['verdict'], counts(run)['copied'], breaker.n_broken), ('complete', 300, 6), f'{case.what}: complete', run)
        lines = b''.join(said).split(b'\r\n')
        whole = [i for i, line in enumerate(lines) if b'UID FETCH 1:* (UID RFC822.SIZE' in line]
        opened = [[line for line in lines[:i] if b'SELECT ' in line or b'EXAMINE ' in line][-1] for i in whole]
        tap.equal(sum(b'letters' in line for line in opened), 1, f'{case.what}: it is listed as a whole once', opened)


def part_faults():
    """The server's processes die, and the journal cannot be written."""
    chance = random.Random()
    texts = make_texts(300, 900)
    for round_ in range(3):
        with Case(f'server killed {round_}', texts) as case:
            process = start('copy', case.state, case.source)
            kills = 0
            while kills < 3 and process.poll() is None:
                time.sleep(chance.uniform(0.01, 0.4) if workers() else 0.005)
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
        tap.check('Append completed' in run.json['messages'][0].get('server_text', ''), 'refused: with the server’s own words', run)
        found = mailbox()
        tap.equal((sum(found['letters'].values()), strangers(found)), (17, []), 'refused: and are not there', run)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run)['copied'], 3, 'refused: the next run brings them', run)


def part_stop():
    texts = make_texts(2000, 500)
    with Case('stop', texts) as case:
        run = drive('copy', case.state, case.source, stop=900)
        now = counts(run)
        tap.equal((run.json['verdict'], run.json['exit_status']), ('stopped', 75), 'stop: the verdict', run)
        tap.equal(now['found'], now['copied'] + now['present'] + now['skipped'] + now['failed'], 'stop: the numbers add up')
        found = mailbox()
        tap.equal(strangers(found), [], 'stop: nothing of ours is left', run.json['all'])
        tap.equal(sum(found.get('letters', Counter()).values()), now['copied'], 'stop: what is counted as copied is there')
        tap.check(now['copied'] < 2000, 'stop: it did stop', now)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(counts(run)['present'], now['copied'], 'stop: the next run goes on')
    with Case('pause', make_texts(20)) as case:
        begun = time.time()
        run = drive('copy', case.state, case.source, pause=1500)
        case.check(run=run)
        tap.check(time.time() - begun > 1.4, 'pause: it waited')


main(globals())
