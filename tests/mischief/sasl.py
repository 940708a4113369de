"""The scripted server's side of signing in: published examples, and what it lets pass.  SPDX-License-Identifier: GPL-3.0-or-later"""
import hashlib
import hmac
import ssl
import struct
import subprocess
import tempfile

from mischieftest import *
from mischief import ntlm, sasl
from mischief.oldcrypt import desl, md4
from mischief.settings import Settings

tap = Tap()
RE = re.compile
b64 = base64.b64encode


def account(user=None, password=None, bindings=None, **switches):
    return sasl.Account(user, password, Settings(switches=switches), bindings)


def talk(mechanism, who, *responses):
    """The challenges, then what it ended with."""
    exchange, said = sasl.MECHANISMS[mechanism](who), []
    try:
        said.append(next(exchange))
        for response in responses:
            said.append(exchange.send(response))
    except StopIteration as end:
        said.append(end.value)
    except (sasl.Denied, sasl.Malformed) as error:
        said.append(type(error).__name__)
    return said


def published():
    """Examples that others computed."""
    challenge = b'<1896.697170952@postoffice.reston.mci.net>'
    tap.equal(hmac.digest(b'tanstaaftanstaaf', challenge, 'md5').hex(), 'b913a602c7eda7a495b4e6e7334d3890', 'RFC 2195')
    for name, bare, first, end, proof, signature in (
            ('sha1', b'n=user,r=fyko+d2lbbFgONRv9qkxdawL', b'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
             b'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j', b'v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=', b'rmF9pqV8S7suAoZWja4dJRkFsKQ='),
            ('sha256', b'n=user,r=rOprNGfwEbeRWgbNEkqO',
             b'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
             b'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0', b'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
             b'6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')):
        salt = base64.b64decode(re.search(rb's=([^,]+)', first)[1])
        keys = sasl.scram_keys(name, b'pencil', salt, 4096, b','.join((bare, first, end)))
        tap.equal([b64(key) for key in keys], [proof, signature], f'RFC 5802 and RFC 7677: {name}')
    key = md4('Password'.encode('utf-16-le'))
    nonce = bytes.fromhex('0123456789abcdef')
    tap.equal(desl(key, nonce).hex(), '67c43011f30298a2ad35ece64f16331c44bdbed927841f94', '[MS-NLMP] 4.2.2.2.1')
    tap.equal(ntlm.keyed(key, 'USERDomain'.encode('utf-16-le')).hex(), '0c868a403bfd7a93a3001ef22ef02e3f', '[MS-NLMP] 4.2.4.1.1')


def authenticate_message(lm, nt, user, domain, mic=None):
    parts = [lm, nt, domain.encode('utf-16-le'), user.encode('utf-16-le'), b'', b'']
    at, fields = 88, b''
    for part in parts:
        fields += struct.pack('<HHI', len(part), len(part), at)
        at += len(part)
    head = ntlm.SIGNATURE + b'\3\0\0\0' + fields + struct.pack('<I', 0xa2888205) + bytes(8)
    return head + (mic or bytes(16)) + b''.join(parts)


NEGOTIATE = ntlm.SIGNATURE + struct.pack('<II', 1, 0xa2088207) + bytes(24)


def ntlm_client(challenge, user, domain, password, binding=None, mic=True, lm=bytes(24)):
    """A client of version 2, from the specification."""
    length, _, offset = struct.unpack_from('<HHI', challenge, 40)
    info = challenge[offset:offset + length]
    time = ntlm.pairs(info).get(ntlm.TIMESTAMP, bytes(8)) if info else bytes(8)
    more = struct.pack('<HHI', ntlm.FLAGS, 4, 2) if mic else b''
    if binding:
        octets = b'tls-server-end-point:' + binding
        more += struct.pack('<HH', ntlm.BINDINGS, 16) + ntlm.md5(bytes(16), struct.pack('<I', len(octets)), octets)
    blob = b'\1\1' + bytes(6) + time + b'\xaa' * 8 + bytes(4) + info[:-4] + more + bytes(8)
    key = ntlm.keyed(md4(password.encode('utf-16-le')), (user.upper() + domain).encode('utf-16-le'))
    proof = ntlm.keyed(key, challenge[24:32], blob)
    message = authenticate_message(lm, proof + blob, user, domain)
    if mic:
        protected = ntlm.keyed(ntlm.keyed(key, proof), NEGOTIATE, challenge, message)
        message = authenticate_message(lm, proof + blob, user, domain, protected)
    return message


