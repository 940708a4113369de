"""The server's side of the SASL mechanisms, one generator each.

SPDX-License-Identifier: GPL-3.0-or-later

A generator yields challenges and gets responses; the first challenge of a mechanism where the client begins is None. It
returns (user, password) for login.py to judge; where the password does not come over the wire it returns what it
knows. Denied ends it with NO, Malformed with BAD.
"""
import base64
import hashlib
import hmac
import re

from . import ntlm


class Denied(Exception):
    pass


class Malformed(Exception):
    pass


class Account:
    """What a server knows. `bindings`: {name: octets} of this connection."""

    def __init__(self, user, password, settings, bindings=None):
        self.user = None if user is None else user.encode()
        self.password = None if password is None else password.encode()
        self.settings, self.bindings = settings, bindings or {}

    def secret(self, user):
        """What USER would have to know: a server that lets everybody in knows no passwords."""
        if self.password is None or (self.user is not None and user != self.user):
            raise Denied('unknown user')
        return self.password


def plain(account):
    """RFC 4616"""
    parts = (yield None).split(b'\0')
    if len(parts) != 3:
        raise Malformed('three parts')
    other, user, password = parts
    if not other or other == user:
        return user, password
    if account.settings.s_masters.get(user.decode('utf-8', 'replace'), '').encode() != password:
        raise Denied('not for this mailbox')
    return other, account.secret(other)


def login(account):
    user = yield b'Username:'
    return user, (yield b'Password:')


def external(account):
    user = yield None
    return user or account.user or b'somebody', account.password or b''


def cram_md5(account):
    """RFC 2195"""
    challenge = b'<1896.697170952@mischief.example>'
    user, _, digest = (yield challenge).rpartition(b' ')
    if digest != hmac.digest(account.secret(user), challenge, 'md5').hex().encode():
        raise Denied('digest')
    return user, account.secret(user)


def unescape(name):
    if re.search(rb'=(?!2C|3D)', name):
        raise Malformed('a name that is not escaped')
    return name.replace(b'=2C', b',').replace(b'=3D', b'=')


def refuse_token(account, farewell):
    """The reason, an answer to it, then NO: RFC 7628 §3.2.2."""
    reason = b'{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}'
    if (yield reason) != farewell:
        raise Malformed('not the answer to a refusal')
    raise Denied('token')


def xoauth2(account):
    match = re.fullmatch(rb'user=([^\x01]*)\x01auth=Bearer ([\x21-\x7e]+)\x01\x01', (yield None))
    if match is None:
        raise Malformed('XOAUTH2')
    if account.password is not None and match[2] != account.password:
        yield from refuse_token(account, b'')
    return match[1], match[2]


def oauthbearer(account):
    """RFC 7628"""
    match = re.fullmatch(rb'n,(?:a=([^,]*))?,\x01(?:host=[^\x01]+\x01)?(?:port=\d+\x01)?auth=Bearer ([\x21-\x7e]+)\x01\x01', (yield None))
    if match is None:
        raise Malformed('OAUTHBEARER')
    if account.password is not None and match[2] != account.password:
        yield from refuse_token(account, b'\1')
    return unescape(match[1] or b''), match[2]


FIRST = re.compile(rb'((n|y|p=[-.A-Za-z0-9]+),(?:a=([^,]+))?,)(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))')
FINAL = re.compile(rb'(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)),p=([A-Za-z0-9+/=]+)')


def scram_keys(name, password, salt, iterations, message):
    """The client's proof and the server's signature: RFC 5802 §3."""
    salted = hashlib.pbkdf2_hmac(name, password, salt, iterations)
    client = hmac.digest(salted, b'Client Key', name)
    signature = hmac.digest(hashlib.new(name, client).digest(), message, name)
    proof = bytes(a ^ b for a, b in zip(client, signature))
    return proof, hmac.digest(hmac.digest(salted, b'Server Key', name), message, name)


def judge_binding(account, kind, is_plus, offers_plus):
    """RFC 5802 §6: what the client said about binding, against what was offered."""
    name = kind[2:].decode() if kind.startswith(b'p=') else None
    if kind == b'y' and offers_plus:
        return b'server-does-support-channel-binding'
    if (name is not None) != is_plus:
        return b'other-error'
    if name is not None and name not in account.bindings:
        return b'unsupported-channel-binding-type'
    return None


def scram(name, is_plus):
    def exchange(account):
        lie, count = account.settings.s_scram_lie, account.settings.s_scram_iterations
        opening = FIRST.fullmatch((yield None))
        if opening is None:
            raise Malformed('SCRAM')
        gs2, kind, bare, user, nonce = opening[1], opening[2], opening[4], unescape(opening[5]), opening[6]
        offers_plus = f'SCRAM-{name.upper().replace("SHA", "SHA-")}-PLUS' in account.settings.s_mechanisms
        if error := judge_binding(account, kind, is_plus, offers_plus):
            yield b'e=' + error
            raise Denied(error.decode())
        password = account.secret(user)
        salt, both = b'mischief salt', (b'' if lie == 'nonce' else nonce) + b'3rfcNHYJY1ZVvWVs7j'
        reply = b'r=%s,s=%s,i=%d' % (both, base64.b64encode(salt), count)
        end = FINAL.fullmatch((yield reply))
        if end is None or end[3] != both:
            raise Malformed('SCRAM')
        bound = account.bindings[kind[2:].decode()] if is_plus else b''
        if base64.b64decode(end[2]) != gs2 + bound:
            yield b'e=channel-bindings-dont-match'
            raise Denied('binding')
        proof, signature = scram_keys(name, password, salt, count, b'%s,%s,%s' % (bare, reply, end[1]))
        if base64.b64decode(end[4]) != proof:
            yield b'e=invalid-proof'
            raise Denied('proof')
        if lie == 'signature':
            signature = signature[::-1]
        if lie != 'no_signature' and (yield b'v=' + base64.b64encode(signature)):
            raise Malformed('an answer to the last word')
        return user, password
    return exchange


def ntlm_exchange(account):
    how = account.settings.s_ntlm
    if account.password is None:
        raise Denied('no password is known')
    domain, _, name = (account.user or b'').decode().rpartition('\\')
    server = ntlm.Server(account.password.decode(), domain or 'DOM', versions=how.get('versions', ['v2']),
                         target_info=how.get('target_info', True), timestamp=how.get('timestamp', True),
                         end_point=account.bindings.get('tls-server-end-point'), require_binding=how.get('binding') == 'require')
    try:
        user, said = server.accept((yield server.challenge((yield None))))
    except ntlm.Wrong as wrong:
        raise Denied(str(wrong)) from None
    if account.user is not None and (user.lower() != name.lower() or (domain and said.lower() not in (domain.lower(), ''))):
        raise Denied('unknown user')
    return account.user or user.encode(), account.password


MECHANISMS = {
    'PLAIN': plain, 'LOGIN': login, 'EXTERNAL': external, 'CRAM-MD5': cram_md5, 'XOAUTH2': xoauth2, 'OAUTHBEARER': oauthbearer,
    'SCRAM-SHA-1': scram('sha1', False), 'SCRAM-SHA-1-PLUS': scram('sha1', True),
    'SCRAM-SHA-256': scram('sha256', False), 'SCRAM-SHA-256-PLUS': scram('sha256', True), 'NTLM': ntlm_exchange,
}
