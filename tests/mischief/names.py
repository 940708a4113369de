"""Names, dates and labels on servers that cannot be had: each letter once, folders apart, and every change is said.

SPDX-License-Identifier: GPL-3.0-or-later

    names.py kinds     HAUL_TEST_KINDS names some of them, or all
"""
from mischieftest import *
import torture

PART = sys.argv[1]
tap = Tap()
NO = '%t NO Folder name is reserved'
# What it is called; the personality; its switches; where nothing may be put.
KINDS = [('conforming', 'conforming', {'delimiter': '\\', 'namespace_text': '(("" "\\\\")) NIL NIL', 'backslash_as_literal': True}, []),
         ('INBOX. and dots', 'conforming', {'prefix': 'INBOX.', 'delimiter': '.', 'namespace_text': '(("INBOX." ".")) (("user." ".")) (("shared." "."))'}, ['shared', 'user']),
         ('no name space', 'minimal-rfc3501', {}, []),
         ('case is folded', 'conforming', {'case_fold_names': True}, []),
         ('no label', 'conforming', {'keywords': 'drop'}, []),
         ('two labels', 'conforming', {'keywords': ['$Label1', 'Holiday']}, []),
         ('refused', 'conforming', {'forbidden_names': {'Work': NO, 'semi;colon': NO, 'a/b/c': NO}}, ['Work', 'semi;colon', 'a/b/c']),
         ('refused, no MOVE', 'no-move', {'forbidden_names': {'Work': NO, 'semi;colon': NO}}, ['Work', 'semi;colon']),
         ('Exchange 2010', 'exchange-2010', {'keywords': 'drop'}, ['Calendar', 'Notizen', 'Sync Issues', 'Files']),
         ('Exchange 2003', 'exchange-2003', {}, ['Calendar', 'Public Folders']),
         ('Exchange Online', 'exchange-online:basic', {}, ['Calendar', 'Files', 'Sync Issues']),
         ('Gmail', 'gmail', {}, []),
         ('Yahoo', 'yahoo-like', {}, [])]

USUAL = 'INBOX. and dots;two labels;refused, no MOVE;Exchange 2010;Exchange Online;Gmail'  # HAUL_TEST_KINDS=all for the rest


def copy(place, world, *more):
    return cli('copy', f'--server=127.0.0.1:{world.port}', '--security=none', f'--user={USER}', '--batch', place / 'Mail', '--format=json', *more,
               password=PASSWORD, state=place / 'state')


def found(world, prefix):
    """As the report calls them; what a server makes of its mail does not matter here."""
    boxes = {}
    for name, box in world.contents(as_sent=True).items():
        name = name[len(prefix):] if prefix and name.startswith(prefix) else name
        boxes[name] = [row for row, n in box.items() for _ in range(n)]
    return boxes


def shown(name, delimiter):
    return '/'.join(decode_name(part) for part in name.split(delimiter)) if delimiter else decode_name(name)


def try_kind(world, kind):
    what, personality, switches, closed = kind
    with folder('names') as place:
        world.reset(personality, **switches)
        folders = torture.write(place / 'Mail')
        run = copy(place, world, '--verbose')
        if not tap.check(run.out.startswith('{'), f'{what}: a report', run):
            return
        check = cli('check', f'--server=127.0.0.1:{world.port}', '--security=none', f'--user={USER}', '--batch', '--format=json', password=PASSWORD,
                    state=place / 'state').json
        boxes = {shown(name, check['delimiter']): rows for name, rows in found(world, check['prefix']).items()}
        places = torture.judge(tap, what, run, folders, boxes)
        tap.equal([name for name in closed if boxes.get(name)], [], f'{what}: nothing is put where it is no use', run)
        tap.equal(world.ask('foreign')['foreign'], [], f'{what}: no name was taken for commands')
        again = copy(place, world)
        tap.equal((again.code, again.json['all']['copied']), (0, 0), f'{what}: again: nothing is copied', again)
        plan = cli('plan', f'--server=127.0.0.1:{world.port}', '--security=none', f'--user={USER}', '--batch', place / 'Mail', '--format=json',
                   password=PASSWORD, state=place / 'state').json
        planned = {row['mailbox'] for row in plan['folders']}
        tap.check(set(places) <= planned or what.startswith('refused'), f'{what}: the plan says the same names', sorted(set(places) - planned))
        return run


def part_kinds(world):
    only = os.environ.get('HAUL_TEST_KINDS', USUAL).split(';')
    for kind in [kind for kind in KINDS if kind[0] in only or only == ['all']]:
        run = try_kind(world, kind)
        notes = {row['path']: row.get('note') or '' for row in run.json['folders']} if run else {}
        if run and kind[0].startswith('refused'):
            tap.check('Folder name is reserved' in notes['semi;colon'] and '“semi_colon”' in notes['semi;colon'], f'{kind[0]}: both names are said', notes)
        if run and kind[0].startswith('Exchange'):
            stored = [line for line in run.err.splitlines() if 'UID STORE' in line and 'FLAGS.SILENT (\\Flagged)' in line]
            tap.equal(len(stored), 1, f'{kind[0]}: a flag is set again where the message lies', '\n'.join(stored))
        if kind[0] == 'two labels':
            tap.check('“holiday”' not in notes['labels'] and '“$NotJunk” (1 message)' in notes['labels'], 'two labels: others are named', notes['labels'])
        if kind[0] == 'no label':
            tap.check('“holiday” (1 message)' in notes['labels'] and 'and 21 others' in notes['many labels'], 'no label: they are named', notes)
        if kind[0] == 'INBOX. and dots':
            tap.check('“\\Recent”' in notes['labels'] and 'is called “100_”' in notes['labels'], 'dots: what cannot be a label is named', notes['labels'])
        if kind[0] == 'Exchange Online':
            tap.check('not for mail' in notes['Calendar'], 'Exchange Online: why it has another name', notes['Calendar'])
        if kind[0] == 'Gmail':
            tap.check('30 days' in ' '.join(notes.values()) or 'Trash' not in ' '.join(notes), 'Gmail: what is emptied is said', notes)


with folder() as _:
    server = Server()
    world = server.world('names', user=USER, password=PASSWORD)
    globals()[f'part_{PART}'](world)
tap.done()
