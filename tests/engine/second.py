"""Given up on one machine, done on another, gone on with on the first: exact, wherever the first was ended.

SPDX-License-Identifier: GPL-3.0-or-later"""
from enginetest import *

os.environ['HAUL_FAULT_HOLD_MS'] = '400'
TEXTS = make_texts(41)
NO_MOVE = [b'MOVE']


def make():
    with Mailbox(USER) as box:
        box.imap.create('letters')


def change(word, which=1, before=True, hide=(), prepare=lambda: None):
    what = f'{word.decode().strip()} {which} {"not given" if before else "not answered"}, {"no MOVE" if hide else "MOVE"}'
    with Case(what + (', mailbox there' if prepare == make else ''), TEXTS) as case:
        prepare()
        cut = Cut(word, which, before, then=lambda: process.kill(), hide=hide)
        process = start('copy', case.state, case.source, port=cut.port)
        tap.equal(finish(process).code, -signal.SIGKILL, f'{case.what}: ended there')
        tap.equal(len(strangers(mailbox())), 1, f'{case.what}: messages are staged')
        run = drive('copy', case.dir + '/other', case.source, port=Breaker(hide=hide).port)
        tap.equal((run.json['verdict'], mailbox()['letters']), ('complete', expected(TEXTS)), f'{case.what}: the other copies all', run)
        run = drive('copy', case.state, case.source, port=Breaker(hide=hide).port)
        case.check(run=run)
        tap.equal((run.json['verdict'], counts(run)), ('complete', dict(found=41, copied=0, present=41, skipped=0, failed=0)),
                  f'{case.what}: nothing more was copied', run)
        run = drive('copy', case.state, case.source)
        tap.equal(counts(run)['copied'], 0, f'{case.what}: nothing to do after it', run)


def part_machine():
    change(b' APPEND ', 30)
    change(b' APPEND ', 30, before=False)
    for which in 1, 2:
        for before in True, False:
            change(b' UID MOVE ', which, before)


def part_machine_without_move():
    change(b' APPEND ', 30, hide=NO_MOVE)
    change(b' RENAME ', hide=NO_MOVE)
    change(b' APPEND ', 30, hide=NO_MOVE, prepare=make)
    for which in 1, 2:
        for before in True, False:
            change(b' UID COPY ', which, before, hide=NO_MOVE, prepare=make)


main(globals())
