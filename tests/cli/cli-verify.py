"""What a helpdesk gets in hand: a report in four forms with equal numbers, and a comparison with its evidence.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import csv
import hashlib
import io
import json
import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from haultest import PASSWORDS, Mailbox, Tap, account, cli, folder, manifest, message

tap = Tap()
KEYS = ('found', 'copied', 'present', 'skipped', 'failed')
FIRST = 1066384800
SECRET = 'a subject nobody asked for'


class Rows(HTMLParser):
    """The rows of all tables of a page; each cell's text."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.is_in_cell, self.tags = [], False, Counter()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
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


def wire(text):
    return text.replace(b'\n', b'\r\n')


def write_mbox(path, texts):
    with open(path, 'wb') as file:
        for i, text in enumerate(texts):
            file.write(b'From anna@example.org Fri Oct 17 10:00:%02d 2003\n' % i + text + b'\n')
    return path


def numbers_of_text(text):
    """{folder: the five numbers}, of the table."""
    found = {}
    for line in text.split('\n'):
        if match := re.match(r'(\S+) +(?:\S+ +)?(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +\d', line):
            found[match[1]] = tuple(map(int, match.groups()[1:]))
    return found


def numbers_of_csv(text):
    return {'All' if row['kind'] == 'all' else row['folder']: tuple(int(row[key]) for key in KEYS)
            for row in csv.DictReader(io.StringIO(text)) if row['kind'] in ('folder', 'all')}


def numbers_of_json(report):
    numbers = {one['path']: tuple(one[key] for key in KEYS) for one in report['folders']}
    return numbers | {'All': tuple(report['all'][key] for key in KEYS)}


def numbers_of_html(page):
    found = {}
    for row in Rows(page).rows:
        if len(row) == 11 and row[3].isdigit():
            found[row[1] or row[0]] = tuple(map(int, row[3:8]))
    return found


def check_reports(job, state, sources):
    runs = {form: cli('report', f'--job={job}', f'--format={form}', state=state) for form in ('text', 'json', 'csv', 'html')}
    wanted = {'Inbox': (14, 13, 1, 0, 0), 'Work': (5, 3, 0, 1, 1), 'All': (19, 16, 1, 1, 1)}
    numbers = {'text': numbers_of_text(runs['text'].out), 'csv': numbers_of_csv(runs['csv'].out),
               'json': numbers_of_json(runs['json'].json), 'html': numbers_of_html(runs['html'].out)}
    for form in runs:
        tap.equal(numbers[form], wanted, f'report: the numbers of {form}', runs[form])
        tap.check(all(found == copied + present + skipped + failed for found, copied, present, skipped, failed in numbers[form].values()),
                  f'report: {form}: found = copied + there before + skipped + failed')
        tap.check(SECRET not in runs[form].out and 'anna@example.org' not in runs[form].out, f'report: {form}: no subject, no address')

    failed, = [one for one in runs['json'].json['messages'] if one['outcome'] == 'failed']
    tap.equal((failed['folder'], failed['code'], failed['date'], failed['bytes'] > 100), ('Work', 'nul-octets', '2003-10-17T10:00:03Z', True),
              'report: what was not copied', failed)
    tap.check(failed['text'] and failed['advice'], 'report: with its reason and advice', failed)
    tap.check(all(rung in ('R1', 'R2', 'R3', 'R4') and len(sentence) > 40 for rung, sentence in runs['json'].json['rungs'].items())
              and runs['json'].json['rungs'], 'report: what the way up guarantees', runs['json'].json['rungs'])
    page = runs['html'].out
    tap.check(failed['text'] in page.replace('&#39;', "'") and failed['advice'] in page, 'report: the page names it')
    tap.check(not re.search(r'(?i)<(script|link|img|iframe)|url\(|@import|https?:', page), 'report: the page fetches nothing')
    tap.check('table-header-group' in page and '@page' in page, 'report: the page can be printed')

    for form in ('text', 'json', 'csv', 'html'):
        run = cli('report', f'--job={job}', f'--format={form}', '--with-subjects', state=state)
        tap.check(SECRET in run.out and 'Änne <anna@example.org>' in run.out.replace('&lt;', '<').replace('&gt;', '>'),
                  f'report: {form}: subject and sender when asked for', run)
    sources[1].rename(sources[1].with_name('away'))
    run = cli('report', f'--job={job}', '--format=json', '--with-subjects', state=state)
    tap.check(run.code == 0 and 'subject' not in run.json['messages'][0], 'report: without the mail there is no subject', run)
    sources[1].with_name('away').rename(sources[1])