def ntlm_verdict(client, bindings=None, password='geheim', **how):
    who = account('CORP\\bob', password, bindings, ntlm=how)
    exchange = sasl.MECHANISMS['NTLM'](who)
    next(exchange)
    try:
        exchange.send(client(exchange.send(NEGOTIATE)))
    except StopIteration as end:
        return end.value[0]
    except sasl.Denied as denied:
        return str(denied)


def ntlm_rules():
    def v2(user='bob', domain='CORP', password='geheim', **more):
        return lambda challenge: ntlm_client(challenge, user, domain, password, **more)

    def v1(password='geheim'):
        return lambda challenge: authenticate_message(bytes(24), desl(md4(password.encode('utf-16-le')), challenge[24:32]), 'bob', 'CORP')

    binding = {'tls-server-end-point': b'certificate'}
    tap.equal(ntlm_verdict(v2()), b'CORP\\bob', 'NTLM: version 2 passes')
    tap.equal(ntlm_verdict(v2(user='BOB')), b'CORP\\bob', 'NTLM: the case of a name does not matter')
    tap.equal(ntlm_verdict(v2(password='falsch')), 'the response does not fit', 'NTLM: a wrong password')
    tap.equal(ntlm_verdict(v2(user='eve')), 'unknown user', 'NTLM: another name')
    tap.equal(ntlm_verdict(v2(lm=b'x' * 24)), 'the time is not ours', 'NTLM: an LM response beside a time')
    tap.equal(ntlm_verdict(v2(mic=False)), 'the messages are not protected', 'NTLM: no MIC beside a time')
    tap.equal(ntlm_verdict(v2(mic=False), timestamp=False), b'CORP\\bob', 'NTLM: without a time there is none')
    tap.equal(ntlm_verdict(v1()), 'version 1 is switched off', 'NTLM: version 1')
    tap.equal(ntlm_verdict(v1(), versions=['v1'], target_info=False), b'CORP\\bob', 'NTLM: version 1 where it is all there is')
    tap.equal(ntlm_verdict(v1('falsch'), versions=['v1'], target_info=False), 'the response does not fit', 'NTLM: version 1, a wrong password')
    tap.equal(ntlm_verdict(v2(), versions=['v1'], target_info=False, timestamp=False), 'version 2 is not known', 'NTLM: an old server')
    tap.equal(ntlm_verdict(v2(binding=b'certificate'), binding, binding='require'), b'CORP\\bob', 'NTLM: Extended Protection')
    tap.equal(ntlm_verdict(v2(binding=b'another'), binding), 'another connection', 'NTLM: bound to another connection')
    tap.equal(ntlm_verdict(v2(), binding, binding='require'), 'another connection', 'NTLM: not bound, where that is required')
    tap.equal(ntlm_verdict(v2(), binding), b'CORP\\bob', 'NTLM: not bound, where that is allowed')
    tap.equal(talk('NTLM', account('a', 'b'), b'NTLMSSP\0\3\0\0\0')[-1], 'Denied', 'NTLM: no first message')


def scram_client(mechanism, who, password, gs2=b'n,,', bound=b'', user=b'alice', name='sha256'):
    exchange = sasl.MECHANISMS[mechanism](who)
    next(exchange)
    bare = b'n=' + user + b',r=abc'
    try:
        first = exchange.send(gs2 + bare)
        if first.startswith(b'e='):
            return first.decode()
        nonce, salt, count = re.fullmatch(rb'r=(.*),s=(.*),i=(\d+)', first).groups()
        end = b'c=' + b64(gs2 + bound) + b',r=' + nonce
        proof, signature = sasl.scram_keys(name, password, base64.b64decode(salt), int(count), b','.join((bare, first, end)))
        last = exchange.send(end + b',p=' + b64(proof))
        if last != b'v=' + b64(signature):
            return last.decode() if last.startswith(b'e=') else 'another signature'
        exchange.send(b'')
    except StopIteration as end:
        return end.value[0]
    except (sasl.Denied, sasl.Malformed) as error:
        return type(error).__name__


