"""One job at a time in a mailbox, and what the list of jobs says meanwhile.  SPDX-License-Identifier: GPL-3.0-or-later"""
import time

from haultest import Mailbox, Started, Tap, account, cli, folder, make_mbox, message

tap = Tap()
ALICE, BOB = ('alice', 'pässwörd'), ('CORP\\bob', 'geheim')


def copy(who, source, state, *more, begin=cli):
    return begin('copy', *account(who[0]), source, *more, state=state, password=who[1])


def jobs(state):
    return cli('jobs', '--format=json', state=state).json['jobs']


def until(look, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.2)
    return None


with folder() as place:
    source, other, state = make_mbox(place / 'letters', 400, size=2000), make_mbox(place / 'others', 3), place / 'state'
    started = copy(ALICE, source, state, '--max-rate=30000', begin=Started)
    job = until(lambda: next((job for job in jobs(state) if job['done'] > 0), None))
    tap.check(job is not None and job['state'] == 'running' and job['messages'] == 400 and not job['finished'],
              'while a job runs, the list says how far it is', job)
    tap.check('running now' in cli('jobs', state=state).out, 'in words as well')

    run = copy(ALICE, other, state)
    tap.check(run.code == 75 and f'process {started.process.pid}' in run.err and 'terminal' in run.err,
              'another job into the same mailbox: who has it is said', run)
    run = copy(ALICE, source, state)
    tap.check(run.code == 75 and f'process {started.process.pid}' in run.err, 'the same job: just so', run)
    tap.check('Mailhaul-upload' not in run.err and '--clean-up' not in run.err, 'what it works with is not taken for left behind', run)
    run = cli('plan', *account(), other, state=state, password=ALICE[1])
    tap.check(run.code == 0 and f'process {started.process.pid}' in run.out and 'Mailhaul-upload' not in run.out, 'the plan says who has it as well', run)
    run = cli('report', f"--job={job['id']}", state=state)
    tap.check(run.code == 66 and 'no report' in run.err, 'its report is not there yet, though the job is', run)
    run = copy(BOB, other, state)
    tap.check(run.code == 0, 'into another mailbox: at once', run)

    started.kill(True)
    started.wait()
    job = next(j for j in jobs(state) if j['id'] == job['id'])
    tap.check(job['state'] == 'unfinished' and 0 < job['done'] < 400, 'after a kill, it can go on, and says how far it came', job)
    run = copy(ALICE, source, state)
    tap.check(run.code == 0, 'nobody has it any more', run)
    job = next(j for j in jobs(state) if j['id'] == job['id'])
    tap.equal((job['state'], job['done'], job['messages']), ('finished', 400, 400), 'and it is finished', job)
    with Mailbox() as mailbox:
        tap.equal(mailbox.counts().get('letters'), 400, 'with each message there once')


# What another Mailhaul left, or works with ---------------------------------------------------------------------------------

LEFT, ALIVE = 'Mailhaul-upload-deadbeef-1', 'Mailhaul-upload-deadbeef-2'
with folder() as place:
    source, state = make_mbox(place / 'few', 5), place / 'state'
    with Mailbox() as mailbox:
        mailbox.clear()
        for name in (LEFT, ALIVE):
            mailbox.imap.create(name)
            mailbox.imap.append(name, '', None, message(1))
    run = cli('plan', *account(), source, state=state, password=ALICE[1])
    tap.check(run.code == 0 and 'Another Mailhaul' in run.out and LEFT in run.out and ALIVE in run.out, 'the plan tells of another Mailhaul', run)
    tap.check(not state.exists(), 'and writes nothing')
    run = copy(ALICE, source, state)
    with Mailbox() as mailbox:
        counts = mailbox.counts()
    tap.check(run.code == 0 and '--clean-up' in run.err and counts.get(LEFT) == 1 and counts.get('few') == 5, 'a copy tells of it, and leaves it alone', run)

    started = Started('copy', *account(), source, '--clean-up', state=state, password=ALICE[1], env={'HAUL_FAULT_HOLD_MS': '4000'})
    with Mailbox() as mailbox:
        for i in range(16):  # the other one is at work in one of them
            mailbox.imap.append(ALIVE, '', None, message(i))
            time.sleep(0.25)
    run = started.wait()
    with Mailbox() as mailbox:
        counts = mailbox.counts()
    tap.check(run.code == 0 and counts.get('few') == 5, 'with --clean-up it is copied just so', run)
    tap.check(LEFT not in counts and counts.get(ALIVE, 0) > 10, 'what does not change is deleted, what does stays', f'{counts}\n{run}')

tap.done()
