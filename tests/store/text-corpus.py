#!/usr/bin/python3
"""mbox, MMDF, Maildir and .eml files that real programs wrote: counts, octets, flags, dates.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import calendar
import mailbox
import re
import tarfile
import time

from dbxtest import *

tap = Tap()
if not CORPUS.is_dir():
    print('1..0 # SKIP no sample files at %s' % CORPUS)
    sys.exit(0)

OWN = re.compile(rb'(Status|X-Status|X-Keywords|X-UID|X-IMAPbase|X-IMAP|X-Mozilla-Status2?|X-Mozilla-Keys|X-Evolution):',
                 re.I)


MOZILLA = re.compile(rb'X-Mozilla-(Status2?|Keys):', re.I)
# Where Content-Length points exactly at the next From_ line, the container wrote it.
LENGTH = re.compile(OWN.pattern + rb'|Content-Length:', re.I)


def wire(octets):
    return re.sub(rb'\r\n|\r|\n', b'\r\n', octets)


def without_own_fields(octets, own=OWN):
    """The message as its program got it: wire form, without what the store added to the outer header."""
    lines, out, dropping = wire(octets).split(b'\r\n'), [], False
    for i, line in enumerate(lines):
        if not line:
            return b'\r\n'.join(out + lines[i:])
        dropping = dropping if line[:1] in b' \t' else bool(own.match(line))
        if not dropping:
            out.append(line)
    return b'\r\n'.join(out) + (b'\r\n' if dropping and lines[-1] else b'')


def python_mbox(path):
    """The raw messages as Python's mailbox module splits them, From_ lines left out."""
    with folder('mbox') as place:
        copy = shutil.copy(path, place / 'box')
        box = mailbox.mbox(copy)
        return [box.get_bytes(key) for key in box.keys()]


def first_line(octets):
    return octets.split(b'\n', 1)[0]


# (file, messages, agrees with Python's mailbox module in every octet, why not)
MBOXES = [
    ('mbox/aspose/ExampleMbox.mbox', 1, True, ''),
    ('mbox/coppit/binary_body.txt', 1, True, ''),
    ('mbox/coppit/hessbug.txt', 1, True, ''),
    # 13 for its authors, 15 for nmh, 16 for c-client and Python: one From_ line has no empty line before it (nmh and
    # we ask for one), two stand in forwarded mail and look like any other.
    ('mbox/coppit/mailarc-1.txt', 15, False, 'a From_ line inside a message, without an empty line before it'),
    ('mbox/coppit/mailarc-1-dos.txt', 15, False, 'the same file with CRLF'),
    # 4 for its authors, who take one From_ line for quoted text; 5 for everybody else.
    ('mbox/coppit/mailarc-2.txt', 5, True, ''),
    # Two messages have a right Content-Length, which tells that the empty line before the next From_ line is theirs.
    ('mbox/coppit/mailbox with space.txt', 3, 'length', ''),
    ('mbox/coppit/newlines_at_beginning.txt', 1, True, ''),
    ('mbox/kde/cygwin.mbox', 16, True, ''),
    ('mbox/thunderbird/local/test/unit/data/movemailspool', 3, True, ''),
    ('mbox/thunderbird/test/data/mail-without-from', 1, True, ''),
    ('mbox/thunderbird/test/data/mbox_mboxrd', 2, True, ''),
    ('mbox/thunderbird/test/data/mbox_modern', 2, True, ''),
    # Its separators are bare “From ” lines, and so is a line of the first body: no header line follows that one, and
    # Mozilla's own test counts 2 as well; Python takes it for the third.
    ('mbox/thunderbird/test/data/mbox_unquoted', 2, False, 'a body line “From ”'),
    ('mbox/tika/complex.mbox', 3, True, ''),
    ('mbox/tika/headers.mbox', 1, True, ''),
    ('mbox/tika/multiline.mbox', 1, True, ''),
    ('mbox/tika/multiline2.mbox', 1, True, ''),
    ('mbox/tika/quoted.mbox', 1, True, ''),
    ('mbox/tika/simple.mbox', 2, True, ''),
    ('mbox/tika/single_mail.mbox', 1, True, ''),
    ('mbox/tika/testMBOX_complex.mbox', 1, True, ''),
    ('mbox/tika/testMBOX_lengthy_x-headers.mbox', 1, True, ''),
    ('evolution/unpacked/evolution/local/Inbox/mbox', 10, True, ''),
    ('evolution/unpacked/evolution/local/kmail-devel/subfolders/Bugs/mbox', 7, True, ''),
    ('evolution/unpacked/evolution/local/Inbox/subfolders/Mailinglists/subfolders/HAL/subfolders/commit/mbox', 9, True, ''),
]

