"""One job at a time in a mailbox, and what the list of jobs says meanwhile.  SPDX-License-Identifier: GPL-3.0-or-later"""
import time

from haultest import Mailbox, Started, Tap, account, cli, folder, make_mbox

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
    started = copy(ALICE, source, state, '--max-rate=60000', begin=Started)
    job = until(lambda: next((job for job in jobs(state) if job['done'] > 0), None))
    tap.check(job is not None and job['state'] == 'running' and job['messages'] == 400 and not job['finished'],
              'while a job runs, the list says how far it is', job)
    tap.check('running now' in cli('jobs', state=state).out, 'in words as well')

    run = copy(ALICE, other, state)
    tap.check(run.code == 75 and f'process {started.process.pid}' in run.err and 'terminal' in run.err,
              'another job into the same mailbox: who has it is said', run)
    run = copy(ALICE, source, state)
    tap.check(run.code == 75 and f'process {started.process.pid}' in run.err, 'the same job: just so', run)
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

tap.done()
