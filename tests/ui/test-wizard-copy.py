# test-wizard-copy.py - first page to last: an Outlook Express store, CORP\bob, a certificate to be trusted, the keyring
#
# SPDX-License-Identifier: GPL-3.0-or-later
from uitest import *

tap = Tap()


def wait_for_copy(window):
    window.page('Done', 90)
    return window.label('messages')


def test():
    path, wanted, store = make_store()
    before = manifest(path)
    window = Program(path)
    window.sign_in('CORP\\bob', 'geheim', SERVER, keyring=True)

    window.page('Is this the right server?')
    shown = ''.join(c for c in next(l for l in window.labels() if l.count(' ') == 12 and l.count('\n') == 3).lower() if c not in ' \n')
    tap.equal(shown, fingerprint(), 'the page shows the certificate by its SHA-256')
    tap.check(any('localhost' in l for l in window.labels()), 'and the names in it', window.labels())
    shot('certificate')
    window.press('Always Use for This Server')

    wait_until_checked(window)
    shot('checking')
    window.next()
    box = find_store(window)
    tap.check(has(box, 'checked'), 'the store is found and chosen')
    tap.check('2004-' in box.get_name(), 'its messages and dates are shown', box.get_name())
    shot('stores')
    window.next()
    window.page('Folders')
    find(window.window, 'table cell', 'Rechnungen')
    Atspi.Component.grab_focus(find(window.window, 'table cell', 'Deleted Items'))
    tap.check(window.label('Deleted Items: Deleted mail is skipped'), 'the note of the chosen row is there whole')
    shot('folders')
    window.next()
    window.page('Ready')
    sentence = window.label('will be copied')
    tap.check(sentence.startswith(f'{total(wanted)} messages') and 'CORP\\bob on localhost' in sentence,
              'the last page before says how much goes where', sentence)
    tap.check(any('deleted mail is skipped' in l for l in window.labels()), 'and what does not, and why', window.labels())
    shot('ready')
    window.next('Copy Mail')
    verdict = wait_for_copy(window)
    shot('done')
    tap.check(CHECKED in verdict and str(total(wanted)) in verdict, 'the verdict comes first', verdict)
    tap.check(window.label('3 left out').startswith(f'{total(wanted)} copied')
              and find(window.window, 'label', 'Left out, because it is deleted, junk or not chosen'),
              'what was left out on purpose is not called a failure', window.labels())
    with Mailbox('CORP\\bob') as mailbox:
        contents = mailbox.contents()
    found = digests(contents)
    tap.equal(found, {n: c for n, c in wanted.items() if c}, 'every message is in its mailbox, once, octet by octet')
    check_dates_and_flags(store, contents)
    tap.equal(manifest(path), before, 'nothing in the store was changed')
    saved = subprocess.run(['secret-tool', 'lookup', 'user', 'CORP\\bob'], capture_output=True, text=True).stdout
    tap.equal(saved, 'geheim', 'the password is in the keyring')
    save_report(window)
    end(tap, window)
    tap.equal(find_secrets(['geheim'], HOME / 'state', HOME / 'config', HOME / 'data', user='CORP\\bob'), [],
              'the password is nowhere else')
    again()
    filled_in()
    version()


def check_dates_and_flags(store, contents):
    inbox = next(f for f in store.folders if f.special == dbxwriter.INBOX)
    wanted = Counter()
    for m in inbox.messages:
        flags = {'\\Seen'} if m.flags & dbxwriter.READ else set()
        flags |= {'\\Answered'} if m.flags & dbxwriter.ANSWERED else set()
        flags |= {'\\Flagged'} if m.flags & dbxwriter.FLAGGED else set()
        flags |= {'$Forwarded'} if m.flags & dbxwriter.FORWARDED else set()
        wanted[(hashlib.sha256(m.text).hexdigest(), m.received, frozenset(flags))] += 1
    tap.equal(contents['INBOX'], wanted, 'dates and flags went along')


def save_report(window):
    window.press('Save Report…')
    chooser = find(window.app, 'file chooser', 'Save the report')
    target = HOME / 'what happened.csv'
    fill(find(chooser, 'text', test=lambda a: has(a, 'editable')), str(target))
    press(find(chooser, 'push button', 'Save'))
    window.label('The report was saved as')
    tap.check(target.stat().st_size > 0 and ',' in target.read_text(), 'the report is saved as CSV by its name')


def again():
    """A second start: the account is filled in, the password comes from the keyring, the certificate is known."""
    window = Program()
    window.page('Where should your mail go?')
    until('the password is filled in', lambda: len(text(labelled(window.window, 'Password'))) == 6 or None)
    tap.equal(text(labelled(window.window, 'User name')), 'CORP\\bob', 'the next start knows the account and its password')
    window.next()
    wait_until_checked(window)
    tap.check(True, 'and does not ask about the certificate again')
    end(tap, window)


def filled_in():
    """What the command line says stands in the fields; the password comes through a pipe."""
    read, write = os.pipe()
    os.write(write, b'p\xc3\xa4ssw\xc3\xb6rd\n')
    os.close(write)
    empty = HOME / 'shopping.txt'
    empty.write_text('milk\n')
    window = Program(empty, f'--server={SERVER}', '--user=alice', f"--ca-file={os.environ['IMAP_CA']}", f'--password-fd={read}',
                     pass_fds=(read,))
    window.page('Where should your mail go?')
    tap.equal(text(labelled(window.window, 'User name')), 'alice', 'the command line fills the fields')
    window.next()
    wait_until_checked(window)
    tap.check(True, 'its certificate authority is trusted, its password is right')
    window.next()
    find(window.window, 'push button', 'Search Again', seconds=60)
    said = window.label('No mail that Mailhaul can read was found in', 5)
    tap.check('shopping.txt' in said, 'a file without mail is told of when the page is there to tell it', said)
    end(tap, window)


def version():
    run = subprocess.run([PROGRAM, '--version'], capture_output=True, text=True, env={'PATH': os.environ['PATH']})
    tap.check(run.returncode == 0 and run.stdout.startswith('mailhaul '), '--version needs no display', run.stderr)


run(tap, test)
