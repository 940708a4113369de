"""What the end-to-end tests share: a copy, a report that adds up, nothing left behind.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F401,F403
from haultest import PASSWORDS, account, cli, find_secrets, hashlib, json, os  # noqa: E402

USER = 'alice'
KINDS = ('copied', 'present', 'skipped', 'failed')
STAGING = 'Mailhaul-upload-'


def corpus():
    """Real stores of real mail programs; they are no part of the project."""
    return Path(os.environ.get('HAUL_CORPUS', SOURCE.parent / 'shared/corpus'))  # noqa: F405


def copy(source, state, *more, user=USER, **options):
    """One run of mailhaul-cli copy, and its report as JSON."""
    return cli('copy', *account(user), source, '--format=json', *more, password=PASSWORDS[user], state=state, **options)


def counts(report):
    return {kind: report['all'][kind] for kind in ('found', *KINDS)}


def complaints(report):
    """What is wrong with a report's numbers: found = copied + present + skipped + failed, per folder and in all."""
    wrong = []
    for name, row in [('all', report['all']), *((f['path'], f) for f in report['folders'])]:
        if row['found'] != sum(row[kind] for kind in KINDS):
            wrong.append(f'{name}: {row}')
    for kind in ('found', 'bytes', *KINDS):
        total = sum(f[kind] for f in report['folders'])
        if report['all'][kind] != total:
            wrong.append(f"{kind}: {report['all'][kind]} in all, {total} in the folders")
    listed = sum(1 for m in report['messages'] if m['outcome'] in ('skipped', 'failed') and m['source'])
    unlisted = any(m['outcome'] in ('skipped', 'failed') and not m['source'] for m in report['messages'])
    if listed != report['all']['skipped'] + report['all']['failed'] and not unlisted:
        wrong.append(f'{listed} messages are listed with a reason')
    return wrong


def left_behind(mailbox):
    return [name for name in mailbox.names() if name.startswith(STAGING)]


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


def secrets_in(*places, user=USER):
    return find_secrets([PASSWORDS[user]], *places, user=user)
