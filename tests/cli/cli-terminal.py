"""mailhaul-cli at a terminal: it asks for the password, shows progress, and Ctrl+C stops it.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import pty
import re
import select
import signal
import time

from haultest import CLI, SPOKEN, Mailbox, Tap, account, find_secrets, folder, make_mbox, manifest

tap = Tap()


class Terminal:
    """mailhaul-cli on a terminal of its own, where its helper processes get Ctrl+C as well."""

    def __init__(self, *args, env=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(env or {}, TERM='xterm', XDG_STATE_HOME='/nonexistent/state')
            os.environ.pop('DBUS_SESSION_BUS_ADDRESS', None)
            os.execv(CLI, ['mailhaul-cli', *map(str, args)])
        self.text = ''

    def read(self, until=None, seconds=60):
        """Until the words are there; without words, to the end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (until is None or not re.search(until, self.text)):
            if not select.select([self.fd], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(self.fd, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            SPOKEN.append(piece)
            self.text += piece.decode('utf-8', 'replace')
        return until is None or bool(re.search(until, self.text))

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        self.read()
        for _ in range(100):  # the terminal is closed: it is about to end
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.1)
        else:
            os.kill(self.pid, signal.SIGKILL)
            status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


options = [o for o in account('CORP\\bob') if o != '--batch']

run = Terminal('check', *options)
tap.check(run.read('Password of .*: '), 'the password is asked for', run.text)
run.type('geheim\n')
code = run.end()
tap.check(code == 0 and 'Signed in' in run.text and 'geheim' not in run.text, 'it signs in, and what was typed is not shown', run.text)

run = Terminal('check', *options)
run.read('Password of .*: ')
run.type('\x03')
code = run.end()
tap.check(code == 75, 'Ctrl+C at the question ends with 75', f'{code} {run.text}')

run = Terminal('check', *options, '--batch')
code = run.end()
tap.check(code == 77 and 'Password of' not in run.text, '--batch never asks', f'{code} {run.text}')

with folder() as place:
    source = make_mbox(place / 'big', 1000, size=900)
    before = manifest(source)
    (place / 'password').write_text('geheim\n')
    (place / 'password').chmod(0o600)
    args = ['copy', *options, f'--password-file={place}/password', f'--state-dir={place}/state', source]
    run = Terminal(*args)
    is_shown = run.read('of 1,?000 messages')
    run.type('\x03')
    code = run.end()
    tap.check(is_shown, 'progress is shown on a terminal', run.text)
    tap.check(code == 75 and 'Stopping in order' in run.text and 'WARNING' not in run.text and 'Not copied' not in run.text,
              'Ctrl+C stops in order, with no message called lost', f'{code} {run.text}')
    run = Terminal(*args)
    code = run.end()
    tap.check(code == 0 and 'are on the server and were checked' in run.text, 'run again, it ends well', f'{code} {run.text}')
    with Mailbox('CORP\\bob') as mailbox:
        counts = mailbox.counts()
    tap.check(counts.get('big') == 1000 and not [n for n in counts if 'upload' in n], 'each message is there once', counts)
    tap.equal(manifest(source), before, 'the source is as it was')

    run = Terminal(*args, '--into=Elsewhere')
    run.read('of 1,?000 messages')
    os.kill(run.pid, signal.SIGINT)
    os.kill(run.pid, signal.SIGTERM)
    began = time.monotonic()
    code = run.end()
    tap.check(code == 75 and time.monotonic() - began < 5, 'a second signal leaves at once', f'{code} {run.text}')
tap.equal([hit for hit in find_secrets(['geheim'], user='CORP\\bob')], [], 'the password was never on the screen')
tap.done()
