"""Driving the engine against a real Dovecot: a case with its oracle, a way that breaks.  SPDX-License-Identifier: GPL-3.0-or-later

    with-dovecot FILE.py DRIVER PART      runs part_PART() of that file
"""
import random
import signal
import socket
import sys
from email.utils import formatdate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'support'))
from haultest import *

DRIVER, PART = sys.argv[1], sys.argv[2]
USER, PASSWORD = 'alice', PASSWORDS['alice']
tap = Tap()


# Driving ---------------------------------------------------------------------------------------------------------------

def start(verb, state, source, prepare=None, **options):
    process = subprocess.Popen([DRIVER, verb, state, USER, source, *(f'{k}={v}' for k, v in options.items())], preexec_fn=prepare,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(PASSWORD.encode() + b'\n')
    process.stdin.close()
    process.stdin = None
    return process


def finish(process, timeout=300):
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    SPOKEN.extend((out, err))
    if b'ThreadSanitizer' in err:
        tap.check(False, 'no race', err.decode('utf-8', 'replace'))
    return Run(process.args, process.returncode, out.decode(), err.decode('utf-8', 'replace'))


def drive(verb, state, source, **options):
    return finish(start(verb, state, source, **options))


def counts(run):
    report = run.json['all']
    return {name: report[name] for name in ('found', 'copied', 'present', 'skipped', 'failed')}


def codes(run):
    return Counter(message['code'] for message in run.json['messages'])


# Sources: an mbox, whose received dates stand in its From_ lines --------------------------------------------------------

FIRST = 1066384800
FLAGS = {'S': '\\Seen', 'A': '\\Answered', 'F': '\\Flagged', 'T': '\\Draft'}


def write_mbox(path, texts):
    """[(octets with LF, status letters: S seen, A answered, F flagged, T draft)]; received one second after the other."""
    with open(path, 'wb') as file:
        for i, (text, status) in enumerate(texts):
            date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(FIRST + i)).encode()
            head, _, body = text.partition(b'\n\n')
            mark = b'\nStatus: RO' if 'S' in status else b''
            if rest := status.replace('S', ''):
                mark += b'\nX-Status: ' + rest.encode()
            file.write(b'From anna@example.org ' + date + b'\n' + head + mark + b'\n\n' + body + b'\n')
    return Path(path)


def expected(texts):
    """The multiset that must be in the mailbox."""
    wanted = Counter()
    for i, (text, status) in enumerate(texts):
        digest = hashlib.sha256(text.replace(b'\n', b'\r\n')).hexdigest()
        wanted[digest, FIRST + i, frozenset(FLAGS[letter] for letter in status)] += 1
    return wanted


def octets(contents):
    """Without dates and flags: what counts for exactly once."""
    return Counter(digest for (digest, _, _), n in contents.items() for _ in range(n))


def make_texts(n, size=400, every=5):
    """n messages, every fifth the same again: a duplicate that is meant."""
    return [(message(i - 1 if i % every == every - 1 else i, 'box', size), 'S' if i % 3 else '') for i in range(n)]


# The server ------------------------------------------------------------------------------------------------------------

def mailbox():
    with Mailbox(USER) as box:
        return box.contents()


def clear():
    with Mailbox(USER) as box:
        for name in sorted(box.names(), key=len, reverse=True):
            if name != 'INBOX':
                box.imap.unsubscribe(quote(name))
                box.imap.delete(quote(name))


def strangers(contents):
    return [name for name in contents if 'Mailhaul-upload' in name]


def workers():
    """The server's processes that serve our connections."""
    master = int(Path(os.environ['IMAP_DIR'], 'run/master.pid').read_text())
    pids = []
    for path in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text().partition('(')[2].rpartition(')')
            state, parent = rest.split()[:2]
            if name == 'imap' and state != 'Z' and int(parent) == master:
                pids.append(int(path.parent.name))
    return pids


