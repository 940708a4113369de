#!/usr/bin/python3
"""The table of servers, made by running mailhaul-cli against each.

SPDX-License-Identifier: GPL-3.0-or-later

    evidence.py SERVER [CELL…]     one row, as TAP; a real server must run beside it: with-cyrus evidence.py Cyrus
    evidence.py SERVER quick       the cells that cost little
    evidence.py all [SERVER…] [--write]   all rows, or these, one after the other; then the table; --write puts it into docs/servers.md
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
os.environ.setdefault('HAUL_FAULT_HOLD_MS', '1500')
os.environ.setdefault('SKIP_STATUS', '0')

import targets  # noqa: E402
from cells import CELLS, QUICK, Bench, NotApplicable  # noqa: E402
from haultest import BUILD, SOURCE, Tap, folder  # noqa: E402
from targets import REAL, SCRIPTED  # noqa: E402

ROWS = BUILD / 'tests/servers/evidence'
PAGE = SOURCE / 'docs/servers.md'
BEGIN, END = '<!-- the table begins -->', '<!-- the table ends -->'


def cells_of(target):
    if target.name == 'hostile':
        from hostile import HOSTILE
        return HOSTILE
    return CELLS


def row(title, wanted):
    """Fills the cells of one row; {cell: what came out}."""
    tap, filled = Tap(), {}
    target = targets.make(title)
    cells = cells_of(target)
    for name in wanted or cells:
        bad, began = tap.bad, time.monotonic()
        with folder('evidence') as place:
            bench = Bench(tap, target, place)
            bench.what = name
            try:
                word = cells[name](bench) or 'pass'
            except NotApplicable as why:
                word = f'n/a: {why}'
                tap.skip(f'{title}, {name}', str(why))
            except Exception as error:
                import traceback
                tap.check(False, f'{title}, {name}: no exception', traceback.format_exc())
                word = str(error)
        filled[name] = word if tap.bad == bad else 'FAIL'
        print(f'# {title}, {name}: {filled[name]}, {time.monotonic() - began:.1f} s', flush=True)
    return tap, filled


def save(title, filled):
    ROWS.mkdir(parents=True, exist_ok=True)
    path = ROWS / f'{title.replace(" ", "-")}.json'
    old = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**old, **filled}))


def passes(title):
    """[(settings, cells)]: a real server is started once for most cells, and again for those that want it otherwise."""
    if title in SCRIPTED:
        return [({}, [])]
    _, settings, special = REAL[title]
    usual = [cell for cell in CELLS if cell not in special]
    return [(settings, usual), *(({**settings, **more}, [cell]) for cell, more in special.items())]


def fill(title):
    start = [] if title in SCRIPTED else [SOURCE / f'tests/support/with-{REAL[title][0]}']
    for settings, cells in passes(title):
        run = subprocess.run([*start, sys.executable, __file__, title, *cells], env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True)
        print(*[line for line in run.stdout.splitlines() if line.startswith(('not ok', '# ' + title, '1..0'))], sep='\n', flush=True)


def everything(titles, write):
    for title in titles or [*REAL, *SCRIPTED]:
        fill(title)
    table = as_table()
    print('', table, sep='\n')
    if write:
        head, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(head + BEGIN + '\n' + table + END + rest.partition(END)[2])


def as_table():
    lines, notes = [f"| server | {' | '.join(CELLS)} |", '| --- ' * (len(CELLS) + 1) + '|'], []
    for title in [*REAL, *SCRIPTED]:
        path = ROWS / f'{title.replace(" ", "-")}.json'
        filled = json.loads(path.read_text()) if path.exists() else {}
        shown = []
        for name in CELLS:
            word = filled.get(name, 'not run')
            if word.startswith('n/a: '):
                why = word.removeprefix('n/a: ')
                notes += [] if why in notes else [why]
                word = f'n/a ({notes.index(why) + 1})'
            shown.append(word)
        lines.append(f"| {title} | {' | '.join(shown)} |")
    notes = [f'({i + 1}) {why}' for i, why in enumerate(notes)]
    return '\n'.join([*lines, '', *(['Not applicable: ' + ' · '.join(notes) + '.'] if notes else []), ''])


def main():
    title, *more = sys.argv[1:] or ['all']
    if title == 'all':
        return everything([word for word in more if word != '--write'], '--write' in more)
    tap, filled = row(title, list(QUICK) if more == ['quick'] else more)
    save(title, filled)
    return tap.done()


main()
