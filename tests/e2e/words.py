#!/usr/bin/python3
"""Whatever goes wrong: the right exit status, one plain sentence, and what to do about it.

SPDX-License-Identifier: GPL-3.0-or-later

Runs with a quota (QUOTA=50M), which is made smaller on the way.
"""
import http.server
import socket

from e2e import *
from oestore import Made, letters

tap = Tap()
SECRET = PASSWORDS[USER]
# What nobody should have to understand who wants to move their mail.
JARGON = re.compile(r'\bIMAP|\bTLS|STARTTLS|SASL|\bEOF\b|errno|\bNULL\b|assert|GError|GLib|\bUID|\bliteral\b|socket|'
                    r'\bAPPEND\b|\.c:\d|0x[0-9a-f]{4}|Sanitizer|Traceback|failed with', re.I)


def speak(what, run, code, sentence, advice, detail=None):
    """Standard error says it in two lines: what happened, what to do; more only below, for experts."""
    lines = run.err.splitlines() + ['', '']
    tap.equal(run.code, code, f'{what}: exit status', run)
    tap.check(sentence in lines[0] and lines[0].startswith('mailhaul-cli: ') and lines[0].endswith('.'),
              f'{what}: one sentence', run)
    tap.check(advice in lines[1], f'{what}: what to do', run)
    tap.check(not JARGON.search(lines[0]), f'{what}: in plain words', f'{JARGON.search(lines[0])}\n{run}')
    tap.check(not re.search(r'Sanitizer|runtime error|CRITICAL|WARNING|\.c:\d', run.err), f'{what}: nothing of the inside', run)
    if detail is not None:
        tap.check(detail in run.err, f'{what}: {detail}', run)


def copy_text(source, state, *more, options=None, **how):
    """As a person runs it."""
    return cli('copy', *(options or account(USER)), source, *more, password=SECRET, state=state, **how)


def server(port):
    return [f'--server=localhost:{port}', f'--user={USER}', '--batch']


class Peer:
    """Listens on a port of its own; each line that is heard is given to ANSWER, which gives what to say."""

    def __init__(self, greeting, answer):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port, self.heard = self.listener.getsockname()[1], b''
        self.greeting, self.answer = greeting, answer
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                connection.sendall(self.greeting)
                while line := connection.recv(4096):
                    self.heard += line
                    connection.sendall(self.answer(line))


class Impatient(http.server.SimpleHTTPRequestHandler):
    """A web server that does not wait long for a request."""

    def setup(self):
        super().setup()
        self.connection.settimeout(0.5)
        try:
            self.connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            self.wfile.write(b'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')

    def log_message(self, *_):
        pass


def sign_in(source, place):
    run = cli('copy', *account(USER), source, password='Wr0ng-password', state=place / 'state')
    speak('wrong password', run, 77, 'did not accept this user name and password', 'Check both.', 'The server said:')
    log = Path(os.environ['IMAP_DIR'], 'dovecot.log').read_text()
    tap.check('Wr0ng' not in run.err + run.out + log, 'wrong password: it is not shown', run)
    attempts = sum(map(int, re.findall(r'auth failed, (\d+) attempts', log)))
    tap.check(1 <= attempts <= 2, 'wrong password: two tries at most, so that no account is locked', log)
    with Mailbox(USER) as box:
        tap.equal(box.counts(), {'INBOX': 0}, 'wrong password: nothing was made on the server')


def servers(source, place):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
    run = copy_text(source, place / 'state', options=server(port))
    speak('nobody listens there', run, 69, 'No mail server answers at this address.', 'Check the server’s name and port')
    run = copy_text(source, place / 'state', options=['--server=mail.nowhere.invalid', f'--user={USER}', '--batch'])
    tap.check(run.code == 69 and 'server' in run.err.splitlines()[0], 'no such server: exit status and sentence', run)

    web = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Impatient)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    run = copy_text(source, place / 'state', options=server(web.server_port))
    speak('a web server', run, 76, 'is not a mail server', 'Check the server’s name and port')
    run = copy_text(source, place / 'state', '--security=tls', options=server(web.server_port))
    speak('a web server --security=tls', run, 80, 'does not offer a protected connection here', 'Check the port')
    web.shutdown()