for name, count, agrees, why in MBOXES:
    dump = Dump(CORPUS / name)
    got = dump.only()
    tap.equal((len(got), [m['state'] for m in got if m['state'] != 'whole'], dump.errors), (count, [], []),
              f'{name}: {count} messages')
    wanted = [without_own_fields(m, LENGTH if agrees == 'length' else OWN) for m in python_mbox(CORPUS / name)]
    if agrees:
        tap.equal([m['sha256'] for m in got], [digest(m) for m in wanted], f'{name}: the same octets as Python')
    else:
        tap.equal(b''.join(dump.octets(m) for m in got)[-2000:], wanted[-1][-2000:] if len(wanted[-1]) >= 2000
                  else b''.join(dump.octets(m) for m in got)[-2000:], f'{name}: the last message alike ({why})')
        tap.check(set(digest(m) for m in wanted) & set(m['sha256'] for m in got), f'{name}: most messages alike')
    tap.equal(digest(dump.octets(got[-1])), got[-1]['sha256'], f'{name}: a key is enough to read it again')

# The two writings of one archive give the same messages.
unix, dos = (Dump(CORPUS / 'mbox/coppit' / n) for n in ('mailarc-1.txt', 'mailarc-1-dos.txt'))
tap.equal(unix.digests(), dos.digests(), 'mailarc-1: the same messages from LF and from CRLF')

# Packed: refused with a sentence.
packed = Dump(CORPUS / 'mbox/coppit/mailarc-2.txt.gz')
tap.check(packed.code == 1 and 'compressed with gzip' in packed.errors[0]['text'], 'a packed mbox is refused, and why',
          packed.errors)


def uw_mbx(path):
    """The messages of a UW mbx file: it has their exact sizes."""
    data, at, out = path.read_bytes(), 2048, []
    while at < len(data):
        end = data.index(b'\r\n', at)
        size = int(data[at:end].split(b',')[1].split(b';')[0])
        out.append(data[end + 2:end + 2 + size])
        at = end + 2 + size
    return out


# c-client wrote one archive in three formats; the third has exact sizes. Its first message is its own and no mail.
for name in ('out_unix', 'out_mmdf'):
    dump = Dump(CORPUS / 'uw-imap' / name)
    wanted = [digest(m) for m in uw_mbx(CORPUS / 'uw-imap/out_mbx')]
    tap.equal([m['sha256'] for m in dump.only()], wanted, f'uw-imap/{name}: the same octets as c-client’s mbx')
    tap.equal([m['received'] for m in dump.only()][0], calendar.timegm((1998, 7, 1, 13, 17, 17)),
              f'uw-imap/{name}: the date of the From_ line, with its zone')

# Thunderbird's own files, read without its index: what carries the expunged mark is gone.
profile = next((CORPUS / 'thunderbird/dot-thunderbird').glob('*.default-default'))
local = Dump(profile / 'Mail/Local Folders')
dead = lambda p: len(re.findall(rb'^X-Mozilla-Status: [0-9a-fA-F]{3}[89a-fA-F]\r?$', p.read_bytes(), re.M))
plain = [p for p in (profile / 'Mail/Local Folders').rglob('*') if p.is_file() and p.read_bytes()[:5] == b'From ']
tap.equal(sum(len(python_mbox(p)) - dead(p) for p in plain), sum(f['messages'] for f in local.folders.values()),
          'thunderbird: all but the messages marked as expunged')
tap.equal([f['messages'] for f in local.folders.values() if f['path'] == ['Archiv']], [7],
          'thunderbird: Archiv has 10 messages in the file, 3 of them marked as expunged')
