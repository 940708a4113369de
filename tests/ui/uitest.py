"""What the tests of the window share: the sample store, what of it belongs on the server, results.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import os
import ssl
import sys
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(os.environ['HAUL_SOURCE_DIR']) / 'tests/support'))
import dbxsample
import dbxwriter
from gui import *
from haultest import *

HOME = Path(os.environ['HOME'])
SERVER = f"localhost:{os.environ['IMAPS_PORT']}"
CHECKED = 'are on the server and were checked'


def make_store(path=None):
    """Writes the sample Outlook Express store; returns its path and {mailbox's name: multiset of digests} without deleted mail."""
    store = dbxsample.sample_store()
    path = path or HOME / 'Outlook Express'
    store.write(str(path))
    wanted = {}

    def add(folders, parents):
        for folder in folders:
            names = parents + [folder.name]
            if folder.special != dbxwriter.DELETED:
                wanted['.'.join(names).replace('Inbox', 'INBOX')] = Counter(hashlib.sha256(m.text).hexdigest() for m in folder.messages)
            add(folder.children, names)
    add(store.folders, [])
    return path, wanted, store


def fingerprint():
    der = ssl.PEM_cert_to_DER_cert(Path(os.environ['IMAP_CA']).read_text())
    return hashlib.sha256(der).hexdigest()


def digests(contents):
    """{name: multiset of digests} of what Mailbox.contents() gives; empty mailboxes are left out."""
    found = {}
    for name, messages in contents.items():
        counter = Counter()
        for (digest, _, _), n in messages.items():
            counter[digest] += n
        if counter:
            found[name] = counter
    return found


def total(wanted):
    return sum(sum(c.values()) for c in wanted.values())


def run(tap, test):
    """Runs a test to its end; what stops it is a failure with its reason."""
    try:
        test()
    except Exception:
        shot('failed-' + os.path.basename(sys.argv[0]))
        tap.check(False, 'the test reached its end', traceback.format_exc())
    tap.done()


def is_quark_table(said):
    """Whether the one thing lost is GLib's table of 2,048 quarks: it outgrows its first one and leaves that behind on purpose.

    Its stack ends in GLib without a name, so that no line of lsan.supp can mean it alone."""
    return 'SUMMARY: AddressSanitizer: 16384 byte(s) leaked in 1 allocation(s).' in said


def end(tap, program, what='the window ends cleanly, with no memory lost'):
    code, said = program.quit()
    tap.check(code == 0 or (code == 1 and is_quark_table(said)), what, f'exit {code}\n{said}')
    SPOKEN.append(said.encode())


# Keys and accessibility ------------------------------------------------------------------------------------------------

def keys(*names):
    subprocess.run(['xdotool', 'key', '--clearmodifiers', *names], check=True)


def typed(words):
    subprocess.run(['xdotool', 'type', '--clearmodifiers', '--delay', '5', words], check=True)


def focus_window():
    """There is no window manager that would give the window the keyboard."""
    found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--class', 'mailhaul'], capture_output=True, text=True)
    subprocess.run(['xdotool', 'windowfocus', '--sync', found.stdout.split()[-1]], check=True)


def relation(a, kind):
    return [r.get_target(0) for r in a.get_relation_set() if r.get_relation_type() == kind]


def name_of(a):
    labels = [l.get_name() for l in relation(a, Atspi.RelationType.LABELLED_BY)]
    return a.get_name() or ' '.join(labels)


def described(a):
    """What stands beside a field as its error; '' without one."""
    return ' '.join(d.get_name() for d in relation(a, Atspi.RelationType.DESCRIBED_BY) if has(d, 'showing'))


FOCUSABLE = {'text', 'password text', 'push button', 'toggle button', 'check box', 'combo box', 'tree table', 'table', 'radio button'}


def page_of(window):
    return find(window.window, 'scroll pane', window.window.get_name())


def stops(window):
    """Widgets of the page that the keyboard should reach, in reading order."""
    return [a for a, _ in walk(page_of(window)) if a.get_role_name() in FOCUSABLE and has(a, 'showing') and has(a, 'focusable')
            and has(a, 'sensitive')]


def audit(tap, window, page):
    nameless = [a.get_role_name() for a in stops(window) if not name_of(a).strip()]
    tap.equal(nameless, [], f'{page}: everything that takes the keyboard has a name')
    bars = [a for a, _ in walk(window.window) if a.get_role_name() in ('progress bar', 'scroll pane') and has(a, 'showing')]
    own = [a.get_role_name() for a in bars if a.get_role_name() == 'progress bar' and not a.get_name()]
    tap.equal(own, [], f'{page}: a bar says what it measures')
    title = window.window.get_name()
    tap.check(any(a.get_name() == title for a in bars), f'{page}: the page bears its title', [a.get_name() for a in bars])


def audit_tabs(tap, window, page):
    """Tab goes round the page in reading order: the number falls once at most, where it begins again."""
    focus_window()
    wanted = [(a.get_role_name(), name_of(a)) for a in stops(window)]
    seen = []
    now = None
    for _ in range(40):
        before = now
        keys('Tab')
        for _ in range(40):  # a busy machine moves the focus late
            time.sleep(0.05)
            now = next(((a.get_role_name(), name_of(a)) for a, _ in walk(window.window) if has(a, 'focused')), None)
            if now not in (None, before):
                break
        if now in seen:
            break
        seen.append(now)
    order = [wanted.index(s) for s in seen if s in wanted]
    falls = sum(b < a for a, b in zip(order, order[1:]))
    missed = [w for w in wanted if w not in seen]
    tap.check(falls <= 1 and not missed, f'{page}: Tab goes in reading order and misses nothing',
              f'seen {seen}\nwanted {wanted}\nmissed {missed}')


# The way through the pages ---------------------------------------------------------------------------------------------

def wait_until_checked(window):
    """The Checking page is through: all five steps, and Next can be pressed."""
    window.page('Checking')
    button = find(window.window, 'push button', 'Next')
    until('signed in', lambda: has(button, 'sensitive') or None, 40)
    assert sum(l.startswith('done') for l in window.labels()) == 5, window.labels()


def find_store(window, program='Outlook Express'):
    window.page('Mail on this computer')
    return find(window.window, 'check box', test=lambda a: a.get_name().startswith(program), seconds=60)


def open_for(user, *args):
    """The window with the account filled in, the authority trusted and the password there, on its first page but one."""
    read, write = os.pipe()
    os.write(write, PASSWORDS[user].encode() + b'\n')
    os.close(write)
    window = Program(*args, f'--server={SERVER}', f'--user={user}', f"--ca-file={os.environ['IMAP_CA']}", f'--password-fd={read}', pass_fds=(read,))
    os.close(read)
    return window


def go_to_ready(window, folder_name, program='mbox'):
    window.page('Where should your mail go?')
    window.next()
    wait_until_checked(window)
    window.next()
    find_store(window, program)
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', folder_name)
    window.next()
    window.page('Ready')


def cells(window):
    return [a.get_name() for a, _ in walk(window.window) if a.get_role_name() == 'table cell' and has(a, 'showing')]
