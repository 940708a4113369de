"""Servers that lie, and other people who change the mailboxes meanwhile.  SPDX-License-Identifier: GPL-3.0-or-later"""
from enginetest import *


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
    """One of the moves is a copy only: the server dies between copying and expunging, and its answer never comes. The
    first is of one message, on trial."""

    def __init__(self, then=lambda: None, which=2):
        self.state, self.then, self.left = 'before', then, which

    def ask(self, data):
        self.left -= b' UID MOVE ' in data
        if self.state == 'before' and not self.left:
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


class LateMove:
    """The connection breaks at the second move, and the server goes on with it for the session that is gone: it has copied
    when the client, on its next connection, has looked once, and expunges later."""

    def __init__(self):
        self.state, self.moves = 'before', 0

    def ask(self, data):
        self.moves += b' UID MOVE ' in data
        if self.state == 'before' and self.moves == 2:
            self.state = 'broken'
            return None
        if self.state == 'broken' and (b' NOOP' in data or b' STATUS "letters"' in data):
            self.state = 'copied'
            with Mailbox(USER) as box:
                box.imap.select(quote(next(name for name in box.names() if 'upload' in name)), readonly=True)
                box.imap.copy('1:*', 'letters')
        return data


def part_moves():
    """A server that dies inside a MOVE, goes on with it unseen, or moves to nowhere."""
    texts = make_texts(12)
    with Case('a move that goes on after the break', texts) as case:
        late = LateMove()
        os.environ['HAUL_FAULT_HOLD_MS'] = '1500'
        run = drive('copy', case.state, case.source, port=Breaker(ask=late.ask).port)
        case.check(run=run)
        tap.equal((late.state, run.json['verdict'], counts(run)['copied']), ('copied', 'complete', 12), f'{case.what}: counted', run)
        del os.environ['HAUL_FAULT_HOLD_MS']
    for which in 1, 2:
        with Case(f'half of move {which}', texts) as case:
            half = HalfMove(which=which)
            run = drive('copy', case.state, case.source, port=Breaker(ask=half.ask, say=half.say).port)
            case.check(run=run)
            tap.equal((half.state, run.json['verdict'], counts(run)['copied']), ('over', 'complete', 12), f'{case.what}: counted', run)
    with Case('half a move, and the program ended', texts) as case:
        half = HalfMove(then=lambda: process.kill())
        process = start('copy', case.state, case.source, port=Breaker(ask=half.ask, say=half.say).port)
        finish(process)
        found = mailbox()
        tap.equal((half.state, [sum(box.values()) for name, box in sorted(found.items()) if name != 'INBOX']), ('over', [11, 12]),
                  f'{case.what}: both mailboxes hold them')
        run = drive('copy', case.state, case.source)
        case.check(run=run)
        tap.equal((run.json['verdict'], counts(run)['present']), ('complete', 12), f'{case.what}: counted', run)

    with Case('moved to nowhere', texts) as case:
        said = []  # the first is for the move on trial
        def say(data):
            if b'COPYUID' in data and (said.append(data) or len(said) > 1):
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


def part_words():
    """Servers that say what is not so, or cannot do what they should."""
    texts = make_texts(12)
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


def part_mailboxes():
    """Mailboxes that are deleted, replaced, set back."""
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
        case.check(run=run)
        now = counts(run)
        tap.equal((now['copied'] + now['present'], now['failed'], run.json['verdict']), (500, 0, 'complete'),
                  'mailbox replaced: counted', run)

    texts = make_texts(20)
    with Case('not checked', texts) as case:
        state = {'broken': False, 'moves': 0}
        def ask(data):
            state['moves'] += b' UID MOVE ' in data
            # The second move brings all but the one that was moved on trial: what comes then is the check.
            if state['moves'] == 2 and b'EXAMINE "letters"' in data and not state['broken']:
                state['broken'] = True
                return None
            return data.replace(b'EXAMINE "letters"', b'EXAMINE "a//b"') if state['broken'] else data
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


main(globals())
