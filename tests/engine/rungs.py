"""Servers without MOVE, or without a right to make mailboxes: what is weaker, and that it is exact all the same.

with-dovecot tells the server what to hide (CAPABILITY) or to forbid (NO_CREATE).  SPDX-License-Identifier: GPL-3.0-or-later"""
from enginetest import *

os.environ['HAUL_FAULT_HOLD_MS'] = '400'  # a minute is long for a test; a build for people knows nothing of it
HELD = {'held', 'no-date'}


def make(texts):
    """The target, with three of the messages in it."""
    with Mailbox(USER) as box:
        box.imap.create('letters')
        for i in range(3):
            box.imap.append('letters', '\\Seen' if texts[i][1] else '', f'"{time.strftime("%d-%b-%Y %H:%M:%S +0000", time.gmtime(FIRST + i))}"',
                            texts[i][0].replace(b'\n', b'\r\n'))


def expect(case, run, rung, copied, what, **more):
    case.check(run=run, **more)
    tap.equal((run.json['verdict'], counts(run)['copied'], run.json['rung'], run.json['folders'][0]['rung']),
              ('complete', copied, rung, rung), f'{what}: {rung}, counted', run)


def killed(texts, what, options, rounds=6, prepare=None):
    """Killed at any moment, started again at once: exact in the end."""
    dice = random.Random(int(os.environ.get('HAUL_TEST_SEED', '1')))
    with Case(what, texts) as case:
        if prepare:
            prepare(texts)
        for _ in range(rounds):
            process = start('copy', case.state, case.source, **options())
            time.sleep(dice.uniform(0.2, 1.6))
            process.kill()
            finish(process)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(run.json['verdict'], 'complete', f'{what}: complete', run)
        run = drive('copy', case.state, case.source)
        tap.equal(counts(run)['copied'], 0, f'{what}: nothing to do after it', run)


def part_rename():
    """No MOVE, and a mailbox that is not there yet."""
    texts = make_texts(41)
    with Case('new mailbox', texts) as case:
        run = drive('copy', case.state, case.source)
        expect(case, run, 'R2', 41, 'new mailbox')
        with Mailbox(USER) as box:
            tap.check(any(b'letters' in line for line in box.imap.lsub()[1]), 'new mailbox: it is subscribed')
        run = drive('copy', case.state, case.source)
        tap.equal((counts(run)['copied'], counts(run)['present'], run.json['rung']), (0, 41, ''), 'new mailbox: again', run)
    with Case('new mailbox, no UIDPLUS', texts) as case:
        expect(case, drive('copy', case.state, case.source, port=Breaker(hide=[b'APPENDUID', b'COPYUID']).port), 'R2', 41, 'no UIDPLUS')
    with Case('new mailbox, broken twice', texts) as case:
        breaker = Breaker([None, 9000, 9000], late=0.3)
        run = drive('copy', case.state, case.source, port=breaker.port)
        expect(case, run, 'R2', 41, 'broken twice')
        tap.equal(breaker.n_broken, 2, 'broken twice: it was')
    with Case('new mailbox, broken twice, no UIDPLUS', texts) as case:
        breaker = Breaker([None, 9000, 9000], late=0.3, hide=[b'APPENDUID', b'COPYUID'])
        expect(case, drive('copy', case.state, case.source, port=breaker.port), 'R2', 41, 'broken twice, no UIDPLUS')
    for before in False, True:
        with Case(f'RENAME cut, {before}', texts) as case:
            cut = Cut(b' RENAME ', before=before)
            run = drive('copy', case.state, case.source, port=cut.port)
            expect(case, run, 'R2' if not before else 'R2', 41, case.what)
        with Case(f'RENAME cut, {before}, and the program ended', texts) as case:
            cut = Cut(b' RENAME ', before=before, then=lambda: process.kill())
            process = start('copy', case.state, case.source, port=cut.port)
            finish(process)
            run = drive('copy', case.state, case.source)
            case.check(run=run)
            tap.equal((run.json['verdict'], counts(run)['present']), ('complete', 41), f'{case.what}: all there', run)
    with Case('joining cut', texts) as case:
        cut = Cut(b' UID COPY ', which=1)
        breaker = Breaker([None, 9000], ask=cut.ask, say=cut.say)
        expect(case, drive('copy', case.state, case.source, port=breaker.port), 'R2', 41, 'joining cut')
    with Case('RENAME refused', texts) as case:
        port = Breaker(ask=lambda data: data.replace(b'RENAME "Mailhaul', b'RENAME "Nowhere')).port
        expect(case, drive('copy', case.state, case.source, port=port), 'R3', 41, 'RENAME refused')
    with Case('somebody makes it meanwhile', texts) as case:
        def make_it(data):
            if b' RENAME ' in data:
                with Mailbox(USER) as box:
                    box.imap.create('letters')
            return data
        expect(case, drive('copy', case.state, case.source, port=Breaker(ask=make_it).port), 'R3', 41, 'somebody makes it')
    with Case('stored and refused', make_texts(20, every=100)) as case:
        run = drive('copy', case.state, case.source, port=Breaker(refuse=3).port)
        tap.equal((counts(run)['copied'], counts(run)['failed'], run.json['rung']), (17, 3, 'R2'), 'stored and refused: listed', run)
        found = mailbox()
        tap.equal((sum(found['letters'].values()), strangers(found)), (17, []), 'stored and refused: not there')
    big = make_texts(600, 500)
    with Case('stopped', big) as case:
        run = drive('copy', case.state, case.source, stop=900)
        now, found = counts(run), mailbox()
        tap.equal((run.json['verdict'], strangers(found)), ('stopped', []), 'stopped: nothing of ours is left', run)
        tap.equal(sum(found.get('letters', Counter()).values()), now['copied'], 'stopped: what is counted is there', run)
        case.check(run=drive('copy', case.state, case.source))
    with Case('stopped at once', texts) as case:
        def dawdle(data):
            if b'CREATE "Mailhaul' in data:
                time.sleep(2)
            return data
        run = drive('copy', case.state, case.source, port=Breaker(ask=dawdle).port, stop=2000)
        tap.equal((run.json['verdict'], list(mailbox())), ('stopped', ['INBOX']), 'stopped at once: no mailbox is left', run)
    killed(make_texts(300, 500), 'new mailbox, killed', lambda: {})


