"""mailhaul-cli copies, tops up, verifies, reports.  SPDX-License-Identifier: GPL-3.0-or-later"""
import csv
import hashlib
import io
import json
import re
import time
from collections import Counter
from html.parser import HTMLParser

import dbxsample
from dbxwriter import ANSWERED, DRAFTS, FLAGGED, FORWARDED, OUTBOX, READ, SENT, UNSENT
from haultest import Mailbox, Tap, account, cli, difference, find_secrets, folder, make_maildir, make_mbox, manifest, message

tap = Tap()
BOB = 'CORP\\bob'
FLAGS = ((READ, '\\Seen'), (ANSWERED, '\\Answered'), (FLAGGED, '\\Flagged'), (FORWARDED, '$Forwarded'), (UNSENT, '\\Draft'))


def walk(folders, path=''):
    for made in folders:
        name = f'{path}.{made.name}' if path else made.name
        yield name, made
        yield from walk(made.children, name)


def look(made):
    # Nobody has to be told that they have not read what they wrote.
    own = {'\\Seen'} if made.special in (OUTBOX, SENT, DRAFTS) else set()
    return Counter((hashlib.sha256(m.text).hexdigest(), m.received or m.saved,
                    frozenset({word for bit, word in FLAGS if m.flags & bit} | own))
                   for m in made.messages)


def wire(text):
    return text.replace(b'\n', b'\r\n')


class Cells(HTMLParser):
    """The rows of all tables of a page."""

    def __init__(self):
        super().__init__()
        self.rows, self.is_in_cell = [], False

    def handle_starttag(self, tag, attributes):
        if tag == 'tr':
            self.rows.append([])
        if tag in ('td', 'th'):
            self.rows[-1].append('')
            self.is_in_cell = True

    def handle_endtag(self, tag):
        if tag in ('td', 'th'):
            self.is_in_cell = False

    def handle_data(self, data):
        if self.is_in_cell:
            self.rows[-1][-1] += data


def adds_up(counts):
    return counts['found'] == counts['copied'] + counts['present'] + counts['skipped'] + counts['failed']


