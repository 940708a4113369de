"""What a server refuses, as a person is told of it: foreseen, repaired, carried, kept; and taken back.  SPDX-License-Identifier: GPL-3.0-or-later

    refused.py PART       with the scripted server
"""
import csv
import io
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ('support', 'lib')]
import os  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
from haultest import Counter, Tap, cli, contextlib, folder  # noqa: E402
from mischief.client import Server  # noqa: E402

USER, PASSWORD = 'alice', 'geheim'
CYRUS = '%t NO Message contains invalid header'
REFUSED = {'refuse_content': {'header_8bit': CYRUS, 'long_line': CYRUS}}
HEAD = b'From: anna@example.org\nTo: b@example.org\nDate: Fri, 17 Oct 2003 10:00:00 +0000\nMessage-ID: <%d@x>\nSubject: '
GOOD = HEAD % 0 + b'good\n\ntext\n'
UMLAUTS = HEAD % 1 + 'Grüße\n\ntext\n'.encode()
NUL = HEAD % 2 + b'nul\n\na\0b\n'
# Signed, so that nothing is changed in it.
SIGNED = [(HEAD + b'signed\nContent-Type: multipart/signed; boundary=x\n\n--x\n\n%s\n--x--\n') % (i, b'x' * 11000) for i in (3, 4)]
tap = Tap()


@contextlib.contextmanager
def place_for(server, what, texts, personality='conforming', **switches):
    """A folder of messages, an account at the scripted server, and what runs the program there."""
    world = server.world(what, personality, user=USER, password=PASSWORD, switches=switches)
    with folder('refused') as place:
        (place / 'letters').mkdir()
        for i, text in enumerate(texts):
            (place / 'letters' / f'{i}.eml').write_bytes(text)

        def run(verb, *more, job=None):
            where = [f'--job={job}'] if job else [place / 'letters']
            return cli(verb, f'--server=localhost:{world.port}', '--security=none', f'--user={USER}', '--batch', *where, *more,
                       state=place / 'state', password=PASSWORD)

        yield world, place, run
    world.close()


def stored(world):
    found = world.contents(as_sent=True)
    return {name: sum(box.values()) for name, box in found.items() if sum(box.values())}


def report(place, job, form):
    return cli('report', f'--job={job}', f'--format={form}', state=place / 'state')


def part_report():
    texts = [GOOD, UMLAUTS, NUL, *SIGNED]
    with Server() as server, place_for(server, 'report', texts, **REFUSED) as (world, place, run):
        done = run('copy', '--format=json')
        job, there = done.json['job'], str(place / 'state' / 'refused')
        rows = {(row['source'], row['code']): row for row in done.json['messages']}
        tap.equal((done.code, Counter(code for _, code in rows if code != 'no-date')), (3, Counter({'repaired': 2, 'refused': 2})), 'two repaired, two refused', done)
        kept = [rows[f'{i}.eml', 'refused'].get('kept', '') for i in (3, 4)]
        tap.check(all(path.startswith(there) and Path(path).exists() for path in kept) and len(set(kept)) == 2, 'JSON: each with its file', done)
        tap.equal([Path(path).read_bytes() for path in kept], [text.replace(b'\n', b'\r\n') for text in SIGNED], 'which is the message', kept)

        run_csv = report(place, job, 'csv')
        table = list(csv.DictReader(io.StringIO(run_csv.out)))
        tap.equal(sorted(row['kept'] for row in table if row['kept']), sorted(kept), 'CSV: the files', run_csv)
        tap.equal([sum(int(row[name] or 0) for row in table if row['kind'] == 'folder') for name in ('found', 'copied', 'failed')], [5, 3, 2],
                  'CSV: it sums', run_csv)
        tap.check(None not in table[0] and all(value is not None for row in table for value in row.values()), 'CSV: as many cells as columns', table)

        html = report(place, job, 'html')
        tap.equal(len(re.findall('<h3>2 messages: ', html.out)), 1, 'HTML: one sentence for both that are refused', html)
        tap.check(all(path in html.out for path in kept) and 'Message contains invalid header' in html.out, 'HTML: with their files and the words', html)
        tap.check('letters in its header were encoded' in html.out and 'octets of value zero' in html.out, 'HTML: what was changed', html)
        text = report(place, job, 'text')
        tap.equal(len(re.findall(r'“Message contains invalid header” It is kept here as .*/refused/', text.out)), 2, 'text: the words and the file', text)

        shut = place / 'file'
        shut.write_text('')
        done = run('copy', f'--export-refused={shut}/sub', '--format=json')
        lines = [row for row in done.json['messages'] if row['outcome'] == 'failed']
        tap.check(len(lines) == 2 and all('could not be kept' in row['text'] and 'kept' not in row for row in lines), 'a file that cannot be written: said', done)