def check_evidence(job, state, place, texts):
    ask = ['verify', *account(), f'--job={job}']
    wanted = Counter(hashlib.sha256(wire(text)).hexdigest() for text in texts)
    files = {}
    for form in ('json', 'csv', 'html'):
        path = place / f'evidence.{form}'
        run = cli(*ask, f'--output={path}', state=state, password=PASSWORDS['alice'])
        files[form] = path.read_text()
        tap.equal(run.code, 3, f'verify: {form}: the one that could not be copied is told', run)
    rows = json.loads(files['json'])['evidence']
    tap.equal(Counter(row['sha256'] for row in rows), wanted, 'verify: a row for every message')
    tap.equal(Counter((row['result'], row['sha256'] == row['server_sha256'], row['uid'] > 0) for row in rows),
              {('byte-identical', True, True): len(texts) - 1, ('missing', False, False): 1}, 'verify: octet for octet, with both digests and the place')
    tap.equal(Counter((row['folder'], row['date'], row['outcome'], row['uid'], row['sha256'], row['server_sha256'])
                      for row in csv.DictReader(io.StringIO(files['csv'])) if row['kind'] == 'evidence'),
              Counter((row['folder'], row['date'], row['result'], str(row['uid'] or ''), row['sha256'], row['server_sha256']) for row in rows),
              'verify: the same in CSV')
    tap.equal(numbers_of_csv(files['csv']), numbers_of_html(files['html']), 'verify: the same numbers on the page')
    tap.check(all(digest in files['html'] for digest in wanted), 'verify: the digests on the page')
    run = cli(*ask, '--every-byte', '--format=json', state=state, password=PASSWORDS['alice'])
    tap.equal(Counter(row['sha256'] for row in run.json['evidence']), wanted, 'verify: rows in --format=json as well', run)
    run = cli(*ask, '--format=csv', state=state, password=PASSWORDS['alice'])
    tap.equal(run.code, 64, 'verify: CSV wants a file', run)


def check_damage(job, state, sources, texts):
    ask = ['verify', *account(), f'--job={job}', '--format=json']
    with Mailbox() as box:
        box.imap.append('Inbox', '', None, wire(texts[0]))  # somebody's own
        box.imap.append('Work', '', None, wire(message(99, 'theirs')))
        box.imap.select('Inbox')
        box.imap.store('3', '+FLAGS', '\\Deleted')
        box.imap.expunge()
    run = cli(*ask, state=state, password=PASSWORDS['alice'])
    proof = run.json['all']['proof']
    tap.equal((proof['missing'], proof['surplus'], run.json['verdict']), (2, 0, 'not-all'), 'verify: one is gone; what is theirs is not surplus', run)
    missing, = [one for one in run.json['messages'] if one['code'] == 'removed-since' and one['folder'] == 'Inbox']
    tap.check('any more' in missing['text'] and 'trash' in missing['advice'], 'verify: it had been copied, and is not there any more', missing)
    tap.equal(Counter(row['result'] for row in run.json['evidence'])['missing'], 2, 'verify: the evidence has it')

    # The source has one of two twins left, the mailbox both: as if the job had placed one twice.
    before = sources[0].read_bytes()
    write_mbox(sources[0], texts[:13])
    run = cli(*ask, state=state, password=PASSWORDS['alice'])
    sources[0].write_bytes(before)
    surplus = [one for one in run.json['messages'] if one['code'] == 'surplus']
    tap.equal((len(surplus), run.json['all']['proof']['surplus']), (1, 1), 'verify: a copy of ours that is one too many', run)
    row, = [row for row in run.json['evidence'] if row['result'] == 'surplus']
    with Mailbox() as box:
        box.imap.select('Inbox', readonly=True)
        _, answer = box.imap.uid('FETCH', str(row['uid']), 'BODY.PEEK[]')
        tap.equal(answer[0][1], wire(texts[13]), 'verify: it is that one, and it is still there')


