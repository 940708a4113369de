#!/usr/bin/python3
"""No text of a message ever becomes a command: messages whose every line is one, refused for five reasons.

SPDX-License-Identifier: GPL-3.0-or-later

    with-SERVER injection.py N              N messages for each cause, at that server
    injection.py N scripted                 at the scripted server: as Exchange 2010, and one that carries out what it refuses

Causes: an unknown flag, a date that is none, a mailbox that is not there, more than there is room for, lines of 20,000 octets, NUL
and bare LF; and none, where the message is stored. What the client sends are synchronizing literals only: a refusal before
its `+` keeps the message here. The first BAD, or an answer with another tag, in the middle closes the connection.

Judged by the server's own files, or the scripted server's log: INBOX and the victim are as they were, there is no mailbox but
those made here, and in the target there is what was said to be stored. That this judge sees what it is to see is shown first:
the same text, sent as no client should, does become a command there.
"""
import sys

sys.path[:0] = [str(__import__('pathlib').Path(__file__).resolve().parents[1] / part) for part in ('support', 'lib')]
sys.dont_write_bytecode = True

from haultest import *  # noqa: E402,F403
from haultest import BUILD, Counter, Tap, cli, contextlib, folder, imaplib, json, os, subprocess, time  # noqa: E402

N = int(sys.argv[1])
SEED = int(os.environ.get('HAUL_TEST_SEED', int.from_bytes(os.urandom(3), 'big')))
DRIVER = BUILD / 'tests/e2e/injection-driver'
CAUSES = ('flag', 'date', 'missing', 'big', 'long', 'nul', 'none')
CONTROL = b'y1 CREATE @pwned\r\ny2 DELETE @victim\r\n'
tap = Tap()
total = Counter()


class Real:
    """A mailbox of nobody else, of the server this runs beside."""
    executes = {'dovecot': True, 'courier': True}

    def __init__(self):
        from servers import attach
        self.server = attach()
        self.port = self.server.port
        self.renew()

    def renew(self):
        self.user = self.server.fresh_user()
        self.password = self.server.password(self.user)
        self.prefix = 'INBOX.' if self.server.name == 'courier' else ''

    def __str__(self):
        return str(self.server)

    @property
    def is_exact(self):
        return self.server.name != 'imap4d'

    def limit(self):
        """Room for 200 kB; Dovecot has that already."""
        if self.server.name == 'courier':
            path = self.server.dir / 'home' / self.user / 'Maildir/maildirsize'
            path.write_text('204800S\n')
            owner = path.parent.stat()
            os.chown(path, owner.st_uid, owner.st_gid)
            path.chmod(0o644)

    def contents(self):
        found = self.server.mailboxes(self.user)
        return {name.removeprefix(self.prefix): Counter(m.octets for m in messages) for name, messages in found.items()}

    def foreign(self):
        return []

    def options(self):
        return [f'--server=localhost:{self.server.tls_port}', f'--user={self.user}', f'--ca-file={os.environ["IMAP_CA"]}', '--batch']


class Scripted:
    is_exact = True

    def __init__(self, server, personality, **switches):
        self.server, self.personality, self.switches, self.n = server, personality, switches, 0
        self.executes = 'refused_literal' in switches
        self.renew()

    def renew(self):
        self.n += 1
        self.user, self.password, self.prefix = 'u1', 'numbered', ''
        self.world = self.server.world(f'{self.personality}{self.n}', self.personality, switches=self.switches, user='u1', password='numbered')
        self.port = self.world.port
        self.made = set(self.world.contents())
        if 'courier' in self.personality:
            self.prefix = 'INBOX.'

    def __str__(self):
        return f'scripted {self.personality}' + (', executing' if self.executes else '')

    def limit(self):
        self.world.set(quota_octets=200_000)

    def contents(self):
        return {name.removeprefix(self.prefix): messages for name, messages in self.world.contents().items()
                if name == 'INBOX' or name not in self.made}

    def foreign(self):
        return self.world.ask('foreign')['foreign']

    def options(self):
        return [f'--server=127.0.0.1:{self.port}', '--security=none', f'--user={self.user}', '--batch']


def connect(place, patience=20):
    """Another client. A server that has just begun may not know yet who may sign in."""
    client = imaplib.IMAP4('127.0.0.1', place.port)
    try:
        if 'AUTH=PLAIN' in client.capabilities and str(place) != 'imap4d':
            client.authenticate('PLAIN', lambda _: f'\0{place.user}\0{place.password}'.encode())
        else:
            client.login(place.user, place.password)
        return client
    except imaplib.IMAP4.error:
        if patience == 0:
            raise
    time.sleep(0.5)
    return connect(place, patience - 1)


