"""mailhaul-cli scan on made stores.  SPDX-License-Identifier: GPL-3.0-or-later"""
import gzip
import shutil

import dbxsample
from haultest import Tap, cli, folder, make_maildir, make_mbox, manifest, message

tap = Tap()


def walk(folders, path=''):
    """(display path, made folder) of a dbxwriter store."""
    for made in folders:
        name = f'{path}/{made.name}' if path else made.name
        yield name, made
        yield from walk(made.children, name)


with folder() as place:
    made = dbxsample.sample_store()
    made.write(place / 'Outlook Express')
    (place / 'Mail').mkdir()
    make_mbox(place / 'Mail' / 'archive', 12, 'archive')
    make_maildir(place / 'Maildir', {'': 5, 'Work': 3, 'Work.2001': 2})
    before = manifest(place)

    run = cli('scan', '--format=json', place / 'Outlook Express')
    tap.equal(run.code, 0, 'Outlook Express is found', run)
    stores = run.json['stores']
    tap.equal([(s['program'], s['format'], s['grade'], s['path']) for s in stores],
              [('Outlook Express', 'dbx', 'exact', str(place / 'Outlook Express'))], 'one store, by its program')
    wanted = {name: len(f.messages) for name, f in walk(made.folders)}
    tap.equal({f['path']: f['messages'] for f in stores[0]['folders']}, wanted, 'folders and counts are those made')
    keys = {'path', 'role', 'messages', 'bytes', 'deleted', 'oldest', 'newest'}
    tap.check(all(set(f) == keys for f in stores[0]['folders']) and set(stores[0]) == {'program', 'format', 'grade', 'path', 'folders'},
              'the members are the ones promised', run)
    roles = {f['path']: f['role'] for f in stores[0]['folders']}
    tap.equal([roles[n] for n in ('Inbox', 'Outbox', 'Sent Items', 'Deleted Items', 'Drafts', 'Rechnungen')],
              ['inbox', 'outbox', 'sent', 'trash', 'drafts', 'none'], 'special folders by role')
    notes = next(f for f in stores[0]['folders'] if f['path'] == 'Garden Notes')
    tap.check(notes['oldest'] == '2004-01-15T09:00:00Z' and notes['bytes'] == sum(
        len(m.text) for n, f in walk(made.folders) if n == 'Garden Notes' for m in f.messages), 'dates and sizes', notes)

    run = cli('scan', '--format=json', place)
    found = {(s['format'], sum(f['messages'] for f in s['folders'])) for s in run.json['stores']}
    tap.equal(found, {('dbx', 57), ('mbox', 12), ('maildir', 10)}, 'every store below a folder is found', run)
    tap.equal(run.code, 0, 'and nothing is wrong with them')

    run = cli('scan', place)
    tap.check('Garden Notes' in run.out and '2004-01-15' in run.out and run.out.rstrip().splitlines()[-1].startswith('79 messages'),
              'the table for people ends with the sum', run)
    tap.equal(cli('scan', '--quiet', place).out, '', 'quiet is quiet')

    home = dict(HOME=str(place), XDG_DATA_HOME=str(place / 'none'), XDG_CONFIG_HOME=str(place / 'none'))
    run = cli('scan', '--format=json', env=home)
    tap.check({'dbx', 'maildir'} <= {s['format'] for s in run.json['stores']}, 'without a place the home folder is searched', run)
    tap.equal(manifest(place), before, 'nothing in the sources changed')

with folder() as place:
    (place / 'notes.txt').write_text('Dear diary')
    run = cli('scan', place)
    tap.check(run.code == 66 and 'no mail' in run.err, 'a folder without mail says so', run)
    run = cli('scan', place / 'notes.txt')
    tap.check(run.code == 66 and 'no mail' in run.err, 'a file that is not mail says so', run)

    for name in ('Outlook.pst', 'Old mail.ZIP'):
        (place / name).write_bytes(b'!BDN' if 'pst' in name else b'PK\3\4')
        run = cli('scan', place / name)
        tap.check(run.code == 65 and 'cannot be read yet' in run.err, f'{name}: known, not read, told', run)

    # Where no locale is set, letters are still letters.
    make_maildir(place / 'Büro', {'': 1})
    run = cli('scan', place / 'Büro', env=dict(LANG='', LC_ALL='', LC_CTYPE='', LANGUAGE=''))
    tap.check(run.code == 0 and 'Büro' in run.out, 'UTF-8 without a locale', run)
    shutil.rmtree(place / 'Büro')

    # A name that could command a terminal is shown, not obeyed.
    make_maildir(place / 'odd\x1b[31mname', {'': 1})
    run = cli('scan', place)
    tap.check(run.code == 0 and '\x1b' not in run.out, 'names cannot command the terminal', repr(run.out))

with folder() as place:
    make_mbox(place / 'archive', 3)
    with gzip.open(place / 'archive.gz', 'wb') as file:
        file.write((place / 'archive').read_bytes())
    (place / 'archive').unlink()
    run = cli('scan', '--format=json', place / 'archive.gz')
    tap.check(run.code == 65 and run.json['stores'][0]['error']['code'] == 'store-unsupported', 'a packed store: known, not read, told', run)
    make_maildir(place / 'Maildir', {'': 2})
    run = cli('scan', '--format=json', place)
    tap.check(run.code == 65 and [f['messages'] for s in run.json['stores'] for f in s['folders']] == [2],
              'beside it the healthy store is shown', run)
tap.done()