with folder() as place:
    made = dbxsample.sample_store()
    source, state, status = place / 'Outlook Express', place / 'state', place / 'status.json'
    made.write(source)
    before = manifest(source)
    wanted = {name: look(f) for name, f in walk(made.folders) if name != 'Deleted Items'}
    wanted['INBOX'] = wanted.pop('Inbox')

    run = cli('plan', *account(BOB), source, '--format=json', state=state, password='geheim')
    plan = {f['path']: f for f in run.json['folders']}
    tap.check(run.code == 0 and plan['Inbox']['mailbox'] == 'INBOX' and plan['Deleted Items']['action'] == 'trash'
              and run.json['messages'] == 54, 'the plan', run)
    with Mailbox(BOB) as mailbox:
        tap.equal(mailbox.counts(), {'INBOX': 0}, 'the plan wrote nothing on the server')
    tap.check(not state.exists(), 'the plan wrote nothing here')

    run = cli('copy', *account(BOB), source, '--events=json', f'--status-file={status}', state=state, password='geheim')
    tap.equal(run.code, 0, 'the copy is complete', run)
    events = run.events
    done = events[-1]
    tap.check(events[0]['event'] == 'started' and events[0]['messages'] == 54 and done['event'] == 'done', 'events from start to end', run)
    tap.check(done['found'] == 57 and done['copied'] == 54 and done['skipped'] == 3 and adds_up(done) and done['verdict'] == 'complete',
              'the end adds up', done)
    folders = [e for e in events if e['event'] == 'folder' and e['state'] == 'done']
    tap.check(len(folders) == 11 and all(map(adds_up, folders)) and sum(f['copied'] for f in folders) == 54, 'each folder adds up', run)
    tap.check(all(e['checked'] for e in folders if e['copied']), 'each folder was checked on the server')
    tap.check(any(e['event'] == 'message' and e['outcome'] == 'skipped' and e['folder'] == 'Deleted Items' for e in events),
              'what was left out is told', run)
    tap.equal(json.loads(status.read_text())['verdict'], 'complete', 'the status file has the end')
    with Mailbox(BOB) as mailbox:
        there = mailbox.contents()
    tap.check(there == wanted, 'every message, date, flag and folder is there, and nothing else', difference(there, wanted))
    tap.equal(manifest(source), before, 'the source is as it was')

    run = cli('copy', *account(BOB), source, state=state, password='geheim')
    tap.check(run.code == 0 and 'nothing had to be copied' in run.out and '3 messages were left out' in run.out,
              'a second copy has nothing to do, and says so', run)
    tap.check('--include-deleted' in run.out and 'chosen' not in run.out and '--include-junk' not in run.out,
              'what nobody chose to leave out is told with the option that takes it along', run)
    run = cli('copy', *account(BOB), source, '--format=json', state=place / 'elsewhere', password='geheim')
    tap.check(run.code == 0 and run.json['all']['copied'] == 0 and run.json['all']['present'] == 54,
              'nor has one without the journal', run)
    with Mailbox(BOB) as mailbox:
        there = mailbox.contents()
    tap.check(there == wanted, 'and nothing arrived twice', difference(there, wanted))

    jobs = cli('jobs', '--format=json', state=state).json['jobs']
    tap.check(len(jobs) == 1 and jobs[0]['user'] == BOB and jobs[0]['finished'] and jobs[0]['sources'] == [str(source)], 'one job', jobs)
    job = jobs[0]['id']
    tap.check(job in cli('jobs', state=state).out, 'the job in the table for people')

    reports = {form: cli('report', f'--job={job}', f'--format={form}', state=state) for form in ('text', 'json', 'csv', 'html')}
    tap.equal({r.code for r in reports.values()}, {0}, 'reports in four forms')
    whole = reports['json'].json
    tap.check(adds_up(whole['all']) and all(map(adds_up, whole['folders'])) and all(
        sum(f[key] for f in whole['folders']) == whole['all'][key] for key in ('found', 'copied', 'present', 'skipped', 'failed', 'bytes')),
        'the JSON report sums up', reports['json'])
    rows = list(csv.DictReader(io.StringIO(reports['csv'].out)))
    total = [r for r in rows if r['kind'] == 'all'][0]
    tap.check(all(sum(int(r[key]) for r in rows if r['kind'] == 'folder') == int(total[key]) == whole['all'][key]
                  for key in ('found', 'copied', 'present', 'skipped', 'failed')), 'the CSV report sums up, to the same', reports['csv'])
    page = Cells()
    page.feed(reports['html'].out)
    numbers = [[int(c) for c in row[3:8]] for row in page.rows if len(row) == 11 and row[3].isdigit()]
    tap.check(len(numbers) == 12 and [sum(column) for column in zip(*numbers[:-1])] == numbers[-1]
              == [whole['all'][k] for k in ('found', 'copied', 'present', 'skipped', 'failed')], 'the HTML report sums up, to the same',
              reports['html'])
    tap.check('http' not in reports['html'].out and '<script' not in reports['html'].out, 'the HTML report fetches nothing')
    tap.check(re.search(r'^All +57 +0 +54 +3 +0 ', reports['text'].out, re.M), 'the text report has the same sum', reports['text'])
    run = cli('report', f'--job={job}', '--format=csv', f'--output={place}/report.csv', state=state)
    tap.check(run.code == 0 and run.out == '' and (place / 'report.csv').read_bytes().decode().replace('\r', '')
              == reports['csv'].out.replace('\r', ''), 'a report into a file', run)
    run = cli('report', f'--job={job}', f'--output={place}/missing/report', state=state)
    tap.equal(run.code, 73, 'a report that cannot be written', run)

    for extra in ([], ['--every-byte']):
        run = cli('verify', *account(BOB), source, *extra, state=state, password='geheim')
        tap.check(run.code == 0 and 'were checked' in run.out and 'copied.' not in run.out, f'verify {extra}: what it did', run)
    run = cli('verify', *account(BOB), f'--job={job}', state=state, password='geheim')
    tap.equal(run.code, 0, 'verify by the job’s name', run)
    with Mailbox(BOB) as mailbox:
        mailbox.imap.select('Rechnungen')
        mailbox.imap.store('1', '+FLAGS', '\\Deleted')
        mailbox.imap.expunge()
    run = cli('verify', *account(BOB), source, '--format=json', state=state, password='geheim')
    tap.check(run.code == 3 and run.json['all']['failed'] == 1 and any(m['folder'] == 'Rechnungen' for m in run.json['messages']),
              'verify finds what is gone', run)

    run = cli('verify', *account(BOB), source, state=state, password='geheim')
    tap.check(run.code == 3 and 'Not found:' in run.out and '1 message was not found there' in run.out and 'copied.' not in run.out,
              'in words, too', run)

    # A folder gained messages meanwhile: only these travel.
    made.folders[-1].messages.append(dbxsample.newsletter(dbxsample.Sample(), 99))
    grown = dbxsample.sample_store()
    grown.folders[-1].messages.append(made.folders[-1].messages[-1])
    grown.write(source)
    run = cli('copy', *account(BOB), source, '--format=json', state=state, password='geheim')
    tap.check(run.code == 0 and {f['path']: f['copied'] for f in run.json['folders'] if f['copied']}.get('Garden Notes') == 1,
              'a top-up brings what is new', run)
    tap.equal(find_secrets(['geheim'], place, user=BOB), [], 'the password is in no file, argument or output')