def prepare(place):
    client = connect(place)
    for name in ('victim', 'target'):
        client.create(place.prefix + name)
    for name, n in ((place.prefix + 'victim', 3), ('INBOX', 2)):
        for i in range(n):
            status, answer = client.append(name, None, '"01-Feb-2001 03:04:05 +0000"', b'Subject: %s %d\r\n\r\nkept\r\n' % (name.encode(), i))
            assert status == 'OK', answer
    client.logout()


def is_safe(place, before, what, mine=('INBOX', 'victim', 'target')):
    after = place.contents()
    for name in ('INBOX', 'victim'):
        tap.check(after.get(name) == before[name], f'{place}, {what}: {name} is as it was', after.get(name))
    strangers = [name for name in after if name not in mine and not name.startswith('Mailhaul')]
    tap.equal(strangers, [], f'{place}, {what}: no other mailbox was made')
    tap.equal(place.foreign(), [], f'{place}, {what}: nothing of a message was carried out')
    return after


def send(place, cause):
    """The program's own APPEND."""
    name = place.prefix + 'target'
    run = subprocess.run([DRIVER, str(place.port), place.user, place.password, name, place.prefix + 'victim', cause,
                          str(SEED), '0', str(N)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=3000)
    if not tap.equal(run.returncode, 0, f'{place}, {cause}: all were sent', run.stderr.decode(errors='replace')[-3000:]):
        return None
    result = json.loads(run.stdout)
    print(f'# {place}, {cause}: {result}')
    total[cause] += N
    total['refused'] += result['refused'] + result['bad']
    return result


def judge_sees(place):
    """Sent as no client should: with a refused literal that does not wait."""
    place.renew()
    prepare(place)
    body = CONTROL.replace(b'@', place.prefix.encode())
    client = connect(place)
    client.send(b'x1 APPEND "%s" (\\Foo) {%d+}\r\n%s\r\ny3 NOOP\r\n' % ((place.prefix + 'target').encode(), len(body), body))
    client.sock.settimeout(3)
    with contextlib.suppress(OSError):
        while client.sock.recv(4096):
            pass
    after = place.contents()
    tap.check('pwned' in after or 'victim' not in after or place.foreign(), f'{place}: the judge sees a text that becomes a command', after)


def through_program(place):
    """The same messages, as a person's mail."""
    place.renew()
    prepare(place)
    before = place.contents()
    with folder() as here:
        source = here / 'mail'
        for i, cause in enumerate(('none', 'long', 'nul')):
            (source / cause).mkdir(parents=True)
            subprocess.run([DRIVER, 'write', str(SEED), str(i * N), str(max(N // 3, 4)), cause, place.prefix + 'victim', source / cause], check=True)
        if N > 100:
            place.limit()
        run = cli('copy', *place.options(), source, '--format=json', password=place.password, state=here / 'state', timeout=1500)
        tap.check(0 <= run.code < 128, f'{place}: the program copies them, or says why not', run)
        mailboxes = {row['mailbox'].removeprefix(place.prefix) for row in run.json['folders']} if run.code in (0, 3) else set()
        after = is_safe(place, before, 'the program', {'INBOX', 'victim', 'target', 'mail', 'none', 'long', 'nul', *mailboxes,
                                                       *(f'mail{x}{name}' for x in '/-.' for name in ('none', 'long', 'nul'))})
        print(f'# {place}, the program: exit {run.code}, {sum(map(lambda m: sum(m.values()), after.values())) - 5} there')


def whole(place):
    prepare(place)
    before = place.contents()
    place.limit()
    stored = 0
    for cause in CAUSES:
        result = send(place, cause)
        if result is None:
            continue
        stored += result['stored']
        # Exchange would take the rest of so long a line for commands, even behind its `+`: not an octet of it leaves.
        never = N if cause == 'long' and 'exchange' in str(place) else 0
        tap.equal(result['unsafe'], never, f'{place}, {cause}: ' + ('none was tried' if never else 'each was tried'))
        if cause in ('flag', 'missing'):
            tap.equal(result['stored'] if cause == 'missing' else 0, 0, f'{place}, {cause}: none was stored')
        after = is_safe(place, before, cause)
        if place.is_exact:
            tap.equal(sum(after['target'].values()), stored, f'{place}, {cause}: what was said to be stored is there')
    through_program(place)


print(f'# HAUL_TEST_SEED={SEED}')
if sys.argv[2:] == ['scripted']:
    from mischief.client import Server
    with Server() as scripted:
        for place in (Scripted(scripted, 'exchange-2010'), Scripted(scripted, 'courier-like', refused_literal='execute'),
                      Scripted(scripted, 'conforming', refused_literal='execute', literal_plus='yes')):
            if place.executes:
                judge_sees(place)
                place.renew()
            whole(place)
else:
    place = Real()
    if place.server.name in Real.executes:
        judge_sees(place)
        place.renew()
    whole(place)
print(f'# {sum(total[cause] for cause in CAUSES)} messages of commands, {total["refused"]} refused, {tap.bad} bad')
tap.done()
