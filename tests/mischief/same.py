"""One client, Python's own, on Dovecot and on the scripted server: the answers are the same.  SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot same.py
"""
from mischieftest import *

tap = Tap()
A, B = letter(1), b'From: b@example.org\r\nSubject: two\r\n words\r\nX-Y: \xe4\r\n\r\nbody \xff\x80\r\n.\r\nlast without end'


def plain(answer):
    """Without what may differ: numbers of UIDVALIDITY, wording, quotes around names, the order of flags, \\Recent."""
    status, parts = answer
    found = []
    for part in parts or []:
        for piece in part if isinstance(part, tuple) else [part]:
            if isinstance(piece, bytes):
                piece = re.sub(rb'\d{9,}', b'V', piece)
                piece = re.sub(rb'FLAGS \(([^)]*)\)', lambda m: b'FLAGS (%s)' % b' '.join(sorted(set(m[1].split()) - {b'\\Recent'})), piece)
                piece = re.sub(rb' \+0000|(?<=") (?=\d-)', b'', piece)
            found.append(piece)
    return status, found


def codes(answer):
    """OK, NO or BAD, and the response code."""
    status, parts = answer
    match = re.match(rb'\[[A-Z]+', parts[0] or b'') if parts else None
    return status, match[0].decode() + ']' if match else ''


def conversation(imap):
    """(what was asked, what of the answer must be the same), one after the other."""
    def append(box, flags, date, octets):
        return codes(imap.append(box, flags, date, octets))

    def untagged(name):
        return plain(imap.response(name))

    def uid(*words):
        return plain(imap.uid(*words))
    yield 'create', codes(imap.create('box'))
    yield 'create again', codes(imap.create('box'))
    yield 'create below', codes(imap.create('a.b.c'))
    yield 'a bad name', codes(imap.create('"&bad"'))[0]
    yield 'list', sorted(re.sub(rb'\\(?:UnMarked|Marked) ?', b'', line).split(b' "." ')[1].strip(b'"') for line in imap.list()[1])
    yield 'list a level', sorted(line.split(b' "." ')[1].strip(b'"') for line in imap.list('""', 'a.%')[1])
    yield 'subscribe', codes(imap.subscribe('box'))
    yield 'lsub', [line.split(b' "." ')[1].strip(b'"') for line in imap.lsub()[1]]
    yield 'append', append('box', '(\\Seen $Label)', '"01-Feb-2001 03:04:05 +0100"', A)
    yield 'append without flags', append('box', None, '"17-Oct-2003 10:00:00 +0000"', B)
    yield 'append to none', append('none', '()', '"01-Feb-2001 03:04:05 +0100"', A)
    yield 'status', plain(imap.status('box', '(MESSAGES UIDNEXT UNSEEN)'))[1][0].replace(b'"', b'')
    yield 'status of none', codes(imap.status('none', '(MESSAGES)'))[0]
    yield 'select', plain(imap.select('box'))
    yield 'exists, recent', (untagged('EXISTS'), untagged('UIDNEXT'))
    yield 'fetch all', uid('FETCH', '1:*', '(UID RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[])')
    yield 'fetch star', uid('FETCH', '99:*', '(UID RFC822.SIZE)')
    yield 'fetch none', uid('FETCH', '50', '(UID RFC822.SIZE)')
    yield 'fetch header', uid('FETCH', '2', '(BODY.PEEK[HEADER])')
    yield 'fetch text', uid('FETCH', '2', '(BODY.PEEK[TEXT])')
    yield 'fetch fields', uid('FETCH', '2', '(BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)])')
    yield 'fetch a part', uid('FETCH', '2', '(BODY.PEEK[]<3.10>)')
    yield 'fetch by number', plain(imap.fetch('1:2', '(UID FLAGS)'))
    yield 'fetch marks seen', (uid('FETCH', '2', '(BODY[])'), uid('FETCH', '2', '(FLAGS)'))
    yield 'store', uid('STORE', '2', '+FLAGS', '(\\Flagged)')
    yield 'store silent', (uid('STORE', '2', '-FLAGS.SILENT', '(\\Flagged)'), uid('FETCH', '2', '(FLAGS)'))
    yield 'search', plain(imap.search(None, 'ALL'))
    yield 'search words', (uid('SEARCH', 'UNSEEN'), uid('SEARCH', 'HEADER', 'Subject', 'two'), uid('SEARCH', 'KEYWORD', '$Label'))
    yield 'copy', (codes(imap.uid('COPY', '1', 'a.b.c')), untagged('COPYUID'))
    yield 'copy to none', codes(imap.uid('COPY', '1', 'none'))
    yield 'move', (codes(imap.uid('MOVE', '1:2', 'a.b.c')), untagged('COPYUID'), untagged('EXPUNGE'))
    yield 'move again', codes(imap.uid('MOVE', '1:2', 'a.b.c'))
    yield 'examine', (plain(imap.select('a.b.c', readonly=True)), uid('FETCH', '1:*', '(UID RFC822.SIZE INTERNALDATE FLAGS)'))
    yield 'select, delete two', (plain(imap.select('a.b.c')), uid('STORE', '1:2', '+FLAGS.SILENT', '(\\Deleted)'))
    yield 'uid expunge', (uid('EXPUNGE', '1'), untagged('EXPUNGE'))
    yield 'expunge', plain(imap.expunge())
    yield 'unselect', codes(imap.unselect())
    yield 'rename', codes(imap.rename('a.b.c', 'd'))
    yield 'rename onto one', codes(imap.rename('d', 'box'))
    yield 'rename none', codes(imap.rename('none', 'new'))
    yield 'delete', codes(imap.delete('d'))
    yield 'delete none', codes(imap.delete('none'))
    yield 'delete INBOX', codes(imap.delete('INBOX'))[0]
    yield 'names', sorted(line.split(b' "." ')[1].strip(b'"') for line in imap.list()[1])
    yield 'namespace', plain(imap.namespace())
    yield 'noop', codes(imap.noop())
    yield 'a word too many', attempt(lambda: imap.xatom('NOOPE'))
    yield 'logout', imap.logout()[0]


def attempt(do):
    try:
        return codes(do())
    except imaplib.IMAP4.error as error:
        return type(error).__name__ if 'BAD' in str(error) else str(error)


def collect(port, user, password):
    imap = imaplib.IMAP4('127.0.0.1', port)
    imap.authenticate('PLAIN', lambda _: f'\0{user}\0{password}'.encode())
    found = {}
    talk = conversation(imap)
    try:
        for what, answer in talk:
            found[what] = answer
    except Exception as error:
        found['the end'] = repr(error)
    return found


def main():
    with Server() as server:
        world = server.world('same', user=USER, password=PASSWORD, switches={'delimiter': '.', 'namespace_text': '(("" ".")) NIL NIL'})
        with Mailbox('alice') as box:
            box.clear()
        theirs = collect(int(os.environ['IMAP_PORT']), 'alice', PASSWORDS['alice'])
        ours = collect(world.port, USER, PASSWORD)
    for what in theirs:
        tap.equal(ours.get(what), theirs[what], what)
    tap.equal(set(ours), set(theirs), 'the same was asked')
    tap.done()


main()
