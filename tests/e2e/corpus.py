#!/usr/bin/python3
"""Real stores of real mail programs, copied to Dovecot: the same messages, octets, dates, flags and names.

SPDX-License-Identifier: GPL-3.0-or-later

What must arrive is read by reference.py, not by our readers. Where a reference tool sees it another way, the case says so.
"""
import mailbox
import tarfile

from e2e import *
from reference import KEYWORDS, dbx, eml, from_date, maildir, mbox, undbx, wire

tap = Tap()
CORPUS = corpus()
if not CORPUS.is_dir():
    print('1..0 # SKIP no sample files at %s' % CORPUS)
    sys.exit(0)


def mailbox_name(path):
    """A folder's path as Dovecot's Maildir++ can have it: its delimiter is a dot, so a dot in a name becomes “_”."""
    return '.'.join(part.replace('.', '_') for part in path.split('/'))


def outcome(references):
    """What is to be in the mailbox, and how many are skipped and failed: IMAP carries neither NUL nor nothing."""
    alive = [r for r in references if not r.deleted]
    good = [r for r in alive if r.octets and b'\0' not in r.octets]
    return good, len(references) - len(alive), len(alive) - len(good)


def near_now(date, began):
    return began - 1 <= date <= time.time() + 1


def seen_by_others(box, name, began):
    """The mailbox as multisets: of octets; of octets, date and flags. The time of copying counts as no date."""
    messages = box.messages(name)
    return (Counter(digest(octets) for octets, _, _ in messages),
            Counter((digest(octets), None if near_now(date, began) else date, flags) for octets, date, flags in messages))


def explain(got, wanted):
    missing, surplus = wanted - got, got - wanted
    return '\n'.join([f'missing: {x}' for x in missing] + [f'surplus: {x}' for x in surplus])


def check_folder(name, box, wire_name, references, began):
    good, _, _ = outcome(references)
    octets, full = seen_by_others(box, wire_name, began)
    wanted_octets = Counter(digest(r.octets) for r in good)
    wanted = Counter((digest(r.octets), r.received, r.flags) for r in good)
    tap.check(octets == wanted_octets, f'{name}: {sum(wanted_octets.values())} messages, octet for octet',
              f'{sum(octets.values())} there\n{explain(octets, wanted_octets)}')
    tap.check(full == wanted, f'{name}: received dates to the second, and flags', explain(full, wanted))


def check_report(name, run, folders):
    sums = [outcome(references) for references in folders.values()]
    skipped, failed = sum(s[1] for s in sums), sum(s[2] for s in sums)
    copied = sum(len(s[0]) for s in sums)
    report = run.json
    tap.equal(counts(report), {'found': copied + skipped + failed, 'copied': copied, 'present': 0, 'skipped': skipped,
                               'failed': failed}, f'{name}: the numbers of the report', run)
    tap.equal(complaints(report), [], f'{name}: they add up')
    tap.equal((run.code, report['verdict']), (3, 'not-all') if failed else (0, 'complete'), f'{name}: exit status', run)


def check(name, source, folders):
    """Copies SOURCE; FOLDERS is {mailbox: references} of everything that is to be there afterwards."""
    with folder() as place, Mailbox(USER) as box:
        box.clear()
        before = manifest(source)
        began = int(time.time())
        run = copy(source, place / 'state')
        if not tap.check(run.code in (0, 3), f'{name}: is copied', run):
            return
        names = {decode_name(n): n for n in box.names()}
        tap.equal(sorted(names), sorted({'INBOX', *folders}), f'{name}: the mailboxes, in the right letters')
        for mailbox, references in folders.items():
            if mailbox in names:
                check_folder(f'{name}: {mailbox}', box, names[mailbox], references, began)
        check_report(name, run, folders)
        tap.equal(manifest(source), before, f'{name}: the source is as it was')
        tap.equal(secrets_in(place / 'state'), [], f'{name}: the password is written nowhere')


# Outlook Express: undbx agrees on the texts; dates and flags are read by the format's description.

