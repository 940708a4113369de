"""What end-to-end tests share: TAP, the command line, a look into the mailbox, manifests, the hunt for secrets.

SPDX-License-Identifier: GPL-3.0-or-later

A test is a Python script run by /usr/bin/python3, most of them under with-dovecot:

    from haultest import *
    tap = Tap()
    run = cli('check', *account('alice'), password='pässwörd')
    tap.equal(run.code, 0, 'a good password signs in', run)
    tap.done()
"""
import atexit
import base64
import contextlib
import functools
import hashlib
import imaplib
import json
import os
import pwd
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from datetime import datetime
from pathlib import Path

import suitesecrets

SOURCE = Path(os.environ.get('HAUL_SOURCE_DIR', Path(__file__).resolve().parents[2]))
BUILD = Path(os.environ.get('HAUL_BUILD_DIR', SOURCE / 'build'))
CLI = BUILD / 'src/cli/mailhaul-cli'
PASSWORDS = {'alice': 'pässwörd', 'CORP\\bob': 'geheim', 'carol': 'p"w\\d'}

imaplib._MAXLINE = 100_000_000


class Tap:
    """Numbered results; what went wrong as comments below them."""

    def __init__(self):
        self.n = self.bad = 0

    def check(self, is_good, what, detail=''):
        self.n += 1
        self.bad += not is_good
        print(f"{'ok' if is_good else 'not ok'} {self.n} - {what}")
        if not is_good:
            for line in str(detail).splitlines():
                print('# ' + line)
        sys.stdout.flush()
        return is_good

    def equal(self, got, wanted, what, detail=''):
        return self.check(got == wanted, what, f'got    {got!r}\nwanted {wanted!r}\n{detail}')

    def skip(self, what, why):
        self.n += 1
        print(f'ok {self.n} - {what} # SKIP {why}')

    def done(self):
        print(f'1..{self.n}')
        sys.exit(1 if self.bad else 0)


@contextlib.contextmanager
def folder(prefix='haul'):
    """A directory that is gone afterwards, whatever modes are in it."""
    path = Path(tempfile.mkdtemp(prefix=prefix + '.'))
    try:
        yield path
    finally:
        subprocess.run(['chmod', '-R', 'u+rwX', path], stderr=subprocess.DEVNULL)
        suitesecrets.look_into(path)
        shutil.rmtree(path, ignore_errors=True)


# The command line ------------------------------------------------------------------------------------------------------

SPOKEN = []  # every output and every command line seen, for the hunt for secrets


class Run:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __str__(self):
        out = self.out if len(self.out) < 6000 else self.out[:3000] + '\n...\n' + self.out[-3000:]
        return f'{" ".join(map(str, self.args))}\nexit {self.code}\n--- output\n{out}\n--- errors\n{self.err}'


def watch(pid, stop):
    """Notes the command lines of a process and its children while they run."""
    seen = set()
    while not stop.wait(0.02):
        pids = [pid]
        for p in pids:
            try:
                line = Path(f'/proc/{p}/cmdline').read_bytes()
                children = ''.join(t.read_text() for t in Path(f'/proc/{p}/task').glob('*/children'))
                if (p, line) not in seen:
                    suitesecrets.look_at(f'environment of {line[:200]!r}', Path(f'/proc/{p}/environ').read_bytes())
                    seen.add((p, line))
                    SPOKEN.append(line)
            except OSError:
                continue
            pids += [int(c) for c in children.split()]


@functools.cache
def programs_for_others():
    """Copies that any user may run: the build may lie in a folder that only its owner may enter."""
    place = Path(tempfile.mkdtemp(prefix='haul-programs.'))
    place.chmod(0o755)
    atexit.register(shutil.rmtree, place, True)
    return [shutil.copy(program, place) for program in (CLI, os.environ['HAUL_READER'])]