with folder() as place:
    maildir = make_maildir(place / 'Maildir', {'': 4, 'Work': 6, 'Work.2001': 3, 'Play': 2})
    mbox = make_mbox(place / 'Work', 5, 'other')
    options = [*account('carol'), '--events=json']
    run = cli('copy', *options, maildir, mbox, '--into=Imported/Old PC', '--folder=Inbox', '--folder=Work', state=place / 's',
              password='p"w\\d')
    with Mailbox('carol') as mailbox:
        tap.check(run.code == 0 and {n: c for n, c in mailbox.counts().items() if c} ==
                  {'Imported.Old PC.INBOX': 4, 'Imported.Old PC.Work': 11}, 'chosen folders of two stores under one', run)
        mailbox.clear()
    run = cli('copy', *options, maildir, '--map=Work=Büro/Alt', '--since=2003-10-17', '--until=2003-10-17', state=place / 's2',
              password='p"w\\d')
    with Mailbox('carol') as mailbox:
        counts = mailbox.counts()
        tap.check(run.code == 0 and counts.get('Büro.Alt') == 6 and counts.get('Büro.Alt.2001') == 3 and counts.get('Play') == 2
                  and counts['INBOX'] == 4, 'a mapping takes the subfolders along', f'{run}\n{counts}')
        got = {text: (date, flags) for text, date, flags in mailbox.messages('INBOX')}
        tap.equal(got, {wire(message(i, 'Inbox')): (1066384800 + i, frozenset({'\\Seen'} if i % 2 else ())) for i in range(4)},
                  'octets with network line ends, dates, flags')
    run = cli('copy', *options, maildir, '--until=2003-10-16', state=place / 's3', password='p"w\\d')
    tap.check(run.code == 0 and run.events[-1]['copied'] == 0 and run.events[-1]['skipped'] == 15 and adds_up(run.events[-1]),
              'days before all messages: all are left out', run)
    run = cli('copy', *options, maildir, '--folder=Wrok', state=place / 's4', password='p"w\\d')
    tap.check(run.code == 64 and '“Work”' in run.err and run.events[-1]['exit_status'] == 64, 'a mistyped folder: the nearest name', run)
    big = make_mbox(place / 'Slow', 30, size=3000)
    began = time.monotonic()
    run = cli('copy', *options, big, '--max-rate=45k', state=place / 's5', password='p"w\\d')
    took = time.monotonic() - began
    tap.check(run.code == 0 and run.events[-1]['copied'] == 30 and took > 90000 / 45000 * 0.8, f'--max-rate is kept ({took:.1f} s)', run)
    tap.equal(find_secrets(['p"w\\d'], place, user='carol'), [], 'this password, too, is nowhere')
tap.done()
