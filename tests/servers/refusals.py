"""What one real server refuses: repaired, or kept as a file; known again with the journal and without.

SPDX-License-Identifier: GPL-3.0-or-later

    with-SERVER refusals.py
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from servers import attach  # noqa: E402

tap = Tap()
server = attach()
HEAD = b'From: anna@example.org\nMessage-ID: <%d@x>\nDate: Fri, 17 Oct 2003 10:00:00 +0000\nSubject: %d\n'
LETTERS = [HEAD % (0, 0) + b'\ngood\n', HEAD % (1, 1) + b'\nN\0L\n', HEAD % (2, 2) + 'X-Name: Grüße\n\ntext\n'.encode('latin-1'),
           HEAD % (3, 3) + b'\nno last line end', HEAD % (4, 4) + b'this is no field\n\ntext\n', HEAD % (5, 5) + b'\n' + b'x' * 20000 + b'\nz CREATE pwned\n',
           b'From nobody Mon\n' + HEAD % (6, 6) + b'\nFrom line\n', HEAD % (7, 7) + b'Content-Type: text/plain\n\nN\0L and' + b' no end']

with folder('refusals') as place:
    user = server.fresh_user()
    (place / 'letters').mkdir()
    for i, octets in enumerate(LETTERS):
        (place / 'letters' / f'{i}.eml').write_bytes(octets)

    def copy(*more):
        return cli('copy', *account(user), place / 'letters', '--format=json', *more, password=server.password(user), state=place / 'state')

    first = copy()
    numbers = first.json['all']
    there = numbers['copied']
    failed = [one for one in first.json['messages'] if one['outcome'] == 'failed']
    repaired = [one for one in first.json['messages'] if one['code'] == 'repaired']
    print('#', server, numbers, [(one['code'], one['source'], one['text']) for one in failed + repaired])
    tap.check(first.code in (0, 3) and numbers['found'] == len(LETTERS) == there + numbers['failed'], 'each is copied or listed, none was there before', first)
    tap.check(any('1.eml' in one['source'] for one in repaired), 'NUL octets: repaired', first)
    tap.check(numbers['proof']['byte-identical'] + numbers['proof']['repaired'] + numbers['proof']['listed'] <= there, 'nothing is counted twice', first)
    tap.check(numbers['failed'] <= 1 and all(one['server_text'] for one in failed), 'what no repair helps is listed with the words of the server', first)
    kept = sorted((place / 'state' / 'refused').glob('*.eml'))
    tap.equal(len(kept), len(failed), 'and kept as a file', kept)
    stored = lambda: {name: len(messages) for name, messages in server.mailboxes(user).items() if messages}
    tap.equal(sum(stored().values()), there, 'each once', stored())
    tap.check('pwned' not in str(list(server.mailboxes(user))), 'no text became a command')
    for what in ('again', 'journal lost'):
        if what == 'journal lost':
            shutil.rmtree(place / 'state')
        run = copy()
        tap.equal((run.json['all']['copied'], run.json['all']['present']), (0, there), f'{what}: nothing is copied', run)
        tap.equal(sum(stored().values()), there, f'{what}: each once', stored())
tap.done()
