"""Flags, odd texts, odd circumstances: a damaged journal, a second program, a mailbox that is full; several lanes.  SPDX-License-Identifier: GPL-3.0-or-later"""
from enginetest import *


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
        run = drive('copy', case.state, case.source, repair='final-line-end')
        wanted = expected(texts)
        wanted.subtract(Counter({key: 1 for key in wanted if key[1] == FIRST + 1}))
        case.check(+wanted, run)
        tap.equal((counts(run)['failed'], codes(run)['nul-octets'], run.json['verdict']), (1, 1, 'not-all'), 'NUL: listed', run)
        run = drive('copy', case.state, case.source)
        tap.equal((counts(run)['copied'], counts(run)['failed'], codes(run)['repaired'], run.json['verdict']), (1, 0, 1, 'complete'), 'NUL: repaired', run)
        run = drive('copy', case.state, case.source)
        tap.equal((counts(run)['present'], counts(run)['copied']), (3, 0), 'NUL: known again', run)

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
        tap.check(second.code == 2 and 'has been at work in this mailbox since' in second.err, 'busy: the second is turned away', second)
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


main(globals())
