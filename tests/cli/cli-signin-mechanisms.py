"""Each mechanism over the wire, under TLS, against a server that computes everything once more; and servers that lie.

SPDX-License-Identifier: GPL-3.0-or-later

tls-exporter is libgsasl's to judge (tests/protocol/test-sasl-gsasl.c): Python has none.
"""
import subprocess
import sys
from pathlib import Path

from haultest import Tap, cli, find_secrets, folder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))
from mischief.client import Server  # noqa: E402

tap = Tap()
SECRET = 'Zq7-pässwörd'


def certify(place):
    key, cert, template = (place / name for name in ('key', 'cert', 'template'))
    template.write_text('cn = localhost\ndns_name = localhost\nexpiration_days = 2\ntls_www_server\nsigning_key\n')
    subprocess.run(['certtool', '--generate-privkey', '--ecc', '--outfile', key], capture_output=True, check=True)
    subprocess.run(['certtool', '--generate-self-signed', '--load-privkey', key, '--template', template, '--outfile', cert],
                   capture_output=True, check=True)
    return cert, key


def attempts(world):
    steps = world.steps()
    return steps.get('AUTHENTICATE:before', 0) + steps.get('LOGIN:before', 0)


class Bench:
    def __init__(self, server, cert, user):
        self.world = server.world(user, user=user, password=SECRET, tls='implicit')
        self.user, self.cert = user, cert

    def run(self, mechanisms, *options, personality='conforming', password=SECRET, login=False, **switches):
        world = self.world
        words = ' '.join(f'AUTH={name}' for name in mechanisms)
        caps = 'IMAP4rev1 ' + ('SASL-IR ' if switches.get('sasl_ir', True) else '') + f'ID LITERAL+ {words}' + ('' if login else ' LOGINDISABLED')
        world.ask('reset', personality=personality, switches={'mechanisms': mechanisms, 'login': login, **switches},
                  texts={'caps': caps, 'caps_tls': caps} if personality == 'conforming' else {})
        run = cli('check', f'--server=localhost:{world.port}', '--security=tls', f'--user={self.user}', f'--ca-file={self.cert}', '--batch',
                  *options, password=password)
        run.attempts = attempts(world)
        return run


def good(tap, bench):
    for what, mechanisms, options, more in (
            ('PLAIN', ['PLAIN'], [], {}), ('LOGIN', ['LOGIN'], [], {}), ('CRAM-MD5', ['CRAM-MD5'], [], {}),
            ('PLAIN without an initial response', ['PLAIN'], [], {'sasl_ir': False}),
            ('SCRAM-SHA-1', ['SCRAM-SHA-1'], [], {}), ('SCRAM-SHA-256', ['SCRAM-SHA-256'], [], {}),
            ('SCRAM-SHA-256 where all are offered', ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'], [], {}),
            ('SCRAM-SHA-256-PLUS', ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'PLAIN'], [], {}),
            ('SCRAM-SHA-1-PLUS', ['SCRAM-SHA-1-PLUS'], [], {}),
            ('SCRAM-SHA-256 although -PLUS is offered', ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'], ['--auth=scram-sha-256'], {}),
            ('NTLM', ['NTLM'], [], {}), ('NTLM without an initial response', ['NTLM'], [], {'sasl_ir': False}),
            ('NTLM where Extended Protection is required', ['NTLM'], [], {'ntlm': {'binding': 'require'}}),
            ('NTLM without a time', ['NTLM'], [], {'ntlm': {'timestamp': False}}),
            ('NTLM version 1, when asked for', ['NTLM'], ['--auth=ntlm-v1'], {'ntlm': {'versions': ['v1'], 'target_info': False}}),
            ('NTLM version 1 with session security, when asked for', ['NTLM'], ['--auth=ntlm-v1'], {'ntlm': {'versions': ['v1']}})):
        run = bench.run(mechanisms, *options, **more)
        tap.check(run.code == 0 and run.attempts == 1, f'{bench.user}: {what}: signed in, asked once', f'{run.attempts} attempts\n{run}')


def wrong(tap, bench):
    for mechanisms, login, most in ((['PLAIN'], False, 1), (['PLAIN'], True, 1), (['SCRAM-SHA-256', 'PLAIN'], True, 1), (['NTLM'], False, 1),
                                    (['CRAM-MD5'], False, 1), (['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'], True, 1)):
        run = bench.run(mechanisms, password='Zq7-falsch', login=login)
        tap.check(run.code == 77 and run.attempts <= most, f'{mechanisms}: a wrong password is shown once', f'{run.attempts} attempts\n{run}')
    run = bench.run(['SCRAM-SHA-256'], password='Zq7-\u200efalsch')
    tap.check(run.code == 64 and 'invisible' in run.err and run.attempts == 0, 'a password that SCRAM has no form for is no fault of the server', run)
    run = bench.run(['NTLM'], ntlm={'versions': ['v1'], 'target_info': False})
    tap.check(run.code == 77 and run.attempts == 1, 'NTLM version 1 is never tried unasked', run)


def lies(tap, bench):
    both = ['SCRAM-SHA-256', 'PLAIN']
    for what, more in (('a wrong signature', {'scram_lie': 'signature'}), ('no signature', {'scram_lie': 'no_signature'}),
                       ('a nonce of its own', {'scram_lie': 'nonce'}), ('too many rounds', {'scram_iterations': 1000001})):
        run = bench.run(both, **more)
        status, words = (80, 'could not prove, at the sign-in') if 'signature' in what else (76, 'makes no sense')
        tap.check(run.code == status and words in run.err and run.attempts == 1, f'{what}: not believed, and no password after it',
                  f'{run.attempts} attempts\n{run}')
    run = bench.run(both, scram_iterations=20000)
    tap.equal(run.code, 0, 'many rounds are computed', run)


def authority(tap, bench, place):
    """A company's authority often comes as DER."""
    der = place / 'authority.cer'
    subprocess.run(['certtool', '--certificate-info', '--infile', bench.cert, '--outder', '--outfile', der], capture_output=True, check=True)
    run = bench.run(['PLAIN'], f'--ca-file={der}')
    tap.check(run.code == 64 and 'certificate authority cannot be used' in run.err and '993' not in run.err and run.attempts == 0,
              'an authority in another form is no fault of the server', run)


try:
    with folder() as place:
        cert, key = certify(place)
        with Server('--cert', cert, '--key', key) as server:
            one = Bench(server, cert, 'alice')
            run = one.run(['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'PLAIN'])
            tap.check(run.code == 0 and run.attempts == 2, 'where its kind of binding is not known, the same without', f'{run.attempts} attempts\n{run}')
        with Server('--cert', cert, '--key', key, '--tls-1-2') as server:
            one = Bench(server, cert, 'alice')
            good(tap, one)
            wrong(tap, one)
            lies(tap, one)
            authority(tap, one, place)
            named = Bench(server, cert, 'CORP\\jörg')
            for mechanisms in (['NTLM'], ['PLAIN'], ['SCRAM-SHA-256'], ['CRAM-MD5']):
                run = named.run(mechanisms)
                tap.check(run.code == 0 and run.attempts == 1, f'{mechanisms}: a name with its domain', f'{run.attempts} attempts\n{run}')
        tap.equal(find_secrets([SECRET, 'Zq7-falsch'], user='alice'), [], 'no password was shown')
except FileNotFoundError:
    tap.skip('signing in', 'certtool is not installed')
tap.done()
