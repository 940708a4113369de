# test-wizard-errors.py - what goes wrong is said beside the field that can mend it, or on a page of its own
#
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import socket

from uitest import *

tap = Tap()
PINS = HOME / 'config/mailhaul/pins'


def serve_without_tls():
    """A server that has never heard of STARTTLS."""
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen()

    @contextlib.contextmanager
    def quietly():
        with contextlib.suppress(ConnectionError):
            yield

    def talk(client):
        with quietly(), client, client.makefile('rwb') as stream:
            stream.write(b'* OK ready\r\n')
            stream.flush()
            for line in iter(stream.readline, b''):
                tag = line.split(b' ')[0]
                more = b'* CAPABILITY IMAP4rev1\r\n' if b'CAPABILITY' in line.upper() else b''
                SPOKEN.append(line)
                stream.write(more + tag + (b' OK done\r\n' if more else b' BAD what?\r\n'))
                stream.flush()

    def accept():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def fails(window, server, password='geheim'):
    """Signs in, waits for the failure."""
    window.sign_in('CORP\\bob', password, server)
    window.page('Checking')
    window.label('failed', 40)
    window.press('Back')
    window.page('Where should your mail go?')


def beside(window, label):
    field = labelled(window.window, label)
    said = until('the error beside the field', lambda: described(field) or None)
    until('the cursor is there', lambda: has(field, 'focused') or None)
    return said


def test():
    path, wanted, store = make_store()
    window = Program(path)
    focus_window()
    fails(window, 'localhost:1')
    said = beside(window, 'Mail server')
    tap.check(said, 'no server: said beside the server, and the cursor is there', said)

    fill(labelled(window.window, 'Mail server'), 'no such server')
    window.next()
    said = beside(window, 'Mail server')
    tap.check(said, 'a name that is none is refused at once', said)

    press(find(window.window, 'toggle button', 'More'))
    security = labelled(window.window, 'Security')
    Atspi.Selection.select_child(security, 2)
    fails(window, f'localhost:{serve_without_tls()}')
    said = beside(window, 'Mail server')
    tap.check('encrypt' in said.lower() or 'tls' in said.lower() or 'protect' in said.lower(), 'no TLS: said, and why', said)
    tap.equal(find_secrets(['geheim'], user='CORP\\bob'), [], 'and the password was not sent there')

    Atspi.Selection.select_child(security, 0)
    window.sign_in('CORP\\bob', 'falsch', SERVER)
    window.page('Is this the right server?')
    shot('certificate')
    window.press('Go Back')
    window.page('Where should your mail go?')
    said = beside(window, 'Mail server')
    tap.check(said and not PINS.exists(), 'an untrusted certificate: Go Back trusts nothing', said)

    window.sign_in('CORP\\bob', 'falsch', SERVER)
    window.page('Is this the right server?')
    window.press('Always Use for This Server')
    window.page('Checking')
    window.label('failed', 40)
    tap.check(fingerprint() in PINS.read_text(), 'Always is kept, for this server')
    shot('sign-in-refused')
    window.press('Back')
    window.page('Where should your mail go?')
    said = beside(window, 'Password')
    tap.check(said, 'a wrong password: said beside the password, and the cursor is there', said)
    shot('wrong-password')

    to_ready(window)
    tap.check(any('room for only' in l for l in window.labels()), 'too little room is said before copying', window.labels())
    window.next('Copy Mail')
    window.page('The mailbox is full', 60)
    shot('full')
    tap.check(window.label('full') and find(window.window, 'push button', 'Try Again'), 'a full mailbox is a page with a way on')
    window.press('Show Report')
    until('the report', lambda: window.window.get_name() != 'The mailbox is full' or None)
    shot('full-report')
    cells = [a.get_name() for a, _ in walk(window.window) if a.get_role_name() == 'table cell']
    tap.check(window.window.get_name() in ('Not finished', 'Done, but not all'), 'its report does not claim to be complete',
              [window.window.get_name(), cells[:8]])
    counts = window.label('copied ·')
    everything = sum(len(f.messages) for f in all_folders(store.folders))
    tap.equal(sum(int(n) for n in re.findall(r'\d+', counts)), everything, 'and its numbers add up to all there is')
    end(tap, window)
    vanished(path)


def all_folders(folders):
    for folder in folders:
        yield folder
        yield from all_folders(folder.children)


def to_ready(window):
    window.sign_in('CORP\\bob', 'geheim', SERVER)
    wait_until_checked(window)
    window.next()
    find_store(window)
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', 'Rechnungen')
    window.next()
    window.page('Ready')
    window.label('will be copied')


def vanished(path):
    """The store goes away between the plan and the copy."""
    with Mailbox('CORP\\bob') as mailbox:
        mailbox.clear()
    window = Program(path)
    until('some page', lambda: window.window.get_name() != 'Mailhaul' or None)
    if window.window.get_name() == 'Go on?':
        window.press('Start Something New')
    to_ready(window)
    path.rename(path.parent / 'gone')
    window.next('Copy Mail')
    until('an end', lambda: window.window.get_name() in ('Copying has stopped', 'Done, but not all', 'Not finished') or None, 60)
    shot('vanished')
    with Mailbox('CORP\\bob') as mailbox:
        tap.equal(sum(mailbox.counts().values()), 0, 'a store that vanished: the end says so, nothing is claimed')
    end(tap, window)


run(tap, test)
