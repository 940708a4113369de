# test-wizard-oldtls.py - an old server by consent, and a certificate that changed
#
# SPDX-License-Identifier: GPL-3.0-or-later
import tempfile

from uitest import *
from oldtls import TLS_1_0, make_certificate, relay

tap = Tap()
PINS = HOME / 'config/mailhaul/pins'


def old_server(window, port, said):
    window.sign_in('CORP\\bob', 'geheim', f'localhost:{port}')
    window.page('Checking')
    window.label('too old to be safe', 40)
    tap.equal(find_secrets(['geheim'], user='CORP\\bob'), [], 'an old server: nothing is sent')
    shot('old-server')
    focus_window()
    press(find(window.window, 'toggle button', 'If this is an old server'))
    label = window.label('can be broken today')
    tap.check('read your password' in label and 'this server only' in label, 'what it means is said', label)
    shot('old-server-explained')
    audit(tap, window, 'Checking')
    audit_tabs(tap, window, 'Checking')
    window.press('Use Old Protection for This Server')
    wait_until_checked(window)
    tap.check(any('1-0' in line for line in said), 'and then it is signed in to, by TLS 1.0', said)


def changed_certificate(window, port):
    window.press('Back')
    PINS.parent.mkdir(parents=True, exist_ok=True)
    PINS.write_text(f'localhost {os.environ["IMAPS_PORT"]} {"a" * 64}:1\n')
    window.sign_in('CORP\\bob', 'geheim', SERVER)
    window.page('Is this the right server?')
    window.label('has changed since it was trusted')
    shot('certificate-changed')
    once = find(window.window, 'push button', 'Use This Once')
    always = find(window.window, 'push button', 'Always Use for This Server')
    tap.check(not has(once, 'sensitive') and not has(always, 'sensitive'), 'a certificate that changed: a full stop')
    audit(tap, window, 'Certificate')
    press(find(window.window, 'check box', 'I have compared the fingerprint with the people who run the mail server'))
    until('the buttons', lambda: has(once, 'sensitive') or None)
    window.press('Always Use for This Server')
    wait_until_checked(window)
    tap.check(fingerprint() in PINS.read_text() and 'aaaa' not in PINS.read_text(), 'until somebody says that it was compared')


def test():
    with tempfile.TemporaryDirectory() as name:
        certificate = make_certificate(Path(name), 'localhost')
        with relay(TLS_1_0, certificate) as (port, said):
            window = Program(f'--ca-file={name}/localhost.ca')
            focus_window()
            old_server(window, port, said)
            changed_certificate(window, port)
            end(tap, window)
    tap.equal(find_secrets(['geheim'], HOME / 'config', user='CORP\\bob'), [], 'no password is written down')


run(tap, test)