class Started:
    """mailhaul-cli while it runs."""

    def __init__(self, *args, password=None, env=None, state=None, as_user=None):
        self.args = ['mailhaul-cli', *map(str, args)]
        pass_fds, write = (), None
        if password is not None:
            read, write = os.pipe()
            pass_fds = (read,)
            self.args.append(f'--password-fd={read}')
        if state is not None:
            self.args.append(f'--state-dir={state}')
        environment = dict(os.environ, XDG_STATE_HOME='/nonexistent/state', **(env or {}))
        environment.pop('DBUS_SESSION_BUS_ADDRESS', None)
        program = CLI
        if as_user is not None:
            program, environment['HAUL_READER'] = programs_for_others()
        identity = {} if as_user is None else {'user': as_user, 'group': pwd.getpwnam(as_user).pw_gid,
                                               'extra_groups': [], 'cwd': '/'}
        self.process = subprocess.Popen([program, *self.args[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, pass_fds=pass_fds, env=environment,
                                        start_new_session=True, **identity)
        if write is not None:
            os.close(pass_fds[0])
            with contextlib.suppress(BrokenPipeError):
                os.write(write, password.encode() + b'\n')
            os.close(write)
        self.stop = threading.Event()
        self.watcher = threading.Thread(target=watch, args=(self.process.pid, self.stop), daemon=True)
        self.watcher.start()

    def send(self, number):
        self.process.send_signal(number)

    def kill(self, with_children):
        """An end without any warning, as of a computer that loses power, or of this one process."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL) if with_children else self.process.kill()

    def wait(self, timeout=180):
        try:
            out, err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            err += b'\n(ended by the test after %d s)' % timeout
        self.stop.set()
        self.watcher.join()
        SPOKEN.extend((out, err))
        for what, octets in (('output', out), ('errors', err), ('command line', str(self.args).encode())):
            suitesecrets.look_at(f'{what} of {self.args[1:3]}', octets)
        return Run(self.args, self.process.returncode, out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace'))


def cli(*args, timeout=180, **more):
    return Started(*args, **more).wait(timeout)


def account(user='alice', server=None):
    """The options for a user of with-dovecot's server."""
    return [f"--server={server or 'localhost:' + os.environ['IMAPS_PORT']}", f'--user={user}',
            f"--ca-file={os.environ['IMAP_CA']}", '--batch']


# The mailbox -----------------------------------------------------------------------------------------------------------

def decode_name(name):
    """Modified UTF-7 (RFC 3501 §5.1.3)."""
    def piece(match):
        text = match.group(1).replace(',', '/')
        return '&' if not text else base64.b64decode(text + '=' * (-len(text) % 4)).decode('utf-16-be')
    return re.sub(r'&([^-]*)-', piece, name)


def quote(name):
    return '"' + name.replace('\\', '\\\\').replace('"', '\\"') + '"'


class Mailbox:
    """Another IMAP client's look at the server: Python's own."""

    def __init__(self, user='alice', password=None):
        context = ssl.create_default_context(cafile=os.environ['IMAP_CA'])
        self.imap = imaplib.IMAP4_SSL('localhost', int(os.environ['IMAPS_PORT']), ssl_context=context)
        secret = password if password is not None else PASSWORDS[user]
        if os.environ.get('IMAP_SERVER') == 'imap4d':  # its answer to AUTHENTICATE ends in LF alone, which imaplib refuses
            self.imap._encoding = 'utf-8'
            self.imap.login(quote(user), secret)
            self.imap._encoding = 'ascii'
        else:
            self.imap.authenticate('PLAIN', lambda _: f'\0{user}\0{secret}'.encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self.imap.logout()

    def names(self):
        """Names on the wire of the mailboxes that can be selected."""
        names = []
        for line in self.imap.list()[1]:
            if isinstance(line, tuple):  # a name as a literal
                names.append(line[1].decode())
                continue
            if not line or b'\\noselect' in line.lower():
                continue
            match = re.match(rb'\(.*?\) (?:"(?:\\.|[^"])"|NIL) (.*)', line)
            name = match.group(1).decode()
            names.append(re.sub(r'\\(.)', r'\1', name[1:-1]) if name.startswith('"') else name)
        return names

    def messages(self, name):
        """(octets, received in unix seconds, flags) of every message, in the mailbox's order."""
        status, answer = self.imap.select(quote(name), readonly=True)
        assert status == 'OK', answer
        if answer == [b'0']:
            return []
        _, answer = self.imap.fetch('1:*', '(INTERNALDATE FLAGS BODY.PEEK[])')
        found = []
        for i, part in enumerate(answer):
            if not isinstance(part, tuple):
                continue
            # The attributes may stand before or after the literal.
            words = part[0] + (answer[i + 1] if i + 1 < len(answer) and isinstance(answer[i + 1], bytes) else b'')
            date = re.search(rb'INTERNALDATE "([^"]+)"', words).group(1).decode().strip()
            flags = re.search(rb'FLAGS \(([^)]*)\)', words).group(1).decode().split()
            found.append((part[1], int(datetime.strptime(date, '%d-%b-%Y %H:%M:%S %z').timestamp()),
                          frozenset(flags) - {'\\Recent'}))
        return found

    def contents(self):
        """{name: multiset of (sha256, received, flags)}, empty mailboxes included."""
        return {decode_name(name): Counter((hashlib.sha256(text).hexdigest(), date, flags)
                                           for text, date, flags in self.messages(name)) for name in self.names()}

    def counts(self):
        return {name: sum(messages.values()) for name, messages in self.contents().items()}

    def clear(self):
        """Back to an empty INBOX."""
        for name in sorted(self.names(), key=len, reverse=True):
            if name != 'INBOX':
                self.imap.unsubscribe(quote(name))
                self.imap.delete(quote(name))
        if self.imap.select('INBOX')[1] != [b'0']:
            self.imap.store('1:*', '+FLAGS', '\\Deleted')
        self.imap.close()


def difference(got, wanted):
    """What two contents() differ in, in a few lines."""
    lines = []
    for name in sorted(set(got) | set(wanted)):
        if name not in got or name not in wanted:
            lines.append(f"{name}: {'missing' if name not in got else 'not wanted'}")
            continue
        more, less = got[name] - wanted[name], wanted[name] - got[name]
        lines += [f'{name}: {sum(more.values())} too many, {sum(less.values())} missing'] if more or less else []
        lines += [f'  too many {x}' for x in list(more)[:3]] + [f'  missing  {x}' for x in list(less)[:3]]
    return '\n'.join(lines)


# Sources ---------------------------------------------------------------------------------------------------------------

def manifest(path):
    """{relative path: (type, mode, size, sha256, mtime and ctime in ns)} of a tree; equal before and after, or it was
    changed."""
    found = {}
    for entry in [Path(path), *sorted(Path(path).rglob('*'))]:
        info = entry.lstat()
        kind = 'link' if entry.is_symlink() else 'dir' if entry.is_dir() else 'file'
        digest = os.readlink(entry) if kind == 'link' else hashlib.sha256(entry.read_bytes()).hexdigest() if kind == 'file' else ''
        found[str(entry.relative_to(path))] = (kind, info.st_mode, info.st_size if kind == 'file' else 0, digest,
                                             info.st_mtime_ns, info.st_ctime_ns)
    return found


def message(number, folder_name='x', size=400, eol='\n'):
    """A message that no other number makes."""
    lines = ['From: Anna <anna@example.org>', 'To: bob@example.org', f'Subject: {folder_name} {number}',
             f'Date: Fri, 17 Oct 2003 {10 + number // 3600 % 10:02}:{number // 60 % 60:02}:{number % 60:02} +0200',
             f'Message-ID: <{folder_name}.{number}@example.org>', '', f'Text number {number} of {folder_name}.']
    text = eol.join(lines) + eol
    filler = f'The quick brown fox number {number} jumps over the lazy dog.'
    while len(text) < size:
        text += filler + eol
    return text.encode()


def make_maildir(path, folders, size=400):
    """A Maildir++ of {name: number of messages}; the name '' is the inbox."""
    for name, count in folders.items():
        base = Path(path) / ('.' + name if name else '')
        for part in ('cur', 'new', 'tmp'):
            (base / part).mkdir(parents=True, exist_ok=True)
        if name:
            (base / 'maildirfolder').touch()
        for i in range(count):
            file = base / 'cur' / f'{1066384800 + i}.M{i}P1.host:2,{"S" if i % 2 else ""}'
            file.write_bytes(message(i, name or 'Inbox', size))
            os.utime(file, (1066384800 + i, 1066384800 + i))
    return Path(path)


def make_mbox(path, count, name='x', size=400):
    """An mbox; the received dates stand in the From_ lines (UTC)."""
    with open(path, 'wb') as file:
        for i in range(count):
            date = time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(1066384800 + i)).encode()
            file.write(b'From anna@example.org ' + date + b'\n' + message(i, name, size) + b'\n')
    return Path(path)


# Secrets ---------------------------------------------------------------------------------------------------------------

def forms(secret, user=''):
    """The shapes a secret may lie around in."""
    raw = secret.encode()
    found = {raw, secret.encode('utf-16-le'), urllib.parse.quote(secret).encode()}
    for blob in (raw, f'\0{user}\0{secret}'.encode(), f'{user}\0{user}\0{secret}'.encode()):
        found.add(base64.b64encode(blob).rstrip(b'='))
    return found


def find_secrets(secrets, *places, user=''):
    """Where one of SECRETS is written: in the files under PLACES, or in anything said or shown so far (SPOKEN)."""
    hits = []
    wanted = {form for secret in secrets for form in forms(secret, user)}
    for place in places:
        for path in [Path(place), *Path(place).rglob('*')]:
            if path.is_file() and not path.is_symlink():
                text = path.read_bytes()
                hits += [f'{path}: {form!r}' for form in wanted if form in text]
    for text in SPOKEN:
        hits += [f'{form!r} in {text[:200]!r}' for form in wanted if form in text]
    return hits
