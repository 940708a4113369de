"""Once more, with more in the source, with less on the server: what is there is not copied again.  SPDX-License-Identifier: GPL-3.0-or-later"""
from enginetest import *


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


main(globals())
