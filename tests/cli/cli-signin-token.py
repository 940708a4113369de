"""Signing in with a token that a command prints, and going on when it runs out.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import shlex
import sys
from pathlib import Path

from haultest import Tap, cli, find_secrets, folder, make_mbox

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))
from mischief.client import Server  # noqa: E402

os.environ['HAUL_FAULT_HOLD_MS'] = '200'
TOKEN = 'Zq7-eyJ0eXAi.eyJhdWQi'
tap = Tap()


class Printer:
    """A command that prints what is in a file, and keeps count."""

    def __init__(self, place, token):
        self.token, self.count, self.script = place / 'token', place / 'count', place / 'print-token'
        self.set(token)
        self.script.write_text(f'#!/bin/sh\nprintf x >> {shlex.quote(str(self.count))}\nexec cat {shlex.quote(str(self.token))}\n')
        self.script.chmod(0o700)
        self.option = f'--token-command={self.script} "with words"'

    def set(self, token):
        self.token.write_text(token + '\n')

    @property
    def times(self):
        return len(self.count.read_text()) if self.count.exists() else 0


def attempts(world):
    steps = world.steps()
    return steps.get('AUTHENTICATE:before', 0) + steps.get('LOGIN:before', 0)


def options(world, user):
    return [f'--server=127.0.0.1:{world.port}', '--security=none', f'--user={user}', '--batch']


def checks(world, place):
    for personality, auth in (('exchange-online:2026', []), ('exchange-online', ['--auth=xoauth2']), ('gmail', []), ('gmail', ['--auth=oauthbearer'])):
        world.reset(personality)
        printer = Printer(place, TOKEN)
        run = cli('check', *options(world, 'bob@corp.example'), printer.option, *auth)
        tap.check(run.code == 0 and attempts(world) == 1, f'{personality} {auth}: signed in with a token', run)
    for user, more in (('bob@corp.example', ['--authenticate-as=admin@corp.example']), ('admin@corp.example\\bob@corp.example', [])):
        world.reset('exchange-online')
        run = cli('check', *options(world, user), printer.option, *more)
        tap.check(run.code == 0, f'{user} {more}: the mailbox is named, the token is another’s', run)
    world.reset('exchange-online')
    printer.set('Zq7-of-yesterday')
    run = cli('check', *options(world, 'bob@corp.example'), printer.option, '--format=json')
    tap.check(run.code == 77 and run.json['error']['code'] == 'token-refused' and 'IMAP may be switched off' in run.err and attempts(world) <= 2, 'a token that is refused: told, two attempts at most', run)
    for command, status, code in (('false', 77, 'no-token'), ('true', 77, 'no-token'), ('/nonexistent/x', 64, 'command'),
                                  ('printf "{\\n  accessToken: Zq7"', 77, 'no-token'), ('echo Bearer Zq7', 77, 'no-token')):
        world.reset('exchange-online')
        run = cli('check', *options(world, 'bob@corp.example'), f'--token-command={command}', '--format=json')
        tap.check(run.code == status and run.json['error']['code'] == code and attempts(world) == 0, f'{command}: {code}, and nothing is asked of the server', run)


def runs_out(world, place):
    """Every connection is told after half a second that its token has run out."""
    source = make_mbox(place / 'mail', 60)
    for personality in ('exchange-online', 'gmail'):
        printer = Printer(place, TOKEN)
        world.reset(personality, token_ttl=0.5, throttle=None, budget_octets=None)
        run = cli('copy', *options(world, 'bob@corp.example'), printer.option, '--max-rate=20000', '--connections=1', source, state=place / personality)
        logins = world.ask('steps')['counts']['logins']
        tap.check(run.code == 0 and logins > 3, f'{personality}: signed in again {logins} times, and went on', run)
        tap.equal(sum(sum(box.values()) for box in world.contents().values()), 60, f'{personality}: each message once', run)
        tap.check('token' not in run.out.lower() and 'not copied' not in run.out.replace('0 not copied', ''), f'{personality}: nothing of it in the report', run)


with Server() as server, folder() as place:
    world = server.world('one', user='bob@corp.example', password=TOKEN)
    checks(world, place)
    runs_out(world, place)
    (place / 'token').unlink()
    tap.equal(find_secrets([TOKEN, 'Zq7-of-yesterday'], place, user='bob@corp.example'), [], 'no token is in any file, output or command line')
tap.done()