def scram_rules():
    plus = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1']
    unique = {'tls-unique': b'finished'}
    S, P = 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'
    for what, wanted, mechanism, who, more in (
            ('passes', b'alice', S, account('alice', 'pencil'), {}),
            ('a wrong password', 'e=invalid-proof', S, account('alice', 'other'), {}),
            ('another name', 'Denied', S, account('bob', 'pencil'), {}),
            ('SHA-1', b'alice', 'SCRAM-SHA-1', account('alice', 'pencil'), {'name': 'sha1'}),
            ('a name with comma', b'a,b=c', S, account('a,b=c', 'pencil'), {'user': b'a=2Cb=3Dc'}),
            ('y where nothing is offered', b'alice', S, account('alice', 'pencil'), {'gs2': b'y,,'}),
            ('y where -PLUS is offered', 'e=server-does-support-channel-binding', S, account('alice', 'pencil', mechanisms=plus), {'gs2': b'y,,'}),
            ('n where -PLUS is offered', b'alice', S, account('alice', 'pencil', mechanisms=plus), {}),
            ('bound', b'alice', P, account('alice', 'pencil', unique, mechanisms=plus), {'gs2': b'p=tls-unique,,', 'bound': b'finished'}),
            ('bound to another', 'e=channel-bindings-dont-match', P, account('alice', 'pencil', unique, mechanisms=plus),
             {'gs2': b'p=tls-unique,,', 'bound': b'other'}),
            ('another kind of binding', 'e=unsupported-channel-binding-type', P, account('alice', 'pencil', unique, mechanisms=plus),
             {'gs2': b'p=tls-exporter,,', 'bound': b'finished'}),
            ('-PLUS without binding', 'e=other-error', P, account('alice', 'pencil', unique, mechanisms=plus), {}),
            ('lies about the signature', 'another signature', S, account('alice', 'pencil', scram_lie='signature'), {}),
            ('lies about the nonce', b'alice', S, account('alice', 'pencil', scram_lie='nonce'), {}),
            ('no signature', b'alice', S, account('alice', 'pencil', scram_lie='no_signature'), {})):
        tap.equal(scram_client(mechanism, who, b'pencil', **more), wanted, f'SCRAM: {what}')


def others():
    who = account('alice', 'geheim', masters={'admin': 'master'})
    for what, mechanism, responses, wanted in (
            ('PLAIN', 'PLAIN', [b'\0alice\0geheim'], (b'alice', b'geheim')),
            ('PLAIN as a master', 'PLAIN', [b'alice\0admin\0master'], (b'alice', b'geheim')),
            ('PLAIN as a master with a wrong password', 'PLAIN', [b'alice\0admin\0geheim'], 'Denied'),
            ('PLAIN for somebody else', 'PLAIN', [b'bob\0alice\0geheim'], 'Denied'),
            ('PLAIN in two parts', 'PLAIN', [b'alice\0geheim'], 'Malformed'),
            ('LOGIN', 'LOGIN', [b'alice', b'geheim'], (b'alice', b'geheim')),
            ('EXTERNAL', 'EXTERNAL', [b''], (b'alice', b'geheim')),
            ('CRAM-MD5', 'CRAM-MD5', [b'alice ' + hmac.digest(b'geheim', b'<1896.697170952@mischief.example>', 'md5').hex().encode()],
             (b'alice', b'geheim')),
            ('CRAM-MD5, a wrong password', 'CRAM-MD5', [b'alice ' + b'0' * 32], 'Denied'),
            ('XOAUTH2', 'XOAUTH2', [b'user=alice\1auth=Bearer geheim\1\1'], (b'alice', b'geheim')),
            ('XOAUTH2 refused', 'XOAUTH2', [b'user=alice\1auth=Bearer old\1\1', b''], 'Denied'),
            ('XOAUTH2 refused, and answered wrong', 'XOAUTH2', [b'user=alice\1auth=Bearer old\1\1', b'\1'], 'Malformed'),
            ('OAUTHBEARER', 'OAUTHBEARER', [b'n,a=alice,\1host=h\1port=993\1auth=Bearer geheim\1\1'], (b'alice', b'geheim')),
            ('OAUTHBEARER refused', 'OAUTHBEARER', [b'n,a=alice,\1auth=Bearer old\1\1', b'\1'], 'Denied'),
            ('OAUTHBEARER without an end', 'OAUTHBEARER', [b'n,a=alice,\1auth=Bearer geheim\1'], 'Malformed')):
        tap.equal(talk(mechanism, who, *responses)[-1], wanted, what)


