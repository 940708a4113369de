#!/usr/bin/python3
"""table.py BUILD-DIR   what the tests of real servers came to, as a table in Markdown.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import sys
from pathlib import Path

rows = [json.loads(path.read_text()) for path in sorted(Path(sys.argv[1], 'tests/servers/rows').iterdir())]
whats = list(dict.fromkeys(what for row in rows for what in row['row']))
print('| server | rung | ' + ' | '.join(whats) + ' | what it makes of messages |')
print('| --- ' * (len(whats) + 3) + '|')
for row in rows:
    cells = [{True: 'exact', False: 'FAILED'}.get(row['row'].get(what), '–') for what in whats]
    print(f"| {row['server']} | {', '.join(row['rungs'])} | {' | '.join(cells)} | {'; '.join(row['alters'])} |")
