# test-wizard-access.py - every page as a screen reader and a keyboard meet it
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

tap = Tap()
said = []


def listen():
    listener = Atspi.EventListener.new(lambda event: said.append(str(event.any_data)))
    listener.register('object:announcement')
    return listener


def heard(words, seconds=15):
    """Whether WORDS were announced; the events come with the main context."""
    def look():
        while GLib.MainContext.default().iteration(False):
            pass
        return any(words in s for s in said) or None
    return until(f'{words!r} is announced', look, seconds)


def test():
    path, _, _ = make_store()
    listener = listen()
    window = Program(path)
    window.page('Where should your mail go?')
    press(find(window.window, 'toggle button', 'More'))
    find(window.window, 'label', 'Port')
    audit(tap, window, 'Account')
    fields = [a for a in stops(window) if a.get_role_name() in ('text', 'password text', 'combo box')]
    nameless = [a.get_role_name() for a in fields if not relation(a, Atspi.RelationType.LABELLED_BY)]
    tap.equal((len(fields), nameless), (6, []), 'Account: every field has a label of its own')
    tap.check(labelled(window.window, 'Security'), 'Account: the choice of security too')
    audit_tabs(tap, window, 'Account')
    reveal = find(window.window, 'toggle button', 'Show the password')
    fill(labelled(window.window, 'Password'), 'geheim')
    tap.check('geheim' not in text(labelled(window.window, 'Password')), 'the password is hidden')
    press(reveal)
    until('shown', lambda: text(labelled(window.window, 'Password')) == 'geheim' or None)
    press(reveal)
    window.sign_in('CORP\\bob', 'geheim', SERVER)
    window.page('Is this the right server?')
    audit(tap, window, 'Certificate')
    audit_tabs(tap, window, 'Certificate')
    tap.check(heard('Is this the right server?'), 'a page that interrupts is announced')
    window.press('Use This Once')
    wait_until_checked(window)
    audit(tap, window, 'Checking')
    tap.check(heard('The mailbox is ready'), 'the end of the check is announced')
    window.next()
    find_store(window)
    find(window.window, 'push button', 'Search Again', 60)
    audit(tap, window, 'Stores')
    audit_tabs(tap, window, 'Stores')
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', 'Rechnungen')
    audit(tap, window, 'Folders')
    audit_tabs(tap, window, 'Folders')
    window.next()
    window.page('Ready')
    window.label('will be copied')
    audit(tap, window, 'Ready')
    window.next('Copy Mail')
    window.page('Done', 60)
    tap.check(heard(CHECKED), 'the verdict is announced')
    audit(tap, window, 'Done')
    audit_tabs(tap, window, 'Done')
    listener.deregister('object:announcement')
    end(tap, window)


run(tap, test)
