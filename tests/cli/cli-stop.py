"""mailhaul-cli stopped in the middle, told to go on, and its source gone.  SPDX-License-Identifier: GPL-3.0-or-later"""
import hashlib
import imaplib
import json
import shutil
import signal
import time
from collections import Counter

from haultest import Mailbox, Started, Tap, account, cli, folder, make_maildir, make_mbox, manifest, message

tap = Tap()
COUNT = 1000


def wait_for_upload(user, least):
    """Until messages are on their way: some lie in a staging mailbox."""
    with Mailbox(user) as mailbox:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for name in mailbox.names():
                if name.startswith('Mailhaul-upload'):
                    try:
                        answer = mailbox.imap.status(f'"{name}"', '(MESSAGES)')[1][0] or b''
                    except imaplib.IMAP4.error:
                        continue
                    if int(answer.rstrip(b')').split()[-1] if b'MESSAGES' in answer else 0) >= least:
                        return True
            time.sleep(0.02)
    return False


def is_whole(user, name='x'):
    with Mailbox(user) as mailbox:
        contents = mailbox.contents()
    wanted = Counter((hashlib.sha256(message(i, name, 900).replace(b'\n', b'\r\n')).hexdigest(), 1066384800 + i) for i in range(COUNT))
    got = Counter()
    for (digest, date, _), n in contents.get('big', Counter()).items():
        got[digest, date] += n
    strays = [n for n in contents if n.startswith('Mailhaul-upload')]
    return got == wanted and not strays, f'{sum(got.values())} messages, {len(got - wanted)} too many, {len(wanted - got)} missing, {strays}'


for number in (signal.SIGINT, signal.SIGTERM):
    with folder() as place:
        source = make_mbox(place / 'big', COUNT, size=900)
        before = manifest(place)
        status = place.parent / (place.name + '.status')
        options = ['copy', *account('alice'), source, '--events=json', f'--status-file={status}']
        state = place.parent / (place.name + '.state')
        try:
            started = Started(*options, state=state, password='pässwörd')
            is_under_way = wait_for_upload('alice', 50)
            began = time.monotonic()
            started.send(number)
            run = started.wait(60)
            took = time.monotonic() - began
            tap.check(is_under_way and run.code == 75, f'{number.name} in the middle ends with 75', run)
            tap.check(took < 10, f'{number.name}: in order, and soon ({took:.1f} s)')
            done = run.events[-1]
            tap.check(done['event'] == 'done' and done['verdict'] == 'stopped' and done['exit_status'] == 75, 'the end is told', run)
            tap.equal(json.loads(status.read_text())['verdict'], 'stopped', 'in the status file, too')
            jobs = cli('jobs', '--format=json', state=state).json['jobs']
            tap.check(len(jobs) == 1 and not jobs[0]['finished'], 'the job can go on', jobs)
            run = cli(*options, state=state, password='pässwörd')
            tap.check(run.code == 0 and run.events[-1]['found'] == COUNT, 'run again, it ends well', run.err + run.out[-1000:])
            good, detail = is_whole('alice')
            tap.check(good, 'each message is there once, and nothing of ours', detail)
            tap.equal(manifest(place), before, 'the source is as it was')
        finally:
            status.unlink(missing_ok=True)
            shutil.rmtree(state, ignore_errors=True)
        with Mailbox('alice') as mailbox:
            mailbox.clear()

with folder() as place:
    source = make_mbox(place / 'big', COUNT, size=900)
    started = Started('copy', *account('alice'), source, state=place / 'state', password='pässwörd')
    wait_for_upload('alice', 50)
    started.process.kill()
    run = started.wait()
    tap.equal(run.code, -signal.SIGKILL, 'killed in the middle')
    run = cli('copy', *account('alice'), source, '--format=json', state=place / 'state', password='pässwörd')
    tap.check(run.code == 0 and run.json['verdict'] == 'complete', 'run again after a kill', run.err)
    good, detail = is_whole('alice')
    tap.check(good, 'each message is there once after a kill', detail)

with folder() as place:
    source = make_mbox(place / 'busy', COUNT, size=900)
    started = Started('copy', *account('alice'), source, state=place / 'state', password='pässwörd')
    wait_for_upload('alice', 20)
    second = cli('copy', *account('alice'), source, state=place / 'state', password='pässwörd')
    first = started.wait()
    tap.check(second.code == 75 and 'at work in this mailbox' in second.err, 'a second copy to the same mailbox has to wait', second)
    tap.check(first.code == 0, 'and does not disturb the first', first)
    readonly = place / 'file'
    readonly.write_text('')
    run = cli('copy', *account('alice'), source, state=readonly / 'state', password='pässwörd')
    tap.check(run.code == 73 and 'cannot write down' in run.err, 'no place for the journal', run)

with folder() as place:
    source = make_maildir(place / 'Maildir', {'': 2, 'Work': 400}, size=2000)
    started = Started('copy', *account('carol'), source, '--events=json', state=place / 'state', password='p"w\\d')
    wait_for_upload('carol', 20)
    shutil.move(source, place / 'gone')
    run = started.wait()
    done = run.events[-1] if run.out else {}
    tap.check(run.code in (3, 66) and done.get('found') == sum(done.get(k, 0) for k in ('copied', 'present', 'skipped', 'failed'))
              or run.code == 0 and done.get('copied') == 402, 'a source that vanishes: nothing is left unsaid', run)
    run = cli('copy', *account('carol'), source, state=place / 'state', password='p"w\\d')
    tap.equal(run.code, 66, 'a source that is gone before', run)
    shutil.move(place / 'gone', source)
    run = cli('copy', *account('carol'), source, '--format=json', state=place / 'state', password='p"w\\d')
    tap.check(run.code == 0 and run.json['all']['copied'] + run.json['all']['present'] == 402, 'a source that is back', run.err)
    with Mailbox('carol') as mailbox:
        counts = mailbox.counts()
        tap.equal((counts['INBOX'], counts['Work']), (2, 400), 'all is there once')
tap.done()