def part_plan():
    """What will be done, before anything is sent."""
    usual = ['final-line-end', 'from-line', 'header-8bit', 'nul', 'long-lines']
    with Server() as server:
        with place_for(server, 'exchange', [GOOD], 'exchange-2010') as (world, _, run):
            text = run('plan')
            tap.check('Exchange 2010 takes no lines of more than 9900 characters' in text.out and 'encoded anew' in text.out, 'Exchange: long lines', text)
            tap.check('changed in small things' in text.out and 'kept on this computer as a file' in text.out, 'Exchange: what is usual', text)
            plan = run('plan', '--format=json').json
            tap.equal((plan['repairs'], plan['repairs_needed'], plan['carrier']), (usual, ['long-lines'], False), 'Exchange: JSON')
            text = run('plan', '--no-repair=long-lines')
            tap.check('count as refused' in text.out and 'encoded anew' not in text.out, 'Exchange: not so', text)
        with place_for(server, 'yahoo', [GOOD], 'yahoo-like') as (world, _, run):
            text = run('plan')
            tap.check('wants an end of each last line' in text.out, 'Yahoo: last lines', text)
        with place_for(server, 'other', [GOOD]) as (world, _, run):
            for options, words in (['--no-repair=all'], 'refuses is kept on this computer'), (['--no-repair=all', '--carrier'], 'refuses is attached as a whole'), \
                    (['--carrier'], 'else it is attached as a whole'):
                text = run('plan', *options)
                tap.check(words in text.out and 'no lines of' not in text.out, f'another: {" ".join(options)}', text)
            tap.equal(stored(world), {}, 'and nothing is there')


def part_again():
    """What went up in another form is not sent a second time, whatever is chosen then, and when the server takes it by then."""
    texts = [GOOD, UMLAUTS, NUL, *SIGNED]
    with Server() as server:
        for personality in 'conforming', 'exchange-2010':
            with place_for(server, f'again-{personality}', texts, personality, **REFUSED) as (world, place, run):
                done = run('copy', '--carrier', '--format=json')
                tap.equal((done.code, done.json['all']['copied']), (0, 5), f'{personality}: copied', done)
                for what in 'nothing chosen', '--no-repair=all', '--no-repair=all, journal lost', 'taken by now':
                    if 'lost' in what:
                        shutil.rmtree(place / 'state')
                    if 'by now' in what:
                        world.set(refuse_content={}, line_limit=None)
                    again = run('copy', '--format=json', *re.findall('--[a-z=-]+', what))
                    numbers = again.json['all']
                    tap.equal((numbers['copied'], numbers['present'], numbers['failed']), (0, 5, 0), f'{personality}, {what}: all are there', again)
                    tap.equal(sum(stored(world).values()), 5, f'{personality}, {what}: each once', stored(world))


def part_closes():
    """A server that closes the connection after so many refusals: what it took before is kept, and all arrives in the end."""
    os.environ['HAUL_FAULT_HOLD_MS'] = '50'
    with Server() as server:
        for personality, cap, n in ('exchange-2010', 10, 36), ('conforming', 5, 12), ('no-move', 5, 12):
            texts = [HEAD % i + f'Grüße {i}\n\ntext\n'.encode() for i in range(n)]
            with place_for(server, f'closes-{personality}', texts, personality, err_cap=cap, **REFUSED) as (world, place, run):
                done = run('copy', '--format=json')
                numbers = done.json['all']
                tap.equal((numbers['copied'], numbers['present'], numbers['failed']), (n, 0, 0), f'{personality}: all are copied', done)
                taken = world.ask('steps')['counts']['stored']
                # Where the end is read only after the next one was begun, that is in doubt, and with it all that cannot be told apart from it.
                tap.check(sum(stored(world).values()) == n and taken <= 3 * n, f'{personality}: each once, and not all is sent again and again ({taken})', stored(world))


def part_undo():
    for what, code, texts, more in (('repaired', 'repaired', [GOOD, UMLAUTS, NUL, NUL, GOOD + b'x'], ()),
                                    ('carried', 'carried', [GOOD, *SIGNED], ('--carrier',))):
        n = len(texts)
        with Server() as server, place_for(server, what, texts, **REFUSED) as (world, place, run):
            for again in '', ', once more':
                done = run('copy', '--format=json', *more)
                tap.equal((done.code, done.json['all']['copied']), (0, n), f'{what}{again}: copied', done)
                tap.equal(sum(stored(world).values()), n, f'{what}{again}: stored')
                tap.equal({one['code'] for one in done.json['messages']} - {'no-date'}, {code}, f'{what}{again}: said so', done)
                job = done.json['job']
                back = run('undo', '--format=json', job=job)
                tap.equal((back.code, back.json['taken'], back.json['messages']), (0, n, []), f'{what}{again}: taken back', back)
                tap.equal(stored(world), {}, f'{what}{again}: nothing is there any more', back)


def main():
    globals()['part_' + sys.argv[1]]()
    tap.done()


main()