def check_dbx(name, source, folders):
    for mailbox, (file, references) in folders.items():
        texts = undbx(file) if file is not None else []
        if texts is None:
            tap.skip(f'{name}: {mailbox}: the reference is right', 'undbx is not installed')
            continue
        tap.equal(Counter(digest(wire(t)) for t in texts), Counter(digest(r.octets) for r in references),
                  f'{name}: {mailbox}: undbx reads the same')
    check(name, source, {mailbox: references for mailbox, (_, references) in folders.items()})


def outlook_express():
    root = CORPUS / 'dbx'
    inbox = root / 'oe6-english/Inbox.dbx'
    # Sent Items, Deleted Items and Drafts were never opened and have no file: empty folders, not errors. The trash is
    # not copied.
    check_dbx('oe6-english', root / 'oe6-english', {
        'INBOX': (inbox, dbx(inbox)), 'Outbox': (None, []), 'Sent Items': (None, []), 'Drafts': (None, [])})
    # Without Folders.dbx a folder has the name that is in its file; “Sample” is not the file's name.
    check_dbx('kde-oe', root / 'kde-oe/oe', {'Sample': (root / 'kde-oe/oe/test4.dbx', dbx(root / 'kde-oe/oe/test4.dbx'))})
    check_dbx('perl-dbx', root / 'perl-dbx/test.dbx', {'test': (root / 'perl-dbx/test.dbx', dbx(root / 'perl-dbx/test.dbx'))})


# mbox: as Python's module cuts the files, but for the pieces that are named here.

def check_mboxes(name, folders):
    """A directory of files, or one file; FOLDERS is {mailbox: (file, number of messages, what mbox() must know)}."""
    root = CORPUS / 'mbox' / name
    references = {}
    for mailbox, (file, count, how) in folders.items():
        references[mailbox] = mbox(root / file if root.is_dir() else root, **how)
        tap.equal(len(references[mailbox]), count, f'{name}: {mailbox}: {count} messages by the reference')
    check(name, root, references)


def mboxes():
    # The tools disagree about mailarc-1: 16 for Python and c-client, 15 for nmh, 13 for its authors. The fourth From_
    # line of Python's has no empty line before it, so it is text, as for nmh. Two more stand inside attached messages;
    # only a reader of MIME, as the authors', can know that. mailarc-2 is 5 for Python, 4 for the authors: likewise.
    check_mboxes('coppit', {mailbox_name(name): (name, count, how) for name, count, how in (
        ('mailbox with space.txt', 3, {}), ('newlines_at_beginning.txt', 1, {}), ('hessbug.txt', 1, {}),
        ('binary_body.txt', 1, {}), ('mailarc-2.txt', 5, {}), ('mailarc-1.txt', 15, {'joined': {4}}),
        ('mailarc-1-dos.txt', 15, {'joined': {4}}))})
    check_mboxes('kde/cygwin.mbox', {'cygwin': ('', 16, {})})
    check_mboxes('aspose/ExampleMbox.mbox', {'ExampleMbox': ('', 1, {})})
    check_mboxes('tika', {name: (name + '.mbox', count, {}) for name, count in (
        ('complex', 3), ('simple', 2), ('headers', 1), ('multiline', 1), ('multiline2', 1), ('quoted', 1),
        ('single_mail', 1), ('testMBOX_complex', 1), ('testMBOX_lengthy_x-headers', 1))})
    # “>From ” alone does not tell mboxrd from a quoted line that somebody wrote: it stays as it is. Python counts 3 in
    # mbox_unquoted: the second “From ” is a line of text, since no header follows it.
    check_mboxes('thunderbird/test/data', {
        'mbox_mboxrd': ('mbox_mboxrd', 2, {}), 'mbox_modern': ('mbox_modern', 2, {}),
        'mbox_unquoted': ('mbox_unquoted', 2, {'joined': {2}}), 'mail-without-from': ('mail-without-from', 1, {})})
    check_mboxes('thunderbird/local/test/unit/data/movemailspool', {'movemailspool': ('', 3, {})})
    # Files without any From_ line are one message each, in a folder called like the directory.
    for name in ('thunderbird/test/data/mime-torture', 'thunderbird/local/test/unit/data/dot'):
        check(name, CORPUS / 'mbox' / name, {'data': eml([CORPUS / 'mbox' / name])})