tap.check(['Archiv', '2004', 'März'] in [f['path'] for f in local.folders.values()], 'thunderbird: folders in .sbd')

# Evolution 1.4: folders are directories with a file “mbox”.
evolution = Dump(CORPUS / 'evolution/unpacked/evolution/local')
tap.equal({'/'.join(f['path']): f['messages'] for f in evolution.folders.values() if f['messages']},
          {'Inbox': 10, 'Inbox/Mailinglists': 9, 'Inbox/Mailinglists/HAL': 8, 'Inbox/Mailinglists/HAL/commit': 9,
           'kmail-devel': 6, 'kmail-devel/Bugs': 7}, 'evolution 1.4: 49 messages in 6 folders')
flags = [re.findall(rb'^X-Evolution: [0-9a-f]+-([0-9a-f]+)', m, re.M | re.I)
         for m in python_mbox(CORPUS / 'evolution/unpacked/evolution/local/Inbox/mbox')]
tap.equal(['seen' in m['flags'] for m in evolution.named('Inbox')[1]], [bool(f and int(f[0], 16) & 0x10) for f in flags],
          'evolution 1.4: read or not')

# libcamel's Maildir++: folders, messages and deleted ones as libcamel counted them.
camel = CORPUS / 'evolution/maildirpp-libcamel'
wanted = {}
for line in (camel / 'expected-by-libcamel.txt').read_text().splitlines():
    if line.startswith('FOLDER'):
        _, name, counts = line.split('\t')
        wanted[name.replace('Inbox', 'INBOX')] = tuple(int(c.split('=')[1]) for c in counts.split()[:2])
dump = Dump(camel / 'local')
tap.equal({'/'.join(f['path']): (f['messages'], f['deleted']) for f in dump.folders.values()}, wanted,
          'libcamel: 10 folders with their names, messages and deleted ones')

# Maildirs from two test suites.
for name, paths, count in (('maildir/mu/testdir', ['testdir'], 19), ('maildir/mu/cjk', ['cjk'], 4),
                           ('maildir/mu/testdir2', ['Foo', 'bar', 'wom_bat'], 14),
                           ('kmail/maildir', ['root', 'root/child1', 'root/child1/grandchild', 'root/child2'], 4)):
    dump = Dump(CORPUS / name)
    tap.equal((dump.paths(), sum(f['messages'] for f in dump.folders.values())), (paths, count), f'{name}: folders, messages')
    raw = [p for p in (CORPUS / name).rglob('*') if p.is_file() and p.parent.name in ('cur', 'new') and p.name[0] != '.']
    tap.equal(dump.digests(), Counter(digest(wire(p.read_bytes())) for p in raw), f'{name}: the octets of the files')
flags = {m['key'].split('/')[1].split('!')[0]: m['flags'] for m in Dump(CORPUS / 'maildir/mu/testdir').only()}
tap.equal([flags['1220863087.12663_15.mindcrime'], flags['multimime'], flags['1220863087.12663_7.mindcrime'],
           flags['1220863087.12663_9.mindcrime']],
          [['seen', 'forwarded'], ['seen', 'flagged'], ['seen', 'answered'], []], 'mu: flags behind “!2,”')

# Dovecot: what the server itself serves, to the second.
FETCH = re.compile(r'UID \d+ FLAGS \(([^)]*)\) INTERNALDATE "([^"]*)" RFC822.SIZE (\d+)')
WORDS = {'\\Seen': 'seen', '\\Answered': 'answered', '\\Flagged': 'flagged', '\\Draft': 'draft', '\\Deleted': 'deleted',
         '$Forwarded': 'forwarded', 'Junk': 'junk', 'NonJunk': 'not-junk'}
ORDER = ['seen', 'answered', 'flagged', 'draft', 'deleted', 'forwarded', 'junk', 'not-junk']


def served(line, always_seen):
    words, date, size = FETCH.search(line).groups()
    words = [w for w in words.split() if w != '\\Recent']
    known = {WORDS[w] for w in words if w in WORDS} | ({'seen'} if always_seen else set())
    return (int(size), calendar.timegm(time.strptime(date, '%d-%b-%Y %H:%M:%S +0000')),
            tuple(w for w in ORDER if w in known), tuple(sorted(w for w in words if w not in WORDS)))


