"""mailhaul-cli undo takes back what a job placed, and nothing else.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import re
import shutil
import socket
import threading
import time
from collections import Counter

from haultest import PASSWORDS, Mailbox, Started, Tap, account, cli, difference, folder, make_maildir, make_mbox, manifest, message, quote

tap = Tap()
ALICE = 'pässwörd'


def wire(text):
    return text.replace(b'\n', b'\r\n')


def look():
    """What another client sees: contents, and what is subscribed."""
    with Mailbox('alice') as mailbox:
        return mailbox.contents(), sorted(filter(None, mailbox.imap.lsub()[1]))


def clear():
    with Mailbox('alice') as mailbox:
        mailbox.clear()


def copy(source, state, *more):
    run = cli('copy', *account(), source, *more, '--format=json', state=state, password=ALICE)
    return run, run.json['job']


def undo(job, state, *more, **env):
    return cli('undo', *account(), f'--job={job}', *more, state=state, password=ALICE, env=env)


def change(name, *commands):
    """Another client at work in a mailbox: ('store', '2', '+FLAGS', '\\Seen') …"""
    with Mailbox('alice') as mailbox:
        mailbox.imap.select(quote(name))
        for verb, *arguments in commands:
            status, answer = getattr(mailbox.imap, verb)(*arguments)
            assert status == 'OK', (verb, arguments, answer)


def make_store(place):
    return make_maildir(place / 'Maildir', {'': 5, 'Projects': 4, 'Projects.Old': 3, 'Empty': 0})


# All of it, after two runs, beside what was there before --------------------------------------------------------------

with folder() as place:
    clear()
    source = make_mbox(place / 'letters', 8)
    state = place / 'state'
    with Mailbox('alice') as mailbox:
        mailbox.imap.create('Own')
        for name, i in (('INBOX', 900), ('Own', 901)):
            mailbox.imap.append(name, '', None, message(i, 'theirs'))
        mailbox.imap.create('letters')
        mailbox.imap.append('letters', '', None, wire(message(3)))  # the same as one of ours: present before
        mailbox.imap.append('letters', '(\\Deleted)', None, wire(message(902, 'marked by the person')))
    before = look()
    run, job = copy(source, state)
    tap.check(run.code == 0 and run.json['all']['copied'] == 7 and run.json['all']['present'] == 1, 'copied', run)
    make_mbox(source, 12)
    run, again = copy(source, state)
    tap.check(again == job and run.json['all']['copied'] == 4, 'the same job, another run', run)
    there = look()

    jobs = cli('jobs', '--format=json', state=state).json['jobs']
    tap.equal((jobs[0]['done'], jobs[0]['state']), (12, 'finished'), 'the list of jobs before', jobs)
    run = undo(job, state, '--format=json')
    tap.check(run.code == 0, 'undo ends well', run)
    tap.equal([run.json[x] for x in ('placed', 'taken', 'left', 'verdict')], [11, 11, 0, 'complete'], 'the numbers', run)
    tap.check(look() == before, 'the mailbox is as it was before the first run', difference(look()[0], before[0]))
    jobs = cli('jobs', '--format=json', state=state).json['jobs']
    tap.equal((jobs[0]['done'], jobs[0]['state']), (1, 'taken-back'), 'the list of jobs after', jobs)
    tap.check('taken back' in cli('jobs', state=state).out, 'and for people')
    run = cli('report', f'--job={job}', state=state)
    tap.check(run.code == 0 and 'taken back since' in run.err, 'the report of the copy does not pretend that it is still there', run)

    run = undo(job, state)
    tap.check(run.code == 0 and 'nothing of this job' in run.out, 'again: there is nothing to take back', run)
    run, again = copy(source, state)
    tap.check(run.json['all']['copied'] == 11 and again == job, 'a later copy copies again', run)
    tap.check(look() == there, 'with the same outcome', difference(look()[0], there[0]))
    tap.equal(cli('jobs', '--format=json', state=state).json['jobs'][0]['state'], 'finished', 'the job is not taken back any more')

    run = undo(job, state, '--events=json')
    kinds = [event['event'] for event in run.events]
    tap.check(kinds[0] == 'started' and kinds[-1] == 'done' and run.events[-1]['taken'] == 11
              and run.events[-1]['exit_status'] == 0, 'the events', run)
    tap.check(look() == before, 'and the mailbox is as it was', difference(look()[0], before[0]))


# A tree of folders that we made --------------------------------------------------------------------------------------------

with folder() as place:
    clear()
    before = look()
    store, state = make_store(place), place / 'state'
    run, job = copy(store, state, '--into=Old mail & more')
    tap.check(run.code == 0 and 'Old mail & more.Projects.Old' in look()[0], 'a tree is copied', f'{run}\n{list(look()[0])}')
    run = undo(job, state)
    tap.check(run.code == 0 and '12 messages were taken back' in run.out and '  Old mail & more/Projects/Old\n' in run.out,
              'what was made is named as in the plan', run)
    tap.check(look() == before, 'our folders are gone, with their subscriptions', f'{look()}\n{before}')

    copy(store, state, '--into=Old mail & more')
    with Mailbox('alice') as mailbox:
        mailbox.imap.create(quote('Old mail &- more.Projects.Of the person'))
        mailbox.imap.append(quote('Old mail &- more.Empty'), '', None, message(903, 'theirs'))
    run = undo(job, state)
    contents = look()[0]
    tap.equal({name: sum(messages.values()) for name, messages in contents.items()},
              {'INBOX': 0, 'Old mail & more': 0, 'Old mail & more.Projects': 0, 'Old mail & more.Projects.Of the person': 0,
               'Old mail & more.Empty': 1}, 'what somebody uses stays', run)


# What was changed stays ---------------------------------------------------------------------------------------------------

with folder() as place:
    clear()
    source, state = make_mbox(place / 'letters', 20), place / 'state'
    run, job = copy(source, state)
    with Mailbox('alice') as mailbox:
        mailbox.imap.create('Elsewhere')
        mailbox.imap.append('letters', '', None, wire(message(0)))  # the same text, but not ours
    change('letters', ('store', '1', '+FLAGS', '\\Flagged'), ('store', '2', '+FLAGS', 'blue'), ('store', '3', '+FLAGS', '\\Deleted'),
           ('copy', '4', 'Elsewhere'), ('store', '4', '+FLAGS', '\\Deleted'), ('uid', 'EXPUNGE', '4'))
    run = undo(job, state, '--format=json')
    codes = Counter(line['code'] for line in run.json['messages'])
    tap.check(run.code == 3 and run.json['taken'] == 16 and codes == Counter({'flags-changed': 3, 'not-there': 1}), 'what was changed is listed', run)
    contents = look()[0]
    flags = sorted(sorted(flags) for _, _, flags in contents['letters'].elements())
    tap.equal(flags, [[], ['\\Deleted'], ['\\Flagged'], ['blue']], 'and stays, as the person left it', contents)
    tap.equal(sum(contents['Elsewhere'].values()), 1, 'what was moved stays where it is')
    run = undo(job, state)
    tap.check(run.code == 3 and 'stay where they are' in run.out and 'read, flagged or labelled' in run.out, 'in words', run)

    for what, code in (('replaced', 'mailbox-replaced'), ('gone', 'mailbox-gone')):
        clear()
        shutil.rmtree(state)
        run, job = copy(source, state)
        with Mailbox('alice') as mailbox:
            mailbox.imap.delete('letters')
            if what == 'replaced':
                time.sleep(1.1)  # UIDVALIDITY is a time
                mailbox.imap.create('letters')
                for i in range(20):
                    mailbox.imap.append('letters', '', None, wire(message(i)))
        before = look()
        run = undo(job, state, '--format=json')
        tap.check(run.code == 3 and {line['code'] for line in run.json['messages']} == {code} and run.json['left'] == 20, f'the mailbox was {what}: nothing is touched', run)
        tap.check(look() == before, f'the mailbox was {what}: it is as it was')


# Servers and rivals --------------------------------------------------------------------------------------------------------

class Proxy(threading.Thread):
    """A way to the server on which words are changed."""

    def __init__(self, change_answer):
        super().__init__(daemon=True)
        self.change_answer = change_answer
        self.asked = b''
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(('127.0.0.1', int(os.environ['IMAP_PORT'])))
            threading.Thread(target=self.pump, args=(client, server, self.note), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, self.change_answer), daemon=True).start()

    def note(self, data):
        self.asked += data
        return data

    def pump(self, source, target, change_data):
        try:
            while data := source.recv(65536):
                target.sendall(change_data(data))
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


with folder() as place:
    clear()
    source, state = make_mbox(place / 'letters', 6), place / 'state'
    run, job = copy(source, state)
    before = look()
    proxy = Proxy(lambda data: data.replace(b'UIDPLUS', b'XIDPLUS'))
    run = cli('undo', f'--server=localhost:{proxy.port}', '--security=none', '--user=alice', '--batch', f'--job={job}', state=state, password=ALICE)
    tap.check(run.code == 76 and 'nothing was taken back' in run.err, 'without UIDPLUS it is said plainly', run)
    tap.equal(f'{run.out}{run.err}'.count('nothing was taken back'), 1, 'and once', run)
    tap.check('0 messages' not in run.out + run.err, 'without a number of messages', run)
    tap.equal(cli('jobs', '--format=json', state=state).json['jobs'][0]['state'], 'finished', 'and the job is what it was')
    tap.check(look() == before and b'STORE' not in proxy.asked, 'and nothing is touched')

    proxy = Proxy(lambda data: data)
    run = cli('undo', f'--server=localhost:{proxy.port}', '--security=none', '--user=alice', '--batch', f'--job={job}', state=state, password=ALICE)
    verbs = set(re.findall(rb'^\S+ ((?:UID )?[A-Z]+)', proxy.asked, re.M))
    tap.check(run.code == 0 and b'UID EXPUNGE' in verbs and not verbs & {b'EXPUNGE', b'CLOSE'}, 'no plain EXPUNGE, no CLOSE', f'{verbs}\n{run}')

    # Whatever way the messages were placed: renamed, copied, sent there.
    for what, exists, change_answer in (('renamed', False, lambda data: data.replace(b' MOVE', b' XOVE')),
                                        ('copied', True, lambda data: data.replace(b' MOVE', b' XOVE'))):
        clear()
        if exists:
            with Mailbox('alice') as mailbox:
                mailbox.imap.create('letters')
                mailbox.imap.append('letters', '', None, message(905, 'theirs'))
        before = look()
        proxy = Proxy(change_answer)
        run = cli('copy', f'--server=localhost:{proxy.port}', '--security=none', '--user=alice', '--batch', source, '--format=json', state=state, password=ALICE)
        tap.equal((run.code, run.json['all']['copied']), (0, 6), f'{what}: copied by {run.json["rung"]}', run)
        run = undo(job, state)
        tap.check(run.code == 0 and look() == before, f'{what}: taken back', f'{run}\n{difference(look()[0], before[0])}')

    run = cli('undo', *account(), '--job=20200101-0000-abcd', state=state, password=ALICE)
    tap.equal(run.code, 66, 'no such job', run)
    run = cli('undo', *account('CORP\\bob'), f'--job={job}', state=state, password=PASSWORDS['CORP\\bob'])
    tap.check(run.code == 66 and 'of another mailbox' in run.err and 'no such job' not in run.err, 'a job of another mailbox is not taken back', run)
    tap.equal(cli('undo', *account(), state=state, password=ALICE).code, 64, 'no job at all')

with folder() as place:
    clear()
    source, state = make_mbox(place / 'letters', 300, size=2000), place / 'state'
    started = Started('copy', *account(), source, '--max-rate=100000', state=state, password=ALICE)
    end = time.monotonic() + 30
    while time.monotonic() < end and not any('upload' in name for name in look()[0]):
        time.sleep(0.1)
    job = cli('jobs', '--format=json', state=state).json['jobs'][0]['id']
    run = undo(job, state)
    tap.check(run.code == 75, 'not while a copy runs', run)
    started.kill(True)
    started.wait()
    run = undo(job, state)
    contents = look()[0]
    tap.check(run.code == 0 and list(contents) == ['INBOX'], 'after a kill in mid-copy, all of it goes', f'{run}\n{contents}')


# Killed anywhere, and run again ---------------------------------------------------------------------------------------------

def count_steps(job, state, log):
    run = undo(job, state, HAUL_FAULT_LOG=str(log))
    steps = log.read_text().splitlines() if log.exists() else []
    return run, len(steps)


with folder() as place:
    clear()
    source, state = make_store(place), place / 'state'
    with Mailbox('alice') as mailbox:
        mailbox.imap.append('INBOX', '', None, wire(message(1, 'Inbox')))
        mailbox.imap.append('INBOX', '', None, message(904, 'theirs'))
    before = look()
    run, job = copy(source, state)
    there = look()
    run, n_steps = count_steps(job, state, place / 'steps')
    tap.check(run.code == 0 and look() == before, 'undo once, to count its steps', run)
    if n_steps == 0:
        tap.skip('killed anywhere', 'the build has no fault points')
    else:
        bad = []
        done = cli('jobs', '--format=json', state=state).json['jobs'][0]['done']
        every = max(1, n_steps // int(os.environ.get('HAUL_UNDO_KILLS', '12')))
        kinds = ('kill', 'drop')
        for number, step in enumerate(range(1, n_steps + 1, every)):
            run, again = copy(source, state)
            if again != job or look() != there:
                bad.append(f'step {step}: copied again, but not the same\n{run}')
                break
            env = dict(HAUL_FAULT_STEP=str(step), HAUL_FAULT_KIND=kinds[number % 2])
            broken = undo(job, state, **env)
            if number % 3 == 0:  # a copy in between may find our marks
                run = copy(source, state)[0]
                marks = [flags for messages in look()[0].values() for _, _, flags in messages if '\\Deleted' in flags]
                if run.code != 0 or marks or look()[0].keys() != there[0].keys():
                    bad.append(f'step {step}: a copy after the break: {marks}\n{run}')
            run = undo(job, state)
            if run.code != 0 or look() != before:
                bad.append(f'step {step} {env}: {difference(look()[0], before[0])}\n{broken}\n{run}')
                break
            jobs = cli('jobs', '--format=json', state=state).json['jobs']
            if jobs[0]['done'] != done:
                bad.append(f'step {step} {env}: {jobs[0]["done"]} are done, not {done}')
        tap.check(not bad, f'broken off at {n_steps // every} of {n_steps} steps, and run again: as if it had not been', '\n'.join(bad))

tap.done()