def uw_imap():
    # c-client's own message at the beginning is no mail: 16 of 17.
    for name, module in (('out_unix', mailbox.mbox), ('out_mmdf', mailbox.MMDF)):
        file = CORPUS / 'uw-imap' / name
        references = mbox(file, module=module)
        tap.equal(len(references), 16, f'uw-imap/{name}: 16 messages by the reference')
        check(f'uw-imap/{name}', file, {name: references})


def evolution():
    root = CORPUS / 'evolution/unpacked/evolution/local'
    folders = {'INBOX': 'Inbox/mbox', 'INBOX.Mailinglists': 'Inbox/subfolders/Mailinglists/mbox',
               'INBOX.Mailinglists.HAL': 'Inbox/subfolders/Mailinglists/subfolders/HAL/mbox',
               'INBOX.Mailinglists.HAL.commit': 'Inbox/subfolders/Mailinglists/subfolders/HAL/subfolders/commit/mbox',
               'kmail-devel': 'kmail-devel/mbox', 'kmail-devel.Bugs': 'kmail-devel/subfolders/Bugs/mbox',
               'Sent': 'Sent/mbox', 'Drafts': 'Drafts/mbox', 'Outbox': 'Outbox/mbox'}
    references = {name: mbox(root / file) for name, file in folders.items()}
    tap.equal(sum(map(len, references.values())), 49, 'evolution 1.4: 49 messages by the reference')
    check('evolution 1.4', root, references)


def thunderbird():
    # Thunderbird shows 44 messages of the 72 in these files. 20 of the dead ones carry the mark in the file and stay dead;
    # the other 8 are known only to its .msf files, which the mbox reader does not look at.
    root = CORPUS / 'thunderbird/dot-thunderbird/u6odlieo.default-default/Mail/Local Folders'
    references = {'Outbox': []}
    for file in root.rglob('*'):
        if file.is_file() and file.suffix not in ('.msf', '.dat') and file.name not in ('Trash', 'Unsent Messages'):
            path = str(file.relative_to(root)).replace('.sbd/', '/')
            references[mailbox_name(path)] = mbox(file)
    tap.equal(sum(map(len, references.values())), 52, 'thunderbird: 52 messages by the reference')
    check('thunderbird', root, references)


# Maildir: the files themselves.

def check_maildirs(name, root, count, folders, parents=(), **how):
    references = {parent: [] for parent in parents}
    for mailbox, (path, more) in folders.items():
        references[mailbox] = maildir(root / path, **how, **more)
    tap.equal(sum(map(len, references.values())), count, f'{name}: {count} messages by the reference')
    check(name, root, references)
    return references


def maildirs():
    mu = CORPUS / 'maildir/mu'
    # testdir2 only holds others: the parent is made, empty.
    check_maildirs('maildir/mu', mu, 37, {mailbox_name(p): (p, {}) for p in
                                          ('cjk', 'testdir', 'testdir2/Foo', 'testdir2/bar', 'testdir2/wom_bat')},
                   parents=['testdir2'])
    check_maildirs('kmail', CORPUS / 'kmail/maildir', 4, {
        'root': ('root', {}), 'root.child1': ('.root.directory/child1', {}), 'root.child2': ('.root.directory/child2', {}),
        'root.child1.grandchild': ('.root.directory/.child1.directory/grandchild', {})})


def libcamel():
    # libcamel's own list has other dates: they are in its database, folders.db; the files only say when they were
    # written. Its dots in names are “_2E”.
    root = CORPUS / 'evolution/maildirpp-libcamel/local'
    mine = {'seen': True}
    check_maildirs('libcamel', root, 60, {
        'INBOX': ('.', {}), 'Sent': ('.Sent', mine), 'Drafts': ('.Drafts', mine), 'Entwürfe': ('.Entwürfe', mine),
        'Parent': ('.Parent', {}), 'Parent.Kind': ('.Parent.Kind', {}), 'a_b_c': ('.a_5Fb_5Fc', {}),
        'Parent.Kind.v1_0_final': ('.Parent.Kind.v1_2E0_5Ffinal', {}), '日本語': ('.日本語', {}),
        'Rechnungen 2004_Q1': ('.Rechnungen 2004_2EQ1', {})})


