# test-wizard-keyboard.py - from the first page to the last without a mouse
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

tap = Tap()


def focused(window):
    return next((name_of(a) for a, _ in walk(window.window) if has(a, 'focused')), '')


def test():
    path, wanted, _ = make_store()
    window = Program(path)
    window.page('Where should your mail go?')
    focus_window()
    until('the cursor is in the first field', lambda: focused(window) == 'User name' or None)
    typed('CORP\\bob')
    keys('Tab')
    typed('geheim')
    keys('alt+m')
    until('the mnemonic goes to the server', lambda: focused(window) == 'Mail server' or None)
    typed(SERVER)
    keys('Return')
    window.page('Is this the right server?')
    until('Go Back has the focus', lambda: focused(window) == 'Go Back' or None)
    tap.check(True, 'Enter goes on, and the careful answer has the focus')
    keys('Tab', 'space')
    wait_until_checked(window)
    keys('alt+Right')
    box = find_store(window)
    keys('alt+Left')
    window.page('Where should your mail go?')
    tap.check(True, 'Alt+Left goes back')
    keys('Return')
    wait_until_checked(window)
    keys('alt+n')
    window.page('Mail on this computer')
    until('the store is chosen', lambda: has(box, 'checked') or None)
    keys('alt+n')
    window.page('Folders')
    find(window.window, 'table cell', 'Rechnungen')
    keys('alt+u')
    until('everything goes under Imported', lambda: any(a.get_name().startswith('Imported') for a, _ in walk(window.window)
                                                        if a.get_role_name() == 'table cell') or None)
    keys('alt+n')
    window.page('Ready')
    window.label('will be copied')
    keys('alt+c')
    window.page('Done', 60)
    tap.check(CHECKED in window.label('messages'), 'the whole way was gone with keys alone')
    with Mailbox('CORP\\bob') as mailbox:
        found = digests(mailbox.contents())
    under = {'Imported.' + n.replace('INBOX', 'Inbox'): c for n, c in wanted.items() if c}
    tap.equal({n.replace('INBOX', 'Inbox'): c for n, c in found.items()}, under, 'and everything lies under the chosen folder')
    keys('ctrl+q')
    until('Ctrl+Q ends the program', lambda: window.process.poll() is not None or None, 30)
    end(tap, window)


run(tap, test)