def part_copy():
    """No MOVE, and a mailbox that is there."""
    texts = make_texts(41)
    for what, hide in ('mailbox there', []), ('mailbox there, no UIDPLUS', [b'APPENDUID', b'COPYUID']):
        with Case(what, texts) as case:
            make(texts)
            expect(case, drive('copy', case.state, case.source, port=Breaker(hide=hide).port), 'R3', 38, what)
        with Case(f'{what}, broken', texts) as case:
            make(texts)
            breaker = Breaker([None, 9000, 9000], late=0.3, hide=hide)
            expect(case, drive('copy', case.state, case.source, port=breaker.port), 'R3', 38, f'{what}, broken')
    for which in 1, 2:
        for before in False, True:
            with Case(f'COPY {which} cut, {before}', texts) as case:
                make(texts)
                cut = Cut(b' UID COPY ', which, before)
                expect(case, drive('copy', case.state, case.source, port=cut.port), 'R3', 38, case.what)
            with Case(f'COPY {which} cut, {before}, and the program ended', texts) as case:
                make(texts)
                cut = Cut(b' UID COPY ', which, before, then=lambda: process.kill())
                process = start('copy', case.state, case.source, port=cut.port)
                finish(process)
                case.check(run=drive('copy', case.state, case.source))
    for word in b'+FLAGS', b' EXPUNGE':
        with Case(f'{word} cut', texts) as case:
            make(texts)
            expect(case, drive('copy', case.state, case.source, port=Cut(word).port), 'R3', 38, case.what)
    killed(make_texts(300, 500), 'mailbox there, killed', lambda: {}, prepare=make)


