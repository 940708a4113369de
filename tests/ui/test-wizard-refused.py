# test-wizard-refused.py - what the server refuses: chosen before, told before, and told in the end
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

sys.path.insert(0, str(Path(os.environ['HAUL_SOURCE_DIR']) / 'tests/lib'))
from mischief.client import Server  # noqa: E402

tap = Tap()
HEAD = b'From: anna@example.org\nTo: b@example.org\nDate: Fri, 17 Oct 2003 10:00:00 +0000\nMessage-ID: <%d@x>\nSubject: %d\n'
SIGNED = b'Content-Type: multipart/signed; boundary=x\n\n--x\n\n' + b'x' * 11000 + b'\nz1 CREATE pwned\n--x--\n'


def make_letters():
    path = HOME / 'Mail-refused'
    path.mkdir()
    for i, text in enumerate((b'\ngood\n', b'\n' + b'x' * 11000 + b'\nz1 CREATE pwned\n', SIGNED)):
        (path / f'{i}.eml').write_bytes(HEAD % (i, i) + text)
    return path


def to_folders(window, port):
    window.sign_in('alice', 'geheim', f'localhost:{port}')
    wait_until_checked(window)
    window.next()
    find_store(window, 'Message files')
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', 'Mail-refused')


def copy(window):
    window.next()
    window.page('Ready')
    told = window.label('A message that the mail server refuses')
    shot('refused-ready')
    window.next('Copy Mail')
    return told


def test():
    path = make_letters()
    with Server() as server:
        world = server.world('refused', 'exchange-2010', user='alice', password='geheim')
        window = Program(path)
        focus_window()
        press(find(window.window, 'toggle button', 'More'))
        Atspi.Selection.select_child(labelled(window.window, 'Security'), 3)
        to_folders(window, world.port)
        told = copy(window)
        tap.check('Exchange 2010 takes no lines of more than' in told and 'kept on this computer' in told, 'told before: what this server does not take', told)
        window.page('Done, but not all', 60)
        said = window.label('It is kept here as')
        tap.check('longer than this mail server bears' in said and 'under Folders' in said, 'the signed one: why, where it is kept, what helps', said)
        tap.check(window.label('1 of them was changed'), 'the one that was changed is told of')
        shot('refused-done')
        window.press('Move More Mail')
        find_store(window, 'Message files')
        window.next()
        window.page('Folders')
        find(window.window, 'table cell', 'Mail-refused')
        press(find(window.window, 'toggle button', 'Messages that the mail server refuses'))
        carrier = find(window.window, 'check box', 'What is still refused: attach it, unchanged, to a small message')
        tap.check(not has(carrier, 'checked') and has(find(window.window, 'check box', 'Encode what has very long lines'), 'checked'),
                  'what is changed can be chosen one by one; a carrier only if it is asked for')
        audit_tabs(tap, window, 'Folders')
        press(carrier)
        until('chosen', lambda: has(carrier, 'checked') or None)
        shot('refused-folders')
        tap.check('attached as a whole' in copy(window), 'told before: a carrier')
        window.page('Done', 60)
        tap.check(window.label('1 copied') and window.label('1 of them was changed'), 'it is there, and told of')
        tap.equal(sum(sum(box.values()) for box in world.contents(as_sent=True).values()), 3, 'each once')
        tap.equal(world.ask('foreign')['foreign'], [], 'and no text became a command')
    end(tap, window)


run(tap, test)