def protection(source, place):
    def answer(line):
        tag, _, rest = line.partition(b' ')
        if rest.upper().startswith(b'CAPABILITY'):
            return b'* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n' + tag + b' OK done\r\n'
        return tag + b' BAD no\r\n'
    peer = Peer(b'* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n', answer)
    for security in ([], ['--security=starttls']):
        run = copy_text(source, place / 'state', *security, options=server(peer.port))
        speak(' '.join(['no protection is offered', *security]), run, 80, 'does not offer a protected connection',
              'Check the port', None)
    words = [form for form in forms(SECRET, USER) if form in peer.heard]
    tap.equal(words, [], 'no protection is offered: the password was not sent')
    tap.check(b'LOGIN' not in peer.heard.upper() and b'AUTHENTICATE' not in peer.heard.upper(),
              'no protection is offered: nobody signed in', peer.heard)
    run = copy_text(source, place / 'state', options=server(os.environ['IMAPS_PORT']))
    speak('unknown certificate', run, 80, 'cannot prove who it is', 'Go on only if', 'SHA-256:')
    pin = re.search(r'--pin=[0-9a-f]{64}', run.err)
    tap.check(pin, 'unknown certificate: the option that trusts it is shown', run)
    with Mailbox(USER) as box:
        tap.equal(box.counts(), {'INBOX': 0}, 'unknown certificate: nothing was made on the server')
        run = copy_text(source, place / 'pinned', *([pin.group()] if pin else []), options=server(os.environ['IMAPS_PORT']))
        tap.equal(run.code, 0, 'unknown certificate: that option works', run)
        box.clear()


def set_quota(size):
    """Every mailbox has so much room from now on."""
    root = Path(os.environ['IMAP_DIR'])
    conf = root / 'dovecot.conf'
    conf.write_text(re.sub(r'storage=\w+', f'storage={size}', conf.read_text()))
    os.kill(int((root / 'run/master.pid').read_text()), signal.SIGHUP)
    time.sleep(0.5)


def full(store, source, place):
    state, wanted = place / 'full', store.expected()
    before = manifest(source)
    set_quota('60k')
    run = copy_text(source, state)
    with Mailbox(USER) as box:
        got = {name: messages for name, messages in box.contents().items() if messages}
        tap.check(all(not messages - wanted[name] for name, messages in got.items()), 'full: nothing is there that should not be',
                  got)
        some = sum(map(len, got.values()))
    tap.check(0 < some < store.total(), 'full: as much as there was room for', some)
    before_it, _, run.err = run.err.partition('\n')
    tap.check('It does not fit: ' in before_it, 'full: said before it begins', run)
    speak('full', run, 81, 'The mailbox is full.', 'Make room on the server')
    run = copy(source, state)
    tap.equal((run.code, complaints(run.json)), (81, []), 'full: run again, the same, and the numbers add up', run)
    set_quota('50M')
    run = copy(source, state)
    tap.equal((run.code, run.json['all']['failed'], complaints(run.json)), (0, 0, []), 'room was made: run again, done', run)
    with Mailbox(USER) as box:
        tap.check(box.contents() == wanted, 'room was made: everything is there once', difference(box.contents(), wanted))
        box.clear()
    tap.equal(manifest(source), before, 'full: the source is as it was')


def vanished(store, source, place):
    run = copy_text(place / 'nowhere', place / 'state')
    speak('no such store', run, 66, 'is missing', 'Connect the disk', str(place / 'nowhere'))
    (place / 'empty').mkdir()
    run = copy_text(place / 'empty', place / 'state')
    speak('a folder without mail', run, 66, 'no mail here', 'Choose the folder or file')

    # The disk is pulled out while the second folder is still to come.
    gone = place / 'disk/Outlook Express'
    store.write(gone)
    run = Started('copy', *account(USER), gone, '--events=json', '--max-rate=20000', '--connections=1', password=SECRET, state=place / 'pulled')
    for line in run.process.stdout:
        if json.loads(line)['event'] == 'folder':
            break
    (place / 'disk').rename(place / 'pulled out')
    run = run.wait()
    done = run.events[-1]
    lost = [e for e in run.events if e['event'] == 'message' and e['outcome'] == 'failed']
    tap.equal((run.code, done['exit_status'], done['verdict']), (66, 66, 'not-all'), 'the disk is pulled out: exit status', run)
    tap.check({e['code'] for e in lost} == {'folder-gone'} and lost[-1]['folder'] == 'Projekte', 'the disk is pulled out: what is missing', lost)
    tap.check('is not where it was' in lost[0]['text'] and 'Connect the disk' in lost[0]['advice'],
              'the disk is pulled out: what to do', lost)
    tap.equal(done['found'], done['copied'] + done['present'] + done['skipped'] + done['failed'],
              'the disk is pulled out: the numbers add up')
    (place / 'pulled out').rename(place / 'disk')
    run = copy(gone, place / 'pulled')
    tap.equal(run.code, 0, 'the disk is back: run again, done', run)
    with Mailbox(USER) as box:
        tap.check(box.contents() == store.expected(), 'the disk is back: everything is there once',
                  difference(box.contents(), store.expected()))
        box.clear()