def on_the_wire():
    bench = Bench(tap)
    every = {'mechanisms': list(sasl.MECHANISMS), 'no_login': True}

    def lines(command, *answers):
        def do(client, bench):
            client = bench.client(login=False)
            client.send(f't1 {command}\r\n')
            said = []
            for answer in answers:
                said.append(client.line())
                client.send(answer + '\r\n')
            return said, client.until('t1')
        return do

    every.pop('no_login')
    plain = b64(b'\0alice\0geheim').decode()
    bench.rows([
        ('an initial response', every, lines(f'AUTHENTICATE PLAIN {plain}'), ([], 'OK [CAPABILITY IMAP4rev1 SASL-IR ID LITERAL+ MULTIAPPEND '
         'UIDPLUS MOVE NAMESPACE UNSELECT CHILDREN SPECIAL-USE LIST-EXTENDED IDLE QUOTA] Logged in')),
        ('an empty one is "="', every, lambda c, b: lines('AUTHENTICATE EXTERNAL =')(c, b)[1][:2], 'OK'),
        ('a response', every, lambda c, b: lines('AUTHENTICATE PLAIN', plain)(c, b)[0], ['+ ']),
        ('"+" of Exchange', {**every, 'personality': 'exchange-2010'}, lambda c, b: lines('AUTHENTICATE PLAIN', plain)(c, b)[0], ['+']),
        ('cancelled', every, lines('AUTHENTICATE PLAIN', '*'), (['+ '], 'BAD cancelled')),
        ('no base64', every, lines('AUTHENTICATE PLAIN', '!'), (['+ '], 'BAD Invalid base64')),
        ('LOGIN', every, lambda c, b: lines('AUTHENTICATE LOGIN', b64(b'alice').decode(), b64(b'geheim').decode())(c, b)[0],
         ['+ VXNlcm5hbWU6', '+ UGFzc3dvcmQ6']),
        ('LOGIN with an initial response', every, lines('AUTHENTICATE LOGIN YQ=='), ([], 'BAD Error in command: the server begins this mechanism')),
        ('a token refused', every, lambda c, b: lines('AUTHENTICATE XOAUTH2 ' + b64(b'user=alice\1auth=Bearer x\1\1').decode(), '')(c, b)[1][:26],
         'NO [AUTHENTICATIONFAILED] '),
        ('one that is not offered', {'mechanisms': ['PLAIN']}, lambda c, b: lines('AUTHENTICATE NTLM')(c, b)[1][:2], 'NO'),
    ])


def under_tls():
    """SCRAM bound to a connection, as far as Python knows how."""
    with tempfile.TemporaryDirectory() as folder:
        key, cert, template = (Path(folder) / name for name in ('key', 'cert', 'template'))
        template.write_text('cn = localhost\ndns_name = localhost\nexpiration_days = 2\ntls_www_server\nsigning_key\n')
        if subprocess.run(['certtool', '--generate-privkey', '--ecc', '--outfile', key], capture_output=True).returncode:
            return tap.skip('SCRAM bound to a connection', 'certtool is not installed')
        subprocess.run(['certtool', '--generate-self-signed', '--load-privkey', key, '--template', template, '--outfile', cert],
                       capture_output=True, check=True)
        with Server('--cert', cert, '--key', key) as server:
            world = server.world('tls', user='alice', password='pencil', tls='implicit')
            world.set(mechanisms=['SCRAM-SHA-256-PLUS'])
            context = ssl.create_default_context(cafile=cert)
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            with context.wrap_socket(socket.create_connection(('127.0.0.1', world.port)), server_hostname='localhost') as sock:
                file = sock.makefile('rwb')
                file.readline()
                gs2, bare = b'p=tls-unique,,', b'n=alice,r=abc'
                file.write(b'a AUTHENTICATE SCRAM-SHA-256-PLUS ' + b64(gs2 + bare) + b'\r\n')
                file.flush()
                first = base64.b64decode(file.readline()[2:])
                nonce, salt, count = re.fullmatch(rb'r=(.*),s=(.*),i=(\d+)', first).groups()
                end = b'c=' + b64(gs2 + sock.get_channel_binding('tls-unique')) + b',r=' + nonce
                proof, _ = sasl.scram_keys('sha256', b'pencil', base64.b64decode(salt), int(count), b','.join((bare, first, end)))
                file.write(b64(end + b',p=' + b64(proof)) + b'\r\n')
                file.flush()
                file.readline()
                file.write(b'\r\n')
                file.flush()
                tap.check(file.readline().startswith(b'a OK'), 'SCRAM bound to a connection')


published()
others()
scram_rules()
try:
    ntlm_rules()
except OSError as error:
    tap.skip('NTLM', str(error))
on_the_wire()
under_tls()
tap.done()
