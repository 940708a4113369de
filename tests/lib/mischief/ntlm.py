"""The server's side of NTLM, as [MS-NLMP] §3.2.5 and §3.3 have it.

SPDX-License-Identifier: GPL-3.0-or-later

Written from the specification and nothing of ours; what a client proves is computed here once more.
"""
import hashlib
import hmac
import struct

from .oldcrypt import desl, md4

SIGNATURE = b'NTLMSSP\0'
UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, TARGET_SERVER, EXTENDED, TARGET_INFO, VERSION, BITS_128, BITS_56 = (
    1, 4, 0x200, 0x8000, 0x20000, 0x80000, 0x800000, 0x2000000, 0x20000000, 0x80000000)
END, DOMAIN, FLAGS, TIMESTAMP, BINDINGS = 0, 2, 6, 7, 10
MIC_AT = 72


class Wrong(Exception):
    """The client is refused; the text is for the log."""


def md5(*parts):
    return hashlib.md5(b''.join(parts)).digest()


def keyed(key, *parts):
    return hmac.digest(key, b''.join(parts), 'md5')


def pairs(info):
    """AV_PAIRs as {id: value}."""
    found, at = {}, 0
    while True:
        if at + 4 > len(info):
            raise Wrong('the target information has no end')
        key, length = struct.unpack_from('<HH', info, at)
        if key == END:
            return found
        found[key] = info[at + 4:at + 4 + length]
        at += 4 + length


class Server:
    def __init__(self, password, domain='DOM', challenge=b'\1#Eg\x89\xab\xcd\xef', versions=('v2',), target_info=True,
                 timestamp=True, end_point=None, require_binding=False):
        self.password, self.domain, self.nonce, self.versions = password, domain, challenge, versions
        self.has_info, self.has_time = target_info, timestamp
        self.end_point, self.require_binding = end_point, require_binding

    def challenge(self, first):
        if first[:12] != SIGNATURE + b'\1\0\0\0' or len(first) < 16:
            raise Wrong('no NEGOTIATE message')
        self.first = first
        asked, = struct.unpack_from('<I', first, 12)
        if not asked & NTLM or not asked & UNICODE:
            raise Wrong('NTLM with UTF-16 is not asked for')
        flags = UNICODE | REQUEST_TARGET | NTLM | ALWAYS_SIGN | TARGET_SERVER | asked & (BITS_128 | BITS_56)
        info, target = b'', self.domain.encode('utf-16-le')
        if self.has_info:
            flags |= TARGET_INFO | asked & EXTENDED
            info = struct.pack('<HH', DOMAIN, len(target)) + target
            if self.has_time:
                info += struct.pack('<HHQ', TIMESTAMP, 8, 133000000000000000)
            info += bytes(4)
        self.flags = flags
        at = 48
        self.second = SIGNATURE + struct.pack('<IHHII', 2, len(target), len(target), at, flags) + self.nonce + bytes(8)
        self.second += struct.pack('<HHI', len(info), len(info), at + len(target)) + target + info
        return self.second

    def field(self, message, at):
        length, _, offset = struct.unpack_from('<HHI', message, at)
        if offset + length > len(message):
            raise Wrong('a field beyond the end')
        return message[offset:offset + length]

    def accept(self, third):
        """The name and domain of whoever proved to know the password."""
        if third[:12] != SIGNATURE + b'\3\0\0\0' or len(third) < 64:
            raise Wrong('no AUTHENTICATE message')
        lm, nt, domain, user = (self.field(third, at) for at in (12, 20, 28, 36))
        name, domain = user.decode('utf-16-le'), domain.decode('utf-16-le')
        if len(nt) > 24:
            self.judge_v2(third, lm, nt, name, domain)
        else:
            self.judge_v1(lm, nt)
        return name, domain

    def judge_v1(self, lm, nt):
        if 'v1' not in self.versions:
            raise Wrong('version 1 is switched off')
        nonce = self.nonce
        if self.flags & EXTENDED:
            nonce = md5(self.nonce, lm[:8])[:8]
        if nt != desl(md4(self.password.encode('utf-16-le')), nonce):
            raise Wrong('the response does not fit')

    def judge_v2(self, third, lm, nt, name, domain):
        if 'v2' not in self.versions:
            raise Wrong('version 2 is not known')
        key = keyed(md4(self.password.encode('utf-16-le')), (name.upper() + domain).encode('utf-16-le'))
        proof, blob = nt[:16], nt[16:]
        if blob[:8] != b'\1\1' + bytes(6) or len(blob) < 32 or proof != keyed(key, self.nonce, blob):
            raise Wrong('the response does not fit')
        given = pairs(blob[28:]) if len(blob) > 32 else {}
        if self.has_info and self.has_time and (lm != bytes(24) or TIMESTAMP not in given or blob[8:16] != given[TIMESTAMP]):
            raise Wrong('the time is not ours')
        if given.get(FLAGS, b'\0')[0] & 2:
            blank = third[:MIC_AT] + bytes(16) + third[MIC_AT + 16:]
            if third[MIC_AT:MIC_AT + 16] != keyed(keyed(key, proof), self.first, self.second, blank):
                raise Wrong('the messages were altered')
        elif self.has_info and self.has_time:
            raise Wrong('the messages are not protected')
        self.judge_binding(given.get(BINDINGS))

    def judge_binding(self, given):
        """Extended Protection: "Require" wants it, and a wrong one is refused in any case."""
        if self.end_point is None:
            return
        octets = b'tls-server-end-point:' + self.end_point
        wanted = md5(bytes(16), struct.pack('<I', len(octets)), octets)
        if given != wanted and (self.require_binding or (given and given != bytes(16))):
            raise Wrong('another connection')
