# test-wizard-undo.py - what was copied is taken back from the last page, and what somebody changed stays
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

tap = Tap()
MESSAGES = 60
NAME = 'Correspondence with the Department of Extraordinarily Long Folder Names, 1998 to 2003'


def boxes_of(window):
    return [a for a, _ in walk(window.window) if a.get_role_name() == 'check box' and has(a, 'showing') and a.get_name().startswith('mbox')]


def test():
    # The search comes upon it as well, as a folder of folders.
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
    window.page('Where should your mail go?')
    window.next()
    wait_until_checked(window)
    window.next()
    window.page('Mail on this computer')
    boxes = until('the search has come upon the folder around it', lambda: (b := boxes_of(window)) and len(b) == 2 and b, 60)
    tap.equal(sorted(has(box, 'checked') for box in boxes), [False, True], 'of two stores with the same mail one is chosen', window.labels())
    tap.check(window.label('once more') and NAME in next(b for b in boxes if has(b, 'checked')).get_description(), 'the one that was named, and it is said', window.labels())
    shot('stores-twice')
    window.next()
    window.page('Folders')
    window.next()
    window.page('Ready')
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
