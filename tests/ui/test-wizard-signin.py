# test-wizard-signin.py - whose mailbox and as whom, and why a server does not let somebody in
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

sys.path.insert(0, str(SOURCE / 'tests/lib'))
from mischief.client import Server  # noqa: E402

tap = Tap()


def another(window, mailbox):
    field = labelled(window.window, 'Mailbox of another person')
    fill(field, mailbox)
    return field


def back_to_account(window):
    window.press('Back')
    window.page('Where should your mail go?')


def refused(window, server, user, password='falsch'):
    """Signs in, waits for the failure; what the page says."""
    window.sign_in(user, password, server)
    window.page('Checking')
    window.label('failed', 40)
    return window.labels()


def forms():
    window = open_for('alice')
    window.page('Where should your mail go?')
    user = labelled(window.window, 'User name')
    fill(user, '')
    tap.check(window.label('For example DOMAIN\\user'), 'without a name there is an example')
    for typed_name, said in (('CORP\\bob', 'Will be sent as “CORP\\bob”: the user “bob” of the domain “CORP”'),
                             ('CORP/bob/sales', 'Will be sent as “CORP/bob/sales”: the mailbox “sales”, opened by the user “bob” of the domain “CORP”'),
                             ('  bob@example.org ', 'Will be sent as “bob@example.org”')):
        fill(user, typed_name)
        tap.equal(window.label('Will be sent'), said, f'{typed_name.strip()}: what will be sent is said')
    press(find(window.window, 'toggle button', 'More'))
    another(window, 'alice')
    fill(user, 'CORP\\admin')
    tap.equal(window.label('Will be sent'), 'Will be sent as “CORP\\admin”, for the mailbox “alice”; in one word, if the server wants that: '
              '“CORP\\admin\\alice”', 'another person’s mailbox: both ways of sending it are said')
    shot('signin-account')
    audit(tap, window, 'account')
    audit_tabs(tap, window, 'account')
    fill(user, 'admin')
    fill(labelled(window.window, 'Password'), 'master')
    window.next()
    wait_until_checked(window)
    tap.check(True, 'an administrator opens the mailbox of another person')
    shot('signin-opened')
    return window


def findings(window, server):
    world = server.world('one', user='alice', password='geheim')
    here = f'127.0.0.1:{world.port}'
    back_to_account(window)
    another(window, '')
    Atspi.Selection.select_child(labelled(window.window, 'Security'), 3)
    world.reset('exchange-2016')
    said = refused(window, here, 'bob')
    tap.check(any('an Exchange, did not accept' in l for l in said) and any('DOMAIN\\user' in l for l in said),
              'Exchange: the page says why, and how the name may be written', said)
    tap.check(any('nothing is encrypted' in l for l in said), 'without protection no certificate is claimed', said)
    press(find(window.window, 'toggle button', "The server's own words"))
    tap.check(window.label('LOGIN failed.'), 'and what the server said, for those who ask')
    shot('signin-exchange')
    audit(tap, window, 'checking')
    steps = world.steps()
    tap.equal(steps.get('AUTHENTICATE:before', 0) + steps.get('LOGIN:before', 0), 2, 'one click, two attempts')
    back_to_account(window)

    world.reset('gmail:app-password')
    said = refused(window, here, 'alice')
    tap.check(any('wants an app password' in l for l in said), 'an app password is asked for', said)
    shot('signin-app-password')
    back_to_account(window)

    world.ask('reset', personality='conforming', switches={'refuse_login': True},
              texts={'login_bad': '%t NO [REFERRAL imap://alice;AUTH=*@mail.example.org/] Try there'})
    said = refused(window, here, 'alice')
    tap.check(any('on another server: mail.example.org' in l for l in said), 'another server is named', said)
    shot('signin-referral')
    audit_tabs(tap, window, 'checking')
    focus_window()
    keys('alt+u')
    window.page('Where should your mail go?')
    tap.equal(labelled(window.window, 'Mail server').get_text(0, -1), 'mail.example.org', 'a key takes it over; nothing is sent before Next')
    tap.check(world.steps().get('LOGIN:before', 0) + world.steps()['AUTHENTICATE:before'] <= 2, 'it was not followed')


def token(window, server):
    """Exchange Online takes no passwords: what the page says is enough to get in."""
    world = server.world('online', 'exchange-online:2026', user='bob@corp.example', password='Zq7-token')
    with folder() as place:
        (place / 'token').write_text('Zq7-token\n')
        said = refused(window, f'127.0.0.1:{world.port}', 'bob@corp.example')
        tap.check(any('does not take passwords' in l for l in said) and any('“Access token command” under More' in l for l in said),
                  'Exchange Online: no password is taken, and where a token goes is said', said)
        shot('signin-token-only')
        back_to_account(window)
        field = labelled(window.window, 'Access token command')
        focus_window()
        until('the cursor is in the field', lambda: has(field, 'focused'))
        tap.check('does not take passwords' in described(field), 'the cursor is where it goes', described(field))
        fill(field, f"cat '{place / 'token'}'")
        tap.check(not has(labelled(window.window, 'Password'), 'sensitive'), 'a password is not asked for then')
        shot('signin-token')
        window.next()
        wait_until_checked(window)
        tap.check(True, 'the token signs in')
        back_to_account(window)
        fill(labelled(window.window, 'Access token command'), 'false')
        window.next()
        window.label('gave none')
        back_to_account(window)
        field = labelled(window.window, 'Access token command')
        tap.check('gave none' in described(field), 'a command that prints nothing is told beside it', described(field))
    audit(tap, window, 'account with a token')


def test():
    window = forms()
    with Server() as server:
        findings(window, server)
        token(window, server)
    tap.equal(find_secrets(['falsch', 'master', 'Zq7-token'], user='alice'), [], 'no password was shown')
    end(tap, window)


run(tap, test)