def dovecot():
    with folder() as place:
        with tarfile.open(CORPUS / 'dovecot/maildirpp.tar.gz') as archive:
            archive.extractall(place)
        root = place / 'maildirpp'
        served = json.loads((CORPUS / 'dovecot/dev-maildirpp.json').read_text())
        folders = {}
        for wire_name in served:
            name = decode_name(wire_name)
            path = '.' if name == 'INBOX' else '.' + wire_name.replace('/', '.')
            folders[name.replace('/', '.')] = (path, {'seen': name in ('Sent', 'Drafts', 'Entwürfe')})
        folders.pop('Trash', None)
        references = check_maildirs('dovecot', root, 39, folders, has_server_dates=True)
        check_served(served, references)


def check_served(served, references):
    """The reference against what Dovecot itself served of this tree: sizes, dates, flags."""
    for wire_name, lines in served.items():
        name = decode_name(wire_name)
        wanted = Counter()
        for line in lines:
            flags = set(re.search(r'FLAGS \(([^)]*)\)', line).group(1).split()) - {'\\Recent'}
            date = re.search(r'INTERNALDATE "([^"]+)"', line).group(1)
            if '\\Deleted' not in flags:
                # Two old words become the registered ones; what one wrote oneself is not unread.
                flags = {KEYWORDS.get(f, f) for f in flags} | ({'\\Seen'} if name in ('Sent', 'Entwürfe') else set())
                wanted[int(re.search(r'RFC822.SIZE (\d+)', line).group(1)),
                       int(datetime.strptime(date.strip(), '%d-%b-%Y %H:%M:%S %z').timestamp()), frozenset(flags)] += 1
        got = Counter((len(r.octets), r.received, r.flags) for r in references.get(name.replace('/', '.'), [])
                      if not r.deleted)
        tap.equal(got, wanted, f'dovecot: {name}: as Dovecot served it')


# Single messages ------------------------------------------------------------------------------------------------------

# Too few of their lines are header fields that only mail has (of mime4j's testmsgs in all) to take them for messages
# where no ending “.eml” says so.
TOO_BARE = {'attachment-filename-encoding-Latin1.msg', 'attachment-filename-encoding-UTF8.msg', 'bluedot-simple.msg',
            'double-semicolon.msg', 'double-semicolon2.msg', 'empty-preamble.msg', 'infinite.msg', 'russian.msg',
            'sig-uu.msg'}


def is_mbox(file):
    """Without an ending that says better, a file that begins with a From_ line is a folder of its own."""
    return file.suffix != '.eml' and from_date(file.read_bytes().partition(b'\n')[0]) is not None


def single_messages():
    # All groups in one run: directories of the same name, “data” of two stores, share a mailbox.
    root = CORPUS / 'messages'
    files = [f for f in root.rglob('*') if f.is_file() and f.parent.name != 'testmsgs' and f.name not in TOO_BARE]
    references = {}
    for file in sorted(files):
        if is_mbox(file):
            references[mailbox_name(file.name)] = mbox(file)
        else:
            references.setdefault(mailbox_name(file.parent.name), []).extend(eml([file]))
    tap.equal(sum(map(len, references.values())), 198, 'messages: 198 messages by the reference')
    check('messages', root, references)


def nmh():
    # “,3” and the like are what nmh leaves of deleted messages: they stay deleted.
    root = CORPUS / 'mh/nmh-generated/Mail'
    references = {path: eml(f for f in (root / path).iterdir() if f.name.isdigit()) for path in ('inbox', 'lists/nested')}
    tap.equal([len(r) for r in references.values()], [11, 3], 'nmh: 14 messages by the reference')
    check('nmh', root, {'INBOX': references['inbox'], 'nested': references['lists/nested']})


outlook_express()
mboxes()
uw_imap()
evolution()
thunderbird()
maildirs()
libcamel()
dovecot()
single_messages()
nmh()
tap.done()