def replace(path, octets):
    """Puts other octets at the same UID. The server remembers sizes in the file's name, its list of UIDs and its cache."""
    times = path.stat()
    path.write_bytes(octets)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    sizes = f',S={len(octets)},W={len(wire(octets))}'
    renamed = path.with_name(re.sub(',S=[0-9]+,W=[0-9]+', sizes, path.name))
    if renamed == path:
        return path
    path.rename(renamed)
    uids = path.parent.parent / 'dovecot-uidlist'
    uids.write_text(uids.read_text().replace(path.name.split(':')[0], renamed.name.split(':')[0]))
    (uids.parent / 'dovecot.index.cache').unlink(missing_ok=True)
    return renamed


def check_altered(job, state, what, alter):
    """A disk goes bad under the server, or a hand is at work there: alter() makes another text of one of ours."""
    ask = ['verify', *account(), f'--job={job}', '--every-byte', '--format=json']
    path = next(path for path in sorted(Path(os.environ['IMAP_DIR'], 'mail/alice/.Work').glob('[cn]*/*')) if b'theirs' not in path.read_bytes())
    octets = path.read_bytes()
    path = replace(path, alter(octets))
    run = cli(*ask, state=state, password=PASSWORDS['alice'])
    replace(path, octets)
    altered = [one for one in run.json['messages'] if one['code'] == 'content-changed']
    tap.equal((run.code, run.json['verdict'], len(altered), altered and altered[0]['folder']), (3, 'not-all', 1, 'Work'),
              f'verify: {what} is not taken for ours', run)
    rows = [row for row in run.json['evidence'] if row['server_sha256'] not in ('', row['sha256'])]
    tap.equal([(row['result'], row['uid'] > 0) for row in rows], [('missing', True)], f'verify: {what}: the evidence has both digests', rows)
    tap.equal(run.json['all']['proof']['header-identical'], 0, f'verify: {what}: nothing is told by its header alone', run)


def run_all(place):
    state, mail = place / 'state', place / 'mail'
    mail.mkdir()
    inbox = [message(i, 'inbox') for i in range(13)]
    inbox.append(inbox[12])
    odd = b'From: =?iso-8859-1?Q?=C4nne?= <anna@example.org>\nSubject: =?utf-8?Q?a_subject?=\n =?utf-8?Q?_nobody?= asked for\n'
    work = [message(i, 'work') for i in range(3)] + [odd + b'\nhas a \0 in it' + b'.' * 100 + b'\n',
                                                     odd + b'X-Status: D\n\nis marked as deleted\n']
    sources = [write_mbox(mail / 'Inbox', inbox), write_mbox(mail / 'Work', work)]
    with Mailbox() as box:
        box.imap.append('Inbox', '', '"17-Oct-2003 10:00:04 +0000"', wire(inbox[4]))
    run = cli('copy', *account(), *sources, '--no-repair=nul', '--format=json', state=state, password=PASSWORDS['alice'])
    tap.equal(run.code, 3, 'copied', run)
    job = run.json['job']
    check_reports(job, state, sources)
    before = manifest(mail)
    check_evidence(job, state, place, inbox + work[:4])
    tap.equal(manifest(mail), before, 'the source is untouched')
    check_damage(job, state, sources, inbox)
    check_altered(job, state, 'a letter that was altered', lambda octets: octets[:-3] + b'#' + octets[-2:])
    check_altered(job, state, 'a text that was made longer', lambda octets: octets + b'and some more\n')
    check_altered(job, state, 'another text under its header', lambda octets: octets[:octets.index(b'\n\n')] + 200 * b'\n\nquite another one')
    check_altered(job, state, 'a subject that was altered', lambda octets: octets.replace(b'Subject: ', b'Subject: not '))


with folder('verify') as place:
    run_all(place)
tap.done()