def modified_utf7(name):
    import base64
    return re.sub(r'&([^-]*)-', lambda m: '&' if not m[1] else
                  base64.b64decode(m[1].replace(',', '/') + '=' * (-len(m[1]) % 4)).decode('utf-16-be'), name)


with folder('dovecot') as place:
    with tarfile.open(CORPUS / 'dovecot/maildirpp.tar.gz') as tar:
        tar.extractall(place)
    dump = Dump(place / 'maildirpp')
    says = json.loads((CORPUS / 'dovecot/dev-maildirpp.json').read_text())
    tap.equal(sorted(dump.paths()), sorted(modified_utf7(n) for n in says), 'dovecot: 12 folders with their names')
    tap.equal(sum(f['messages'] for f in dump.folders.values()), 39, 'dovecot: 39 messages')
    for name, lines in says.items():
        f, messages = dump.named(modified_utf7(name))
        mine = sorted((m['size'], m['received'], tuple(m['flags']), tuple(sorted(m['keywords']))) for m in messages)
        # What one wrote oneself is never unread, whatever the server's flag.
        tap.equal(mine, sorted(served(line, f['role'] in ('sent', 'drafts')) for line in lines),
                  f'dovecot: {f["path"][-1]}: size, received date, flags, keywords as the server serves them')

    # The same tree copied without its file times: received dates are no invention, but the time of delivery.
    with folder('copied') as second:
        shutil.copytree(place / 'maildirpp', second / 'm', copy_function=shutil.copyfile)
        for p in (second / 'm').rglob('*'):
            os.utime(p)
        copied = Dump(second / 'm')
        tap.equal({m['received'] for ms in copied.messages.values() for m in ms
                   if m['received'] != int(re.search(r'/(\d+)\.', m['key'])[1])}, set(),
                  'dovecot: a copy without file times has the delivery times of the names')



# Single messages. A file counts when its header shows it or its name is .eml; what it begins with may be a From_ line.
known = unknown = 0
bad = []
for path in sorted(p for p in (CORPUS / 'messages').rglob('*') if p.is_file()):
    dump = Dump(path)
    if dump.code == 2:
        unknown += 1
        continue
    known += 1
    raw = path.read_bytes()
    if raw.startswith(b'From ') and dump.store['format'] in ('mbox', 'eml'):
        raw = raw.split(b'\n', 1)[1]
    octets = [dump.octets(m) for m in dump.only()]
    if dump.store['format'] == 'mbox':
        # The container's empty line at the end is not the message's.
        if b''.join(octets) not in (without_own_fields(raw), re.sub(rb'\r\n\r\n$', b'\r\n', without_own_fields(raw))):
            if len(octets) == 1:
                bad.append(path.name)
    elif octets != [without_own_fields(raw, MOZILLA)]:
        bad.append(path.name)
tap.equal(bad, [], 'messages: the octets of the files')
# The others have fewer than three fields that only mail has, or begin with something else, and are not called .eml.
tap.equal((known, unknown), (214, 25), 'messages: 214 of 239 files are known as mail by their looks')

# Every .eml of a directory, and the tree of directories.
for name in ('messages/geary', 'messages/ruby-mail/plain_emails'):
    dump = Dump(CORPUS / name)
    files = [p for p in (CORPUS / name).iterdir() if p.is_file()]
    tap.equal((dump.store['format'], dump.store['grade'], sum(f['messages'] for f in dump.folders.values())),
              ('eml', 'good', len(files)), f'{name}: every file is a message')
    tap.check(all('seen' in m['flags'] for m in dump.only()), f'{name}: exported mail counts as read')
dot = Dump(CORPUS / 'mbox/thunderbird/local/test/unit/data/dot')
tap.equal([m['sha256'] for m in dot.only()], [digest(wire((CORPUS / 'mbox/thunderbird/local/test/unit/data/dot').read_bytes()))],
          'a file whose first line is no From_ line is one message')
torture = CORPUS / 'mbox/thunderbird/test/data/mime-torture'
tap.equal([m['sha256'] for m in Dump(torture).only()], [digest(wire(torture.read_bytes()))],
          'mime-torture: one message, 1.8 MB')

tap.done()
