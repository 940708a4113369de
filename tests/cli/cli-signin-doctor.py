"""mailhaul-cli check says why a server does not let somebody in: servers that cannot be had, in their own words.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import sys
from pathlib import Path

from haultest import Tap, cli, find_secrets

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))
from mischief.client import Server  # noqa: E402

os.environ['HAUL_FAULT_HOLD_MS'] = '200'
SECRET = 'Zq7-doctor'
tap = Tap()

# Personality, user: exit status, word for scripts, pieces of the sentence and of the advice, attempts with the password.
CASES = [
    ('exchange-2010', 'bob', 77, 'sign-in-refused', 'an Exchange, did not accept', 'DOMAIN\\user', 2),
    ('exchange-2010', 'bob@corp.example', 77, 'sign-in-refused', 'an Exchange, did not accept', 'DOMAIN\\user', 2),
    ('exchange-2016', 'CORP\\bob', 77, 'sign-in-refused', 'an Exchange, did not accept', 'or the account locked', 2),
    ('exchange-5.5', 'CORP/bob', 77, 'sign-in-refused', 'an Exchange, did not accept', 'IMAP may be switched off', 1),
    ('exchange-2016', 'CORP\\Administrator', 77, 'sign-in-refused', 'built-in Administrator', 'another user', 2),
    ('exchange-2010:not-connected', 'alice', 77, 'mailbox-closed', 'does not open the mailbox', 'DOMAIN\\user\\mailbox', 1),
    ('exchange-5.5:referral', 'alice', 77, 'other-server', 'on another server: other', 'Nothing was sent there', 1),
    ('exchange-online', 'bob@corp.example', 77, 'sign-in-token-only', 'does not take passwords', '--token-command', 2),
    ('exchange-online:2026', 'bob@corp.example', 77, 'sign-in-token-only', 'does not take passwords', '--token-command', 0),
    ('exchange-online:basic-disabled', 'alice', 77, 'sign-in-token-only', 'does not take passwords', '--token-command', 2),
    ('exchange-online:blocked', 'alice', 77, 'browser-needed', 'web browser', 'Sign in with a web browser', 2),
    ('exchange-online:not-connected', 'alice', 77, 'mailbox-closed', 'Exchange Online knows', 'licence', 2),
    ('gmail', 'bob', 77, 'sign-in-refused', 'did not accept this user name and password', 'app password', 1),
    ('gmail:app-password', 'alice', 77, 'app-password-needed', 'wants an app password', 'security page', 1),
    ('gmail:browser', 'alice', 77, 'browser-needed', 'web browser', 'Sign in with a web browser', 1),
    ('gmail:imap-off', 'alice', 77, 'imap-off', 'switched off', 'Switch it on', 1),
    ('gmail:too-many', 'alice', 75, 'too-many-connections', 'Too many connections', 'Close other mail programs', 1),
    ('conforming', 'bob', 77, 'sign-in-refused', 'did not accept this user name and password', 'Check both', 1),
]

# What others say, word for word.
WORDS = [
    ('[REFERRAL imap://alice;AUTH=*@mail.example.org:1143/] Try there', 77, 'other-server', 'mail.example.org:1143'),
    ('[REFERRAL imap://alice;AUTH=*@<b>evil</b>/] Try there', 77, 'other-server', 'on another server'),
    ('[EXPIRED] That password is too old', 77, 'password-expired', 'has expired'),
    ('[AUTHENTICATIONFAILED] Authentication failed - Too many login failures', 77, 'account-locked', 'locked'),
    ('[PRIVACYREQUIRED] Not like this', 77, 'no-tls', 'protected connection only'),
    ('[UNAVAILABLE] Temporary authentication failure.', 75, 'throttled', 'does not say that the password is wrong'),
    ('[CONTACTADMIN] Quite impossible', 77, 'contact-admin', 'must be asked'),
    ('', 77, 'sign-in-refused', 'did not accept this user name and password'),
]


def attempts(world):
    steps = world.steps()
    return steps.get('AUTHENTICATE:before', 0) + steps.get('LOGIN:before', 0)


def check(world, user, *more):
    return cli('check', f'--server=127.0.0.1:{world.port}', '--security=none', f'--user={user}', '--batch', *more,
               password=SECRET, timeout=60)


with Server() as server:
    world = server.world('one', user='alice', password=SECRET)
    for personality, user, status, word, sentence, advice, most in CASES:
        world.reset(personality)
        run = check(world, user, '--format=json')
        n = attempts(world)
        first, _, second = run.err.partition('\n')
        tap.check(run.code == status and run.json['error']['code'] == word and sentence in first and advice in second
                  and run.json['error']['exit_status'] == status, f'{personality}, {user}: {word}', run)
        tap.equal(n, most, f'{personality}, {user}: the password was sent {most} times', run)

    for words, status, word, piece in WORDS:
        world.ask('reset', personality='conforming', switches={'refuse_login': True}, texts={'login_bad': f'%t NO {words}'})
        run = check(world, 'alice', '--format=json')
        tap.check(run.code == status and run.json['error']['code'] == word and piece in run.json['error']['text'],
                  f'“{words}”: {word}', run)
        tap.check(attempts(world) <= 2, f'“{words}”: at most two attempts', run)

    world.reset('exchange-5.5:referral')
    run = check(world, 'alice', '--format=json')
    tap.equal(run.json['error']['other_server'], 'other', 'another server is named for scripts', run)

    evil = '\x1b[2J\x07a\u202eb\u2066c\x9bd<b>e</b>' + 'x' * 3000
    world.ask('reset', personality='conforming', switches={'refuse_login': True}, texts={'login_bad': f'%t NO {evil}'})
    run = check(world, 'alice', '--format=json')
    said = run.json['error']['server_text']
    tap.check(run.code == 77 and len(said) == 500 and '<b>e</b>' in said
              and not any(c in run.out + run.err for c in '\x1b\x07\u202e\u2066\x9b'), 'what a server says cannot steer a terminal', run)

tap.equal(find_secrets([SECRET], user='alice'), [], 'no password was shown')
tap.done()
