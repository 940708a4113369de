"""An old server's TLS before the Dovecot of with-dovecot, for tests.  SPDX-License-Identifier: GPL-3.0-or-later"""
import contextlib
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

BASE = 'NONE:+MAC-ALL:+SIGN-ALL:+SIGN-RSA-SHA1:+GROUP-ALL:+CTYPE-X509:+COMP-NULL:%COMPAT:%VERIFY_ALLOW_SIGN_WITH_SHA1'
TLS_1_0 = '+VERS-TLS1.0:+RSA:+ECDHE-RSA:+AES-128-CBC:+AES-256-CBC'


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


def make_certificate(place, name):
    """An RSA certificate, as old servers have one; without its key as NAME.ca."""
    (place / 'cfg').write_text(f'dns_name = "{name}"\nexpiration_days = 2\ntls_www_server\nsigning_key\nencryption_key\n')
    out = place / f'{name}.pem'
    for arguments in (['--generate-privkey', '--rsa', '--bits', '2048', '--outfile', place / 'key'],
                      ['--generate-self-signed', '--load-privkey', place / 'key', '--template', place / 'cfg', '--outfile',
                       place / 'cert']):
        subprocess.run(['certtool', *arguments], check=True, capture_output=True)
    out.write_text((place / 'key').read_text() + (place / 'cert').read_text())
    shutil.copy(place / 'cert', place / f'{name}.ca')
    return out


@contextlib.contextmanager
def relay(priority, certificate, *words):
    """Its port, and what it says of its handshakes."""
    port = free_port()
    process = subprocess.Popen([sys.executable, Path(__file__).with_name('oldrelay.py'), str(port), f'{BASE}:{priority}',
                                certificate, *words], stdout=subprocess.PIPE, text=True)
    said = []
    process.stdout.readline()
    reader = threading.Thread(target=lambda: said.extend(process.stdout), daemon=True)
    reader.start()
    try:
        yield port, said
    finally:
        process.kill()
        process.wait()
        reader.join(5)
