# test-wizard-resume.py - stopped in the middle, gone on with after a restart: all there, nothing twice
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

tap = Tap()
MESSAGES = 800


def test():
    source = HOME / 'Archive'
    make_mbox(source, MESSAGES, size=1500)
    before = manifest(source)
    window = Program(source)
    window.sign_in('CORP\\bob', 'geheim', SERVER)
    window.page('Is this the right server?')
    window.press('Always Use for This Server')
    wait_until_checked(window)
    window.next()
    find_store(window, 'mbox')
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', 'Archive')
    window.next()
    window.page('Ready')
    window.next('Copy Mail')
    window.page('Copying')
    until('some messages are there', lambda: not window.label(f'of {MESSAGES} messages').startswith('0 ') or None, 60)
    window.press('Pause', 5)
    window.label('Paused', 30)
    shot('paused')
    audit(tap, window, 'Copying')
    subprocess.run(['gapplication', 'action', APP_ID, 'quit'], check=True)
    dialog = find(window.app, 'alert')
    tap.check(find(dialog, 'label', 'Mail is still being copied')
              and find(dialog, 'push button', 'Keep Going in the Background'), 'quitting while it copies asks first')
    press(find(dialog, 'push button', 'Cancel'))
    window.page('Copying')
    window.press('Stop')
    dialog = find(window.app, 'alert')
    tap.check(find(dialog, 'label', 'Stop copying?'), 'Stop asks first')
    press(find(dialog, 'push button', 'Stop'))
    window.page('Stopped', 60)
    shot('stopped')
    tap.check(find(window.window, 'push button', 'Go On Copying'), 'a stopped copy can be gone on with on the spot')
    end(tap, window, 'the window ends cleanly after a stop')
    with Mailbox('CORP\\bob') as mailbox:
        counts = mailbox.counts()
    tap.check(sum(counts.values()) < MESSAGES, 'it was stopped in the middle', counts)

    window = Program()
    window.page('Go on?')
    sentence = window.label('stopped on')
    tap.check('CORP\\bob' in sentence and f'of {MESSAGES} messages' in sentence, 'the next start offers to go on', sentence)
    audit(tap, window, 'Go on')
    shot('go-on')
    window.press('Show Report')
    window.page('Stopped')
    window.press('Back')
    window.page('Go on?')
    window.next('Go On')
    window.page('Where should your mail go?')
    tap.equal(text(labelled(window.window, 'User name')), 'CORP\\bob', 'only the password has to be typed')
    fill(labelled(window.window, 'Password'), 'geheim')
    window.next()
    window.page('Checking')
    window.next()
    window.page('Ready')
    window.label('will be copied', 60)
    window.next('Copy Mail')
    window.page('Done', 120)
    tap.check(CHECKED in window.label('messages'), 'and it is finished')
    end(tap, window, 'the window ends cleanly after going on')
    with Mailbox('CORP\\bob') as mailbox:
        contents = mailbox.contents()
    text_of = [message(i, 'x', 1500).replace(b'\n', b'\r\n') for i in range(MESSAGES)]
    wanted = Counter(hashlib.sha256(t).hexdigest() for t in text_of)
    tap.check(digests(contents) == {'Archive': wanted}, 'every message is there once',
              {n: (len(c), sum(c.values())) for n, c in digests(contents).items()})
    tap.equal(manifest(source), before, 'the source is unchanged')


run(tap, test)