class Case:
    """A clean mailbox, an empty state folder, one mbox; and the oracle at the end."""

    def __init__(self, what, texts, name='letters'):
        self.what, self.texts, self.name = what, texts, name

    def __enter__(self):
        clear()
        self.dir = tempfile.mkdtemp(prefix='engine.')
        self.state = self.dir + '/state'
        os.mkdir(self.dir + '/mail')
        self.source = str(write_mbox(f'{self.dir}/mail/{self.name}', self.texts))
        self.before = manifest(self.dir + '/mail')
        return self

    def check(self, wanted=None, run='', loose=False):
        found = mailbox()
        wanted = expected(self.texts) if wanted is None else wanted
        box = found.get(self.name, Counter())
        if loose:
            box, wanted = octets(box), octets(wanted)
        others = strangers(found)
        good = box == wanted and not others
        tap.check(good, f'{self.what}: the mailbox holds what it should',
                  f'missing {wanted - box}\nsurplus {box - wanted}\n{list(found)}\n{run}')

    def __exit__(self, kind, *_):
        if kind is None:
            tap.equal(manifest(self.dir + '/mail'), self.before, f'{self.what}: the source is untouched')
            tap.equal(find_secrets([PASSWORD], self.state, user=USER), [], f'{self.what}: no secret is written')
        shutil.rmtree(self.dir)


class Breaker(threading.Thread):
    """A way to the server that breaks: each connection after as many octets from the client as told. What the client has
    sent by then reaches the server, late: as long afterwards as told. Words can be hidden from the client."""

    def __init__(self, limits=(), late=0.0, reset=False, hide=(), refuse=0, ask=None, say=None):
        super().__init__(daemon=True)
        self.ask = ask or (lambda data: data)  # what the client says, changed; None breaks the connection
        self.say = say or (lambda data: data)  # what the server says, changed
        self.limits, self.late, self.reset, self.hide = list(limits), late, reset, hide
        self.refuse = refuse
        self.n_broken = 0
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            limit = self.limits.pop(0) if self.limits else None
            threading.Thread(target=self.serve, args=(client, limit), daemon=True).start()

    def serve(self, client, limit):
        server = socket.create_connection(('127.0.0.1', int(os.environ['IMAP_PORT'])))
        threading.Thread(target=self.answer, args=(server, client), daemon=True).start()
        sent = 0
        with contextlib.suppress(OSError):
            while data := client.recv(4096):
                if (data := self.ask(data)) is None:
                    client.shutdown(socket.SHUT_RDWR)
                    break
                if limit is not None and sent + len(data) >= limit:
                    data = data[:limit - sent]
                    self.n_broken += 1
                    if self.reset:
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
                    client.shutdown(socket.SHUT_RDWR)
                    client.close()
                    time.sleep(self.late)
                    server.sendall(data)
                    break
                server.sendall(data)
                sent += len(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_WR)

    def answer(self, server, client):
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                for word in self.hide:  # abilities the client is not to know of; a word is not cut in practice
                    data = data.replace(word, b'X' + word[1:])
                if self.refuse and b'OK [APPENDUID' in data:  # the server has it, and says no
                    self.refuse -= 1
                    data = data.replace(b'OK [APPENDUID', b'NO [SERVERBUG')
                client.sendall(self.say(data))
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


class Cut:
    """The way breaks at the n-th command that holds a word: before it reaches the server, or before its answer comes back."""

    def __init__(self, word, which=1, before=False, then=lambda: None, hide=()):
        self.word, self.left, self.before, self.then = word, which, before, then
        self.tag = None
        self.port = Breaker(ask=self.ask, say=self.say, hide=hide).port

    def ask(self, data):
        if self.word in data:
            self.left -= 1
            if not self.left:
                if self.before:
                    self.then()
                    return None
                self.tag = data[data.rfind(b'\n', 0, data.index(self.word)) + 1:].split()[0]
        return data

    def say(self, data):
        if self.tag and self.tag in data:
            self.tag = None
            self.then()
            raise ConnectionError
        return data


def main(parts):
    """The part that the command line names, of a file's globals()."""
    parts['part_' + PART]()
    tap.done()