def check_damaged(what, source, state, wanted, failed):
    """A copy of a damaged store: what is whole arrives, what is not is in the list, and the source is as it was."""
    before = manifest(source)
    run = copy(source, state)
    report = run.json
    tap.equal((run.code, report['verdict']), (3, 'not-all'), f'{what}: exit status', run)
    tap.equal(complaints(report), [], f'{what}: the numbers add up')
    lost = [m for m in report['messages'] if m['outcome'] == 'failed']
    tap.equal([(m['folder'], m['code']) for m in lost], failed, f'{what}: what is not whole is listed', run)
    tap.check(all(m['text'].endswith('.') and not JARGON.search(m['text']) for m in lost), f'{what}: in plain words', lost)
    with Mailbox(USER) as box:
        got = box.contents()
        tap.check(got == wanted, f'{what}: what is whole arrived', difference(got, wanted))
        box.clear()
    tap.equal(manifest(source), before, f'{what}: the source is as it was')
    return report


def damaged(place):
    made = Made({'Inbox': letters('Inbox', 6, size=3000, every=100), 'Projekte': letters('P', 5, every=100)}, deleted=0)
    source = place / 'damaged'
    # One segment in the middle of the third message is not one any more.
    made.write(source)
    file = source / 'Inbox.dbx'
    texts = [m.text for m in made.folders['Inbox']]
    octets = file.read_bytes()
    at = octets.index(texts[2][512:1024]) - 16
    file.write_bytes(octets[:at] + b'\xff' * 16 + octets[at + 16:])
    wanted = made.expected()
    lost = digest(texts[2])
    wanted['INBOX'] = Counter({k: n for k, n in wanted['INBOX'].items() if k[0] != lost})
    check_damaged('a broken message', source, place / 'd1', wanted, [('Inbox', 'cut')])
    # The file ends in the middle; the list of its messages was behind that.
    file.write_bytes(octets[:len(octets) // 2])
    wanted['INBOX'] = Counter()
    report = check_damaged('a file cut in the middle', source, place / 'd2', wanted, [('Inbox', 'lost-in-store')])
    tap.check(report['all']['failed'] == 6 and 'cut off' in report['messages'][0]['text'], 'a file cut in the middle: its messages',
              report['messages'])
    run = copy_text(file, place / 'd3')
    speak('nothing but a file cut in the middle', run, 65, 'is damaged', 'If there is a backup', 'is cut off')
    # Folders.dbx knows of a file with messages that is not there.
    file.unlink()
    report = check_damaged('a file that is missing', source, place / 'd4', wanted, [('Inbox', 'lost-in-store')])
    tap.check(report['all']['failed'] == 6 and 'is missing' in report['messages'][0]['text'], 'a file that is missing: its messages',
              report['messages'])


def unreadable(place):
    """As another user than the owner of a file that only its owner may read."""
    made = Made({'Inbox': letters('Inbox', 5, every=100), 'Projekte': letters('P', 5, every=100)}, deleted=0)
    source = place / 'closed'
    made.write(source)
    (source / 'Inbox.dbx').chmod(0)
    as_user = 'nobody' if os.getuid() == 0 else None
    with folder('nobody') as state:
        shutil.copy(os.environ['IMAP_CA'], state / 'ca.pem')
        for path in (state, place):
            path.chmod(0o755)
        if as_user:
            shutil.chown(state, as_user)
        options = [*account(USER)[:2], f'--ca-file={state}/ca.pem', '--batch']
        run = cli('copy', *options, source, '--format=json', password=SECRET, state=state / 'state', as_user=as_user, env={'HOME': str(state)})
        lost = [m for m in run.json['messages'] if m['outcome'] == 'failed']
        tap.equal((run.code, [m['folder'] for m in lost]), (3, ['Inbox']), 'a file that may not be read: exit status, and its line',
                  run)
        tap.check(lost and lost[0]['text'] == 'This user may not read the file “Inbox.dbx”.', 'a file that may not be read: in plain words', lost)
        with Mailbox(USER) as box:
            wanted = {**made.expected(), 'INBOX': Counter()}
            tap.check(box.contents() == wanted, 'a file that may not be read: the others arrived',
                      difference(box.contents(), wanted))
            box.clear()
        run = copy_text(source / 'Inbox.dbx', state / 'state', options=options, as_user=as_user, env={'HOME': str(state)})
        speak('only a file that may not be read', run, 66, 'may not read', 'Ask its owner')
        source.chmod(0)
        run = copy_text(source, state / 'state', options=options, as_user=as_user, env={'HOME': str(state)})
        speak('a folder that may not be read', run, 66, 'may not read', 'Ask its owner')
        source.chmod(0o755)


with folder('words') as place:
    store = Made({'Inbox': letters('Inbox', 40), 'Projekte': letters('Projekte', 30, size=3000)})
    source = place / 'Outlook Express'
    store.write(source)
    sign_in(source, place)
    servers(source, place)
    protection(source, place)
    full(store, source, place)
    vanished(store, source, place)
    damaged(place)
    unreadable(place)
tap.done()
