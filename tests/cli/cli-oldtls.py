"""Old servers: TLS 1.0 with AES, 3DES or RC4, before a real Dovecot.  SPDX-License-Identifier: GPL-3.0-or-later

What Windows NT 4 to Server 2008 offer, as far as GnuTLS can serve it; OpenSSL is the second opinion."""
import contextlib
import socket
import subprocess
import threading
import time

from haultest import Mailbox, Tap, cli, find_secrets, folder, make_mbox
from oldtls import TLS_1_0, free_port, make_certificate, relay

tap = Tap()
KINDS = {
    'TLS 1.0 with AES': TLS_1_0,
    'TLS 1.1 with AES': '+VERS-TLS1.1:+RSA:+ECDHE-RSA:+AES-128-CBC',
    'TLS 1.0 with 3DES alone': '+VERS-TLS1.0:+RSA:+3DES-CBC',
    'TLS 1.0 with RC4 alone': '+VERS-TLS1.0:+RSA:+ARCFOUR-128',
}


def account(port, place, name='localhost'):
    return [f'--server=localhost:{port}', '--user=CORP\\bob', f'--ca-file={place}/{name}.ca', '--batch']


def one_kind(place, kind, priority, certificate, words=()):
    security = ['--security=starttls'] if words else ['--security=tls']
    with relay(priority, certificate, *words) as (port, said):
        run = cli('check', *account(port, place), *security, password='geheim')
        if any('No or insufficient priorities' in line or 'priorit' in line.lower() for line in said):
            tap.check(True, f'{kind}: this GnuTLS cannot serve it # SKIP')
            return
        tap.check(run.code == 80 and 'so the password was not sent' in run.err and '--allow-old-tls' in run.err,
                  f'{kind}: refused, with the words for it', f'{run}\n{said}')
        tap.equal(find_secrets(['geheim'], user='CORP\\bob'), [], f'{kind}: and no password was sent')
        with Mailbox('CORP\\bob') as mailbox:
            mailbox.clear()
        source = make_mbox(place / f'old {len(priority)}{len(words)}', 3)
        run = cli('copy', *account(port, place), *security, '--allow-old-tls', source, state=place / 'state',
                  password='geheim')
        tap.check(run.code == 0 and 'can read the password' in run.err, f'{kind}: by consent, mail is copied', f'{run}\n{said}')
        with Mailbox('CORP\\bob') as mailbox:
            tap.equal(mailbox.counts().get(source.name), 3, f'{kind}: and has arrived')
        tap.check(any('TLS' in line or 'tls' in line for line in said if 'failed' not in line), f'{kind}: {said[-1:]}', said)


with folder() as place:
    good = make_certificate(place, 'localhost')
    wrong = make_certificate(place, 'other.example')
    for kind, priority in KINDS.items():
        one_kind(place, kind, priority, good)
    one_kind(place, 'STARTTLS, TLS 1.0 with AES', KINDS['TLS 1.0 with AES'], good, ['starttls'])

    with relay(KINDS['TLS 1.0 with AES'], wrong) as (port, said):
        run = cli('check', *account(port, place, 'other.example'), '--security=tls', '--allow-old-tls', password='geheim')
        tap.check(run.code == 80 and 'server of another name' in run.err, 'a wrong name is refused there as well', run)
        run = cli('check', *account(port, place), '--security=tls', '--allow-old-tls', f'--pin={"a" * 64}', password='geheim')
        tap.check(run.code == 80, 'and a pin that does not fit', run)
        run = cli('check', *account(port, place), '--security=tls', '--allow-old-tls', password='geheim',
                  env={'HAUL_OLD_TLS': '/nonexistent'})
        tap.check(run.code != 0, 'without the program there is no connection', run)
    with relay('+VERS-TLS1.2:+VERS-TLS1.3:+ECDHE-RSA:+AES-128-GCM:+AEAD', good) as (port, said):
        run = cli('check', *account(port, place), '--security=tls', '--allow-old-tls', password='geheim')
        tap.check(run.code == 0 and any('1-2' in l or '1-3' in l for l in said), 'a new server keeps its new protection', f'{run}{said}')

    # A server that shakes hands again, TLS 1.2 only: the same certificate is judged the same.
    port = free_port()
    server = subprocess.Popen(['openssl', 's_server', '-accept', str(port), '-cert', good, '-key', good, '-tls1_2'],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    heard, asked = [], []

    def say(words):
        server.stdin.write(words)
        server.stdin.flush()

    def talk():
        for line in iter(server.stdout.readline, b''):
            heard.append(line)
            tag = line.split(b' ')[0]
            if line.startswith(b'ACCEPT'):
                ready.set()
            if line.startswith(b'CIPHER'):
                say(b'* OK ready\r\n')
            if line.rstrip().endswith(b' CAPABILITY'):
                say(b'* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n')
                time.sleep(0.3)
                say(b'R\n')
                asked.append(tag)
            if line.startswith(b'Read BLOCK') and asked:  # hands are being shaken
                time.sleep(1.5)
                say(asked.pop() + b' OK done\r\n')
            if b' AUTHENTICATE ' in line:
                say(tag + b' NO [AUTHENTICATIONFAILED] no\r\n')
    ready = threading.Event()
    threading.Thread(target=talk, daemon=True).start()
    try:
        ready.wait(20)
        run = cli('check', *account(port, place), '--security=tls', password='Zq7-again')
        tap.check(run.code == 77 and not asked and sum(b'AUTHENTICATE' in line for line in heard) == 1,
                  'a second handshake on the connection does no harm', f'{run}{heard}')
    finally:
        server.kill()
        server.wait()

    # OpenSSL as the server: its own idea of TLS 1.0.
    port = free_port()
    server = subprocess.Popen(['openssl', 's_server', '-accept', str(port), '-cert', good, '-key', good, '-tls1', '-cipher',
                               'AES128-SHA:@SECLEVEL=0', '-quiet'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
    try:
        server.stdin.write(b'* BYE not today\r\n')
        server.stdin.flush()
        for _ in range(50):
            with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
                break
            time.sleep(0.1)
        run = cli('check', *account(port, place), '--security=tls', password='geheim')
        tap.check(run.code == 80 and 'too old' in run.err, 'OpenSSL with TLS 1.0: refused', run)
    finally:
        server.kill()
        server.wait()
    tap.equal(find_secrets(['geheim'], place, user='CORP\\bob'), [], 'the password is nowhere')
tap.done()
