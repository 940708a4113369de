"""Signing in with a certificate of one's own (EXTERNAL), to a real Dovecot that asks for one.  SPDX-License-Identifier: GPL-3.0-or-later"""
import os
import subprocess
from pathlib import Path

from haultest import Tap, account, cli, folder

tap = Tap()
HOME = Path(os.environ['IMAP_DIR'])


def certtool(*args):
    subprocess.run(['certtool', *map(str, args)], check=True, capture_output=True)


def make(place, name, template, *more):
    (place / f'{name}.cfg').write_text(template + 'expiration_days = 2\n')
    certtool('--generate-privkey', '--ecc', '--outfile', place / f'{name}.key')
    (place / f'{name}.key').chmod(0o600)
    certtool(*(more or ['--generate-self-signed']), '--load-privkey', place / f'{name}.key', '--template', place / f'{name}.cfg', '--outfile', place / f'{name}.pem')


with folder() as place:
    make(place, 'ca', 'cn = "People"\nca\ncert_signing_key\n')
    for name in ('alice', 'stranger'):
        make(place, name, f'cn = "{name}"\ntls_www_client\nsigning_key\n', '--generate-certificate', '--load-ca-certificate', place / 'ca.pem', '--load-ca-privkey', place / 'ca.key')
    (HOME / 'people.pem').write_text((place / 'ca.pem').read_text())
    (HOME / 'people.pem').chmod(0o644)
    with open(HOME / 'dovecot.conf', 'a') as conf:
        conf.write(f'''
ssl_ca = <{HOME}/people.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_mechanisms = plain external
auth_ssl_username_from_cert = yes
ssl_cert_username_field = commonName
passdb {{
  driver = passwd-file
  mechanisms = external
  args = username_format=%u {HOME}/certified
}}
''')
    (HOME / 'certified').write_text('alice:{PLAIN}::::::nopassword\n')
    (HOME / 'certified').chmod(0o644)
    subprocess.run(['doveadm', '-c', HOME / 'dovecot.conf', 'reload'], check=True)

    def check(user, name, *more):
        return cli('check', *account(user), '--auth=external', f'--client-certificate={place}/{name}.pem', f'--client-key={place}/{name}.key', *more)

    run = check('alice', 'alice')
    tap.check(run.code == 0 and 'Signed in: alice' in run.out, 'a certificate signs in without a password', run)
    run = check('alice', 'stranger')
    tap.check(run.code == 77, 'that of somebody else does not', run)
    run = cli('check', *account('alice'), '--auth=external')
    tap.check(run.code == 77, 'without one there is no such sign-in', run)
    (place / 'alice.key').chmod(0o644)
    run = check('alice', 'alice')
    tap.check(run.code == 64 and 'chmod 600' in run.err, 'a key that others can read is refused', run)
    (place / 'ca.cfg').chmod(0o600)
    run = cli('check', *account('alice'), f'--client-certificate={place}/ca.cfg')
    tap.check(run.code == 64 and '--client-certificate' in run.err, 'what is no certificate is told', run)
tap.done()
