# test-wizard-password.py - the password is changed while mail is copied; another Mailhaul was at work in the mailbox
#
# SPDX-License-Identifier: GPL-3.0-or-later
import signal

from uitest import *

tap = Tap()
MESSAGES = 900
USERS = Path(os.environ['IMAP_DIR'], 'users')


def workers():
    """The server's processes that serve connections."""
    master = int(Path(os.environ['IMAP_DIR'], 'run/master.pid').read_text())
    found = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        try:
            name, _, rest = path.read_text().partition('(')[2].rpartition(')')
        except OSError:
            continue
        if name == 'imap' and int(rest.split()[1]) == master:
            found.append(int(path.parent.name))
    return found


def test():
    (HOME / 'old').mkdir()
    source = make_mbox(HOME / 'old/Archive', MESSAGES, size=3000)
    with Mailbox('alice') as mailbox:
        mailbox.imap.create('Mailhaul-upload-deadbeef-1')
    window = open_for('alice', source)
    go_to_ready(window, 'Archive')
    window.label('will be copied')
    tap.check(window.label('exactly once'), 'the last page before says how sure it is, in a sentence')
    tap.check('Mailhaul-upload-deadbeef-1' in window.label('Another Mailhaul is or was at work'), 'another Mailhaul is told of')
    box = find(window.window, 'check box', test=lambda a: 'delete its folder' in a.get_name())
    tap.check(not has(box, 'checked'), 'and left alone unless the person says so')
    audit(tap, window, 'Ready')
    shot('ready-strangers')
    window.next('Copy Mail')
    window.page('Copying')
    window.press('Pause', 5)
    window.label('Paused', 30)

    USERS.write_text(USERS.read_text().replace('alice:{PLAIN}pässwörd', 'alice:{PLAIN}another'))
    time.sleep(1.1)
    for pid in workers():
        os.kill(pid, signal.SIGTERM)
    window.press('Go On')
    window.page('Sign in again', 90)
    tap.check(window.label('did not accept'), 'a password that was changed stops the copy, and says so', window.labels())
    shot('sign-in-again')
    window.next('Sign In Again')
    window.page('Where should your mail go?')
    tap.equal(text(labelled(window.window, 'User name')), 'alice', 'the password page comes again')
    fill(labelled(window.window, 'Password'), 'another')
    window.next()
    window.page('Checking', 60)
    window.next()
    window.page('Ready')
    window.next('Copy Mail')
    window.page('Done', 120)
    tap.check(window.label(CHECKED) and window.label('exactly once'), 'with the new one it goes on to the end')
    shot('done-rung')
    end(tap, window)
    with Mailbox('alice', 'another') as mailbox:
        tap.equal(mailbox.counts(), {'INBOX': 0, 'Mailhaul-upload-deadbeef-1': 0, 'Archive': MESSAGES}, 'each message is there once')


run(tap, test)
