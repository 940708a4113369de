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