def part_trust():
    """A MOVE that copies only: found out with one message."""
    texts = make_texts(41)
    with Case('MOVE that copies', texts) as case:
        port = Breaker(ask=lambda data: data.replace(b' UID MOVE ', b' UID COPY ')).port
        run = drive('copy', case.state, case.source, port=port)
        expect(case, run, 'R3', 41, 'MOVE that copies')
        tap.check('command to move messages' in run.json['folders'][0].get('note', ''), 'MOVE that copies: the note says so', run)
    with Case('two folders, MOVE tried once', texts) as case:
        seen = []
        def ask(data):
            if found := re.search(rb'UID MOVE ([0-9:,]+) ', data):
                seen.append(found[1])
            return data
        expect(case, drive('copy', case.state, case.source, port=Breaker(ask=ask).port), 'R1', 41, 'MOVE tried')
        tap.equal((len(seen), seen[0].isdigit()), (2, True), 'MOVE tried: with one message, then with all', seen)


def part_password():
    """The password is changed while messages are copied."""
    users = Path(os.environ['IMAP_DIR'], 'users')
    before = users.read_text()
    said = []

    def ask(data):
        """At the first message the password is changed; then the connection breaks."""
        if said or b' APPEND ' not in data:
            return data
        said.append(data)
        users.write_text(before.replace('pässwörd', 'another'))
        time.sleep(1.1)  # the server looks at the file once a second
        return None
    with Case('password changed', make_texts(400, 500)) as case:
        try:
            run = drive('copy', case.state, case.source, port=Breaker(ask=ask).port)
        finally:
            users.write_text(before)
            time.sleep(1.1)
        tap.equal((run.json['verdict'], run.json['error']['code']), ('stopped', 'sign-in-refused'), 'password changed: it stops', run)
        tap.check('new password' in run.json['summary'], 'password changed: it says what to do', run)
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal(run.json['verdict'], 'complete', 'password changed: the next run goes on', run)


def reset_letters():
    """Without the server, which lets nobody make a mailbox."""
    path = Path(os.environ['IMAP_DIR'], 'mail', USER, '.letters')
    shutil.rmtree(path, ignore_errors=True)
    for name in 'cur', 'new', 'tmp':
        (path / name).mkdir(parents=True)
    owner = path.parent.stat()
    for one in path, *path.iterdir():
        os.chown(one, owner.st_uid, owner.st_gid)


def part_direct():
    """No mailbox of ours can be made."""
    with Mailbox(USER):
        pass
    texts = make_texts(41)
    hidden = [b'APPENDUID', b'COPYUID']
    for what, hide in ('direct', []), ('direct, no UIDPLUS', hidden):
        with Case(what, texts) as case:
            reset_letters()
            run = drive('copy', case.state, case.source, port=Breaker(hide=hide).port)
            expect(case, run, 'R4', 41, what)
            tap.equal(codes(run)['held'], 0, f'{what}: nothing was at risk', run)
            run = drive('copy', case.state, case.source)
            tap.equal((counts(run)['copied'], counts(run)['present']), (0, 41), f'{what}: again', run)
    for late in 0.0, 0.2:
        with Case(f'direct, broken, {late} s late', texts) as case:
            reset_letters()
            breaker = Breaker([None, 9000, 9000], late=late)
            run = drive('copy', case.state, case.source, port=breaker.port)
            expect(case, run, 'R4', 41, case.what)
            tap.check(codes(run)['held'] in (1, 2) and breaker.n_broken == 2, f'{case.what}: those at risk are named', run)
    for which in 1, 20:
        with Case(f'direct, answer {which} lost', texts) as case:
            reset_letters()
            run = drive('copy', case.state, case.source, port=Cut(b' APPEND ', which).port)
            expect(case, run, 'R4', 41, case.what)
    with Case('direct, the program ended', texts) as case:
        reset_letters()
        cut = Cut(b' APPEND ', 9, then=lambda: process.kill())
        process = start('copy', case.state, case.source, port=cut.port)
        finish(process)
        case.check(run=drive('copy', case.state, case.source))
    killed(make_texts(300, 500), 'direct, killed', lambda: {}, prepare=lambda texts: reset_letters())
    with Case('direct, no such mailbox', texts, name='nowhere') as case:
        run = drive('copy', case.state, case.source)
        tap.equal((run.json['verdict'], counts(run)['failed']), ('not-all', 41), 'no such mailbox: it says so', run)


main(globals())
