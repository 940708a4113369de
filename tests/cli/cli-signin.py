"""Signing in to a real Dovecot: every form of a name, every kind of password, whose mailbox it is, and what a refusal means.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import subprocess
from pathlib import Path

from haultest import Mailbox, Tap, account, cli, find_secrets, folder, make_mbox

tap = Tap()
HOME = Path(os.environ['IMAP_DIR'])
LOG = HOME / 'dovecot.log'
FORMS = ['CORP/ann', 'CORP\\ann\\sales', 'CORP/ann/sales', 'ann@corp.example', 'ann@corp.example\\sales@corp.example', 'ann smith', 'jörg']
PASSWORDS = {'quote': 'Zq7"a\\b\\\\"', 'blanks': '  Zq7 inner  blanks  ', 'unicode': 'Zq7-päss\u20acwörd\U0001f511', 'percent': 'Zq7%n{3}*()',
             'long': 'Zq7' + 'x' * 700}


def escape(name):
    """As a passwd-file has it."""
    return name.replace('\\', '\\\\')


# “Zq7-hashed”, which SCRAM can do nothing with.
HASHED = subprocess.run(['doveadm', 'pw', '-s', 'SHA512-CRYPT', '-p', 'Zq7-hashed'], capture_output=True, text=True).stdout.strip()

with open(HOME / 'users', 'a') as users:
    users.write(f'hashed:{HASHED}\n')
    for name in FORMS:
        users.write(f'{escape(name)}:{{PLAIN}}Zq7-forms\n')
    for name, secret in PASSWORDS.items():
        users.write(f'p-{name}:{{PLAIN}}{secret}\n')
    users.write('closed:{PLAIN}Zq7-closed::::::nologin\n'
                'locked:{PLAIN}Zq7-closed::::::nologin reason=Account_is_locked\n'
                'moved:{PLAIN}Zq7-closed::::::nologin host=other.example.org\n')


def attempts(before):
    """How often Dovecot was asked, in what it has logged since."""
    return sum(int(n) for n in re.findall(r'auth failed, (\d+) attempts', LOG.read_text()[before:]))


for name in FORMS:
    for auth in ('plain', 'login'):
        run = cli('check', *account(name), f'--auth={auth}', password='Zq7-forms')
        tap.check(run.code == 0 and f'Signed in: {name}' in run.out, f'{name}, by {auth}: sent as it was typed', run)

for name, secret in PASSWORDS.items():
    for auth in ('plain', 'login'):
        run = cli('check', *account(f'p-{name}'), f'--auth={auth}', password=secret)
        tap.equal(run.code, 0, f'a password with {name}, by {auth}', run)
    with folder() as place:
        (place / 'secret').write_text(secret + '\n')
        (place / 'secret').chmod(0o600)
        tap.equal(cli('check', *account(f'p-{name}'), f'--password-file={place}/secret').code, 0, f'a password with {name}, from a file')
with folder() as place:
    (place / 'secret').write_text('Zq7-one\rZq7-two\n')
    (place / 'secret').chmod(0o600)
    run = cli('check', *account('alice'), f'--password-file={place}/secret')
    tap.check(run.code == 64 and 'holds a line break' in run.err, 'a line break in a password is refused in words', run)

run = cli('check', *account('hashed'), password='Zq7-hashed')
tap.equal(run.code, 0, 'where the server keeps a digest that SCRAM cannot use, the password follows', run)

with Mailbox('alice') as mailbox:
    mailbox.imap.create('Only-hers')
run = cli('check', *account('alice'), '--authenticate-as=admin', '--format=json', password='master')
tap.check(run.code == 0 and any(m['name'] == 'Only-hers' for m in run.json['mailboxes']),
          'an administrator gets the mailbox that was asked for, not another', run)
with folder() as place:
    source, state = make_mbox(place / 'letters', 3), place / 'state'
    run = cli('copy', *account('alice'), '--authenticate-as=admin', source, state=state, password='master')
    job = cli('jobs', '--format=json', state=state).json['jobs'][0]['id']
    run = cli('verify', f'--job={job}', '--batch', state=state, password='master')
    tap.check(run.code == 0, 'a job knows who signed in for whom, and whom to trust', run)
    before = LOG.stat().st_size
    run = cli('verify', f'--job={job}', *account('alice'), state=state, password='master')
    tap.check(run.code == 77 and attempts(before) == 1, 'who names a user signs in as that one', run)
    run = cli('undo', f'--job={job}', '--batch', state=state, password='master')
    tap.check(run.code == 0, 'and what was copied for somebody else is taken back so', run)
run = cli('check', *account('alice*admin'), '--auth=login', '--format=json', password='master')
tap.check(run.code == 0 and any(m['name'] == 'Only-hers' for m in run.json['mailboxes']), 'in one word, as Dovecot has it', run)
before = LOG.stat().st_size
run = cli('check', *account('alice'), '--authenticate-as=admin', '--auth=login', password='master')
tap.check(run.code == 64 and 'cannot be named' in run.err and attempts(before) == 0, 'where a mailbox cannot be named, nothing is sent', run)
run = cli('check', *account('alice'), '--authenticate-as=CORP\\admin\\x', password='master')
tap.check(run.code == 64 and 'mailbox' in run.err, 'two mailboxes are one too many', run)

for user, word, sentence, most in (('closed', 'contact-admin', 'must be asked', 1), ('locked', 'account-locked', 'is locked', 1),
                                   ('moved', 'other-server', 'another server: other.example.org', 1)):
    run = cli('check', *account(user), '--format=json', password='Zq7-closed')
    tap.check(run.code == 77 and run.json['error']['code'] == word and sentence in run.err, f'{user}: {word}', run)
before = LOG.stat().st_size
run = cli('check', *account('alice'), password='Zq7-wrong')
tap.check(run.code == 77 and 1 <= attempts(before) <= 2, 'a wrong password is sent twice at most', f'{run}\n{LOG.read_text()[before:]}')

secrets = ['Zq7-forms', 'Zq7-closed', 'Zq7-wrong', 'master', *PASSWORDS.values()]
tap.equal(find_secrets(secrets, user='alice'), [], 'no password was shown')
tap.done()
