"""A mailbox that gets full (QUOTA=60k).  SPDX-License-Identifier: GPL-3.0-or-later"""
from haultest import Mailbox, Tap, account, cli, folder, make_mbox

tap = Tap()
with folder() as place:
    source = make_mbox(place / 'big', 60, size=4000)
    run = cli('check', *account(), password='pässwörd')
    tap.check(run.code == 0 and ' of 61' in run.out.replace('\xa0', ' '), 'the room is told', run)
    run = cli('copy', *account(), source, '--events=json', state=place / 'state', password='pässwörd')
    done = run.events[-1]
    tap.check(run.code == 81 and done['error']['code'] == 'mailbox-full' and done['error']['server_text'], 'a full mailbox ends with 81', run)
    tap.check('The mailbox is full' in done['summary'], 'in words', done)
    with Mailbox() as mailbox:
        there = mailbox.counts()
        tap.check(there.get('big', 0) == done['copied'] and done['copied'] < 60, 'what is said to be there is there', f'{there}\n{done}')
    run = cli('copy', *account(), source, state=place / 'state', password='pässwörd')
    tap.check(run.code == 81 and 'Make room' in run.err, 'run again without room: the same, with advice', run)
    tap.check('does not fit' in run.err and run.err.index('does not fit') < run.err.index('Make room'), 'that it does not fit is said before it begins', run)
    run = cli('copy', *account(), source, '--quiet', state=place / 'state', password='pässwörd')
    tap.check('does not fit' not in run.err, 'but not to who wants to hear of errors alone', run)
    with Mailbox() as mailbox:
        digests = [text for text, _, _ in mailbox.messages('big')] if 'big' in mailbox.names() else []
        tap.equal(len(digests), len(set(digests)), 'nothing is there twice')
tap.done()
