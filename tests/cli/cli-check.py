"""mailhaul-cli check against a real Dovecot and against what is not a mail server.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import re
import socket
import threading

from haultest import PASSWORDS, Mailbox, Tap, account, cli, find_secrets, folder

tap = Tap()
PORT = os.environ['IMAPS_PORT']


class Peer:
    """Listens on a port of its own and does with each connection what it is told."""

    def __init__(self, talk):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.heard = b''
        self.talk = talk
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.settimeout(5)
            try:
                self.talk(self, connection)
            except OSError:
                pass
            finally:
                connection.close()

    def hear(self, connection):
        text = connection.recv(4096)
        self.heard += text
        return text


for user, secret in PASSWORDS.items():
    run = cli('check', *account(user), password=secret)
    tap.check(run.code == 0 and 'Signed in' in run.out, f'{user} signs in', run)

run = cli('check', *account('CORP\\bob'), '--format=json', password='geheim')
facts = run.json
tap.check(facts['user'] == 'CORP\\bob' and facts['port'] == int(PORT) and facts['security'] == 'tls' and facts['move']
          and facts['uidplus'] and 'IMAP4rev1' in facts['capabilities']
          and any(m['role'] == 'inbox' for m in facts['mailboxes']), 'the facts for scripts', run)
with Mailbox('CORP\\bob') as mailbox:
    tap.equal(mailbox.counts(), {'INBOX': 0}, 'nothing was made on the server')

with folder() as place:
    run = cli('check', *account('CORP\\bob'), '--verbose', password='geheim', env={'SSLKEYLOGFILE': f'{place}/keys', 'G_TLS_GNUTLS_PRIORITY': 'NONE'})
    tap.check(run.code == 0 and 'AUTHENTICATE' in run.err + run.out or 'LOGIN' in run.err, 'what happens on the wire, for experts', run)
    tap.check('✓' in run.out and 'DEBUG' not in run.out, 'and not in the output', run)
    tap.check(not (place / 'keys').exists(), 'no key of the connection is written down')
run = cli('check', *account('CORP\\bob'), '--verbose', password='Zq7-wrong')
tap.equal(run.code, 77, 'a wrong password, told in detail', run)
run = cli('check', *account(), password='wrong')
tap.check(run.code == 77 and 'did not accept this user name and password' in run.err and 'The server said' in run.err,
          'a wrong password: refused, in words, with the server’s own', run)
run = cli('check', *account('alice'), '--authenticate-as=admin', '--auth=plain', password='master')
tap.equal(run.code, 0, 'an administrator opens somebody’s mailbox', run)
with folder() as place:
    (place / 'password').write_text('pässwörd\n')
    (place / 'password').chmod(0o600)
    tap.equal(cli('check', *account(), f'--password-file={place}/password').code, 0, 'the password from a file')
    tap.equal(cli('check', *account(), f'--password-command=cat "{place}/password"').code, 0, 'the password from a command')
    run = cli('check', *account(), f"--password-command=sh -c 'cat {place}/password; seq 20000'")
    tap.equal(run.code, 0, 'and what it prints below is let pass', run)
run = cli('check', *account(), '--password-command=false')
tap.check(run.code == 77 and 'the command for the password failed' in run.err, 'a command for the password that fails is told', run)

stranger = [f'--server=localhost:{PORT}', '--user=alice', '--batch']
run = cli('check', *stranger, password='pässwörd')
pin = re.search(r'--pin=([0-9a-f]{64})', run.err)
tap.check(run.code == 80 and 'cannot prove who it is' in run.err and 'localhost' in run.err and pin,
          'an unknown certificate: facts, and the exact option that trusts it', run)
tap.equal(cli('check', *stranger, f'--pin={pin.group(1)}', password='pässwörd').code, 0, 'that option works')
colons = ':'.join(re.findall('..', pin.group(1).upper()))
tap.equal(cli('check', *stranger, f'--pin=SHA256:{colons}', password='pässwörd').code, 0, 'as certificate viewers write it, too')
run = cli('check', *stranger, '--pin=' + '0' * 64, password='pässwörd')
tap.equal(run.code, 80, 'another fingerprint is not trusted', run)
run = cli('check', *stranger, '--format=json', password='pässwörd')
tap.check(run.json['error']['certificate']['sha256'] == pin.group(1), 'the certificate for scripts', run)

run = cli('check', f"--server=127.0.0.1:{os.environ['IMAP_PORT']}", '--security=none', '--user=alice', '--batch', password='pässwörd')
tap.check(run.code == 0 and 'Certificate checked' not in run.out and 'Nothing is encrypted' in run.out,
          'plain text is good enough inside this computer, and called so', run)
run = cli('check', '--server=no-such-host.invalid', '--user=alice', '--batch', password='x')
tap.check(run.code == 69 and 'no server of this name' in run.err, 'a server that does not exist', run)


def no_tls(peer, connection):
    connection.sendall(b'* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n')
    for _ in range(20):
        line = peer.hear(connection)
        if not line:
            return
        tag = line.split(b' ')[0]
        if b'CAPABILITY' in line.upper():
            connection.sendall(b'* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n' + tag + b' OK\r\n')
        else:
            connection.sendall(tag + b' BAD no\r\n')


def web(peer, connection):
    peer.hear(connection)
    connection.sendall(b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')


def shell(peer, connection):
    connection.sendall(b'SSH-2.0-OpenSSH_9.2p1\r\n')
    peer.hear(connection)


def signed_in(peer, connection):
    connection.sendall(b'* PREAUTH welcome\r\n')
    peer.hear(connection)


for talk, kind, statuses, what in ((no_tls, 'starttls', {80}, 'a server without protection'),
                                   (shell, 'starttls', {76}, 'a server that is no mail server'),
                                   (web, 'tls', {76, 80}, 'a web server'),
                                   (signed_in, 'starttls', {76, 80}, 'a server that lets everybody in')):
    peer = Peer(talk)
    run = cli('check', f'--server=127.0.0.1:{peer.port}', f'--security={kind}', '--user=alice', '--batch', password='Zq7-wire', timeout=60)
    tap.check(run.code in statuses and b'Zq7-wire' not in peer.heard and b'AUTHENTICATE' not in peer.heard.upper()
              and b'LOGIN' not in peer.heard.upper(), f'{what}: told, and no password sent', f'{run}\nheard {peer.heard!r}')

# The command that prints alice's password has it in its own line; the others must not be anywhere.
tap.equal(find_secrets(['geheim', 'Zq7-wire', 'Zq7-wrong', PASSWORDS['carol']], user='CORP\\bob'), [], 'no password was shown')
tap.done()
