"""Names, dates and labels on a real server: each letter once, folders apart, and every change is said.

SPDX-License-Identifier: GPL-3.0-or-later

    with-SERVER names.py
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

import torture  # noqa: E402
from haultest import *  # noqa: E402,F403
from haultest import Mailbox, Tap, account, cli, folder, hashlib, manifest  # noqa: E402
from servers import attach  # noqa: E402

# A part of them: each is a mailbox to be made and looked through, which takes a while on some servers.
NAMES = ['Work', 'WORK', 'work ', ' two  words ', 'v1.2', 'a*b', '~home', '#news', '&', 'Grüße', 'Gru\u0308ße', '日本語', '😀', 'x' * 250, 'x' * 249 + 'y',
         'INBOX', 'Inbox/below', 'Work/INBOX', 'Calendar', 'quo"te', 'back\\slash', 'line\nbreak', 'a; rm -rf $(x) `y` <b>', '{5}', 'INBOX.x',
         '/'.join(f'level {n}' for n in range(1, 11)), 'Gesendete Objekte']
tap, server = Tap(), attach()


def as_sent(octets):
    """What was sent, by its number, if the server keeps it unspoilt."""
    return hashlib.sha256(octets).hexdigest()


with folder('names') as place:
    user = server.fresh_user()
    folders = torture.write(place / 'Mail', [NAMES[i] for i in (0, 1, 3, 4, 10, 13, 22, -1)] if server.is_slow_to_rename or not server.keywords else NAMES)
    before = manifest(place / 'Mail')
    arguments = [*account(user), place / 'Mail', '--format=json']
    plan = cli('plan', *arguments, password=server.password(user), state=place / 'state', timeout=300)
    run = cli('copy', *arguments, password=server.password(user), state=place / 'state', timeout=300)
    kept = {as_sent(server.kept(letter.octets.replace(b'\n', b'\r\n'))): letter.digest for letters in folders.values() for letter in letters}
    found = {name: [(kept.get(as_sent(m.octets)), m.received, m.flags) for m in messages] for name, messages in server.mailboxes(user).items() if messages}
    if tap.check(run.out.startswith('{'), f'{server}: a report', f'{run}\n{server.log()}'):
        places = torture.judge(tap, str(server), run, folders, found)
        planned = {row['mailbox'] for row in plan.json['folders']}
        tap.check(set(places) <= planned, f'{server}: the plan says the same names', f'{sorted(set(places) - planned)}\n{plan}')
        notes = {row['path']: row.get('note') or '' for row in run.json['folders']}
        tap.check('“\\Recent”' in notes['labels'] and ('“holiday”' in notes['labels']) == (not server.keywords), f'{server}: lost labels are named', notes['labels'])
        dates = [m['code'] for m in run.json['messages'] if m['folder'] == 'dates']
        is_new = all(row['copied'] == row['found'] for row in run.json['folders'] if row['path'] == 'dates')
        tap.check(not is_new or dates == ['no-date'] * len([letter for letter in folders['dates'] if letter.date is None]), f'{server}: a message without a date is named', run)
        if server.keywords:
            with Mailbox(user, server.password(user)) as box:
                wire = next(name for name in box.names() if decode_name(name).endswith('many labels'))
                shown = [flags for _, _, flags in box.messages(wire)]
            tap.equal(len([flags for flags in shown if 'often' in flags and any(f.startswith('mark') for f in flags)]), 40, f'{server}: forty labels', shown)
    again = cli('copy', *arguments, password=server.password(user), state=place / 'state', timeout=300)
    tap.equal((again.code, again.json['all']['copied']), (0, 0), f'{server}: again: nothing is copied', again)
    tap.equal(manifest(place / 'Mail'), before, f'{server}: the source is as it was')
tap.done()
