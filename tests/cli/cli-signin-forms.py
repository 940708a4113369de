"""What each way of signing in gets of a name, whose mailbox it opens, and what that costs: servers that cannot be had.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys
import time
from pathlib import Path

from haultest import Started, Tap, cli, find_secrets, folder, make_maildir, make_mbox

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))
from mischief.client import Server  # noqa: E402

os.environ['HAUL_FAULT_HOLD_MS'] = '200'
os.environ['KRB5CCNAME'] = 'FILE:/nonexistent/ticket'
SECRET = 'Zq7-f"o\\rm'
tap = Tap()

# Whom the server knows, its personality, what is asked for; the way that worked or the word of the error, and the attempts.
CASES = [
    ('CORP\\bob', 'exchange-2016', 'CORP\\bob', [], 'plain', 1),
    ('CORP\\bob', 'exchange-2016', 'CORP\\bob', ['--auth=login'], 'login', 1),
    ('CORP\\bob', 'exchange-2016', 'CORP\\bob', ['--auth=ntlm'], 'ntlm', 1),
    ('CORP\\bob', 'exchange-2016', 'CORP/bob', ['--auth=ntlm'], 'ntlm', 1),
    ('CORP\\bob', 'exchange-5.5', 'CORP\\bob', [], 'login', 1),
    ('CORP\\bob', 'exchange-5.5', 'CORP\\bob', ['--auth=ntlm-v1'], 'ntlm-v1', 1),
    ('CORP\\bob', 'exchange-5.5', 'CORP\\bob', ['--auth=ntlm'], 'sign-in-refused', 1),
    ('CORP/bob/sales', 'exchange-5.5', 'CORP/bob/sales', [], 'login', 1),
    ('CORP\\bob\\sales', 'exchange-2010', 'CORP\\bob\\sales', ['--auth=login'], 'login', 1),
    ('CORP\\bob\\sales', 'exchange-2010', 'CORP\\bob\\sales', [], 'plain', 1),
    ('CORP\\bob', 'exchange-2010', 'CORP\\bob\\sales', ['--auth=ntlm'], 'other-mailbox-form', 0),
    # For somebody else: apart by PLAIN, in one word by LOGIN, not at all by NTLM.
    ('CORP\\admin\\bob', 'exchange-5.5', 'bob', ['--authenticate-as=CORP\\admin'], 'login', 1),
    ('CORP/admin/bob', 'exchange-5.5', 'bob', ['--authenticate-as=CORP/admin'], 'login', 1),
    ('admin@corp.example\\bob@corp.example', 'exchange-2016', 'bob@corp.example', ['--authenticate-as=admin@corp.example'], 'login', 2),
    ('bob', 'exchange-2016', 'bob', ['--authenticate-as=CORP\\admin'], 'plain', 1),
    ('CORP\\admin', 'exchange-2016', 'bob', ['--authenticate-as=CORP\\admin', '--auth=ntlm'], 'other-mailbox-form', 0),
    ('admin', 'exchange-5.5', 'bob', ['--authenticate-as=admin'], 'other-mailbox-form', 0),
    # What is not there.
    ('CORP\\bob', 'exchange-2016', 'CORP\\bob', ['--auth=cram-md5'], 'sign-in-unsupported', 0),
    ('CORP\\bob', 'exchange-2016', 'CORP\\bob', ['--auth=gssapi'], 'no-ticket', 0),
    ('bob', 'conforming', 'bob', ['--token-command=echo x'], 'sign-in-unsupported', 0),
]


def attempts(world):
    steps = world.steps()
    return steps.get('AUTHENTICATE:before', 0) + steps.get('LOGIN:before', 0)


def changed_meanwhile(server, place):
    """The password is changed, all connections break, and the server thinks long about each sign-in, as many do."""
    world = server.world('changed', user='alice', password=SECRET)
    source = make_maildir(place / 'maildir', {f'F{i}': 250 for i in range(8)}, size=8000)
    started = Started('copy', f'--server=127.0.0.1:{world.port}', '--security=none', '--user=alice', '--batch', '--connections=8',
                      source, password=SECRET, state=place / 'state-changed')
    end = time.monotonic() + 60
    while sum('upload' in name for name in world.ask('dump', messages=False)['mailboxes']) < 8 and time.monotonic() < end:
        time.sleep(0.02)
    before = attempts(world)
    world.set(refuse_login=True)
    for i in range(1, 20):
        world.arm('AUTHENTICATE:before', n=i, act='stall', seconds=3)
    world.ask('drop')
    run = started.wait(60)
    tap.check(run.code == 77 and 1 <= attempts(world) - before <= 2, 'a password that was changed meanwhile is not shown by every connection',
              f'{attempts(world) - before} attempts\n{run}')


with Server() as server:
    for i, (known, personality, user, more, word, most) in enumerate(CASES):
        world = server.world(f'w{i}', personality, user=known, password=SECRET, switches={'masters': {'CORP\\admin': SECRET}})
        options = [f'--server=127.0.0.1:{world.port}', '--security=none', f'--user={user}', '--batch', *more]
        needs_password = '--auth=gssapi' not in more and not any(m.startswith('--token') for m in more)
        run = cli('check', *options, '--format=json', password=SECRET if needs_password else None)
        got = run.json.get('auth') or run.json['error']['code']
        tap.check(got == word and attempts(world) == most, f'{known} at {personality}, {user} {" ".join(more)}: {word}, {most} attempts',
                  f'{attempts(world)} attempts\n{run}')
        world.close()

    with folder() as place:
        world = server.world('copy', 'exchange-2016', user='admin@corp.example\\bob', password=SECRET)
        source = make_mbox(place / 'mail', 30)
        run = cli('copy', f'--server=127.0.0.1:{world.port}', '--security=none', '--user=bob', '--authenticate-as=admin@corp.example',
                  '--batch', '--connections=3', source, password=SECRET, state=place / 'state')
        logins = world.ask('steps')['counts']['logins']
        tap.check(run.code == 0 and attempts(world) == logins + 1, 'a copy signs in as the check was let in', f'{attempts(world)} attempts, {logins} good\n{run}')
        changed_meanwhile(server, place)
        tap.equal(find_secrets([SECRET], place, user='bob'), [], 'no password is in any file, output or command line')
tap.done()
