#!/usr/bin/python3
"""Copied again: nothing twice, nothing back from the dead, only what is new.

SPDX-License-Identifier: GPL-3.0-or-later
"""
from e2e import *
from oestore import Made, letters, made as letter

tap = Tap()
NOTHING = {'copied': 0, 'skipped': 3, 'failed': 0}  # the trash's three


def look(what, wanted):
    with Mailbox(USER) as box:
        got = box.contents()
        tap.check(got == wanted, f'{what}: what must be in the mailbox is there, as often as it must', difference(got, wanted))
        tap.equal([box.messages(n) for n in box.names() if any(b'dead' in m[0] for m in box.messages(n))], [],
                  f'{what}: nothing deleted came back')


def check(what, source, state, wanted, copied, present):
    """One copy; the source is untouched, the numbers are these, the mailbox is as wanted."""
    before = manifest(source)
    run = copy(source, state)
    if not tap.equal(run.code, 0, f'{what}: exit status', run):
        return run
    tap.equal(counts(run.json), {**NOTHING, 'found': copied + present + NOTHING['skipped'], 'copied': copied,
                                 'present': present}, f'{what}: the numbers', run)
    tap.equal(complaints(run.json), [], f'{what}: they add up')
    tap.equal(run.json['verdict'], 'complete', f'{what}: the verdict')
    tap.equal(manifest(source), before, f'{what}: the source is as it was')
    tap.equal(secrets_in(state), [], f'{what}: the password is written nowhere')
    look(what, wanted)
    return run


def uids(user=USER):
    """Which messages are where, by the numbers that no other message ever gets."""
    with Mailbox(user) as box:
        found = {}
        for name in box.names():
            box.imap.select(quote(name), readonly=True)
            found[name] = box.imap.uid('SEARCH', 'ALL')[1]
        return found


with folder('again') as place:
    store = Made({'Inbox': letters('Inbox', 40), 'Projekte': [], 'Projekte/Haus Müller': letters('Haus', 25),
                  'R&D + Ärger': letters('RD', 10)})
    source, state = place / 'Outlook Express', place / 'state'
    store.write(source)
    wanted, total = store.expected(), store.total()

    check('first run', source, state, wanted, total, 0)
    twins = [n for messages in wanted.values() for n in messages.values()]
    tap.check(twins.count(2) >= 10, 'first run: twins of the source arrived as twins', twins)
    before = uids()
    check('second run', source, state, wanted, 0, total)
    shutil.rmtree(state)
    check('without the journal', source, state, wanted, 0, total)
    check('from another computer', source, place / 'other state', wanted, 0, total)

    moved = place / 'mnt/old disk/OE'
    shutil.copytree(source, moved)
    check('the store under another path', moved, state, wanted, 0, total)
    check('the store under another path, without the journal', moved, place / 'third state', wanted, 0, total)
    tap.equal(uids(), before, 'no message was touched by any of these')

    # Grown: new ones, one more of a pair of twins, and a new folder.
    store.folders['Inbox'] += [letter(500, 'new'), store.folders['Inbox'][4], letter(501, 'new', flags=0)]
    store.folders['Neu'] = letters('Neu', 5)
    store.write(source)
    check('the source has grown', source, state, store.expected(), 8, total)
    check('and again', source, state, store.expected(), 0, total + 8)
    check('and again, without the journal', source, place / 'fourth state', store.expected(), 0, total + 8)

    # Shrunk: what is gone here stays there; nobody asked to delete anything.
    wanted = store.expected()
    left = len(store.folders['Inbox']) - 20
    del store.folders['Inbox'][:20]
    store.write(source)
    check('the source has shrunk', source, state, wanted, 0, total + 8 - 20)

    # The user deleted a message after it was copied. The journal knows, and does not bring it back.
    with Mailbox(USER) as box:
        box.imap.select('Neu')
        box.imap.store('1', '+FLAGS', '\\Deleted')
        box.imap.expunge()
        wanted['Neu'] = box.contents()['Neu']
    run = copy(source, state)
    tap.equal([(m['outcome'], m['code']) for m in run.json['messages'] if m['folder'] == 'Neu'],
              [('skipped', 'removed-since')], 'a message that was deleted on the server since is named', run)
    look('a message that was deleted on the server since', wanted)
tap.done()
