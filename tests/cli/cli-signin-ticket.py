"""Signing in with a Kerberos ticket, no password: a private realm and a real Dovecot.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import subprocess
from pathlib import Path

from haultest import Mailbox, Tap, account, cli

tap = Tap()
LOG = Path(os.environ['IMAP_DIR']) / 'dovecot.log'


def fetch(name):
    subprocess.run(['kinit', name], input=b'Zq7-ticket\n', stdout=subprocess.DEVNULL, check=True)


def check(user, *options, **more):
    return cli('check', *account(user), '--auth=gssapi', '--format=json', *options, **more)


run = check('alice')
if run.code != 0 and 'built' in run.err:
    print('1..0 # SKIP built without GSSAPI')
    raise SystemExit
tap.check(run.code == 77, 'without a ticket nobody gets in', run)
fetch('alice')
with Mailbox('alice') as mailbox:
    mailbox.imap.create('Only-hers')
before = LOG.stat().st_size
run = check('alice')
tap.check(run.code == 0 and any(m['name'] == 'Only-hers' for m in run.json['mailboxes']), 'with a ticket: signed in, no password', run)
tap.check('method=GSSAPI' in LOG.read_text()[before:], 'by that ticket', LOG.read_text()[before:])
run = check('bob')
tap.check(run.code == 77, 'alice’s ticket does not open bob’s mailbox', run)
fetch('bob')
tap.equal(check('bob').code, 0, 'bob’s does')
run = check('bob', env={'KRB5CCNAME': 'FILE:/nonexistent/tickets'})
tap.check(run.code == 77, 'a ticket that is not there', run)
tap.done()
