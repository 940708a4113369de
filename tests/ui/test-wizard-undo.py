# test-wizard-undo.py - what was copied is taken back from the last page, and what somebody changed stays
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

tap = Tap()
MESSAGES = 60
NAME = 'Correspondence with the Department of Extraordinarily Long Folder Names, 1998 to 2003'


def test():
    # Not in the home itself: the search would find it there once more, as another store.
    (HOME / 'old').mkdir()
    source = make_mbox(HOME / 'old' / NAME, MESSAGES, size=1500)
    before = manifest(source)
    with Mailbox('alice') as mailbox:
        mailbox.imap.append('INBOX', '', None, message(900, 'theirs'))
        there = mailbox.contents()
    window = open_for('alice', source)
    go_to_ready(window, NAME)
    window.next('Copy Mail')
    window.page('Done', 90)
    window.label(CHECKED)
    audit(tap, window, 'Done')
    audit_tabs(tap, window, 'Done')

    window.press('Take It Back…')
    window.page('Take it back?')
    sentence = window.label(f'{MESSAGES} messages')
    tap.check('alice on localhost' in sentence, 'it asks, and says how many go from where', sentence)
    shot('undo-ask')
    audit(tap, window, 'Take it back?')
    audit_tabs(tap, window, 'Take it back?')
    window.press('Back')
    window.page('Done')
    with Mailbox('alice') as mailbox:
        tap.equal(mailbox.counts().get(NAME), MESSAGES, 'Back takes nothing')
        mailbox.imap.select(quote(NAME))
        mailbox.imap.store('3', '+FLAGS', '\\Flagged')
    window.press('Take It Back…')
    window.page('Take it back?')
    window.next('Take Back')
    window.page('Taken back', 60)
    verdict = window.label('taken back')
    tap.check(f'{MESSAGES - 1} messages were taken back' in verdict and '1 message stays' in verdict, 'the result comes first', verdict)
    find(window.window, 'table cell', test=lambda a: 'read, flagged or labelled' in a.get_name())
    tap.check(NAME in cells(window), 'what stays is listed with its reason', cells(window))
    shot('undo-done')
    audit(tap, window, 'Taken back')
    with Mailbox('alice') as mailbox:
        contents = mailbox.contents()
        tap.equal([sorted(flags) for _, _, flags in contents[NAME].elements()], [['\\Flagged']], 'the message that somebody marked stays, as it is')
        tap.equal(contents['INBOX'], there['INBOX'], 'what was there before is as it was')
        mailbox.imap.select(quote(NAME))
        mailbox.imap.store('1', '-FLAGS', '\\Flagged')
    tap.equal(manifest(source), before, 'the source is unchanged')
    end(tap, window)

    # Once more from the start: all of it is copied again, and all of it goes, with the folder that Mailhaul made.
    window = open_for('alice', source)
    go_to_ready(window, NAME)
    window.next('Copy Mail')
    window.page('Done', 90)
    window.press('Take It Back…')
    window.page('Take it back?')
    tap.check(window.label(f'{MESSAGES} messages'), 'a copy after it copied again, and all runs are counted')
    window.next('Take Back')
    window.page('Taken back', 60)
    tap.check(window.label('Empty folders that Mailhaul had made were deleted'), 'the folder that was made is gone, and named')
    shot('undo-all')
    with Mailbox('alice') as mailbox:
        tap.equal(mailbox.contents(), there, 'the mailbox is as it was before the first copy')
    find(window.window, 'push button', 'Move Other Mail')
    end(tap, window)


run(tap, test)
